"""The stock ledger: a cause moves stock once, a shelf never goes below nothing, and the sum is what is there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.canonical import Batch
from core.database.engine import Database
from core.errors import Conflict
from core.inventory import service as inventory
from core.inventory.rows import MovementRow, StockRow
from core.inventory.service import Movement
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, meanwhile
from tests.shop import LAMP, MUG, bring


@pytest.fixture
def shelf(portal: Portal, clock: SettableClock) -> Portal:
    """One place with ten mugs, counted now."""
    bring(portal, "locations", {"location": "main", "name": "Main"}, {"location": "shop", "name": "Shop"})
    count(portal, clock, 10)
    return portal


def count(portal: Portal, clock: SettableClock, units: int, location: str = "main") -> None:
    bring(portal, "stock", {"sku": MUG, "location": location, "on_hand": units, "counted_at": clock.now})


def move(database: Database, clock: SettableClock, cause: str, units: int) -> bool:
    with database.unit_of_work() as session:
        return inventory.move(session, Movement(cause, MUG, "main", units), clock.now)


def here(database: Database) -> int:
    """Mugs on the main shelf; the ledger must say the same."""
    with database.reading() as session:
        on_hand = inventory.on_hand_by_place(session, [MUG]).get((MUG, "main"), 0)
        booked = session.scalar(select(func.sum(MovementRow.units)).where(MovementRow.location == "main")) or 0
    assert on_hand == booked
    return on_hand


@pytest.mark.usefixtures("shelf")
def test_a_cause_moves_stock_once(database: Database, clock: SettableClock) -> None:
    assert move(database, clock, "order:1:shipped", -3)
    assert not move(database, clock, "order:1:shipped", -3)
    assert here(database) == 7


@pytest.mark.usefixtures("shelf")
def test_a_shelf_never_goes_below_nothing(database: Database, clock: SettableClock) -> None:
    with pytest.raises(Conflict, match=r"Fewer than 11 units of MUG-1 are at main"):
        move(database, clock, "order:1:shipped", -11)
    assert here(database) == 10
    assert move(database, clock, "order:1:shipped", -10)
    assert here(database) == 0


@pytest.mark.usefixtures("shelf")
def test_many_takers_of_the_last_units_get_what_is_there(database: Database, clock: SettableClock) -> None:
    def take(number: int) -> bool:
        try:
            return move(database, clock, f"order:{number}:shipped", -1)
        except Conflict:
            return False

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(16)))
    assert sum(taken) == 10
    assert here(database) == 0


@pytest.mark.usefixtures("shelf")
def test_the_same_cause_at_once_moves_once(database: Database, clock: SettableClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(lambda _: move(database, clock, "receipt:1", 5), range(4)))
    assert sorted(moved) == [False, False, False, True]
    assert here(database) == 15


def test_a_count_becomes_a_movement_and_twice_the_same_changes_nothing(
    shelf: Portal, database: Database, clock: SettableClock
) -> None:
    clock.forward(timedelta(days=1))
    for _ in range(2):
        count(shelf, clock, 4)
    assert here(database) == 4
    with database.reading() as session:
        assert sorted(session.scalars(select(MovementRow.units))) == [-6, 10]


def test_a_count_that_finds_what_the_books_say_moves_nothing_and_is_remembered(
    shelf: Portal, database: Database, clock: SettableClock
) -> None:
    clock.forward(timedelta(days=1))
    count(shelf, clock, 10)
    with database.reading() as session:
        assert list(session.scalars(select(MovementRow.units))) == [10]
        assert session.get_one(StockRow, (MUG, "main")).counted_at == clock.now


def test_places_are_counted_apart(shelf: Portal, database: Database, clock: SettableClock) -> None:
    count(shelf, clock, 3, "shop")
    with database.reading() as session:
        assert inventory.on_hand(session, [MUG, LAMP]) == {MUG: 13}
        assert inventory.on_hand_by_place(session) == {(MUG, "main"): 10, (MUG, "shop"): 3}


def test_a_count_at_a_place_nobody_knows_is_left_out_and_the_others_are_taken(
    shelf: Portal, database: Database, clock: SettableClock
) -> None:
    clock.forward(timedelta(days=1))
    rows = [{"sku": MUG, "location": place, "on_hand": 2, "counted_at": clock.now} for place in ("nowhere", "main")]
    faults = shelf.mirror(Batch("stock", rows, [2, 3]))
    assert [(fault.line, "nowhere" in fault.sentence) for fault in faults] == [(2, True)]
    assert here(database) == 2


@ON_SQLITE
def test_a_corrected_count_of_the_same_moment_counts_or_is_named(
    shelf: Portal, database: Database, clock: SettableClock
) -> None:
    row = {"sku": MUG, "location": "main", "on_hand": 12, "counted_at": clock.now}
    faults = shelf.mirror(Batch("stock", [row], [2]))
    assert faults or here(database) == 12


@ON_SQLITE
def test_an_older_count_that_comes_later_changes_nothing(
    shelf: Portal, database: Database, clock: SettableClock
) -> None:
    row = {"sku": MUG, "location": "main", "on_hand": 99, "counted_at": clock.now - timedelta(days=7)}
    shelf.mirror(Batch("stock", [row], [2]))
    assert here(database) == 10


@ON_SQLITE
def test_a_shelf_tells_when_it_was_last_counted(shelf: Portal, database: Database, clock: SettableClock) -> None:
    counted_at = clock.now - timedelta(hours=1)
    clock.forward(timedelta(days=1))
    bring(shelf, "stock", {"sku": MUG, "location": "shop", "on_hand": 4, "counted_at": counted_at})
    with database.reading() as session:
        assert session.get_one(StockRow, (MUG, "shop")).counted_at == counted_at


@ON_POSTGRESQL
@pytest.mark.usefixtures("shelf")
def test_two_counts_at_once_end_in_one_of_them(database: Database, clock: SettableClock) -> None:
    def counting(session: Session, minutes: int, units: int) -> None:
        counted_at = clock.now + timedelta(minutes=minutes)
        row = {"sku": MUG, "location": "main", "on_hand": units, "counted_at": counted_at}
        inventory.count(session, [row], clock.now)

    with database.unit_of_work() as session:
        counting(session, 1, 20)
        other = meanwhile(database, lambda second: counting(second, 2, 30))
    other.result()
    assert here(database) == 30


@pytest.mark.usefixtures("shelf")
def test_somebody_who_asks_in_vain_counts_once_while_the_shelf_is_empty(
    database: Database, clock: SettableClock
) -> None:
    today = clock.now.date()

    def asks(who: str, units: int, days: int = 0) -> bool:
        with database.unit_of_work() as session:
            return inventory.enquire(session, MUG, who, today + timedelta(days=days), units)

    def goes(units: int) -> None:
        with database.unit_of_work() as session:
            inventory.move(session, Movement(f"test:{units}", MUG, "main", units), clock.now)

    goes(-here(database))
    assert asks("customer:ada", 1)
    assert not asks("customer:ada", 4, 1)
    assert not asks("customer:ada", 2, 9)
    assert asks("customer:eve", 1)
    with database.reading() as session:
        assert inventory.enquiries(session, today) == [(MUG, today, 4), (MUG, today, 1)]
        assert inventory.askers(session, [MUG], today) == {MUG: {"customer:ada": 4, "customer:eve": 1}}
    goes(5)
    goes(-5)
    assert asks("customer:ada", 1, 20)


@ON_SQLITE
@pytest.mark.usefixtures("shelf")
def test_the_ledger_tells_on_which_whole_days_a_shelf_was_empty(database: Database, clock: SettableClock) -> None:
    first = clock.now.date()

    def goes(cause: str, units: int) -> None:
        with database.unit_of_work() as session:
            inventory.move(session, Movement(cause, MUG, "main", units), clock.now)

    goes("sold out", -here(database))
    clock.forward(timedelta(days=4))
    goes("delivery", 7)
    clock.forward(timedelta(days=4))
    goes("sold out again", -7)
    clock.forward(timedelta(days=3))
    with database.reading() as session:
        empty = inventory.empty_days(session, first + timedelta(days=2), clock.now.date(), ZoneInfo("Europe/London"))
    assert [(day - first).days for day in empty[MUG, "main"]] == [2, 3, 9, 10]
