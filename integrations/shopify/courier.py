"""Writing back: look at the order as it is there, and change only what differs, so that a second try does no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Post
from core.money import Money
from integrations.shopify.client import LABEL, Client
from integrations.shopify.mapping import Node, nodes, number_in
from integrations.shopify.orders import OURS, places_of_lines

ACTS = frozenset({"cancel", "address", "items", "return", "exchange", "return_cancelled", "refund", "reorder"})
_REASONS = {
    "damaged": "DEFECTIVE",
    "defective": "DEFECTIVE",
    "wrong_item": "WRONG_ITEM",
    "not_as_described": "NOT_AS_DESCRIBED",
    "too_small": "SIZE_TOO_SMALL",
    "too_big": "SIZE_TOO_LARGE",
    "no_longer_needed": "UNWANTED",
}


@dataclass(frozen=True)
class Acts:
    """What is done to orders in the shop; each gives the id of what was made, or of the order."""

    client: Client

    @property
    def by_name(self) -> dict[str, Callable[[Post], str]]:
        """How each is done, to the order as it is there."""
        acts: dict[str, Callable[[Post, Node], str]] = {
            "cancel": self._cancel, "address": self._move, "items": self._edit, "return": self._take_back,
            "return_cancelled": self._keep, "refund": self._refund, "reorder": self._place,
        }  # fmt: skip
        return {name: self._to_order(act) for name, act in acts.items()}

    def _to_order(self, act: Callable[[Post, Node], str]) -> Callable[[Post], str]:
        return lambda post: act(post, self._order(str(post.content["to"])))

    def _order(self, external_id: str) -> Node:
        order: Node | None = self.client.ask("order_now", {"id": external_id})["order"]
        if order is None:
            raise Trouble(Outcome.REFUSED, f"{LABEL} has no such order any more.")
        return order

    def _cancel(self, post: Post, order: Node) -> str:
        """Money goes back by a refund of its own, so that each leaves once."""
        if order["cancelledAt"]:
            return str(order["id"])
        made = self.client.change("cancel", {"order": order["id"], "note": _note(post)})
        return str((made.get("job") or order)["id"])

    def _move(self, post: Post, order: Node) -> str:
        to = post.content["order"]["ship_to"]
        self.client.change("address", {"order": order["id"], "address": _address(to)}, repeatable=True)
        return str(order["id"])

    def _edit(self, post: Post, order: Node) -> str:
        wanted = {line["line"]: line for line in post.content["order"]["lines"]}
        places = places_of_lines(order)
        there = {places[line["id"]]: line for line in nodes(order, "lineItems") if line["id"] in places}
        kept = {place: _kept(wanted.get(place), line) for place, line in there.items()}
        differing = {place for place, line in there.items() if kept[place] != line["currentQuantity"]}
        added = [line for place, line in wanted.items() if place not in there or line["sku"] != there[place]["sku"]]
        extra = _not_there_yet(added, [line for place, line in there.items() if place not in wanted])
        if not differing and not extra:
            return str(order["id"])
        begun = self.client.change("edit_begin", {"order": order["id"]}, repeatable=True)["calculatedOrder"]
        staged = {number_in(line["id"]): line["id"] for line in nodes(begun, "lineItems")}
        for place in sorted(differing):
            change = {"edit": begun["id"], "line": staged[number_in(there[place]["id"])],
                      "quantity": kept[place]}  # fmt: skip
            self.client.change("edit_quantity", change)
        for line in extra:
            change = {"edit": begun["id"], "variant": self._variant(line["sku"]), "quantity": line["quantity"]}
            self.client.change("edit_add", change)
        self.client.change("edit_commit", {"edit": begun["id"], "note": _note(post)})
        return str(order["id"])

    def _take_back(self, post: Post, order: Node) -> str:
        detail = post.content["detail"]
        known = _return_named(order, detail["return_number"])
        if known is not None:
            return known
        if detail["kind"] == "exchange":
            return self._swap(order, detail)
        lines = [{**line, "customerNote": f"[{detail['return_number']}]"} for line in _coming_back(order, detail)]
        return str(self.client.change("return_request", {"order": order["id"], "lines": lines})["return"]["id"])

    def _swap(self, order: Node, detail: Mapping[str, Any]) -> str:
        """A request cannot say what should go out instead; a return that can is approved at once."""
        wanted = {
            "orderId": order["id"],
            "notifyCustomer": False,
            "returnLineItems": [{**line, "returnReasonNote": f"[{detail['return_number']}]"}
                                for line in _coming_back(order, detail)],
            "exchangeLineItems": [{"variantId": self._variant(line["new_sku"]), "quantity": line["quantity"]}
                                  for line in detail["lines"]],
        }  # fmt: skip
        return str(self.client.change("return_create", {"return": wanted})["return"]["id"])

    def _keep(self, post: Post, order: Node) -> str:
        detail = post.content["detail"]
        there = detail["there"].get(post.channel) or _return_named(order, detail["return_number"])
        state = next((one["status"] for one in nodes(order, "returns") if one["id"] == there), "CANCELED")
        if there is not None and state != "CANCELED":
            self.client.change("return_cancel", {"id": there}, repeatable=True)
        return str(there or order["id"])

    def _refund(self, post: Post, order: Node) -> str:
        detail, note = post.content["detail"], _note(post)
        done = next((one["id"] for one in order["refunds"] if one["note"] == note), None)
        if done is not None:
            return str(done)
        shares = _shares(order, Money(detail["amount"], detail["currency"]))
        transactions = [
            {"orderId": order["id"], "parentId": parent["id"], "gateway": parent["gateway"], "kind": "REFUND",
             "amount": str(share)}
            for parent, share in shares
        ]  # fmt: skip
        variables = {"input": {"orderId": order["id"], "note": note, "transactions": transactions}, "key": post.key}
        return str(self.client.change("refund", variables, repeatable=True)["refund"]["id"])

    def _place(self, post: Post, order: Node) -> str:
        placed = post.content["detail"]["order"]
        tag = f"{OURS}-{placed['number']}"
        known = nodes(self.client.ask("drafts", {"query": f"tag:'{tag}'"}), "draftOrders")
        for one in known:
            if tag in one["tags"]:
                return str(one["id"])
        wanted = {
            "lineItems": [{"variantId": self._variant(line["sku"]), "quantity": line["quantity"]}
                          for line in placed["lines"]],
            "shippingAddress": _address(placed["ship_to"]),
            "tags": [tag], "note": _note(post), "customAttributes": [{"key": OURS, "value": placed["number"]}],
        }  # fmt: skip
        if order.get("customer"):
            wanted["purchasingEntity"] = {"customerId": order["customer"]["id"]}
        return str(self.client.change("draft", {"input": wanted})["draftOrder"]["id"])

    def _variant(self, sku: str) -> str:
        if sku.startswith("shopify-"):
            return f"gid://shopify/ProductVariant/{sku.removeprefix('shopify-')}"
        found = nodes(self.client.ask("variant_by_sku", {"query": f"sku:'{sku}'"}), "productVariants")
        exact = [one["id"] for one in found if one["sku"] == sku]
        if len(exact) != 1:
            raise Trouble(Outcome.REFUSED, f"{LABEL} has {len(exact)} variants of stock code {sku}.")
        return str(exact[0])


def _address(to: Mapping[str, str]) -> dict[str, str | None]:
    first, _, last = to["name"].rpartition(" ")
    return {
        "firstName": first, "lastName": last, "address1": to["line1"], "address2": to["line2"], "city": to["city"],
        "zip": to["postcode"], "countryCode": to["country"], "provinceCode": to["region"] or None,
    }  # fmt: skip


def _note(post: Post) -> str:
    return f"storekeeper {post.content['cause']}"


def _kept(wanted: Mapping[str, Any] | None, line: Node) -> int:
    """How many units of a line there should be; none where it became something else."""
    return int(wanted["quantity"]) if wanted is not None and wanted["sku"] == line["sku"] else 0


def _not_there_yet(added: Sequence[Mapping[str, Any]], others: Sequence[Node]) -> list[Mapping[str, Any]]:
    """Lines to add, without those an earlier try has added: units of the same article in lines of its own."""
    left = [(line["sku"], line["currentQuantity"]) for line in others if line["currentQuantity"]]
    missing = []
    for line in added:
        if (line["sku"], line["quantity"]) in left:
            left.remove((line["sku"], line["quantity"]))
        else:
            missing.append(line)
    return missing


def _coming_back(order: Node, detail: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What comes back, by the fulfilments it was sent with.

    Raises:
        Trouble: it was not sent.
    """
    bought, lines = [line["id"] for line in nodes(order, "lineItems")], []
    reason = _REASONS.get(detail["reason"].replace(" ", "_"), "OTHER")
    for line in detail["lines"]:
        left = line["quantity"]
        for inner in _sent_of(order, bought[line["line"] - 1]):
            units = min(left, inner["quantity"] or 0)
            if units:
                lines.append({"fulfillmentLineItemId": inner["id"], "quantity": units, "returnReason": reason})
                left -= units
        if left:
            raise Trouble(Outcome.REFUSED, f"{LABEL} has not sent as many units as should come back.")
    return lines


