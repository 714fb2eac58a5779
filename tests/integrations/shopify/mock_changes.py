"""What mutations do to the mock shop: the same that Shopify documents, refusals included."""

from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from tests.integrations.shopify import mock

if TYPE_CHECKING:
    from tests.integrations.shopify.mock import MockShop, Node


def _refused(message: str) -> dict[str, Any]:
    return {"userErrors": [{"field": ["id"], "message": message, "code": "INVALID"}]}


@dataclass
class Changes:
    """The mutations of a shop."""

    shop: "MockShop"

    def cancel(self, _info: Any, orderId: str, **_rest: Any) -> dict[str, Any]:  # noqa: N803 the schema calls it so
        order = self.shop.orders[orderId]
        if order["fulfillments"] or order["cancelledAt"]:
            return {"orderCancelUserErrors": [{"code": "INVALID", "field": ["orderId"], "message": "no"}]}
        order["cancelledAt"] = self.shop.touch(order)
        return {"job": {"id": mock.gid("Job", self.shop.number())}, "orderCancelUserErrors": []}

    def update(self, _info: Any, input: "Node") -> dict[str, Any]:  # noqa: A002
        order, to = self.shop.orders[input["id"]], input["shippingAddress"]
        order["shippingAddress"] = {
            "name": f"{to['firstName']} {to['lastName']}".strip(),
            "address1": to["address1"],
            "address2": to["address2"],
            "city": to["city"],
            "zip": to["zip"],
            "provinceCode": to["provinceCode"],
            "countryCodeV2": to["countryCode"],
        }
        self.shop.touch(order)
        return {"order": order, "userErrors": []}

    def begin(self, _info: Any, id: str) -> dict[str, Any]:  # noqa: A002
        order = self.shop.orders[id]
        lines = [
            {
                "id": line["id"].replace("LineItem", "CalculatedLineItem"),
                "sku": line["sku"],
                "quantity": line["currentQuantity"],
                "variant": line["variant"],
            }
            for line in order["lineItems"]
        ]
        edit = {"id": mock.gid("CalculatedOrder", self.shop.number()), "lineItems": lines, "order": order["id"]}
        self.shop.edits[edit["id"]] = edit
        return {"calculatedOrder": edit, "userErrors": []}

    def quantity(self, _info: Any, id: str, lineItemId: str, quantity: int, **_rest: Any) -> dict[str, Any]:  # noqa: A002, N803
        edit = self.shop.edits[id]
        next(line for line in edit["lineItems"] if line["id"] == lineItemId)["quantity"] = quantity
        return {"calculatedOrder": edit, "userErrors": []}

    def add(self, _info: Any, id: str, variantId: str, quantity: int, **_rest: Any) -> dict[str, Any]:  # noqa: A002, N803
        edit, variant = self.shop.edits[id], self.shop.variants[variantId]
        fresh = {"id": "", "sku": variant["sku"], "quantity": quantity, "variant": variant}
        edit["lineItems"].append(fresh)
        return {"calculatedOrder": edit, "userErrors": []}

    def commit(self, _info: Any, id: str, **_rest: Any) -> dict[str, Any]:  # noqa: A002
        edit = self.shop.edits.pop(id)
        order = self.shop.orders[edit["order"]]
        for line, staged in zip(order["lineItems"], edit["lineItems"], strict=False):
            less = line["currentQuantity"] - staged["quantity"]
            line["currentQuantity"] -= less
            line["unfulfilledQuantity"] -= less
        for staged in edit["lineItems"][len(order["lineItems"]) :]:
            self._added(order, staged["variant"], staged["quantity"])
        self.shop.touch(order)
        return {"order": order, "userErrors": []}

    def _added(self, order: "Node", variant: "Node", units: int) -> "Node":
        line = {
            "id": mock.gid("LineItem", self.shop.number()),
            "sku": variant["sku"],
            "name": variant["product"]["title"],
            "quantity": units,
            "currentQuantity": units,
            "unfulfilledQuantity": units,
            "variant": variant,
            "originalUnitPriceSet": mock.money(variant["price"]),
            "discountAllocations": [],
            "taxLines": [],
        }
        order["lineItems"].append(line)
        return line

    def request(self, _info: Any, input: "Node") -> dict[str, Any]:  # noqa: A002
        return self._back(input, "REQUESTED")

    def create(self, _info: Any, returnInput: "Node") -> dict[str, Any]:  # noqa: N803
        """A return that is approved; what goes out instead becomes lines of the order."""
        made = self._back(returnInput, "OPEN")
        order = self.shop.orders[returnInput["orderId"]]
        for wanted in returnInput.get("exchangeLineItems") or ():
            variant = self.shop.variants[wanted["variantId"]]
            line = self._added(order, variant, wanted["quantity"])
            out = {"id": mock.gid("ExchangeLineItem", self.shop.number()), "quantity": wanted["quantity"]}
            made["return"]["exchangeLineItems"].append({**out, "lineItems": [line]})
        self.shop.touch(order)
        return made

    def _back(self, input: "Node", status: str) -> dict[str, Any]:  # noqa: A002
        order = self.shop.orders[input["orderId"]]
        sent = {inner["id"]: inner for one in order["fulfillments"] for inner in one["fulfillmentLineItems"]}
        lines = [
            {
                "__typename": "ReturnLineItem",
                "id": mock.gid("ReturnLineItem", self.shop.number()),
                "quantity": line["quantity"],
                "refundedQuantity": 0,
                "customerNote": line.get("customerNote"),
                "returnReasonNote": line.get("returnReasonNote") or "",
                "returnReasonDefinition": {"handle": line["returnReason"].lower(), "name": line["returnReason"]},
                "fulfillmentLineItem": sent[line["fulfillmentLineItemId"]],
            }
            for line in input["returnLineItems"]
        ]
        back = {
            "id": mock.gid("Return", self.shop.number()),
            "name": f"{order['name']}-R{len(order['returns']) + 1}",
            "status": status,
            "returnLineItems": lines,
            "exchangeLineItems": [],
            "refunds": [],
        }
        back["createdAt"] = self.shop.touch(order)
        order["returns"].append(back)
        return {"return": back, "userErrors": []}

    def keep(self, _info: Any, id: str, **_rest: Any) -> dict[str, Any]:  # noqa: A002
        for order in self.shop.orders.values():
            for back in order["returns"]:
                if back["id"] == id:
                    back["status"] = "CANCELED"
                    self.shop.touch(order)
                    return {"return": back, "userErrors": []}
        return _refused("no such return")

    def refund(self, _info: "GraphQLResolveInfo[Any]", input: "Node") -> dict[str, Any]:  # noqa: A002
        key = _idempotency_key(_info)
        if key in self.shop.refund_keys:
            return {"refund": self.shop.refund_keys[key], "userErrors": []}
        order = self.shop.orders[input["orderId"]]
        paid = sum(
            Decimal(one["amountSet"]["shopMoney"]["amount"]) * (-1 if one["kind"] == "REFUND" else 1)
            for one in order["transactions"]
        )
        if sum(Decimal(str(one["amount"])) for one in input["transactions"]) > paid:
            return _refused("more than was paid")
        made = {"id": mock.gid("Refund", self.shop.number()), "note": input["note"]}
        at = self.shop.touch(order)
        order["refunds"].append(made)
        for one in input["transactions"]:
            order["transactions"].append(
                {
                    "id": mock.gid("OrderTransaction", self.shop.number()),
                    "kind": "REFUND",
                    "status": "SUCCESS",
                    "gateway": one["gateway"],
                    "formattedGateway": "Bogus card",
                    "createdAt": at,
                    "processedAt": at,
                    "amountSet": mock.money(str(one["amount"])),
                    "parentTransaction": {"id": one["parentId"]},
                }
            )
        self.shop.refund_keys[key] = made
        return {"refund": made, "userErrors": []}

    def draft(self, _info: Any, input: "Node") -> dict[str, Any]:  # noqa: A002
        made = {"id": mock.gid("DraftOrder", self.shop.number()), "tags": input["tags"], "input": deepcopy(input)}
        self.shop.touch(made)
        self.shop.drafts[made["id"]] = made
        return {"draftOrder": made, "userErrors": []}

    def set_stock(self, info: "GraphQLResolveInfo[Any]", input: "Node") -> dict[str, Any]:  # noqa: A002
        """Quantities are set where they are still what they are said to be; what lies there follows."""
        assert input["name"] == "available"
        assert _idempotency_key(info)
        for told in input["quantities"]:
            level = next(one for item, one in self.shop.levels() if item["id"] == told["inventoryItemId"]
                         and one["location"]["id"] == told["locationId"])  # fmt: skip
            kinds = {one["name"]: one for one in level["quantities"]}
            change = told["quantity"] - kinds["available"]["quantity"]
            if kinds["available"]["quantity"] != told["changeFromQuantity"]:
                return {"userErrors": [{"code": "CHANGE_FROM_QUANTITY_STALE", "field": ["input"], "message": "no"}]}
            for one in kinds.values():
                one["quantity"] += change
            self.shop.touch(level)
        return {"inventoryAdjustmentGroup": {"id": mock.gid("InventoryAdjustmentGroup", self.shop.number())},
                "userErrors": []}  # fmt: skip

    def bulk(self, _info: Any, query: str, **_rest: Any) -> dict[str, Any]:
        told = self.shop.execute(query, {})
        (found,) = told["data"].values()
        made = mock.gid("BulkOperation", self.shop.number())
        text = "".join(f"{line}\n" for edge in found["edges"] for line in mock.flattened(edge["node"]))
        is_copied = "orders" in told["data"] and self.shop.copies
        self.shop.bulk[made] = (lambda: mock.copied(text, self.shop.copies)) if is_copied else text
        return {"bulkOperation": {"id": made, "status": "CREATED"}, "userErrors": []}


def changes(shop: "MockShop") -> dict[str, Any]:
    """Every mutation that the shop knows."""
    made = Changes(shop)
    return {
        "orderCancel": made.cancel,
        "orderUpdate": made.update,
        "orderEditBegin": made.begin,
        "orderEditSetQuantity": made.quantity,
        "orderEditAddVariant": made.add,
        "orderEditCommit": made.commit,
        "returnRequest": made.request,
        "returnCreate": made.create,
        "returnCancel": made.keep,
        "refundCreate": made.refund,
        "draftOrderCreate": made.draft,
        "inventorySetQuantities": made.set_stock,
        "bulkOperationRunQuery": made.bulk,
    }


def _idempotency_key(info: "GraphQLResolveInfo[Any]") -> str:
    """The key of the directive that refunds must have."""
    (node,) = info.field_nodes
    directive: Any = next(one for one in node.directives or () if one.name.value == "idempotent")
    value = directive.arguments[0].value
    return str(info.variable_values.coerced[value.name.value])
