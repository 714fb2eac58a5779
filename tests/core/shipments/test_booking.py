"""Parcels booked here, of orders from another system: it is told of each once, and they stay until it knows them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.mailroom.ports import Later
from core.orders.service import order_of
from core.portal import Portal
from core.shipments.service import parcels_of
from tests.conftest import SettableClock
from tests.core.exchange.standin import Standin, order
from tests.shop import bring

A_MINUTE, A_QUARTER = timedelta(minutes=1), timedelta(minutes=15)


@pytest.fixture
def standin(portal: Portal) -> Standin:
    system = Standin()
    portal.connect(system.backend())
    portal.sync("standin")
    return system


def book(portal: Portal, number: str, *lines: tuple[int, int], of: str = "S-1") -> None:
    parcel = {"tracking_number": number, "order_number": of, "carrier": "DPD", "shipped_at": portal._clock()}
    bring(portal, "parcels", parcel)
    bring(portal, "parcel_lines", *({"tracking_number": number, "line": line, "quantity": units}
                                    for line, units in lines))  # fmt: skip


def told(portal: Portal, standin: Standin) -> list[dict[str, Any]]:
    """What the system was told of parcels, once everything is delivered."""
    portal.pass_on_parcels()
    portal.deliver(channel="standin")
    assert {post.content["act"] for post in standin.written} <= {"ship"}
    return [post.content["detail"] for post in standin.written]


def parcels(portal: Portal) -> list[str]:
    with portal._database.reading() as session:
        return [one.tracking_number for one in parcels_of(session, order_of(session, "C1", "S-1"))]


def test_the_system_is_told_once_what_is_in_a_parcel(portal: Portal, standin: Standin, clock: SettableClock) -> None:
    sent_at = clock()
    book(portal, "T1", (1, 1), (2, 1))
    assert told(portal, standin) == []
    clock.forward(A_MINUTE)
    (detail,) = told(portal, standin)
    assert detail == {
        "tracking_number": "T1", "carrier": "DPD", "shipped_at": sent_at.isoformat(), "place": 1,
        "lines": [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}],
    }  # fmt: skip
    assert portal.pass_on_parcels() == 0
    assert len(told(portal, standin)) == 1


def test_a_parcel_of_which_nobody_says_what_is_in_it_has_the_rest(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    book(portal, "T1", (2, 1))
    book(portal, "T2")
    clock.forward(A_MINUTE)
    assert [one["tracking_number"] for one in told(portal, standin)] == ["T1"]
    clock.forward(A_QUARTER)
    rest = told(portal, standin)[1]
    assert (rest["tracking_number"], rest["place"]) == ("T2", 2)
    assert rest["lines"] == [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}]


def test_a_parcel_stays_though_its_system_does_not_show_it_yet(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    book(portal, "T1", (1, 1))
    clock.forward(A_MINUTE)
    assert told(portal, standin)
    seen = order(1, 5, city="York")
    standin.records[1] = replace(seen, rows={**seen.rows, "parcels": [], "parcel_lines": []})
    portal.look_up("standin")
    portal.sync("standin")
    assert parcels(portal) == ["T1"]


def test_a_system_that_does_not_answer_is_told_later(portal: Portal, standin: Standin, clock: SettableClock) -> None:
    book(portal, "T1", (1, 1))
    standin.refuses = Later("The stand-in does not answer.")
    clock.forward(A_MINUTE)
    assert told(portal, standin) == []
    standin.refuses = None
    clock.forward(A_MINUTE)
    assert len(told(portal, standin)) == 1


def test_a_parcel_that_the_system_brought_is_not_told_back_to_it(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    brought = {"tracking_number": "T9", "order_number": "S-1", "carrier": "DPD", "shipped_at": clock()}
    seen = order(1, 5)
    standin.records[1] = replace(seen, rows={**seen.rows, "parcels": [brought], "parcel_lines": []})
    portal.sync("standin", whole=True)
    book(portal, "T9", (1, 1))
    clock.forward(A_QUARTER)
    assert told(portal, standin) == []


def test_what_the_system_sends_itself_is_not_told_to_it(portal: Portal, standin: Standin, clock: SettableClock) -> None:
    standin.records[1] = replace(order(1, 5), served_there=True)
    portal.sync("standin", whole=True)
    book(portal, "T1", (1, 1))
    clock.forward(A_QUARTER)
    assert told(portal, standin) == []
