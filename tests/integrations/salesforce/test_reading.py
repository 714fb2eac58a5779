"""An org is read whole in bulk, then what changed; cut off anywhere it goes on without a record lost or doubled."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from core.accounts.service import customer, people_of
from core.catalog.service import products
from core.exchange.ports import Outcome
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.orders.service import order_of
from core.portal import Portal
from core.returns.service import returns_of
from core.shipments.model import Parcel
from core.shipments.service import parcels_of
from integrations.salesforce.feeds import OrgFeed
from tests.conftest import SettableClock
from tests.integrations.salesforce.standin import Node, Org


def first(org: Org, thing: str) -> Node:
    """The first row of an object."""
    return next(iter(org.rows[thing].values()))


def the_order(portal: Portal, org: Org) -> tuple[Order, tuple[Parcel, ...]]:
    row = first(org, "Order")
    with portal._database.reading() as session:
        found = order_of(session, f"salesforce-{row['AccountId']}", row["OrderNumber"])
        return found, parcels_of(session, found)


def test_the_first_reading_takes_everything_in_bulk(connected: Portal, org: Org) -> None:
    outcome = connected.sync("salesforce")
    assert not outcome.troubles
    assert not outcome.faults
    assert outcome.seen == {"customers": 1, "products": 2, "orders": 2, "cases": 0}
    order, _ = the_order(connected, org)
    assert [(line.sku, line.quantity, line.unit_price.minor) for line in order.lines] == [
        ("KETTLE", 1, 3000), ("MUG", 2, 500),
    ]  # fmt: skip
    assert (order.status.value, order.total.minor) == ("open", 4800)
    assert (order.ship_to.name, order.ship_to.line2, order.ship_to.country) == ("Ada", "Flat 2", "GB")
    with connected._database.reading() as session:
        key = f"salesforce-{first(org, 'Account')['Id']}"
        found = customer(session, key)
        assert (found.company, found.name, found.email) == ("Byron & Sons", "Ada", "ada@example.org")
        assert [one.email for one in people_of(session, key)] == ["grace@example.org"]
        assert products(session, ["KETTLE"])["KETTLE"].price.minor == 3000


def test_afterwards_only_what_changed_is_read(connected: Portal, org: Org, clock: SettableClock) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce")
    org.asked.clear()
    assert connected.sync("salesforce").seen["orders"] == 0
    assert not any("/jobs/" in one for one in org.asked)
    org.now = clock.now
    org.add_order(first(org, "Account"), (first(org, "Product2"), 2))
    assert connected.sync("salesforce").fresh["orders"] >= 1
    with connected._database.reading() as session:
        assert len(session.scalars(select(OrderRow)).all()) == 2


def test_a_change_of_a_line_alone_has_its_order_read_again(connected: Portal, org: Org, clock: SettableClock) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce")
    org.now = clock.now
    mug = next(one for one in org.rows["OrderItem"].values() if one["Quantity"] == 2)
    org.change(mug, Quantity=3.0)
    connected.sync("salesforce")
    assert [line.quantity for line in the_order(connected, org)[0].lines] == [1, 3]
    org.change(mug, IsDeleted=True)
    connected.sync("salesforce")
    assert [line.sku for line in the_order(connected, org)[0].lines] == ["KETTLE"]


def test_rows_of_one_moment_are_all_read_however_small_the_page(
    connected: Portal, org: Org, clock: SettableClock
) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce")
    org.now = clock.now
    for _ in range(9):
        org.add_order(first(org, "Account"), (first(org, "Product2"), 1))
    same = org.tick()
    for row in org.rows["Order"].values():
        row["SystemModstamp"] = same
    small = [replace(one, page=2) for one in connected.backend("salesforce").feeds if isinstance(one, OrgFeed)]
    connected.connect(replace(connected.backend("salesforce"), feeds=small))
    connected.sync("salesforce")
    with connected._database.reading() as session:
        assert len(session.scalars(select(OrderRow)).all()) == 10


def test_what_becomes_visible_late_is_read_within_the_overlap(
    connected: Portal, org: Org, clock: SettableClock
) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce")
    org.now = clock.now - timedelta(minutes=4)
    org.add_order(first(org, "Account"), (first(org, "Product2"), 1))
    connected.sync("salesforce")
    with connected._database.reading() as session:
        assert len(session.scalars(select(OrderRow)).all()) == 2


def test_an_order_is_followed_from_parcel_to_return(connected: Portal, org: Org) -> None:
    connected.sync("salesforce")
    order, (kettle, mug) = first(org, "Order"), org.rows["Product2"].values()
    parcel = org.ship(order, "1z999", (mug, 2))
    connected.sync("salesforce")
    known, parcels = the_order(connected, org)
    assert known.status.value == "packed"
    assert [(line.line, line.quantity) for line in parcels[0].lines] == [(2, 2)]
    org.ship(order, "1Z998", (kettle, 1))
    org.change(parcel, Status="Delivered", ActualDeliveryDate=org.tick())
    connected.sync("salesforce")
    known, parcels = the_order(connected, org)
    assert known.status.value == "shipped"
    assert [one.delivered_at is not None for one in parcels] == [True, False]
    back = org.add("ReturnOrder", OrderId=order["Id"], Status="Submitted")
    item = list(org.rows["OrderItem"].values())[1]
    org.add("ReturnOrderLineItem", ReturnOrderId=back["Id"], OrderItemId=item["Id"], QuantityReturned=1.0,
            ReasonForReturn="Damaged")  # fmt: skip
    connected.sync("salesforce")
    with connected._database.reading() as session:
        (found,) = returns_of(session, known)
    assert (found.status.value, found.lines[0].line, found.lines[0].quantity) == ("requested", 2, 1)


def test_a_person_who_left_the_company_no_longer_speaks_for_it(
    connected: Portal, org: Org, clock: SettableClock
) -> None:
    connected.sync("salesforce")
    org.now = clock.now
    grace = list(org.rows["Contact"].values())[1]
    org.change(grace, IsDeleted=True)
    connected.sync("salesforce")
    with connected._database.reading() as session:
        assert people_of(session, f"salesforce-{first(org, 'Account')['Id']}") == []


def test_a_person_who_moved_to_another_company_no_longer_speaks_for_the_first_after_the_nightly_comparing(
    connected: Portal, org: Org, clock: SettableClock
) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    org.now = clock.now
    grace = list(org.rows["Contact"].values())[1]
    org.change(grace, AccountId=org.add_account("Another Ltd")["Id"])
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce", whole=True)
    with connected._database.reading() as session:
        assert people_of(session, f"salesforce-{first(org, 'Account')['Id']}") == []


def test_an_order_that_was_deleted_before_it_left_is_cancelled(connected: Portal, org: Org) -> None:
    connected.sync("salesforce")
    org.change(first(org, "Order"), IsDeleted=True)
    connected.sync("salesforce")
    assert the_order(connected, org)[0].status.value == "cancelled"


def test_a_word_that_is_unknown_lets_nothing_be_changed_and_is_logged(connected: Portal, org: Org, caplog: Any) -> None:
    org.change(first(org, "Order"), Status="In Quarantine")
    connected.sync("salesforce")
    assert the_order(connected, org)[0].status.value == "packed"
    assert "In Quarantine" in caplog.text


def test_an_org_without_parcels_returns_and_several_currencies_is_read_as_well(connected: Portal, org: Org) -> None:
    org.lacks |= {"Shipment", "ShipmentItem", "ReturnOrder", "ReturnOrderLineItem", "Order.CurrencyIsoCode",
                  "PricebookEntry.CurrencyIsoCode", "Order.ShippingCountryCode", "Order.ShippingStateCode"}  # fmt: skip
    outcome = connected.sync("salesforce")
    assert not outcome.troubles
    assert the_order(connected, org)[0].ship_to.country == "GB"
    assert not connected.sync("salesforce").troubles


def test_a_field_that_is_hidden_is_named(connected: Portal, org: Org) -> None:
    org.lacks.add("Order.ShippingCity")
    trouble = connected.sync("salesforce").troubles["orders"]
    assert "does not show Order.ShippingCity" in str(trouble)
    org.lacks.clear()
    assert not connected.sync("salesforce").troubles


def test_a_bulk_job_that_is_cut_off_again_and_again_loses_and_doubles_nothing(connected: Portal, org: Org) -> None:
    org.batch = 7
    small = [replace(one, page=3) for one in connected.backend("salesforce").feeds if isinstance(one, OrgFeed)]
    connected.connect(replace(connected.backend("salesforce"), feeds=small))
    for _ in range(30):
        org.add_order(first(org, "Account"), (first(org, "Product2"), 1))
    chance, readings = Random(7), 0  # noqa: S311 where the connection breaks
    while readings < 60:
        readings += 1
        org.cuts_after = chance.randrange(8, 60)
        if not connected.sync("salesforce").troubles:
            break
    assert readings > 3
    assert sum("POST" in one and one.endswith("/jobs/query") for one in org.asked) < 15
    with connected._database.reading() as session:
        kept = set(session.scalars(select(OrderRow.order_number)))
    assert kept == {one["OrderNumber"] for one in org.rows["Order"].values()}


def test_a_bulk_job_that_is_gone_is_begun_anew(connected: Portal, org: Org) -> None:
    org.batch = 1
    org.add_order(first(org, "Account"), (first(org, "Product2"), 1))
    feeds = [one for one in connected.backend("salesforce").feeds if one.name == "orders"]
    connected.connect(replace(connected.backend("salesforce"), feeds=feeds))
    org.cuts_after = 22
    assert connected.sync("salesforce").troubles
    org.cuts_after = None
    org.jobs.clear()
    assert "begins anew" in str(connected.sync("salesforce").troubles)
    assert not connected.sync("salesforce").troubles
    with connected._database.reading() as session:
        assert len(session.scalars(select(OrderRow)).all()) == 2


def test_a_whole_reading_finds_no_drift_where_there_is_none_and_heals_what_there_is(
    connected: Portal, org: Org, clock: SettableClock
) -> None:
    connected.sync("salesforce")
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce", whole=True)
    drifts = {one.feed: one.drift for one in connected.standings()}
    assert all(drift and drift.missing == drift.different == drift.extra == 0 for drift in drifts.values()), drifts
    with connected._database.unit_of_work() as session:
        session.scalars(select(OrderRow)).one().ship_city = "Nowhere"
    clock.forward(timedelta(hours=1))
    connected.sync("salesforce", whole=True)
    assert the_order(connected, org)[0].ship_to.city == "Leeds"


def test_a_session_that_ended_is_renewed_once(connected: Portal, org: Org) -> None:
    connected.sync("salesforce")
    org.tokens.append("another")
    assert not connected.sync("salesforce").troubles
    assert len(org.tokens) == 3


def test_the_calls_of_the_day_are_left_for_changes_and_a_day_that_is_used_up_is_waited_for(
    connected: Portal, org: Org
) -> None:
    connected.sync("salesforce")
    org.allowed = org.used + 2
    connected.sync("salesforce")
    asked = len(org.asked)
    trouble = connected.sync("salesforce").troubles["orders"]
    assert trouble.outcome is Outcome.THROTTLED
    assert "of the org's daily calls are used up" in str(trouble)
    assert len(org.asked) == asked, "nothing more is asked while the rest is needed for changes"


def test_a_day_that_is_used_up_is_said_so(connected: Portal, org: Org) -> None:
    org.used, org.allowed = 100, 100
    org.tokens.append("x")
    trouble = connected.sync("salesforce").troubles["customers"]
    assert trouble.outcome is Outcome.THROTTLED
    assert "REQUEST_LIMIT_EXCEEDED" in str(trouble)
