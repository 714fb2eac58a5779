"""Moves between places: proposed before anything is bought, decided once, and no unit made or lost on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.config import Config
from core.database.audit import first_broken
from core.database.engine import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.inventory.rows import MovementRow, StockRow
from core.portal import Portal
from core.purchasing.model import MoveStatus, ProposalStatus
from core.purchasing.moves import Move
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.test_reasons import BLANK

BOSS, PLANNER = person(shop.BOSS), person(shop.PLANNER)
NORTH = 900


def two_places(portal: Portal, north: int = NORTH) -> None:
    """The usual shop with a second place full of mugs that hardly anybody buys there."""
    shop.open_shop(portal)
    shop.bring(portal, "locations", {"location": "north", "name": "North depot", "country": "GB"})
    counted_at = shop.OPENED - timedelta(days=1)
    shop.bring(portal, "stock", {"sku": shop.MUG, "location": "north", "on_hand": north, "counted_at": counted_at})
    days = [(shop.OPENED - timedelta(days=7 * week)).date() for week in range(1, 20)]
    shop.bring(portal, "sales", *({"sku": shop.MUG, "location": "north", "sold_on": day, "units": 1} for day in days))


def ordered(portal: Portal) -> set[str]:
    """Products of open proposals."""
    found = [one for one in portal.proposals(BOSS) if one.status is ProposalStatus.OPEN]
    return {line.sku for one in found for line in portal.proposal(BOSS, one.proposal_id).lines}


def on_hand(portal: Portal) -> dict[str, int]:
    with portal._database.reading() as session:
        rows = session.scalars(select(StockRow).where(StockRow.sku == shop.MUG))
        return {row.location: row.on_hand for row in rows}


@pytest.fixture
def moved(portal: Portal) -> Portal:
    two_places(portal)
    portal.plan(run="first")
    return portal


def the_move(portal: Portal) -> Move:
    (found,) = portal.moves(BOSS)
    return found


def test_what_another_place_has_too_much_of_is_moved_before_it_is_bought(portal: Portal) -> None:
    two_places(portal)
    outcome = portal.plan(run="first")
    (told,) = outcome.moves
    found = the_move(portal)
    assert (found.sku, found.origin, found.destination) == (shop.MUG, "north", "main")
    assert (found.units, found.saving, found.status) == (told.units, told.saving, MoveStatus.OPEN)
    assert found.units == min(found.spare, found.wanted)
    assert found.saving.minor > 0
    assert shop.MUG not in ordered(portal)
    assert shop.LAMP in ordered(portal)
    assert f"{found.units} × MUG-1 from north to main" in outcome.as_text()


def test_what_is_too_little_for_all_is_shared_and_each_move_says_what_of_it_is_its_own(portal: Portal) -> None:
    two_places(portal, north=240)
    shop.bring(portal, "locations", {"location": "south", "name": "South shop", "country": "GB"})
    days = [(shop.OPENED - timedelta(days=day)).date() for day in range(1, 120)]
    shop.bring(portal, "sales", *({"sku": shop.MUG, "location": "south", "sold_on": day, "units": 3} for day in days))
    portal.plan(run="first")
    found = {one.destination: one for one in portal.moves(BOSS)}
    assert set(found) == {"main", "south"}
    for one in found.values():
        assert one.asked > one.there
        assert f"Of {one.there} there, {one.units} are for it: all places lack {one.asked}" in one.share
    assert sum(one.units for one in found.values()) == found["main"].there


def test_a_place_without_room_gets_nothing_moved_into_it(portal: Portal) -> None:
    two_places(portal)
    shop.bring(portal, "products", {"sku": shop.MUG, "name": "Red Polka Dot Mug", "price": 450, "volume_m3": 0.01})
    main = {"location": "main", "name": "Main warehouse", "country": "GB"}
    shop.bring(portal, "locations", {**main, "storage_m3": 1.0})
    assert portal.plan(run="too small").moves == ()


def test_the_same_plan_again_neither_moves_nor_buys_anything_new(moved: Portal) -> None:
    again = moved.plan(run="second")
    assert (again.proposals, again.moves) == (0, ())
    assert len(moved.moves(BOSS)) == 1


def test_what_is_rejected_is_bought_by_the_next_plan_and_not_proposed_at_once_again(moved: Portal) -> None:
    for why in BLANK:
        with pytest.raises(InvalidInput, match="Say why"):
            moved.reject_move(BOSS, the_move(moved).move_id, why)
    moved.reject_move(BOSS, the_move(moved).move_id, "the van is broken")
    assert moved.plan(run="second").moves == ()
    assert shop.MUG in ordered(moved)


def test_what_leaves_one_shelf_is_what_the_other_gets(moved: Portal) -> None:
    before, found = on_hand(moved), the_move(moved)
    moved.approve_move(PLANNER, found.move_id)
    assert on_hand(moved) == before
    moved.send_move(PLANNER, found.move_id)
    assert on_hand(moved) == {**before, "north": NORTH - found.units}
    assert moved.plan(run="on the road").moves == ()
    moved.receive_move(PLANNER, found.move_id, found.units)
    assert on_hand(moved) == {"main": before["main"] + found.units, "north": NORTH - found.units}
    with moved._database.reading() as session:
        total = select(func.sum(MovementRow.units)).where(MovementRow.cause.like("move:%"))
        assert session.scalar(total) == 0
        assert first_broken(session) is None


def test_units_that_never_arrive_stay_on_the_move_as_missing(moved: Portal) -> None:
    found, before = the_move(moved), on_hand(moved)
    moved.approve_move(BOSS, found.move_id)
    moved.send_move(BOSS, found.move_id)
    with pytest.raises(InvalidInput, match=f"{found.units} units were sent"):
        moved.receive_move(BOSS, found.move_id, found.units + 1)
    done = moved.receive_move(BOSS, found.move_id, found.units - 2)
    assert (done.status, done.missing) == (MoveStatus.RECEIVED, 2)
    assert on_hand(moved)["main"] == before["main"] + found.units - 2


def test_each_step_is_taken_once_and_in_its_order(moved: Portal) -> None:
    number = the_move(moved).move_id
    with pytest.raises(Conflict, match="is not approved yet"):
        moved.send_move(BOSS, number)
    with pytest.raises(Conflict, match="is not sent yet"):
        moved.receive_move(BOSS, number, 1)
    moved.approve_move(BOSS, number)
    with pytest.raises(Conflict, match=f"was approved by {shop.BOSS} already"):
        moved.approve_move(PLANNER, number)
    with pytest.raises(Conflict):
        moved.reject_move(PLANNER, number, "too late")
    moved.send_move(BOSS, number)
    with pytest.raises(Conflict, match="sent"):
        moved.send_move(BOSS, number)
    moved.receive_move(BOSS, number, 1)
    with pytest.raises(Conflict, match="received"):
        moved.receive_move(BOSS, number, 1)


def test_goods_that_were_sold_meanwhile_are_not_moved(moved: Portal, clock: SettableClock) -> None:
    found = the_move(moved)
    counted_at = clock.forward(timedelta(hours=1))
    shop.bring(moved, "stock", {"sku": shop.MUG, "location": "north", "on_hand": 1, "counted_at": counted_at})
    with pytest.raises(Conflict, match="Only 1 units of MUG-1 are left at north"):
        moved.approve_move(BOSS, found.move_id)


def test_a_move_nobody_decides_expires_and_is_looked_at_anew(moved: Portal, clock: SettableClock) -> None:
    first = the_move(moved)
    clock.forward(timedelta(days=8))
    with pytest.raises(Conflict, match="expired"):
        moved.approve_move(BOSS, first.move_id)
    assert len(moved.plan(run="a week later").moves) == 1
    assert the_move(moved).move_id != first.move_id


def test_only_planners_see_and_decide_moves(moved: Portal) -> None:
    number, support = the_move(moved).move_id, person(shop.SUPPORT)
    steps: tuple[Callable[[], object], ...] = (
        lambda: moved.moves(support),
        lambda: moved.approve_move(support, number),
        lambda: moved.reject_move(support, number, "no"),
        lambda: moved.send_move(support, number),
        lambda: moved.receive_move(support, number, 1),
        lambda: moved.approve_move(BOSS, number + 1),
    )
    for step in steps:
        with pytest.raises(NotFound):
            step()


def test_nothing_is_moved_where_the_shop_moves_nothing(
    database: Database, config: Config, clock: SettableClock
) -> None:
    still = config.model_copy(update={"planning": config.planning.model_copy(update={"move_days": 0})})
    portal = Portal(database, still, clock)
    two_places(portal)
    assert portal.plan(run="first").moves == ()
    assert shop.MUG in ordered(portal)
