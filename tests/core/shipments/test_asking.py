"""Carriers are asked about what is under way, the young ones more often, within what they allow, and by one of us."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Config
from core.database.engine import Database
from core.exchange.ports import Outcome, Trouble
from core.portal import Portal
from core.shipments.asking import pause
from core.shipments.model import Heard, ParcelStatus, Scan
from tests import shop
from tests.conftest import SettableClock


@dataclass
class Carrier:
    """A carrier in memory."""

    knows: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    name: str = "fast"
    called: str = "Fast"
    calls: int = 10
    every: timedelta = timedelta(minutes=5)
    trouble: Trouble | None = None
    asked: list[str] = field(default_factory=list)

    def is_for(self, carrier: str) -> bool:
        return carrier.startswith(self.called)

    def track(self, number: str, carrier: str) -> list[Heard]:
        assert carrier.startswith(self.called)
        self.asked.append(number)
        if self.trouble is not None:
            raise self.trouble
        scans = tuple(Scan(at, ParcelStatus(status), "Leeds", "") for at, status in self.knows.get(number, []))
        return [Heard(number, scans)]


@pytest.fixture
def stocked(portal: Portal) -> Portal:
    shop.open_shop(portal)
    return portal


def send(portal: Portal, now: datetime, days_ago: Sequence[float], carrier: str = "Fast Parcels") -> list[str]:
    """Parcels of some ages, by their numbers."""
    numbers = [f"P{number}-{carrier[:1]}" for number in range(len(days_ago))]
    for number, days in zip(numbers, days_ago, strict=True):
        parcel = {"tracking_number": number, "order_number": "1001", "carrier": carrier}
        shop.bring(portal, "parcels", {**parcel, "shipped_at": now - timedelta(days=days)})
    return numbers


def test_what_a_carrier_says_is_taken_in_and_asked_again_by_age(stocked: Portal, clock: SettableClock) -> None:
    young, old = send(stocked, clock.now, [1, 20])
    carrier = Carrier({young: [(clock.now, "in_transit")], old: [(clock.now, "in_transit")]})
    stocked.know_trackers([carrier])
    assert stocked.ask_carriers()["fast"].heard == 2
    assert stocked.take_scans() == 2
    clock.forward(timedelta(hours=4))
    assert stocked.ask_carriers()["fast"].asked == 1
    assert carrier.asked[2:] == [young]
    assert stocked.take_scans() == 0  # it said the same again


def test_only_parcels_under_way_are_asked_about(stocked: Portal, clock: SettableClock) -> None:
    under_way, arrived, _ancient = send(stocked, clock.now, [1, 2, 61])
    send(stocked, clock.now, [1], "Other Post")
    shop.bring(stocked, "scans", {"tracking_number": arrived, "scanned_at": clock.now, "status": "delivered"})
    carrier = Carrier()
    stocked.know_trackers([carrier])
    stocked.ask_carriers()
    assert carrier.asked == [under_way]


def test_a_round_keeps_to_what_the_carrier_allows_and_the_next_goes_on(stocked: Portal, clock: SettableClock) -> None:
    numbers = send(stocked, clock.now, [1, 2, 3, 4, 5])
    carrier = Carrier(calls=2)
    stocked.know_trackers([carrier])
    rounds = [stocked.ask_carriers() for _ in range(2)]
    assert [len(one) for one in rounds] == [1, 0]  # one round in five minutes
    assert carrier.asked == numbers[:2]
    clock.forward(timedelta(minutes=5))
    stocked.ask_carriers()
    assert carrier.asked == numbers[:4]


def test_two_replicas_do_not_ask_twice(
    stocked: Portal, database: Database, config: Config, clock: SettableClock
) -> None:
    (number,) = send(stocked, clock.now, [1])
    carrier, other = Carrier(), Portal(database, config, clock)
    for one in (stocked, other):
        one.know_trackers([carrier])
        one.ask_carriers()
    assert carrier.asked == [number]


@pytest.mark.parametrize("outcome", [Outcome.SILENT, Outcome.THROTTLED, Outcome.UNAUTHORISED, Outcome.FORBIDDEN])
def test_a_carrier_that_does_not_answer_is_left_alone_for_a_while(
    stocked: Portal, clock: SettableClock, outcome: Outcome
) -> None:
    send(stocked, clock.now, [1, 2, 3])
    carrier = Carrier(trouble=Trouble(outcome, "Fast does not answer.", after_s=7200))
    stocked.know_trackers([carrier])
    assert stocked.ask_carriers()["fast"].trouble == "Fast does not answer."
    assert len(carrier.asked) == 1
    carrier.trouble = None
    clock.forward(timedelta(hours=1))
    assert stocked.ask_carriers()["fast"].asked == 0
    clock.forward(timedelta(hours=1))
    assert stocked.ask_carriers()["fast"].asked == 3


def test_a_number_that_is_refused_holds_no_other_up(stocked: Portal, clock: SettableClock) -> None:
    send(stocked, clock.now, [1, 2])
    carrier = Carrier(trouble=Trouble(Outcome.REFUSED, "Fast answered with status 404."))
    stocked.know_trackers([carrier])
    assert stocked.ask_carriers()["fast"].asked == 2


def test_who_never_knows_a_parcel_is_asked_less_and_less(stocked: Portal, clock: SettableClock) -> None:
    (number,) = send(stocked, clock.now, [0])
    carrier = Carrier(calls=1)
    stocked.know_trackers([carrier])
    for _ in range(3 * 24):
        stocked.ask_carriers()
        clock.forward(timedelta(hours=1))
    assert 4 <= carrier.asked.count(number) <= 6


@given(st.floats(0, 60), st.integers(0, 100), st.booleans())
def test_a_pause_is_between_an_hour_and_a_day(days: float, misses: int, is_near: bool) -> None:
    found = pause(timedelta(days=days), misses, is_near=is_near)
    assert timedelta(hours=1) <= found <= timedelta(days=1)
    assert found <= pause(timedelta(days=days), misses + 1, is_near=is_near)
