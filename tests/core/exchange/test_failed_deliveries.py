"""Deliveries that cannot be taken in: tried after growing pauses, holding up only their record, left to a person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.errors import Conflict, NotFound, Unavailable
from core.exchange.model import Record
from core.exchange.ports import Admitted, Delivery
from core.mailroom import failed, inbox
from core.mailroom.inbox import MOST_ATTEMPTS
from core.mailroom.rows import InboxRow
from core.orders.rows import OrderRow
from core.portal import Portal
from core.shipments.model import Heard, ParcelStatus, Scan
from tests.conftest import SettableClock
from tests.core.exchange.standin import Standin, order
from tests.core.purchasing.conftest import person
from tests.shop import BOSS, SUPPORT, open_shop


@dataclass
class Teller(Standin):
    """A system that delivers whole orders; while it is at fault, a broken one has units that are no number."""

    is_at_fault: bool = True

    def read(self, topic: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Delivery:  # noqa: ARG002
        """The order as it was so many minutes after the beginning."""
        if topic == "puzzling":
            raise RecursionError
        if topic == "on a full disk" and self.is_at_fault:
            raise Unavailable("The disk of the database is full; nothing was changed.")
        told = order(payload["order"], payload["minutes"], city=payload["city"])
        return Delivery(records=[broken(told) if topic == "broken" and self.is_at_fault else told])


def broken(told: Record) -> Record:
    """The order with a line that the database refuses."""
    lines = [{**row, "quantity": {"no": "number"}} for row in told.rows["order_lines"]]
    return replace(told, rows={**told.rows, "order_lines": lines})


@pytest.fixture
def teller(portal: Portal) -> Teller:
    system = Teller()
    portal.connect(system.backend())
    portal.sync("standin")
    return system


def deliver(portal: Portal, delivery_id: str, number: int, minutes: int, city: str, topic: str = "told") -> None:
    payload = {"order": number, "minutes": minutes, "city": city}
    assert portal.hear("standin", Admitted(delivery_id, topic, {}), payload)


def cities(portal: Portal) -> dict[str, str]:
    with portal._database.reading() as session:
        return {row.order_number: row.ship_city for row in session.scalars(select(OrderRow))}


def attempts(portal: Portal) -> list[int]:
    with portal._database.reading() as session:
        return list(session.scalars(select(InboxRow.attempt).order_by(InboxRow.inbox_id)))


def give_up(portal: Portal, clock: SettableClock) -> timedelta:
    """Let the clock come by every half a minute until everything that fails is left to a person; how long it took."""
    began: datetime = clock.now
    while any(0 < one < MOST_ATTEMPTS for one in attempts(portal)):
        clock.forward(timedelta(seconds=30))
        portal.take_deliveries()
    return clock.now - began


@pytest.mark.usefixtures("teller")
def test_what_fails_is_tried_after_growing_pauses_and_then_left_to_a_person(
    portal: Portal, clock: SettableClock
) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    portal.take_deliveries()
    portal.take_deliveries()
    assert attempts(portal) == [1]
    assert portal.failed_deliveries(None) == []
    assert timedelta(hours=1, minutes=51) <= give_up(portal, clock) <= timedelta(hours=1, minutes=55)
    (left,) = portal.failed_deliveries(None)
    assert (left.source, left.kind, left.attempts) == ("system:standin", "broken", MOST_ATTEMPTS)
    assert "reference " in left.trouble
    clock.forward(timedelta(days=1))
    assert portal.take_deliveries() == 0
    assert attempts(portal) == [MOST_ATTEMPTS]
    assert portal.metrics().failed == 1


@pytest.mark.usefixtures("teller")
def test_only_what_speaks_of_the_same_record_waits_behind_it(portal: Portal, clock: SettableClock) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    deliver(portal, "d-2", 1, 2, "Hull")
    deliver(portal, "d-3", 2, 1, "Bath")
    assert portal.take_deliveries() == 1
    assert cities(portal) == {"S-1": "Leeds", "S-2": "Bath"}
    assert portal.take_deliveries() == 0
    give_up(portal, clock)
    assert cities(portal)["S-1"] == "Leeds"
    assert portal.take_deliveries() == 1
    assert cities(portal)["S-1"] == "Hull"


def test_what_works_again_is_taken_in_in_turn(portal: Portal, teller: Teller, clock: SettableClock) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    deliver(portal, "d-2", 1, 2, "Hull")
    portal.take_deliveries()
    teller.is_at_fault = False
    assert portal.take_deliveries() == 0
    clock.forward(timedelta(seconds=5))
    assert portal.take_deliveries() == 2
    assert cities(portal)["S-1"] == "Hull"


@pytest.mark.usefixtures("teller")
def test_what_nobody_expected_in_reading_stops_nobody(portal: Portal) -> None:
    deliver(portal, "d-1", 1, 1, "York", "puzzling")
    deliver(portal, "d-2", 2, 1, "Bath")
    assert portal.take_deliveries() == 1
    assert portal.take_deliveries() == 0
    assert attempts(portal)[0] == 1
    assert cities(portal)["S-2"] == "Bath"


def test_a_person_has_it_tried_again_and_older_news_sets_nothing_back(
    portal: Portal, teller: Teller, clock: SettableClock
) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    deliver(portal, "d-2", 1, 2, "Hull")
    deliver(portal, "d-3", 2, 1, "Bath", "broken")
    portal.take_deliveries()
    give_up(portal, clock)
    portal.take_deliveries()
    teller.is_at_fault = False
    for one in portal.failed_deliveries(None):
        portal.retry_delivery(None, one.inbox_id)
    assert portal.failed_deliveries(None) == []
    assert portal.take_deliveries() == 2
    assert cities(portal) == {"S-1": "Hull", "S-2": "Bath"}


@pytest.mark.usefixtures("teller")
def test_a_person_puts_it_away_once_and_nothing_of_it_stays(portal: Portal, clock: SettableClock) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    portal.take_deliveries()
    with pytest.raises(Conflict):
        portal.discard_delivery(None, 1)
    give_up(portal, clock)
    (left,) = portal.failed_deliveries(None)
    portal.discard_delivery(None, left.inbox_id)
    with pytest.raises(Conflict):
        portal.retry_delivery(None, left.inbox_id)
    assert portal.failed_deliveries(None) == []
    assert portal.take_deliveries() == 0
    with portal._database.reading() as session:
        assert session.scalars(select(InboxRow.content)).one() == {}


@pytest.mark.usefixtures("teller")
def test_an_attempt_of_two_at_once_counts_once(portal: Portal, clock: SettableClock) -> None:
    deliver(portal, "d-1", 1, 1, "York", "broken")
    with portal._database.unit_of_work() as session:
        (waiting,) = inbox.waiting_under(session, "system:", 0, 9)
        failed.put_off(session, waiting, "one", clock.now)
        failed.put_off(session, waiting, "another", clock.now)
    assert attempts(portal) == [1]


def test_scans_that_fail_are_left_to_a_planner_and_stop_nobody(portal: Portal, clock: SettableClock) -> None:
    open_shop(portal)
    nowhere = Scan(datetime(2026, 6, 14, 9, 0), ParcelStatus.IN_TRANSIT, "Leeds", "")  # noqa: DTZ001 that is the fault
    portal.hear_of_parcels("signed", "d-1", [Heard("TRK-1002A", (nowhere,))])
    portal.hear_of_parcels("signed", "d-2", [Heard("TRK-1002A", (replace(nowhere, scanned_at=clock.now),))])
    assert [portal.take_scans(), portal.take_scans()] == [1, 0]
    assert attempts(portal) == [1, 0]
    for _ in range(MOST_ATTEMPTS):
        clock.forward(timedelta(hours=1))
        portal.take_scans()
    (left,) = portal.failed_deliveries(person(BOSS))
    assert (left.source, left.attempts) == ("carrier:signed", MOST_ATTEMPTS)
    with pytest.raises(NotFound):
        portal.failed_deliveries(person(SUPPORT))


def test_trouble_of_the_database_is_none_of_the_deliverys(portal: Portal, teller: Teller) -> None:
    deliver(portal, "one", 1, 5, "York", "on a full disk")
    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(Unavailable):
            portal.take_deliveries()
    assert attempts(portal) == [0]
    teller.is_at_fault = False
    portal.take_deliveries()
    assert cities(portal)["S-1"] == "York"
