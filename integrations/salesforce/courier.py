"""Writing back: look at the record as it is there, and change only what differs, so that a second try does no more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.exchange.ports import Outcome, Trouble
from core.exchange.writing_back import TICKET
from core.mailroom.ports import Post
from integrations.http import undocumented
from integrations.reading import said
from integrations.salesforce.cases import mark_of, marked
from integrations.salesforce.client import LABEL, VERSION
from integrations.salesforce.mapping import Row, country_name, is_true
from integrations.salesforce.objects import Catalogue
from integrations.salesforce.orders import is_over, numbered
from integrations.salesforce.refusals import Refusal, code_of, trouble_of

_LONGEST_SUBJECT, _LONGEST_TEXT = 250, 30_000


@dataclass(frozen=True)
class Acts:
    """What is done to orders, returns and tickets of the org; each gives the id of what was made, or of the record."""

    catalogue: Catalogue

    @property
    def by_name(self) -> dict[str, Callable[[Post], str]]:
        """How each is done, by what it is told."""
        acts: dict[str, Callable[[Mapping[str, Any]], str]] = {
            "cancel": self._cancel, "address": self._move, "return": self._take_back, "return_cancelled": self._keep,
            TICKET: self._open, "comment": self._comment, "ticket_state": self._set_state,
        }  # fmt: skip
        return {name: _told(act) for name, act in acts.items()}

    def _cancel(self, content: Mapping[str, Any]) -> str:
        order, settings = self._order(content), self.catalogue.client.settings
        if not is_over(said(order, "Status"), settings):
            self._change("cancel", "Order", said(order, "Id"), {"Status": settings.cancelled_status})
        return said(order, "Id")

    def _move(self, content: Mapping[str, Any]) -> str:
        """Where to; whose name it goes to is that of a contact, which no order can change."""
        order, to = self._order(content), content["order"]["ship_to"]
        there = said(order, "ShipToContact.Name") or said(order, "Account.Name")
        if to["name"] and to["name"] != there:
            raise Trouble(Outcome.REFUSED, f"{LABEL} has no place for another name on an order; change its contact.")
        street = "\n".join(line for line in (to["line1"], to["line2"]) if line)
        parts = {"ShippingStreet": street, "ShippingCity": to["city"], "ShippingPostalCode": to["postcode"]}
        if self.catalogue.has("Order", "ShippingCountryCode"):
            parts |= {"ShippingCountryCode": to["country"], "ShippingStateCode": to["region"] or None}
        else:
            parts |= {"ShippingCountry": country_name(to["country"]), "ShippingState": to["region"] or None}
        self._change("address", "Order", said(order, "Id"), parts)
        return said(order, "Id")

    def _take_back(self, content: Mapping[str, Any]) -> str:
        """The return with its lines, all or nothing; one that carries our number is there already."""
        order, detail = self._order(content), content["detail"]
        number = str(detail["return_number"])
        return self._keyed("ReturnOrder", number) or self._made("ReturnOrder", number, lambda: self._together(
            "return", self._return_of(order, detail)
        ))  # fmt: skip

    def _return_of(self, order: Row, detail: Mapping[str, Any]) -> tuple[tuple[str, str, Any], ...]:
        """The head of a return, and its lines, which name it before it is there."""
        _, places = numbered(self.catalogue.rows("OrderItem", "OrderId", [said(order, "Id")]))
        items = {place: item for item, place in places.items()}
        lines = [
            {"attributes": {"type": "ReturnOrderLineItem"}, "ReturnOrderId": "@{head.id}",
             "OrderItemId": items[line["line"]], "QuantityReturned": line["quantity"], "Description": detail["reason"]}
            for line in detail["lines"]
        ]  # fmt: skip
        head = {
            "OrderId": said(order, "Id"), "AccountId": said(order, "AccountId") or None,
            "Status": self.catalogue.client.settings.return_status, self._key("ReturnOrder"): detail["return_number"],
        }  # fmt: skip
        several = {"allOrNone": True, "records": lines}
        return ("head", "sobjects/ReturnOrder", head), ("lines", "composite/sobjects", several)

    def _keep(self, content: Mapping[str, Any]) -> str:
        detail, status = content["detail"], self.catalogue.client.settings.return_cancelled_status
        there = str(detail["there"].get("salesforce") or "") or self._keyed("ReturnOrder", detail["return_number"])
        if there:
            self._change("return", "ReturnOrder", there, {"Status": status})
        return there or str(content["to"])

    def _open(self, content: Mapping[str, Any]) -> str:
        """A case with our number; where one carries it already, that one."""
        number, settings = str(content["ticket"]), self.catalogue.client.settings
        about = f"Order {content['order']}\n\n" if content["order"] else ""
        case = {
            self._key("Case"): number, "Subject": str(content["about"])[:_LONGEST_SUBJECT],
            "Origin": settings.case_origin, "Status": settings.case_open_status,
            "Description": f"{about}{content['text']}"[:_LONGEST_TEXT], "AccountId": content["customer"] or None,
        }  # fmt: skip
        return self._keyed("Case", number) or self._made("Case", number, lambda: said(
            self.catalogue.client.change("case", "POST", "sobjects/Case", case), "id"
        ))  # fmt: skip

    def _comment(self, content: Mapping[str, Any]) -> str:
        """What was said, found again by the mark it ends with."""
        case = self._case(content)
        there = {mark_of(str(one.get("CommentBody") or "")) for one in self._comments(case)}
        for text, mark in marked(str(content["text"]), f"{content['ticket']}.{content['entry']}"):
            if mark not in there:
                comment = {"ParentId": case, "CommentBody": text, "IsPublished": True}
                self.catalogue.client.change("comment", "POST", "sobjects/CaseComment", comment)
        return case

    def _set_state(self, content: Mapping[str, Any]) -> str:
        case, settings = self._case(content), self.catalogue.client.settings
        is_closed = content["state"] == "closed"
        (row,) = self.catalogue.rows("Case", "Id", [case]) or ({},)
        if is_true(row.get("IsClosed")) != is_closed:
            status = settings.case_closed_status if is_closed else settings.case_open_status
            self._change("case", "Case", case, {"Status": status})
        return case

    def _order(self, content: Mapping[str, Any]) -> Row:
        rows = self.catalogue.rows("Order", "Id", [str(content["to"])])
        if not rows or is_true(rows[0].get("IsDeleted")):
            raise Trouble(Outcome.REFUSED, f"{LABEL} has no such order any more.")
        return rows[0]

    def _case(self, content: Mapping[str, Any]) -> str:
        case = str(content["to"]) or self._keyed("Case", str(content["ticket"]))
        if not case:
            raise Trouble(Outcome.REFUSED, f"{LABEL} has no case of ticket {content['ticket']}.")
        return case

    def _comments(self, case: str) -> list[Row]:
        return [one for one in self.catalogue.rows("CaseComment", "ParentId", [case]) if not is_true(one["IsDeleted"])]

    def _key(self, thing: str) -> str:
        """The field that carries our number.

        Raises:
            Trouble: there is none, so that nothing could be found again.
        """
        key = self.catalogue.client.settings.key_field
        if not self.catalogue.has(thing, key):
            self.catalogue.forget(thing)
            raise Trouble(Outcome.FORBIDDEN, f"{LABEL} does not show {thing}.{key}; create it, or let us see it.")
        return key

    def _keyed(self, thing: str, number: str) -> str:
        """The id of the record that carries our number; empty where there is none."""
        path = f"sobjects/{thing}/{self._key(thing)}/{quote(number, safe='')}"
        try:
            return said(self.catalogue.client.get(f"look up {thing}", path), "Id")
        except Refusal as refusal:
            if refusal.code == "NOT_FOUND":
                return ""
            raise

    def _made(self, thing: str, number: str, make: Callable[[], str]) -> str:
        """What is made; where somebody else was quicker, what they made."""
        try:
            return make()
        except Refusal as refusal:
            if refusal.code != "DUPLICATE_VALUE":
                raise
            return self._keyed(thing, number)

    def _change(self, name: str, thing: str, number: str, values: Mapping[str, Any]) -> None:
        self.catalogue.client.change(name, "PATCH", f"sobjects/{thing}/{number}", values, repeatable=True)

    def _together(self, name: str, parts: tuple[tuple[str, str, Any], ...]) -> str:
        """Several records at once, all or none; the id of the first."""
        asked = [
            {"method": "POST", "url": f"/services/data/{VERSION}/{path}", "referenceId": reference, "body": body}
            for reference, path, body in parts
        ]
        body = {"allOrNone": True, "compositeRequest": asked}
        told = self.catalogue.client.change(name, "POST", "composite", body).get("compositeResponse")
        answers = told if isinstance(told, list) else []
        codes = [code for one in answers for code in _codes(one.get("body"))]
        refused = next((code for code in codes if code != "PROCESSING_HALTED"), "")
        if refused:
            raise trouble_of(name, refused)
        if len(answers) != len(parts):
            raise undocumented(LABEL, name)
        return said(answers[0]["body"], "id")


def _told(act: Callable[[Mapping[str, Any]], str]) -> Callable[[Post], str]:
    return lambda post: act(post.content)


def _codes(body: object) -> list[str]:
    """The codes of what did not succeed, of one record or of several."""
    several = body if isinstance(body, list) else [body]
    errors = [error for one in several if isinstance(one, dict) for error in (one.get("errors") or [one])]
    return [code for error in errors if (code := code_of(error))]
