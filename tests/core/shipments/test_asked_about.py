"""A lane whose parcels are asked about more than others is given more room, by days, within bounds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database.engine import Database
from core.portal import Portal
from core.shipments.asked_about import MOST_DAYS, room_for
from core.shipments.rows import ParcelQuestionRow
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import Talk, customer
from tests.shop import ADA, GRACE, OPENED, open_shop, order, parcel

FEW = 12


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_shop(portal)
    return customer(portal, ADA)


def parcels(portal: Portal, carrier: str, country: str, count: int = FEW) -> list[str]:
    """Parcels under way of Grace's orders."""
    numbers = [f"{carrier}-{country}-{place}" for place in range(count)]
    for number in numbers:
        order(
            portal,
            f"O-{number}",
            GRACE,
            [("BELL-1", "Brass Door Bell", 1, 900)],
            status="shipped",
            ship_country=country,
        )
        parcel(portal, number, f"O-{number}", {1: 1}, {OPENED - timedelta(days=2): "picked_up"}, carrier=carrier)
    return numbers


def asked(database: Database, numbers: list[str]) -> None:
    with database.unit_of_work() as session:
        session.add_all(ParcelQuestionRow(tracking_number=one, asked_on=OPENED.date()) for one in numbers)


def test_each_doubling_of_questions_is_a_day_and_three_are_the_most() -> None:
    assert [room_for(count, 100, 100, 1000) for count in (0, 4, 10, 20, 40)] == [0, 0, 0, 1, 2]
    assert room_for(1000, 1000, 1000, 1_000_000) == MOST_DAYS
    assert room_for(4, 4, 4, 100_000) == 0


@ON_SQLITE
def test_a_question_is_noted_once_a_day_for_parcels_under_way(ada: Talk, database: Database) -> None:
    for _ in range(2):
        ada.say("where is order 1002?")
    with database.reading() as session:
        assert session.scalars(select(ParcelQuestionRow.tracking_number)).all() == ["TRK-1002A"]


@ON_SQLITE
def test_parcels_on_a_slow_way_are_said_with_room_and_others_as_the_carrier_says(
    ada: Talk, database: Database, clock: SettableClock
) -> None:
    asked(database, parcels(ada.portal, "Snail", "DE"))
    parcels(ada.portal, "Parcelforce", "GB", 40)
    day = (clock.now + timedelta(days=2)).date()
    order(ada.portal, "3001", ADA, [("BELL-1", "Brass Door Bell", 1, 900)], status="shipped", ship_country="DE")
    parcel(ada.portal, "TRK-3001", "3001", {1: 1}, {OPENED - timedelta(days=1): "picked_up"},
           carrier="Snail", expected_on=day)  # fmt: skip
    told = ada.say("where is order 3001?").text
    assert "take longer lately" in told
    assert "17 June" in told or "June 17" in told
    assert "19 June" in told or "June 19" in told
    assert "take longer lately" not in ada.say("where is order 1002?").text
