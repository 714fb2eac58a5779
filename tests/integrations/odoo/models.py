"""The fields of Odoo's models that we use, as Odoo 17 names them, and what later versions changed."""

from typing import Any

Kind = str | tuple[str, ...]


def one(model: str) -> tuple[str, str]:
    """A field that refers to a record."""
    return ("m2o", model)


def many(model: str, inverse: str) -> tuple[str, str, str]:
    """A field that lists the records that refer to this one."""
    return ("o2m", model, inverse)


MODELS: dict[str, dict[str, Kind]] = {
    "res.company": {"name": "char", "currency_id": one("res.currency")},
    "res.currency": {"name": "char", "active": "boolean"},
    "res.country": {"name": "char", "code": "char"},
    "res.country.state": {"name": "char", "code": "char", "country_id": one("res.country")},
    "uom.uom": {"name": "char", "factor": "float", "factor_inv": "float"},
    "account.tax": {"name": "char", "amount": "float", "amount_type": "selection", "price_include": "boolean"},
    "res.partner": {
        "name": "char", "email": "char", "phone": "char", "lang": "char", "vat": "char", "street": "char",
        "street2": "char", "city": "char", "zip": "char", "country_id": one("res.country"),
        "state_id": one("res.country.state"), "parent_id": one("res.partner"), "is_company": "boolean",
        "property_purchase_currency_id": one("res.currency"), "customer_rank": "integer",
        "supplier_rank": "integer", "sale_order_ids": many("sale.order", "partner_id"), "active": "boolean",
        "type": "selection",
    },
    "product.category": {"name": "char"},
    "product.attribute": {"name": "char"},
    "product.template.attribute.value": {"name": "char", "attribute_id": one("product.attribute")},
    "product.template": {"name": "char"},
    "product.product": {
        "name": "char", "default_code": "char", "product_tmpl_id": one("product.template"), "lst_price": "float",
        "categ_id": one("product.category"), "weight": "float", "volume": "float", "active": "boolean",
        "sale_ok": "boolean", "type": "selection", "taxes_id": ("m2m", "account.tax"),
        "product_template_attribute_value_ids": ("m2m", "product.template.attribute.value"), "uom_id": one("uom.uom"),
    },
    "product.supplierinfo": {
        "partner_id": one("res.partner"), "product_id": one("product.product"),
        "product_tmpl_id": one("product.template"), "min_qty": "float", "price": "float", "discount": "float",
        "currency_id": one("res.currency"), "delay": "integer", "date_start": "date", "date_end": "date",
        "product_uom": one("uom.uom"),
    },
    "stock.warehouse": {"name": "char", "code": "char", "partner_id": one("res.partner"), "active": "boolean"},
    "stock.location": {"name": "char", "usage": "selection", "warehouse_id": one("stock.warehouse")},
    "stock.quant": {"product_id": one("product.product"), "location_id": one("stock.location"), "quantity": "float"},
    "stock.picking.type": {
        "name": "char", "code": "selection", "warehouse_id": one("stock.warehouse"), "active": "boolean",
    },
    "stock.picking": {
        "name": "char", "state": "selection", "date_done": "datetime", "carrier_tracking_ref": "char",
        "carrier_id": one("delivery.carrier"), "sale_id": one("sale.order"), "order_id": one("purchase.order"),
        "partner_id": one("res.partner"),
    },
    "delivery.carrier": {"name": "char"},
    "stock.move": {
        "product_id": one("product.product"), "purchase_line_id": one("purchase.order.line"),
        "picking_id": one("stock.picking"), "state": "selection", "date": "datetime", "quantity": "float",
        "product_uom": one("uom.uom"), "location_id": one("stock.location"),
    },
    "sale.order": {
        "name": "char", "partner_id": one("res.partner"), "partner_shipping_id": one("res.partner"),
        "date_order": "datetime", "state": "selection", "currency_id": one("res.currency"),
        "warehouse_id": one("stock.warehouse"), "order_line": many("sale.order.line", "order_id"),
        "picking_ids": many("stock.picking", "sale_id"), "locked": "boolean", "amount_paid": "float",
    },
    "sale.order.line": {
        "order_id": one("sale.order"), "product_id": one("product.product"), "name": "char",
        "display_type": "selection", "product_uom_qty": "float", "qty_delivered": "float", "price_unit": "float",
        "discount": "float", "price_subtotal": "float", "price_tax": "float", "qty_invoiced": "float",
        "invoice_lines": ("m2m", "account.move.line"),
    },
    "account.move": {
        "name": "char", "move_type": "selection", "state": "selection", "partner_id": one("res.partner"),
        "invoice_date": "date", "invoice_date_due": "date", "invoice_origin": "char",
        "currency_id": one("res.currency"), "amount_total": "float", "amount_residual": "float",
        "reversed_entry_id": one("account.move"), "invoice_line_ids": many("account.move.line", "move_id"),
        "line_ids": many("account.move.line", "move_id"), "create_date": "datetime",
    },
    "account.move.line": {
        "move_id": one("account.move"), "display_type": "selection", "product_id": one("product.product"),
        "name": "char", "quantity": "float", "price_unit": "float", "discount": "float", "price_subtotal": "float",
        "tax_ids": ("m2m", "account.tax"), "matched_debit_ids": many("account.partial.reconcile", "credit_move_id"),
        "matched_credit_ids": many("account.partial.reconcile", "debit_move_id"),
    },
    "account.partial.reconcile": {
        "debit_move_id": one("account.move.line"), "credit_move_id": one("account.move.line"), "amount": "float",
    },
    "purchase.order": {
        "name": "char", "origin": "char", "partner_id": one("res.partner"), "state": "selection",
        "currency_id": one("res.currency"), "date_order": "datetime", "date_approve": "datetime",
        "date_planned": "datetime", "picking_type_id": one("stock.picking.type"),
        "mail_reception_confirmed": "boolean", "order_line": many("purchase.order.line", "order_id"),
        "picking_ids": many("stock.picking", "order_id"),
    },
    "purchase.order.line": {
        "order_id": one("purchase.order"), "product_id": one("product.product"), "name": "char",
        "display_type": "selection", "product_qty": "float", "qty_received": "float", "price_unit": "float",
        "date_planned": "datetime", "product_uom": one("uom.uom"),
    },
}  # fmt: skip

LATER: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "uom.uom": ({"relative_factor": "float"}, ("factor_inv",)),
    "product.product": ({"is_storable": "boolean"}, ()),
    "product.supplierinfo": ({"product_uom_id": one("uom.uom")}, ("product_uom",)),
    "purchase.order": ({"acknowledged": "boolean"}, ("mail_reception_confirmed",)),
    "purchase.order.line": ({"product_uom_id": one("uom.uom")}, ("product_uom",)),
}
"""What Odoo 19 has in addition, and no longer has."""
