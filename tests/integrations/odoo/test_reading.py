"""Reading Odoo through the portal: goods, vendors with price breaks, stock, people and their orders."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.catalog.rows import ProductRow
from core.config import Config
from core.inventory.rows import MovementRow, StockRow
from core.orders.service import order_of
from core.portal import Portal
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow, SupplierItemRow, SupplierRow
from integrations.odoo.backend import backend
from tests.conftest import SettableClock
from tests.flows.talking import customer
from tests.integrations.odoo.erp import Erp
from tests.integrations.odoo.lantern import by_code, goods, offer, sell
from tests.shop import bring


@pytest.fixture
def read(connected: Portal) -> Portal:
    outcome = connected.sync("odoo")
    assert not outcome.troubles
    assert not outcome.faults
    return connected


def again(portal: Portal, clock: SettableClock, *, whole: bool = False) -> list[str]:
    """Read what changed; the sentences about what was left out."""
    clock.forward(timedelta(hours=1))
    outcome = portal.sync("odoo", whole=whole)
    assert not outcome.troubles
    portal.look_up("odoo")
    return [fault.sentence for fault in outcome.faults]


def on_hand(portal: Portal) -> dict[tuple[str, str], int]:
    with portal._database.reading() as session:
        return {(row.sku, row.location): row.on_hand for row in session.scalars(select(StockRow))}


def items(portal: Portal) -> dict[str, SupplierItemRow]:
    with portal._database.reading() as session:
        return {row.sku: row for row in session.scalars(select(SupplierItemRow))}


def test_products_come_as_variants_with_their_options_and_tax(read: Portal) -> None:
    with read._database.reading() as session:
        found = {row.sku: row for row in session.scalars(select(ProductRow))}
    assert (found["KETTLE"].name, found["KETTLE"].price, found["KETTLE"].tax_rate) == ("Copper Kettle", 3000, 0.2)
    assert (found["MUG-B"].name, found["MUG-B"].options) == ("Mug blue", {"colour": "blue"})
    assert found["MUG-B"].family == found["MUG-R"].family != ""
    assert found["KETTLE"].family == ""


def test_vendors_come_with_price_breaks_in_units_however_they_count(read: Portal) -> None:
    found = items(read)
    kettle, mug = found["KETTLE"], found["MUG-R"]
    assert (kettle.unit_cost, kettle.minimum, kettle.price_breaks) == (1200, 4, [[48, 1000]])
    assert (mug.unit_cost, mug.minimum, mug.pack, mug.price_breaks) == (200, 24, 12, [])
    with read._database.reading() as session:
        (vendor,) = session.scalars(select(SupplierRow))
    assert (vendor.name, vendor.email, vendor.currency) == ("Acme Ceramics", "orders@acme.example.org", "GBP")
    assert vendor.lead_time_days == pytest.approx(34 / 3)


def test_what_a_shop_knows_of_a_vendor_beside_odoo_stays(read: Portal, erp: Erp, clock: SettableClock) -> None:
    with read._database.reading() as session:
        (vendor,) = session.scalars(select(SupplierRow))
    kept = {name: getattr(vendor, name) for name in ("supplier", "name", "email", "currency", "lead_time_days")}
    bring(read, "suppliers", {**kept, "order_cost": 2500})
    erp.change("res.partner", int(kept["supplier"].removeprefix("odoo-")), email="sales@acme.example.org")
    again(read, clock)
    with read._database.reading() as session:
        (vendor,) = session.scalars(select(SupplierRow))
    assert (vendor.email, vendor.order_cost) == ("sales@acme.example.org", 2500)


def test_stock_is_counted_by_warehouse_and_follows_what_is_sold_out(
    read: Portal, erp: Erp, clock: SettableClock
) -> None:
    assert on_hand(read) == {("KETTLE", "main"): 3, ("MUG-B", "main"): 40, ("MUG-R", "main"): 0}
    erp.put(by_code(erp, "KETTLE"), -3)
    again(read, clock)
    assert on_hand(read)["KETTLE", "main"] == 0


def test_a_night_that_finds_the_same_stock_moves_nothing(read: Portal, clock: SettableClock) -> None:
    def moves() -> int:
        with read._database.reading() as session:
            return session.scalar(select(func.count()).select_from(MovementRow)) or 0

    before, here = moves(), on_hand(read)
    clock.forward(timedelta(days=1))
    read.sync("odoo", whole=True)
    assert (moves(), on_hand(read)) == (before, here)


def test_an_order_comes_with_its_customer_and_is_tracked_in_the_chat(
    read: Portal, erp: Erp, clock: SettableClock
) -> None:
    (order,) = erp.rows["sale.order"].values()
    ada = f"odoo-{order['partner_id']}"
    with read._database.reading() as session:
        kept = order_of(session, ada, order["name"])
    assert [(one.sku, one.quantity, one.unit_price.minor) for one in kept.lines] == [
        ("KETTLE", 1, 3000), ("MUG-B", 2, 500),
    ]  # fmt: skip
    assert (kept.location, kept.ship_to.city, kept.status.value) == ("main", "Leeds", "open")
    for line in [one for one in erp.rows["sale.order.line"].values() if one["order_id"] == order["id"]]:
        erp.change("sale.order.line", line["id"], qty_delivered=line["product_uom_qty"])
    carrier = erp.make("delivery.carrier", name="UPS")
    erp.make("stock.picking", name="WH/OUT/1", state="done", date_done=erp.stamp(), sale_id=order["id"],
             carrier_tracking_ref="1Z9", carrier_id=carrier)  # fmt: skip
    again(read, clock)
    told = customer(read, ada).say("where is my order?").text
    assert "1Z9" in told
    assert "UPS" in told
    refused = customer(read, ada).say(f"cancel order {order['name']}")
    assert not refused.actions


def test_quotations_are_no_orders_and_a_state_nobody_knows_is_named_and_logged(
    read: Portal, erp: Erp, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    buyer = next(iter(erp.rows["sale.order"].values()))["partner_id"]
    draft = sell(erp, buyer, {by_code(erp, "KETTLE"): (1, 30.0)}, state="draft")
    odd = sell(erp, buyer, {by_code(erp, "KETTLE"): (1, 30.0)}, state="parked")
    (fault,) = again(read, clock)
    assert "unknown here" in fault
    assert "“parked”" in caplog.text
    with read._database.reading() as session:
        known = {erp.rows["sale.order"][number]["name"] for number in (draft, odd)}
        kept = session.scalars(select(PurchaseOrderRow.purchase_order_number))
        assert not known & set(kept)


def test_an_order_bought_in_odoo_counts_as_on_order_until_it_is_here(
    read: Portal, erp: Erp, clock: SettableClock
) -> None:
    (acme,) = [number for number, one in erp.rows["res.partner"].items() if one.get("supplier_rank")]
    unit = next(iter(erp.rows["uom.uom"]))
    name = "product_uom_id" if erp.series >= 19 else "product_uom"
    line = {"product_id": by_code(erp, "KETTLE"), "name": "Kettle", "product_qty": 8, "price_unit": 12.0,
            "date_planned": "2026-06-24 12:00:00", name: unit}  # fmt: skip
    pounds = next(iter(erp.rows["res.currency"]))
    order = erp.make("purchase.order", partner_id=acme, currency_id=pounds, order_line=[[0, 0, line]])
    again(read, clock)
    with read._database.reading() as session:
        assert session.scalars(select(PurchaseOrderRow)).all() == [], "a request for quotation orders nothing"
    erp.confirm(order)
    again(read, clock)
    erp.receive(order, {"KETTLE": 5})
    again(read, clock)
    with read._database.reading() as session:
        (head,) = session.scalars(select(PurchaseOrderRow))
        (kept,) = session.scalars(select(PurchaseOrderLineRow))
    assert (head.status, head.location, head.expected_on.isoformat()) == ("sent", "main", "2026-06-24")
    assert (kept.sku, kept.quantity, kept.received, kept.unit_cost) == ("KETTLE", 8, 5, 1200)
    assert on_hand(read)["KETTLE", "main"] == 8
    erp.receive(order, {"KETTLE": 3})
    again(read, clock)
    with read._database.reading() as session:
        (head,) = session.scalars(select(PurchaseOrderRow))
    assert (head.status, head.received_at is not None) == ("received", True)
    assert on_hand(read)["KETTLE", "main"] == 11


def test_what_is_archived_is_no_longer_sold_and_what_is_deleted_neither(
    read: Portal, erp: Erp, clock: SettableClock
) -> None:
    erp.change("product.product", by_code(erp, "MUG-R"), active=False)
    again(read, clock)
    del erp.rows["product.product"][by_code(erp, "KETTLE")]
    again(read, clock, whole=True)
    with read._database.reading() as session:
        sold = {row.sku: row.active for row in session.scalars(select(ProductRow))}
    assert sold == {"KETTLE": False, "MUG-B": True, "MUG-R": False}


def test_a_price_that_is_deleted_or_has_run_out_is_no_longer_planned_with(
    read: Portal, erp: Erp, clock: SettableClock
) -> None:
    for number in [one["id"] for one in erp.rows["product.supplierinfo"].values() if one["product_id"]]:
        del erp.rows["product.supplierinfo"][number]
    again(read, clock, whole=True)
    assert sorted(items(read)) == ["MUG-B", "MUG-R"]


def test_what_we_may_not_see_any_more_is_not_taken_for_deleted(read: Portal, erp: Erp, clock: SettableClock) -> None:
    erp.hidden = {by_code(erp, "KETTLE")}
    again(read, clock, whole=True)
    with read._database.reading() as session:
        assert session.get_one(ProductRow, "KETTLE").active


def test_a_reading_that_was_cut_off_goes_on_behind_its_last_page(connected: Portal, erp: Erp) -> None:
    unit = next(iter(erp.rows["uom.uom"]))
    for number in range(130):
        goods(erp, f"CUP-{number}", f"Cup {number}", 4.0, unit)
    feed = next(one for one in connected.backend("odoo").feeds if one.name == "products")
    first = next(iter(feed.pull(None, connected._clock())))
    rest = [record.key for page in feed.pull(first.cursor, connected._clock()) for record in page.records]
    before = [record.key for record in first.records]
    assert (len(before), len(rest), len({*before, *rest})) == (100, 33, 133)


def test_prices_of_another_time_or_no_cheaper_are_no_break(read: Portal, erp: Erp, clock: SettableClock) -> None:
    (acme,) = [number for number, one in erp.rows["res.partner"].items() if one.get("supplier_rank")]
    unit, kettle = next(iter(erp.rows["uom.uom"])), by_code(erp, "KETTLE")
    offer(erp, acme, kettle, unit, price=9.0, min_qty=100.0, date_start="2027-01-01")
    offer(erp, acme, kettle, unit, price=11.0, min_qty=200.0)
    offer(erp, acme, kettle, unit, price=10.0, discount=20.0, min_qty=96.0)
    again(read, clock)
    assert items(read)["KETTLE"].price_breaks == [[48, 1000], [96, 800]]


def test_what_comes_from_elsewhere_is_not_read(config: Config) -> None:
    section = config.odoo.model_copy(update={"takes_items": False, "takes_sales": False, "reads_stock": False})
    made = backend(config.model_copy(update={"odoo": section}))
    assert [feed.name for feed in made.feeds] == ["locations", "vendors", "prices", "purchases"]
    assert {feed.name for feed in backend(config).feeds} == {
        "locations", "products", "vendors", "prices", "customers", "orders", "purchases", "stock",
    }  # fmt: skip