def _sent_of(order: Node, line_id: str) -> list[Node]:
    return [
        inner
        for one in order["fulfillments"]
        for inner in nodes(one, "fulfillmentLineItems")
        if inner["lineItem"]["id"] == line_id
    ]


def _return_named(order: Node, number: str) -> str | None:
    """The return that carries our number."""
    for one in nodes(order, "returns"):
        for line in nodes(one, "returnLineItems"):
            if any(f"[{number}]" in (line.get(name) or "") for name in ("customerNote", "returnReasonNote")):
                return str(one["id"])
    return None


def _shares(order: Node, amount: Money) -> list[tuple[Node, Decimal]]:
    """An amount over the payments that are left to give back, the latest first.

    Raises:
        Trouble: more than is left.
    """
    good = [one for one in order["transactions"] if one["status"] == "SUCCESS"]
    back: dict[str, Decimal] = {}
    for one in good:
        if one["kind"] == "REFUND" and one.get("parentTransaction"):
            parent = one["parentTransaction"]["id"]
            back[parent] = back.get(parent, Decimal(0)) + Decimal(one["amountSet"]["shopMoney"]["amount"])
    shares, left = [], amount.major
    for one in reversed([one for one in good if one["kind"] in {"SALE", "CAPTURE"}]):
        share = min(left, Decimal(one["amountSet"]["shopMoney"]["amount"]) - back.get(one["id"], Decimal(0)))
        if share > 0:
            shares.append((one, share))
            left -= share
    if left > 0:
        raise Trouble(Outcome.REFUSED, f"{LABEL} has less left to give back than was promised.")
    return shares
