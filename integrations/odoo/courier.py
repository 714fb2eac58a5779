"""Writing to Odoo: our orders to vendors, looked for first, made once and brought to what is wanted; sales changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from core.config import Config
from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Later, Post
from core.money import Money
from integrations.odoo.client import Client
from integrations.odoo.mapping import ref
from integrations.odoo.purchases import OURS, counted
from integrations.odoo.sales import Sales
from integrations.odoo.shelves import PURCHASE, PURCHASE_LINE
from integrations.reading import Json, said

_MODEL, _LINE = "purchase.order", "purchase.order.line"
_OPEN = {"draft", "sent"}
LONGEST_CALL_S = 150.0  # Odoo gives a call up after two minutes; until then it may yet make what it was asked for


@dataclass(frozen=True)
class Acts:
    """What is done to orders in the database: ours to vendors, and those of customers."""

    client: Client
    config: Config

    @property
    def by_name(self) -> dict[str, Callable[[Post], str]]:
        """How each is done; the reference is the id of the order there."""
        sales = Sales(self.client)
        return {"purchase_order": self.keep, "cancel": sales.cancel, "address": sales.move}

    def keep(self, post: Post) -> str:
        """Make an order to a vendor, or bring it to what is wanted.

        Raises:
            Later: it is not shown yet.
            Trouble: it is not taken.
        """
        wanted: Mapping[str, Any] = post.content["order"]
        there = self._there(str(wanted["number"]))
        if there is None and not wanted["lines"]:
            return ""
        if there is None:
            self._make(post, wanted)
            there = self._there(str(wanted["number"]))
        if there is None:
            raise Later(f"{self._label} does not show the order that was just made; it is looked for again.")
        state = said(there, "state")
        if not wanted["lines"]:
            if state != "cancel":
                self._press("button_cancel", there)
        elif state == "cancel":
            raise Trouble(Outcome.REFUSED, f"{said(there, 'name')} was cancelled in {self._label}; order anew.")
        else:
            self._adjust(there, wanted, int(post.content["detail"]["lines"]))
            if state in _OPEN:
                self._press("button_confirm", there)
        return str(there["id"])

    def _there(self, number: str) -> Json | None:
        """The order that carries our number: the first that was made, should there be two."""
        found = self.client.found(_MODEL, [["origin", "=", OURS + number]], PURCHASE, order="id")
        standing = [one for one in found if said(one, "state") != "cancel"]
        return next(iter(standing or found), None)

    def _make(self, post: Post, wanted: Mapping[str, Any]) -> None:
        unit = self.client.name_of(_LINE, "product_uom_id", "product_uom")
        expected = _noon(wanted["expected_on"], self.config.shop.zone)
        values = {
            "partner_id": int(post.content["to"]),
            "origin": f"{OURS}{wanted['number']}",
            "currency_id": self._currency(str(wanted["currency"])),
            "order_line": [[0, 0, self._line(one, wanted, unit, expected)] for one in wanted["lines"]],
        } | self._into(str(post.content["detail"]["location"]))
        self.client.ask(_MODEL, "create", vals_list=[values], repeatable=False)

    def _line(self, line: Mapping[str, Any], wanted: Mapping[str, Any], unit: str, expected: str) -> dict[str, Any]:
        product = self._product(str(line["sku"]))
        return {
            "product_id": product["id"], "name": line["name"], "product_qty": line["quantity"],
            unit: ref(product, "uom_id"), "date_planned": expected,
            "price_unit": float(Money(line["unit_cost"], str(wanted["currency"])).major),
        }  # fmt: skip

    def _adjust(self, there: Json, wanted: Mapping[str, Any], placed: int) -> None:
        """Bring the lines we made to what is wanted; one that is not any more is brought to nothing.

        Raises:
            Trouble: a line counts in other units now; a person has to see what it should be.
        """
        found = self.client.found(_LINE, [["order_id", "=", there["id"]]], PURCHASE_LINE, order="id")
        units = {line["line"]: line["quantity"] for line in wanted["lines"]}
        unit = self.client.name_of(_LINE, "product_uom_id", "product_uom")
        ours = counted(found)[:placed]
        goods = self.client.by_id("product.product", [ref(one, "product_id") or 0 for one in ours], ("uom_id",))
        for place, line in enumerate(ours, 1):
            quantity = units.get(place, 0)
            if float(line["product_qty"]) == quantity:
                continue
            if ref(line, unit) != ref(goods[ref(line, "product_id") or 0], "uom_id"):
                name = said(there, "name")
                raise Trouble(Outcome.REFUSED, f"Line {place} of {name} in {self._label} counts in another unit now.")
            self.client.ask(_LINE, "write", ids=[line["id"]], vals={"product_qty": quantity})

    def _press(self, button: str, there: Json) -> None:
        """Pressing it again where it was pressed does nothing more."""
        self.client.ask(_MODEL, button, ids=[there["id"]])

    def _product(self, sku: str) -> Json:
        by = ["id", "=", int(sku[5:])] if sku.startswith("odoo-") and sku[5:].isdigit() else ["default_code", "=", sku]
        found = self.client.found("product.product", [by, ["active", "=", True]], ("uom_id",))
        if len(found) != 1:
            raise Trouble(Outcome.REFUSED, f"{self._label} has {len(found)} products of internal reference {sku}.")
        return found[0]

    def _currency(self, code: str) -> int:
        found = self.client.found("res.currency", [["name", "=", code], ["active", "=", True]], ("id",))
        if not found:
            raise Trouble(Outcome.REFUSED, f"{self._label} does not use {code}; switch the currency on there.")
        return int(found[0]["id"])

    def _into(self, location: str) -> dict[str, int]:
        """The kind of receipt of the warehouse that is ordered for; its own choice where it has none of that name."""
        codes = [code for code, ours in self.config.odoo.locations.items() if ours == location] or [location]
        kind = [["code", "=", "incoming"], ["warehouse_id.code", "in", codes], ["active", "=", True]]
        found = self.client.found("stock.picking.type", kind, ("id",), order="id", limit=1)
        return {"picking_type_id": int(found[0]["id"])} if found else {}

    @property
    def _label(self) -> str:
        return self.config.odoo.label


def _noon(day: str, zone: ZoneInfo) -> str:
    """The middle of a day in the shop's zone: whichever zone it is read in, it is that day."""
    at = datetime.combine(date.fromisoformat(day), time(12), zone)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
