"""What may come back, until when, and that it is written down whole or not at all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from core.config import Returns
from core.database.audit import AuditRow
from core.database.engine import Database
from core.errors import InvalidInput, Refused
from core.orders import service as orders
from core.portal import Portal
from core.returns import service as returns
from core.returns.model import Return, Returnable, ReturnKind, ReturnStatus
from core.returns.rows import ReturnRow
from core.returns.service import AskedReturn, ReturnRules
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.shop import ADA, BELL, LAMP, MUG, bring, open_shop, order, parcel

RULES = ReturnRules(30, ZoneInfo("Europe/London"))
DELIVERED_AT = datetime(2026, 6, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def opened(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


def verdicts(database: Database, number: str, now: datetime, rules: ReturnRules = RULES) -> dict[str, Returnable]:
    with database.reading() as session:
        found = orders.order_of(session, ADA, number)
        judged = returns.returnable(session, found, rules, now.astimezone(rules.zone).date())
    return {verdict.sku: verdict for verdict in judged}


def ask(database: Database, now: datetime, units: dict[int, int], number: str = "1001") -> Return:
    with database.unit_of_work() as session:
        found = orders.order_of(session, ADA, number)
        return returns.request_return(session, found, AskedReturn(units, "damaged"), RULES, now)


@pytest.mark.usefixtures("opened")
def test_all_that_was_delivered_may_come_back(database: Database, clock: SettableClock) -> None:
    found = verdicts(database, "1001", clock.now)
    assert {sku: (verdict.quantity, verdict.rule) for sku, verdict in found.items()} == {MUG: (6, ""), LAMP: (1, "")}


@pytest.mark.usefixtures("opened")
@ON_SQLITE
def test_what_is_under_way_or_final_sale_may_not(database: Database, clock: SettableClock) -> None:
    found = verdicts(database, "1002", clock.now)
    assert (found[MUG].quantity, found[MUG].rule) == (0, "return-not-delivered")
    assert (found[BELL].quantity, found[BELL].rule) == (0, "return-final-sale")


@pytest.mark.usefixtures("opened")
@ON_SQLITE
@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (datetime(2026, 7, 5, 22, 59, tzinfo=UTC), True),  # a minute before midnight in London
        (datetime(2026, 7, 5, 23, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_day_of_the_window_counts_to_its_end(database: Database, moment: datetime, may: bool) -> None:
    mug = verdicts(database, "1001", moment)[MUG]
    assert (mug.quantity > 0) == may
    assert may or mug.why_not == "the 30 days for returns ended on 5 July 2026"


@ON_SQLITE
def test_the_window_begins_on_the_day_of_delivery_where_the_customer_is(opened: Portal, database: Database) -> None:
    late = datetime(2026, 6, 5, 23, 30, tzinfo=UTC)  # half past midnight of the next day in London
    order(opened, "1005", ADA, [(MUG, "Mug", 1, 450)], status="delivered")
    parcel(opened, "TRK-1005", "1005", {1: 1}, {late: "delivered"})
    assert verdicts(database, "1005", datetime(2026, 7, 6, 12, tzinfo=UTC))[MUG].quantity == 1
    assert verdicts(database, "1005", datetime(2026, 7, 7, 12, tzinfo=UTC))[MUG].rule == "return-window"


@ON_SQLITE
def test_what_came_in_two_parcels_is_added_up_and_the_later_one_counts(opened: Portal, database: Database) -> None:
    order(opened, "1006", ADA, [(MUG, "Mug", 12, 450)], status="shipped")
    parcel(opened, "TRK-A", "1006", {1: 4}, {DELIVERED_AT: "delivered"})
    parcel(opened, "TRK-B", "1006", {1: 5}, {DELIVERED_AT + timedelta(days=6): "delivered"})
    parcel(opened, "TRK-C", "1006", {1: 3}, {DELIVERED_AT + timedelta(days=6): "in_transit"})
    assert verdicts(database, "1006", DELIVERED_AT + timedelta(days=36))[MUG].quantity == 9
    assert verdicts(database, "1006", DELIVERED_AT + timedelta(days=37))[MUG].rule == "return-window"


@ON_SQLITE
def test_nobody_is_told_that_a_delivered_order_was_not_delivered(
    opened: Portal, database: Database, clock: SettableClock
) -> None:
    order(opened, "1007", ADA, [(MUG, "Mug", 1, 450)], status="delivered")
    assert "not been delivered" not in verdicts(database, "1007", clock.now)[MUG].why_not


@pytest.mark.usefixtures("opened")
def test_a_return_is_written_with_its_lines_and_an_audit_row(database: Database, clock: SettableClock) -> None:
    written = ask(database, clock.now, {1: 2, 2: 1})
    assert (written.return_number, written.status) == ("R-000001", ReturnStatus.REQUESTED)
    assert [(line.line, line.quantity, line.reason) for line in written.lines] == [(1, 2, "damaged"), (2, 1, "damaged")]
    with database.reading() as session:
        row = session.scalars(select(AuditRow)).one()
        assert returns.returned_units(session, "1001") == {1: 2, 2: 1}
    assert (row.who, row.act, row.subject) == (f"customer:{ADA}", "return_requested", "return:R-000001")
    assert verdicts(database, "1001", clock.now)[MUG].quantity == 4


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("units", [{}, {1: 0}, {1: -1}, {9: 1}])
@ON_SQLITE
def test_nothing_to_return_is_said(database: Database, clock: SettableClock, units: dict[int, int]) -> None:
    with pytest.raises(InvalidInput, match="which lines of the order"):
        ask(database, clock.now, units)


@pytest.mark.usefixtures("opened")
def test_more_than_is_left_is_refused_and_nothing_is_written(database: Database, clock: SettableClock) -> None:
    ask(database, clock.now, {1: 4})
    with pytest.raises(Refused, match="only 2 of it can come back") as caught:
        ask(database, clock.now, {2: 1, 1: 3})
    assert caught.value.rule == "return-quantity"
    with pytest.raises(Refused, match="ended on 5 July"):
        ask(database, clock.now + timedelta(days=60), {1: 1})
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReturnRow)) == 1
    assert ask(database, clock.now, {1: 2}).return_number == "R-000002"


@pytest.mark.parametrize(("status", "left"), [("cancelled", 6), ("rejected", 6), ("received", 4), ("refunded", 4)])
@ON_SQLITE
def test_a_return_that_came_to_nothing_gives_its_units_back(
    opened: Portal, database: Database, clock: SettableClock, status: str, left: int
) -> None:
    number = ask(database, clock.now, {1: 2}).return_number
    bring(
        opened,
        "returns",
        {
            "return_number": number,
            "order_number": "1001",
            "kind": "return",
            "status": status,
            "requested_at": clock.now,
        },
    )
    assert verdicts(database, "1001", clock.now)[MUG].quantity == left


@ON_SQLITE
def test_a_number_that_was_brought_from_elsewhere_is_not_given_out_again(
    opened: Portal, database: Database, clock: SettableClock
) -> None:
    brought = {"return_number": "R-000001", "order_number": "1002", "kind": "return", "status": "refunded"}
    bring(opened, "returns", {**brought, "requested_at": clock.now})
    assert ask(database, clock.now, {1: 1}).return_number != "R-000001"


@ON_SQLITE
@pytest.mark.parametrize(
    ("delivered_at", "last", "over"),
    [
        (  # summer time ends in the last night of the window
            datetime(2026, 9, 25, 9, tzinfo=UTC),
            datetime(2026, 10, 25, 23, 59, tzinfo=UTC),
            datetime(2026, 10, 26, 0, 0, tzinfo=UTC),
        ),
        (  # summer time begins in it
            datetime(2026, 2, 27, 9, tzinfo=UTC),
            datetime(2026, 3, 29, 22, 59, tzinfo=UTC),
            datetime(2026, 3, 29, 23, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_window_ends_at_midnight_where_the_customer_is_on_nights_when_clocks_change(
    opened: Portal, database: Database, delivered_at: datetime, last: datetime, over: datetime
) -> None:
    order(opened, "1008", ADA, [(MUG, "Mug", 1, 450)], status="delivered")
    parcel(opened, "TRK-1008", "1008", {1: 1}, {delivered_at: "delivered"})
    assert verdicts(database, "1008", last)[MUG].quantity == 1
    assert verdicts(database, "1008", over)[MUG].rule == "return-window"


@pytest.mark.usefixtures("opened")
@ON_SQLITE
def test_no_rule_of_the_shop_stands_against_a_withdrawal_inside_its_window(
    database: Database, clock: SettableClock
) -> None:
    strict = ReturnRules(0, RULES.zone, Returns(requests_per_order=1))
    with database.reading() as session:
        found = orders.order_of(session, ADA, "1002")
        judged = returns.returnable(session, found, strict, clock.now.date(), ReturnKind.WITHDRAWAL)
    assert [verdict.quantity for verdict in judged if verdict.sku == BELL] == [2]
