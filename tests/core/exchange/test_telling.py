"""What a connected system offers from our shelves: told when it changes, the newest number last; never told back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.exchange.listings import is_latest
from core.exchange.model import Record, version
from core.inventory.aside import set_aside
from core.inventory.rows import MovementRow
from core.inventory.service import Movement, move
from core.mailroom import letters
from core.mailroom.ports import Later, Never, Post, Unclear
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.exchange.offering import Offering, count, open_at, order, told
from tests.shop import LAMP, MUG, bring


@pytest.fixture
def market(portal: Portal, clock: SettableClock) -> Offering:
    """A marketplace that offers mugs and lamps; we have ten mugs that it does not know of, and know of no lamps."""
    offering = Offering({MUG: 0, LAMP: 3})
    open_at(portal, offering, clock)
    return offering


def test_it_is_told_what_it_may_sell_once_and_again_when_that_changes(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    assert (told(portal), told(portal)) == (1, 0)
    order(portal, clock, "A-1", 3)
    with portal._database.unit_of_work() as session:
        set_aside(session, "exchange:1", "main", {MUG: 2}, clock.now)
    assert (told(portal), told(portal)) == (1, 0)
    with portal._database.unit_of_work() as session:
        move(session, Movement("receipt:1", MUG, "main", 20), clock.now)
    assert told(portal) == 1
    assert market.told == [(MUG, 10), (MUG, 5), (MUG, 25)]


def test_of_what_is_on_no_shelf_of_ours_nothing_is_said_and_of_other_places_neither(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    bring(portal, "stock", {"sku": LAMP, "location": "shop", "on_hand": 7, "counted_at": clock.now})
    told(portal)
    assert market.shown == {MUG: 10, LAMP: 3}


def test_what_is_kept_back_is_never_told_of(portal: Portal, clock: SettableClock) -> None:
    offering = Offering({MUG: 0}, safety_stock=4)
    open_at(portal, offering, clock)
    told(portal)
    order(portal, clock, "A-1", 8)
    told(portal)
    assert offering.told == [(MUG, 6), (MUG, 0)]


def test_what_left_since_the_shelf_was_counted_is_not_for_sale_again(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    order(portal, clock, "A-1", 3)
    told(portal)
    clock.forward(timedelta(days=1))
    bring(portal, "parcels", {"tracking_number": "T1", "order_number": "A-1", "carrier": "UPS",
                              "shipped_at": clock.now})  # fmt: skip
    order(portal, clock, "A-1", 3, "shipped")
    assert told(portal) == 0
    clock.forward(timedelta(hours=1))
    count(portal, clock, MUG, 7)
    assert told(portal) == 0
    assert market.shown[MUG] == 7


def test_a_newer_number_takes_the_place_of_one_that_waits(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    portal.tell_stock()
    order(portal, clock, "A-1", 1)
    portal.tell_stock()
    order(portal, clock, "A-2", 1)
    told(portal)
    assert market.told == [(MUG, 8)]


def test_an_older_number_that_failed_is_not_tried_again_after_a_newer_one(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    market.troubles = [Later("The stand-in does not answer.")]
    told(portal)
    order(portal, clock, "A-1", 1)
    told(portal)
    clock.forward(timedelta(hours=2))
    told(portal)
    assert market.told == [(MUG, 9)]


def test_a_number_that_is_not_the_latest_is_withdrawn_when_a_person_tries_it_again(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    market.troubles = [Never("No such item.")]
    told(portal)
    with portal._database.reading() as session:
        (letter,) = letters.dead_letters(session)
    order(portal, clock, "A-1", 1)
    assert told(portal) == 0  # it said no, and is asked again when all is compared
    portal.sync("standin", whole=True)
    assert told(portal) == 1
    portal.retry_letter(None, letter.outbox_id)
    told(portal)
    assert market.told == [(MUG, 9)]
    with portal._database.reading() as session:
        assert session.get_one(OutboxRow, letter.outbox_id).state == "withdrawn"
        newest = session.scalars(select(OutboxRow).order_by(OutboxRow.outbox_id.desc())).first()
        assert newest is not None
        post = Post(newest.outbox_id, newest.key, newest.channel, newest.chat, newest.kind, dict(newest.content), 1)
        assert is_latest(session, post)


def test_what_may_have_been_heard_is_told_again(portal: Portal, market: Offering, clock: SettableClock) -> None:
    market.losing = [Unclear("The answer was lost.")]
    told(portal)
    clock.forward(timedelta(minutes=1))
    told(portal)
    assert market.told == [(MUG, 10), (MUG, 10)]


def test_a_system_that_does_not_answer_is_failing_wakes_nobody_and_hears_the_number_of_when_it_is_back(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    market.troubles = [Later("The stand-in does not answer.") for _ in range(40)]
    for hour in range(8):
        told(portal)
        if hour == 5:
            order(portal, clock, "A-1", 4)
        clock.forward(timedelta(hours=1))
    (standing,) = portal.standings()
    assert standing.trouble == "The stand-in does not answer."
    with portal._database.reading() as session:
        assert not letters.dead_letters(session)
    market.troubles = []
    for _ in range(3):
        told(portal)
        clock.forward(timedelta(hours=1))
    assert market.told == [(MUG, 6)]
    (standing,) = portal.standings()
    assert standing.failing_since is None


def test_what_it_says_of_our_own_shelf_is_no_count_of_it_and_no_drift(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    told(portal)
    row = {"sku": MUG, "location": "main", "on_hand": 1, "counted_at": clock.now}
    theirs = {"sku": LAMP, "location": "shop", "on_hand": 2, "counted_at": clock.now}
    market.records = [
        Record("stock", f"level/{sku}", f"{sku}@{one['location']}", version(clock.now), {"stock": [one]})
        for sku, one in ((MUG, row), (LAMP, theirs))
    ]
    outcome = portal.sync("standin", whole=True)
    assert not outcome.faults
    portal.sync("standin", whole=True)
    with portal._database.unit_of_work() as session:
        booked = dict(
            session.execute(select(MovementRow.sku, func.sum(MovementRow.units)).group_by(MovementRow.sku)).all()
        )
    assert booked == {MUG: 10, LAMP: 2}
    assert told(portal) == 0
    (standing,) = portal.standings()
    assert standing.drift is not None
    assert (standing.drift.missing, standing.drift.different, standing.drift.extra) == (0, 0, 0)


def test_comparing_finds_what_it_offers_instead_and_puts_it_right(
    portal: Portal, market: Offering, clock: SettableClock
) -> None:
    told(portal)
    market.shown[MUG] = 99
    del market.shown[LAMP]
    clock.forward(timedelta(days=1))
    portal.sync("standin", whole=True)
    (standing,) = portal.standings()
    assert standing.drift is not None
    assert (standing.drift.different, standing.drift.extra) == (1, 1)
    assert told(portal) == 1
    assert market.shown == {MUG: 10}
    count(portal, clock, LAMP, 5)
    assert told(portal) == 0  # it does not offer lamps any more
