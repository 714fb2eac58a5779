"""An Odoo with as many sales orders as are wanted, made when they are asked for and kept nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.integrations.odoo.erp import Erp, Row
from tests.integrations.odoo.lantern import by_code, open_shop

_FIRST = 1_000_000
_WHEN = "2026-06-14 10:00:00"


@dataclass
class Ledger(Erp):
    """The stand-in of the tests with that many orders of two lines and a transfer with a tracking number beside it."""

    count: int = 0

    def __post_init__(self) -> None:
        """Open the shop."""
        open_shop(self)
        self.make("delivery.carrier", name="UPS")

    def call(self, model: str, method: str, named: Row) -> Any:
        """A method of a model; what was asked is not written down, so that the stand-in does not grow."""
        answer = super().call(model, method, named)
        self.asked.clear()
        self.contexts.clear()
        return answer

    def _search(self, model: str, named: Row) -> list[Row]:
        terms = {term[0]: term[2] for term in named["domain"] if isinstance(term, list)}
        if model == "sale.order":
            found = self._orders(int(terms.get("id", 0)) + 1, int(named.get("limit") or self.count))
        elif model == "sale.order.line":
            found = (line for order in terms["order_id"] if order >= _FIRST for line in self._lines(order))
        elif model == "stock.picking" and "sale_id" in terms:
            found = (self._transfer(order) for order in terms["sale_id"] if order >= _FIRST)
        else:
            return super()._search(model, named)
        return [self.shown(model, one, named["fields"]) for one in found]

    def shown(self, model: str, row: Row, names: Sequence[str]) -> Row:
        """A record as it is read; orders that are kept nowhere are named as well."""
        told = super().shown(model, row, names)
        whole = {name: [row[name], f"S{row[name]}"] for name in ("order_id", "sale_id") if row.get(name, 0) >= _FIRST}
        return told | whole

    def _orders(self, first: int, limit: int) -> Iterator[Row]:
        ada = next(number for number, one in self.rows["res.partner"].items() if one.get("customer_rank"))
        pounds, house = (next(iter(self.rows[model])) for model in ("res.currency", "stock.warehouse"))
        for number in range(max(first, _FIRST), min(max(first, _FIRST) + limit, _FIRST + self.count)):
            yield {
                "id": number, "name": f"S{number}", "partner_id": ada, "partner_shipping_id": ada, "state": "sale",
                "date_order": _WHEN, "currency_id": pounds, "warehouse_id": house, "write_date": _WHEN,
            }  # fmt: skip

    def _lines(self, order: int) -> Iterator[Row]:
        for place, (sku, units, price) in enumerate((("KETTLE", 1, 30.0), ("MUG-B", 2, 5.0))):
            yield {
                "id": 2 * order + place, "order_id": order, "product_id": by_code(self, sku), "name": sku,
                "product_uom_qty": float(units), "qty_delivered": float(units), "price_unit": price,
                "price_subtotal": units * price, "price_tax": round(units * price * 0.2, 2), "write_date": _WHEN,
            }  # fmt: skip

    def _transfer(self, order: int) -> Row:
        carrier = next(iter(self.rows["delivery.carrier"]))
        return {
            "id": order, "name": f"WH/OUT/{order}", "state": "done", "date_done": _WHEN, "write_date": _WHEN,
            "carrier_id": carrier, "carrier_tracking_ref": f"TRACK{order}", "sale_id": order,
        }  # fmt: skip
