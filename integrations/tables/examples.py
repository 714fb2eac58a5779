"""What a row of each table may look like; the examples can be imported as they stand."""

from core.canonical import Column, Kind, Table

_BY_TABLE = {
    ("staff", "email"): "planner@example.org",
    ("staff", "name"): "Priya Nair",
    ("staff", "currency"): "GBP",
    ("account_people", "email"): "grace@example.org",
    ("account_people", "name"): "Grace Example",
    ("suppliers", "email"): "orders@kiln-and-clay.example.org",
    ("suppliers", "name"): "Kiln & Clay",
    ("locations", "name"): "Main warehouse",
    ("products", "name"): "Blue enamel lamp",
    ("events", "name"): "Spring sale",
    ("events", "discount"): "0.2",
    ("purchase_order_lines", "quantity"): "48",
}
_BY_COLUMN = {
    "customer_id": "C-1001",
    "name": "Ada Example",
    "email": "ada@example.org",
    "company": "Example Gifts Ltd",
    "phone": "+44 1632 960001",
    "language": "en",
    "country": "GB",
    "ship_country": "GB",
    "bill_country": "GB",
    "vat_number": "GB000000000",
    "bill_vat_number": "GB000000000",
    "line1": "1 Sample Street",
    "ship_line1": "1 Sample Street",
    "bill_line1": "1 Sample Street",
    "city": "Leeds",
    "ship_city": "Leeds",
    "bill_city": "Leeds",
    "postcode": "LS1 1AA",
    "ship_postcode": "LS1 1AA",
    "bill_postcode": "LS1 1AA",
    "ship_name": "Ada Example",
    "bill_name": "Ada Example",
    "bill_company": "Example Gifts Ltd",
    "sku": "LAMP-01",
    "event": "EV-1001",
    "family": "LAMP",
    "category": "Lighting",
    "description": "Blue enamel lamp",
    "currency": "GBP",
    "price": "24.50",
    "unit_price": "24.50",
    "unit_cost": "11.20",
    "tax_rate": "0.2",
    "location": "main",
    "supplier": "KILN",
    "lead_time_days": "14",
    "lead_time_sd_days": "3",
    "order_number": "SO-1001",
    "invoice_number": "INV-1001",
    "payment_id": "PAY-1001",
    "method_id": "PM-1001",
    "label": "Visa ending in 1111",
    "payment_method": "bank transfer",
    "method": "bank transfer",
    "amount": "58.80",
    "tracking_number": "TR0001",
    "carrier": "Example Parcels",
    "return_number": "RMA-1001",
    "reason": "damaged",
    "purchase_order_number": "PO-1001",
    "receipt_number": "DN-1001",
    "price_breaks": "48:11.00;144:10.50",
    "minimum": "12",
    "pack": "12",
    "on_hand": "36",
    "quantity": "2",
    "units": "3",
    "approval_limit": "5000.00",
    "order_cost": "20.00",
    "line_cost": "1.50",
    "minimum_order_value": "150.00",
    "weight_kg": "0.8",
    "volume_m3": "0.004",
    "place": "Leeds",
}
_BY_KIND = {
    Kind.TEXT: "",
    Kind.INTEGER: "1",
    Kind.MONEY: "0.00",
    Kind.RATE: "1",
    Kind.DECIMAL: "7",
    Kind.DATE: "2026-01-31",
    Kind.TIME: "2026-01-31T09:30:00Z",
    Kind.FLAG: "true",
    Kind.BREAKS: "",
    Kind.PACKS: "",
    Kind.OPTIONS: "colour: blue",
}
_LEFT_OUT = {
    ("payment_methods", "balance"),
    ("supplier_items", "maximum"),
    ("events", "category"),
    ("events", "price"),
    ("events", "lift"),
    ("purchase_order_lines", "received"),
    ("purchase_orders", "received_at"),
}
_CHOSEN = {("account_people", "role"): "buyer", ("orders", "status"): "delivered", ("scans", "status"): "delivered"}


def example(table: Table, column: Column) -> str:
    """What a cell of the column may look like; the examples of all tables fit together."""
    here = (table.name, column.name)
    if here in _LEFT_OUT:
        return ""
    if column.choices:
        return _CHOSEN.get(here, column.choices[0])
    return _BY_TABLE.get(here) or _BY_COLUMN.get(column.name) or _BY_KIND[column.kind]
