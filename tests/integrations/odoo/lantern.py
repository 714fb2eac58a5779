"""What the stand-in holds at first: a warehouse, two vendors, three products, a customer and her order."""

from typing import Any

from tests.integrations.odoo.erp import Erp


def open_shop(erp: Erp) -> None:
    """Make everything."""
    pounds = erp.make("res.currency", name="GBP")
    erp.make("res.company", name="Lantern & Lace", currency_id=pounds)
    britain = erp.make("res.country", name="United Kingdom", code="GB")
    unit = _unit(erp, "Units", 1.0)
    dozen = _unit(erp, "Dozens", 12.0)
    tax = erp.make("account.tax", name="20 %", amount=20.0, amount_type="percent", price_include=False)
    house = erp.make("stock.warehouse", name="Main warehouse", code="WH")
    erp.make("stock.location", name="Stock", usage="internal", warehouse_id=house)
    erp.make("stock.location", name="Vendors", usage="supplier")
    erp.make("stock.picking.type", name="Receipts", code="incoming", warehouse_id=house)
    colour = erp.make("product.attribute", name="Colour")
    blue, red = (
        erp.make("product.template.attribute.value", name=name, attribute_id=colour) for name in ("blue", "red")
    )
    kettle = goods(erp, "KETTLE", "Copper Kettle", 30.0, unit, taxes_id=[tax])
    template = erp.make("product.template", name="Mug")
    mugs = [
        goods(erp, sku, "Mug", 5.0, unit, product_tmpl_id=template, product_template_attribute_value_ids=[value])
        for sku, value in (("MUG-B", blue), ("MUG-R", red))
    ]
    acme = erp.make("res.partner", name="Acme Ceramics", email="orders@acme.example.org", supplier_rank=1,
                    country_id=britain)  # fmt: skip
    offer(erp, acme, kettle, unit, price=12.0, delay=10, min_qty=4.0)
    offer(erp, acme, kettle, unit, price=10.0, delay=10, min_qty=48.0)
    by_template = {"product_id": False, "product_tmpl_id": template}
    offer(erp, acme, mugs[0], dozen, price=24.0, delay=14, min_qty=2.0, **by_template)
    erp.put(kettle, 3)
    erp.put(mugs[0], 40)
    ada = erp.make(
        "res.partner", name="Ada Byron", email="ada@example.org", street="1 Road", city="Leeds", zip="LS1 1AA",
        country_id=britain, customer_rank=1, lang="en_GB",
    )  # fmt: skip
    sell(erp, ada, {kettle: (1, 30.0), mugs[0]: (2, 5.0)})


def _unit(erp: Erp, name: str, size: float) -> int:
    if erp.series >= 19:
        return erp.make("uom.uom", name=name, factor=size)
    return erp.make("uom.uom", name=name, factor=1 / size, factor_inv=size)


def goods(erp: Erp, sku: str, name: str, price: float, unit: int, **more: Any) -> int:
    """A product that is kept in stock."""
    kind = {"type": "consu", "is_storable": True} if erp.series >= 19 else {"type": "product"}
    template = more.pop("product_tmpl_id", 0) or erp.make("product.template", name=name)
    return erp.make(
        "product.product", default_code=sku, name=name, lst_price=price, uom_id=unit, product_tmpl_id=template,
        sale_ok=True, **kind, **more,
    )  # fmt: skip


def offer(erp: Erp, vendor: int, product: int, unit: int, **more: Any) -> int:
    """A line of a vendor's price list."""
    pounds = next(iter(erp.rows["res.currency"]))
    name = "product_uom_id" if erp.series >= 19 else "product_uom"
    about = {"product_id": product, "product_tmpl_id": erp.rows["product.product"][product]["product_tmpl_id"]}
    return erp.make("product.supplierinfo", partner_id=vendor, currency_id=pounds, **{name: unit, **about, **more})


def sell(erp: Erp, buyer: int, lines: dict[int, tuple[float, float]], state: str = "sale") -> int:
    """A sales order of so many units at a net price each."""
    pounds, house = (next(iter(erp.rows[model])) for model in ("res.currency", "stock.warehouse"))
    sold = [
        {"product_id": product, "name": erp.rows["product.product"][product]["name"], "product_uom_qty": units,
         "price_unit": price, "price_subtotal": units * price, "price_tax": round(units * price * 0.2, 2)}
        for product, (units, price) in lines.items()
    ]  # fmt: skip
    return erp.make(
        "sale.order", name=f"S{erp.numbers:05}", partner_id=buyer, partner_shipping_id=buyer, state=state,
        date_order="2026-06-14 10:00:00", currency_id=pounds, warehouse_id=house,
        order_line=[[0, 0, one] for one in sold],
    )  # fmt: skip


def by_code(erp: Erp, sku: str) -> int:
    """The number of a product."""
    return next(number for number, one in erp.rows["product.product"].items() if one["default_code"] == sku)


def bill(erp: Erp, order: int, **more: Any) -> int:
    """Invoice a sales order, posted and not paid."""
    sold = erp.rows["sale.order"][order]
    taxes = list(erp.rows["account.tax"])
    items = [one for one in erp.rows["sale.order.line"].values() if one["order_id"] == order]
    total = round(sum(one["price_subtotal"] + one["price_tax"] for one in items), 2)
    lines = [
        {"display_type": "product", "product_id": one["product_id"], "name": one["name"], "tax_ids": taxes,
         "quantity": one["product_uom_qty"], "price_unit": one["price_unit"], "price_subtotal": one["price_subtotal"]}
        for one in items
    ]  # fmt: skip
    head = {
        "name": f"INV/2026/{erp.numbers:05}", "move_type": "out_invoice", "state": "posted",
        "partner_id": sold["partner_id"], "invoice_date": "2026-06-14", "invoice_date_due": "2026-07-14",
        "invoice_origin": sold["name"], "currency_id": sold["currency_id"], "amount_total": total,
        "amount_residual": total, "create_date": "2026-06-14 10:00:00",
    }  # fmt: skip
    return erp.make("account.move", invoice_line_ids=[[0, 0, one] for one in lines], **{**head, **more})


def settle(erp: Erp, move: int, amount: float) -> None:
    """Pay so much of an invoice; the invoice itself is not written to, as where Odoo only computes it anew."""
    found = erp.rows["account.move"][move]
    found["amount_residual"] = round(found["amount_residual"] - amount, 2)
    line = next(one["id"] for one in erp.rows["account.move.line"].values() if one["move_id"] == move)
    erp.make("account.partial.reconcile", debit_move_id=line, amount=amount)
