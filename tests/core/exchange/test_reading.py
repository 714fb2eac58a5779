"""Reading a connected system: resumed where it broke off, never an older record in place of a newer one."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from core.accounts.service import is_known
from core.catalog.service import products
from core.database.audit import AuditRow
from core.exchange import origins
from core.exchange.ports import Admitted, Outcome, Trouble
from core.orders.rows import OrderLineRow, OrderRow
from core.orders.service import order_of
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.exchange.standin import Standin, customer, order, product


@pytest.fixture
def standin(portal: Portal) -> Standin:
    system = Standin()
    portal.connect(system.backend())
    return system


def hinted(portal: Portal, table: str, number: str, clock: SettableClock) -> None:
    with portal._database.unit_of_work() as session:
        origins.hint(session, "standin", table, number, clock.now)


def orders(portal: Portal) -> dict[str, str]:
    with portal._database.reading() as session:
        return {row.order_number: row.ship_city for row in session.scalars(select(OrderRow))}


def test_a_reading_that_breaks_off_goes_on_behind_the_last_page_taken(portal: Portal, standin: Standin) -> None:
    standin.breaks_after = 2
    outcome = portal.sync("standin")
    assert str(outcome.troubles["all"]) == "The stand-in does not answer."
    assert orders(portal) == {"S-1": "Leeds"}
    (standing,) = portal.standings()
    assert standing.failing_since is not None
    assert standing.succeeded_at is None
    standin.breaks_after = None
    assert not portal.sync("standin").troubles
    assert standin.pulled_from == [None, {"next": 2}]
    assert orders(portal) == {"S-1": "Leeds", "S-2": "Leeds"}
    (standing,) = portal.standings()
    assert standing.failing_since is None
    assert standing.succeeded_at is not None


@pytest.mark.parametrize(
    ("said", "begins_anew"),
    [
        (Trouble(Outcome.SILENT, "It does not answer."), False), (Trouble(Outcome.THROTTLED, "Too often."), False),
        (Trouble(Outcome.REFUSED, "No such place."), True), (ValueError("of Ada Byron"), True), (KeyError("x"), True),
    ],
)  # fmt: skip
def test_a_place_that_is_not_taken_twice_is_given_up(
    portal: Portal, standin: Standin, said: Exception, caplog: pytest.LogCaptureFixture, *, begins_anew: bool
) -> None:
    standin.breaks_after, standin.breaks_with = 2, said
    for _ in range(3):
        assert portal.sync("standin").troubles
    behind = {"next": 2}
    assert standin.pulled_from == [None, behind, None if begins_anew else behind]
    assert "Byron" not in caplog.text
    standin.breaks_after = None
    portal.sync("standin")
    assert set(orders(portal)) == {"S-1", "S-2"}


def test_what_no_database_takes_is_left_out_of_a_text(portal: Portal, standin: Standin) -> None:
    standin.records[1] = order(1, city="Le\ud800e\x00ds")
    assert not portal.sync("standin").troubles
    assert orders(portal) == {"S-1": "Leeds", "S-2": "Leeds"}


def test_comparing_reports_what_was_missing_different_and_extra_and_puts_it_right(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    portal.sync("standin")
    standin.records = [customer(1, "ada@example.org"), order(1, 5, city="York"), order(3)]
    clock.forward(timedelta(hours=1))
    portal.sync("standin", whole=True)
    (standing,) = portal.standings()
    assert standing.drift is not None
    assert (standing.drift.seen, standing.drift.missing, standing.drift.different, standing.drift.extra) == (3, 1, 1, 1)
    assert orders(portal) == {"S-1": "York", "S-2": "Leeds", "S-3": "Leeds"}


def test_what_is_gone_there_is_called_off_here_once_and_not_forgotten(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    standin.records += [product("LAMP"), order(3, status="shipped")]
    portal.sync("standin")
    standin.gone = {"order/1", "order/3", "product/LAMP", "customer/1", "order/99"}
    for table, number in (("orders", "order/1"), ("orders", "order/3"), ("products", "product/LAMP"),
                          ("customers", "customer/1"), ("orders", "order/99")):  # fmt: skip
        hinted(portal, table, number, clock)
    assert portal.look_up("standin") == 5
    with portal._database.reading() as session:
        states = {row.order_number: row.status for row in session.scalars(select(OrderRow))}
        assert states == {"S-1": "cancelled", "S-2": "open", "S-3": "shipped"}
        assert not products(session, ["LAMP"])["LAMP"].active
        assert is_known(session, "C1")
        assert origins.places_of(session, "orders", "S-1") == []
        noted = session.scalars(select(AuditRow.subject).where(AuditRow.act == "order_called_off")).all()
    assert noted == ["order:S-1"]
    hinted(portal, "orders", "order/1", clock)
    portal.look_up("standin")
    with portal._database.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.act == "order_called_off")).all()) == 1


def test_what_another_system_still_has_stays_on_sale(portal: Portal, standin: Standin, clock: SettableClock) -> None:
    standin.records.append(product("LAMP"))
    portal.sync("standin")
    with portal._database.unit_of_work() as session:
        origins.link(session, "other", "products", "their-lamp", "LAMP")
    standin.gone = {"product/LAMP"}
    hinted(portal, "products", "product/LAMP", clock)
    portal.look_up("standin")
    with portal._database.reading() as session:
        assert products(session, ["LAMP"])["LAMP"].active


@pytest.mark.parametrize("sequence", list(permutations(range(3))))
def test_in_whatever_order_versions_come_the_latest_stays(
    portal: Portal, standin: Standin, sequence: tuple[int, ...]
) -> None:
    standin.records = [customer(1, "ada@example.org")]
    portal.sync("standin")
    told = [order(1), order(1, 1, city="York", units=(1,)), order(1, 2, city="Hull", units=(4, 1, 1), status="packed")]
    for place in sequence:
        standin.records.append(told[place])
        portal.sync("standin")
    assert orders(portal) == {"S-1": "Hull"}
    with portal._database.reading() as session:
        lines = session.execute(select(OrderLineRow.line, OrderLineRow.quantity).order_by(OrderLineRow.line)).all()
    assert [tuple(line) for line in lines] == [(1, 4), (2, 1), (3, 1)]


def test_a_delivery_is_stored_once_and_what_it_hints_at_is_looked_up(portal: Portal, standin: Standin) -> None:
    portal.sync("standin")
    delivery = Admitted("d-1", "orders/updated", {}, also="event-1")
    assert portal.hear("standin", delivery, {"order": "order/1"})
    assert not portal.hear("standin", delivery, {"order": "order/1"})
    assert not portal.hear("standin", replace(delivery, delivery_id="d-2"), {"order": "order/1"})
    standin.records[1] = order(1, 3, city="York")
    assert portal.take_deliveries() == 1
    assert portal.take_deliveries() == 0
    assert portal.look_up("standin") == 1
    assert portal.look_up("standin") == 0
    assert orders(portal)["S-1"] == "York"


@pytest.mark.usefixtures("standin")
def test_a_delivery_that_cannot_be_read_is_settled_and_stops_nobody(portal: Portal) -> None:
    portal.sync("standin")
    portal.hear("standin", Admitted("d-1", "orders/updated", {}), {"nonsense": 1})
    portal.hear("standin", Admitted("d-2", "orders/updated", {}), {"order": "order/1"})
    assert portal.take_deliveries() == 2
    assert portal.look_up("standin") == 1


@pytest.mark.usefixtures("standin")
def test_whoever_is_erased_there_is_erased_here(portal: Portal) -> None:
    portal.sync("standin")
    portal.hear("standin", Admitted("d-1", "erase", {}), {"customer": "C1"})
    portal.take_deliveries()
    with portal._database.reading() as session:
        assert not is_known(session, "C1")
        row = session.get_one(OrderRow, "S-1")
        assert row.ship_line1 == ""


def test_an_order_of_the_system_goes_back_where_the_system_says_so(portal: Portal, standin: Standin) -> None:
    standin.records.append(order(1, 1, status="cancelled"))
    portal.sync("standin")
    standin.records.append(order(1, 2, status="open"))
    portal.sync("standin")
    with portal._database.reading() as session:
        assert order_of(session, "C1", "S-1").status.value == "open"
