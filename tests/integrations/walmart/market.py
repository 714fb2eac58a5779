"""A marketplace in memory that answers as Walmart documents it, and refuses what Walmart does not document."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.integrations import marketplace

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
SHARED = marketplace.at_hand("walmart")
KEY = base64.b64encode(b"seller:a-long-secret").decode()


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def line(number: int = 1, *, sku: str = "LAMP-1", units: int = 1, amount: float = 20.0, tax: float = 1.65,
         status: str = "Created", at: datetime = NOW, tracking: str = "", **more: Any) -> dict[str, Any]:  # fmt: skip
    """A line of an order, all its units in one state."""
    state: dict[str, Any] = {"status": status, "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(units)}}
    if tracking:
        state["trackingInfo"] = {"shipDateTime": milliseconds(at), "carrierName": {"carrier": "UPS"},
                                 "methodCode": "Standard", "trackingNumber": tracking}  # fmt: skip
    charge = {"chargeType": "PRODUCT", "chargeName": "ItemPrice",
              "chargeAmount": {"currency": "USD", "amount": amount},
              "tax": {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": tax}}}  # fmt: skip
    return {
        "lineNumber": str(number), "item": {"productName": f"Thing {sku}", "sku": sku}, "charges": {"charge": [charge]},
        "orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": str(units)}, "statusDate": milliseconds(at),
        "orderLineStatuses": {"orderLineStatus": [state]}, **more,
    }  # fmt: skip


def order(number: int = 1, *lines: dict[str, Any], node: str = "SellerFulfilled", **more: Any) -> dict[str, Any]:
    """A purchase order."""
    return {
        "purchaseOrderId": f"17962770{number:05d}", "customerOrderId": f"52819564{number:05d}",
        "customerEmailId": f"CAFE{number:04d}@relay.walmart.com", "orderDate": milliseconds(NOW),
        "shippingInfo": {"phone": "3155550100", "estimatedDeliveryDate": milliseconds(NOW), "methodCode": "Value",
                         "estimatedShipDate": milliseconds(NOW),
                         "postalAddress": {"name": "Ada Example", "address1": "1 Sample Road", "city": "Warners",
                                           "state": "NY", "postalCode": "13164", "country": "USA"}},
        "orderLines": {"orderLine": list(lines) or [line()]}, "shipNode": {"type": node}, **more,
    }  # fmt: skip


def returned(about: dict[str, Any], status: str = "INITIATED", **more: Any) -> dict[str, Any]:
    """A return of the first line of an order."""
    return {
        "returnOrderId": "103738048909818825", "customerOrderId": about["customerOrderId"], "returnType": "REFUND",
        "returnOrderDate": NOW.isoformat(),
        "returnOrderLines": [{
            "returnOrderLineNumber": 1, "purchaseOrderId": about["purchaseOrderId"], "purchaseOrderLineNumber": 1,
            "returnReason": "NO_LONGER_WANTED", "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1},
            "charges": [{"chargeCategory": "PRODUCT", "chargePerUnit": {"currencyAmount": 20.0, "currencyUnit": "USD"},
                         "tax": [{"taxPerUnit": {"currencyAmount": 1.65, "currencyUnit": "USD"}}]}],
            "status": status, "statusTime": NOW.isoformat(), **more,
        }],
    }  # fmt: skip


@dataclass
class Market(marketplace.StandIn):
    """What it holds."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    returns: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    stock: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    offers: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # what lies there, and what is sold of it

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The answer to a call that Walmart documents."""
        path = request.url.path
        assert request.headers["WM_SVC.NAME"]
        assert request.headers["WM_QOS.CORRELATION_ID"]
        if path == "/v3/token":
            return self._token(request)
        undocumented(request)
        if request.headers.get("WM_SEC.ACCESS_TOKEN") != f"token-{self.tokens}":
            return httpx.Response(401, json={"error": [{"code": "UNAUTHORIZED.GMP_GATEWAY_API"}]})
        return httpx.Response(200, json=self._content(request, path))

    def _token(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] != f"Basic {KEY}":
            return httpx.Response(401)
        assert request.content == b"grant_type=client_credentials"
        self.tokens += 1
        return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 900})

    def _content(self, request: httpx.Request, path: str) -> Any:
        asked = request.url.params
        if path.startswith("/v3/inventories"):
            return self._offered(request, path.removeprefix("/v3/inventories").lstrip("/"))
        if request.method != "GET":
            return self._changed(path.split("/")[2:], json.loads(request.content or "{}"))
        if path == "/v3/orders":
            node = asked.get("shipNodeType", "SellerFulfilled")
            return self._page([one for one in self.orders if one["shipNode"]["type"] == node], asked)
        if path == "/v3/orders/released":
            waiting = [one for one in self.orders if one["purchaseOrderId"] not in self.acknowledged]
            return self._page(waiting, asked)
        if path.startswith("/v3/orders/"):
            return {"order": self._order(path.split("/")[3])}
        if path == "/v3/returns":
            named = asked.get("returnOrderId")
            found = [one for one in self.returns if named in {None, one["returnOrderId"]}]
            return {"meta": {"totalCount": len(found)}, "returnOrders": found}
        if path == "/v3/items":
            return {"ItemResponse": self.items if asked["nextCursor"] == "*" else [], "nextCursor": "end"}
        assert path == "/v3/fulfillment/inventory"
        first = int(asked["offset"])
        return {"headers": {"totalCount": len(self.stock)},
                "payload": {"inventory": self.stock[first : first + self.page]}}  # fmt: skip

    def _offered(self, request: httpx.Request, sku: str) -> dict[str, Any]:
        """What is offered of an item, or of all; where it is told, what comes of that."""
        if request.method == "PUT":
            told = json.loads(request.content)["inventories"]["nodes"]
            for one in told:
                self.offers.setdefault((sku, one["shipNode"]), [0, 0])[0] = one["inputQty"]["amount"]
            return {"sku": sku, "nodes": [{"shipNode": one["shipNode"], "status": "Success"} for one in told]}
        if sku:
            return {"sku": sku, "nodes": self._nodes(sku)}
        skus = sorted({one for one, _ in self.offers})
        first = int(request.url.params.get("nextCursor", 0))
        found = [{"sku": one, "nodes": self._nodes(one)} for one in skus[first : first + self.page]]
        following = {"nextCursor": str(first + self.page)} if first + self.page < len(skus) else {}
        return {"meta": {"totalCount": len(skus), **following}, "elements": {"inventories": found}}

    def _nodes(self, sku: str) -> list[dict[str, Any]]:
        counts = {node: {"inputQty": there, "reservedQty": sold, "availToSellQty": max(0, there - sold)}
                  for (one, node), (there, sold) in self.offers.items() if one == sku}  # fmt: skip
        return [
            {"shipNode": node, **{kind: {"unit": "EACH", "amount": amount} for kind, amount in kinds.items()}}
            for node, kinds in counts.items()
        ]

    def _changed(self, parts: list[str], body: dict[str, Any]) -> dict[str, Any]:
        """What comes of telling it something about an order or a return."""
        kind, number, act = parts
        if kind == "returns":
            lines = {one["returnOrderLineNumber"]: one for one in self.returns[0]["returnOrderLines"]}
            for told in body["refundLines"]:
                lines[told["returnOrderLineNumber"]]["refundedQty"] = int(told["quantity"]["measurementValue"])
            return {"returnOrderId": number, **body}
        acts = {"acknowledge": self._acknowledge, "shipping": self._ship, "cancel": self._cancel,
                "refund": self._refund}  # fmt: skip
        lines = {one["lineNumber"]: one for one in self._order(number)["orderLines"]["orderLine"]}
        acts[act](number, lines, body)
        for line in lines.values():
            line["statusDate"] += 60_000
        return {"order": self._order(number)}

    def _acknowledge(self, number: str, lines: dict[str, Any], _body: dict[str, Any]) -> None:
        self.acknowledged.append(number)
        for line in lines.values():
            for state in line["orderLineStatuses"]["orderLineStatus"]:
                state["status"] = state["status"].replace("Created", "Acknowledged")

    def _cancel(self, _number: str, lines: dict[str, Any], body: dict[str, Any]) -> None:
        """Units that wait are cancelled."""
        for told in body["orderCancellation"]["orderLines"]["orderLine"]:
            (cancelled,) = told["orderLineStatuses"]["orderLineStatus"]
            (waiting,) = lines[told["lineNumber"]]["orderLineStatuses"]["orderLineStatus"]
            assert waiting["status"] in {"Created", "Acknowledged"}
            assert waiting["statusQuantity"]["amount"] == cancelled["statusQuantity"]["amount"]
            waiting |= cancelled

    def _refund(self, _number: str, lines: dict[str, Any], body: dict[str, Any]) -> None:
        """Money goes back for lines."""
        for told in body["orderRefund"]["orderLines"]["orderLine"]:
            (refund,) = told["refunds"]["refund"]
            lines[told["lineNumber"]]["refund"] = {"refundId": "R1", **refund}

    def _ship(self, _number: str, lines: dict[str, Any], body: dict[str, Any]) -> None:
        """Lines go from waiting to shipped, as many units as were told of."""
        for told in body["orderShipment"]["orderLines"]["orderLine"]:
            states = lines[told["lineNumber"]]["orderLineStatuses"]["orderLineStatus"]
            for shipped in told["orderLineStatuses"]["orderLineStatus"]:
                waiting = next(one for one in states if one["status"] in {"Created", "Acknowledged"})
                left = int(waiting["statusQuantity"]["amount"]) - int(shipped["statusQuantity"]["amount"])
                assert left >= 0
                waiting["statusQuantity"]["amount"] = str(left)
                states.append(shipped)
                states[:] = [one for one in states if one["statusQuantity"]["amount"] != "0"]

    def _order(self, number: str) -> dict[str, Any]:
        return next(one for one in self.orders if one["purchaseOrderId"] == number)

    def _page(self, found: list[dict[str, Any]], asked: httpx.QueryParams) -> dict[str, Any]:
        first = int(asked.get("poIndex", 0))
        meta: dict[str, Any] = {"totalCount": len(found), "limit": self.page}
        if first + self.page < len(found):
            following = asked.merge({"poIndex": str(first + self.page), "hasMoreElements": "true"})
            meta["nextCursor"] = f"?{following}"
        return {"list": {"meta": meta, "elements": {"order": found[first : first + self.page]}}}


def published(name: str) -> dict[str, Any]:
    """One of Walmart's own descriptions; an empty one where they are not at hand."""
    return {"paths": {}} if SHARED is None else marketplace.published(SHARED / f"us_mp_{name}.openapi.json.gz")


def undocumented(request: httpx.Request) -> None:
    """Fail where Walmart's descriptions know no such call."""
    if SHARED is not None:
        names = ("orders", "returns", "items", "inventory")
        described = [SHARED / f"us_mp_{name}.openapi.json.gz" for name in names]
        shipping = shipment(published("orders")) if request.url.path.endswith("/shipping") else None
        marketplace.undocumented(request, described, frozenset({"poIndex", "hasMoreElements"}), body=shipping)


def shipment(described: dict[str, Any]) -> dict[str, Any]:
    """What tells of a shipment: the description points at lines of refunds there, its own lines of shipments stand by.

    A test holds this against the description's own example.
    """
    parts = described["components"]["schemas"]
    line = parts["ShippingLineType"]
    state = {"$ref": "#/components/schemas/ShipLineStatusesType"}
    lines = {"type": "array", "items": {**line, "properties": {**line["properties"], "orderLineStatuses": state}}}
    record = parts["OrderShipmentRecord"]
    listed = {"type": "object", "required": ["orderLine"], "properties": {"orderLine": lines}}
    whole = {**record, "properties": {**record["properties"], "orderLines": listed}}
    return {"type": "object", "required": ["orderShipment"], "properties": {"orderShipment": whole}}
