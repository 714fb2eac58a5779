"""What customers change in their sales orders: looked at as they are there, and changed where they still may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Post
from integrations.odoo.client import Client
from integrations.odoo.mapping import not_taken, ref
from integrations.odoo.shelves import PARTNER, PICKING, SALE, SALE_LINE
from integrations.reading import Json, said

_MODEL, _CONTACT, _TRANSFER = "sale.order", "res.partner", "stock.picking"
_PARTS = {"name": "name", "street": "line1", "street2": "line2", "city": "city", "zip": "postcode"}
_OVER = {"done", "cancel"}


@dataclass(frozen=True)
class Sales:
    """Changes sales orders of the database; done twice they do no more."""

    client: Client

    def cancel(self, post: Post) -> str:
        """Cancel an order with the transfers that wait for it.

        Raises:
            Trouble: it may not be cancelled any more.
        """
        order = self._order(post)
        if said(order, "state") != "cancel":
            self._check("cancel", order)
            context = {"disable_cancel_warning": True}  # otherwise it only asks whether the customer should get a mail
            self.client.ask(_MODEL, "action_cancel", ids=[order["id"]], context=context)
            if said(self._order(post), "state") != "cancel":
                raise Trouble(Outcome.REFUSED, f"{self._label} wants to know more before it cancels {order['name']}.")
        return str(order["id"])

    def move(self, post: Post) -> str:
        """Send an order elsewhere: to a delivery address of its customer, made where there is none like it.

        Raises:
            Trouble: it may not be sent elsewhere any more, or nobody there knows its country or region.
        """
        order = self._order(post)
        self._check("address", order)
        contact = self._contact(ref(order, "partner_id") or 0, post.content["order"]["ship_to"])
        if ref(order, "partner_shipping_id") != contact:
            context = {"update_delivery_shipping_partner": True}
            vals = {"partner_shipping_id": contact}
            self.client.ask(_MODEL, "write", ids=[order["id"]], vals=vals, context=context)
        behind = [one["id"] for one in self._transfers(order)
                  if said(one, "state") not in _OVER and ref(one, "partner_id") != contact]  # fmt: skip
        if behind:
            self.client.ask(_TRANSFER, "write", ids=behind, vals={"partner_id": contact})
        return str(order["id"])

    def _order(self, post: Post) -> Json:
        found = self.client.found(_MODEL, [["id", "=", int(post.content["to"])]], SALE)
        if not found:
            raise Trouble(Outcome.REFUSED, f"{self._label} has no such order any more.")
        return found[0]

    def _check(self, act: str, order: Json) -> None:
        lines = self.client.found("sale.order.line", [["order_id", "=", order["id"]]], SALE_LINE)
        if act in not_taken(order, lines, self._transfers(order)):
            why = "it is locked, under way, paid or invoiced there" if act == "cancel" else "it is locked or under way"
            raise Trouble(Outcome.REFUSED, f"{self._label} does not take this for {said(order, 'name')} now: {why}.")

    def _transfers(self, order: Json) -> list[Json]:
        if "sale_id" not in self.client.fields_of(_TRANSFER):
            return []
        return self.client.found(_TRANSFER, [["sale_id", "=", order["id"]]], (*PICKING, "partner_id"))

    def _contact(self, buyer: int, to: Mapping[str, str]) -> int:
        """The customer where the address is theirs, a delivery address of theirs that is like it, or a new one."""
        theirs = ["&", ["active", "=", True], "|", ["id", "=", buyer], "&", ["parent_id", "=", buyer],
                  ["type", "=", "delivery"]]  # fmt: skip
        known = self.client.found(_CONTACT, theirs, PARTNER, order="id")
        country = self._id_of("res.country", ["code", "=", to["country"]], to["country"])
        region = self._region(country, to["region"])
        for one in known:
            is_alike = all(said(one, name) == " ".join(to[part].split()) for name, part in _PARTS.items())
            if is_alike and ref(one, "country_id") == country and ref(one, "state_id") == (region or None):
                return int(one["id"])
        values = {name: to[part] for name, part in _PARTS.items()} | {"country_id": country, "state_id": region}
        made = self.client.ask(
            _CONTACT, "create", vals_list=[{**values, "parent_id": buyer, "type": "delivery"}], repeatable=False
        )
        return int(made[0])

    def _region(self, country: int, code: str) -> int | bool:
        """The number of a region; False, as Odoo writes nothing, of an address without one."""
        return code != "" and self._id_of("res.country.state", ["code", "=", code], code, ["country_id", "=", country])

    def _id_of(self, model: str, by: list[Any], code: str, *more: list[Any]) -> int:
        found = self.client.found(model, [by, *more], ("id",), limit=1)
        if not found:
            raise Trouble(Outcome.REFUSED, f"{self._label} knows no country or region “{code[:20]}”.")
        return int(found[0]["id"])

    @property
    def _label(self) -> str:
        return self.client.section.label
