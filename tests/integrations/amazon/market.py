"""A marketplace in memory that answers as Amazon's models say, and refuses what they do not document."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.integrations import marketplace

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
SHARED = marketplace.at_hand("amazon_sp_api")
MODELS = (
    "orders_2026-01-01", "ordersV0", "fbaInventory", "externalFulfillmentReturns_2024-09-11", "shippingV2",
    "tracking_2026-01-30", "tokens_2021-03-01",
)  # fmt: skip
RESTRICTED, PERSONAL = "/tokens/2021-03-01/restrictedDataToken", "/orders/v0/orders"
SHIPPING, TRACKING = "/shipping/v2/tracking", "/tracking/2026-01-30/shipments/track"


def item(number: int = 1, *, sku: str = "LAMP-1", units: int = 1, price: str = "20.00", tax: str = "4.00",
         done: int = 0, **more: Any) -> dict[str, Any]:  # fmt: skip
    """An item of an order in pounds."""

    def pounds(amount: str) -> dict[str, str]:
        return {"amount": amount, "currencyCode": "GBP"}

    net = f"{float(price) * units:.2f}"
    return {
        "orderItemId": f"202{number:011d}", "quantityOrdered": units,
        "product": {"asin": f"B0{number:08d}", "title": f"Thing {sku}", "sellerSku": sku,
                    "price": {"unitPrice": pounds(price)}},
        "proceeds": {"proceedsTotal": pounds(net), "breakdowns": [{"type": "ITEM", "subtotal": pounds(net)},
                                                                  {"type": "TAX", "subtotal": pounds(tax)}]},
        "fulfillment": {"quantityFulfilled": done, "quantityUnfulfilled": units - done}, **more,
    }  # fmt: skip


def order(number: int = 1, *items: dict[str, Any], status: str = "UNSHIPPED", total: str = "24.00",
          by: str = "MERCHANT", updated: datetime = NOW, **more: Any) -> dict[str, Any]:  # fmt: skip
    """An order of a buyer's in the UK."""
    return {
        "orderId": f"202-{number:07d}-0000001", "createdTime": NOW.isoformat(), "lastUpdatedTime": updated.isoformat(),
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1F83G8C2ARO7P", "marketplaceName": "Amazon.co.uk"},
        "buyer": {"buyerName": "Ada Example", "buyerEmail": f"buyer{number}@marketplace.amazon.co.uk"},
        "recipient": {"deliveryAddress": {"name": "Ada Example", "addressLine1": "1 Sample Road", "city": "Leeds",
                                          "postalCode": "LS1 1AA", "countryCode": "GB"}},
        "proceeds": {"grandTotal": {"amount": total, "currencyCode": "GBP"}},
        "fulfillment": {"fulfillmentStatus": status, "fulfilledBy": by}, "orderItems": list(items) or [item()], **more,
    }  # fmt: skip


def package(tracking: str, status: str, detail: str = "") -> dict[str, Any]:
    """A package with the first item."""
    return {
        "packageReferenceId": "1", "carrier": "DPD", "trackingNumber": tracking, "shipTime": NOW.isoformat(),
        "packageStatus": {"status": status, **({"detailedStatus": detail} if detail else {})},
        "packageItems": [{"orderItemId": "20200000000001", "quantity": 1}],
    }  # fmt: skip


@dataclass
class Partner(marketplace.StandIn):
    """Amazon as a selling partner meets it: lets in whoever shows its token, to what some of its models document."""

    refresh_token: str = "Atzr|the-refresh-token"
    models: tuple[str, ...] = MODELS

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a documented call."""
        raise NotImplementedError

    def respond(self, request: httpx.Request) -> httpx.Response:
        """A token, or the answer."""
        if request.url.path == "/auth/o2/token":
            form = parse_qs(request.content.decode())
            if form["refresh_token"] != [self.refresh_token] or form["grant_type"] != ["refresh_token"]:
                return httpx.Response(400, json={"error": "invalid_grant"})
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"Atza|{self.tokens}", "expires_in": 3600})
        if SHARED is not None:
            marketplace.undocumented(request, [SHARED / f"{name}.json.gz" for name in self.models])
        if request.headers.get("x-amz-access-token") not in self.passes(request.url.path):
            return httpx.Response(403, json={"errors": [{"code": "Unauthorized", "message": "expired"}]})
        return self.answer(request)

    def passes(self, path: str) -> Collection[str]:  # noqa: ARG002 some paths want another one
        """The tokens that let in to a path."""
        return [f"Atza|{self.tokens}"]

    def paged(self, all_there_is: list[dict[str, Any]], token: str | None) -> tuple[list[dict[str, Any]], str]:
        """A page of what there is, and the token of the next."""
        first = int(token or 0)
        behind = first + self.page
        return all_there_is[first:behind], str(behind) if behind < len(all_there_is) else ""


@dataclass
class Market(Partner):
    """What a marketplace holds."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    stock: list[dict[str, Any]] = field(default_factory=list)
    returns: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    milestones: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    personal: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: set[str] = field(default_factory=lambda: {"buyerInfo", "shippingAddress"})
    restricted: dict[str, list[str]] = field(default_factory=dict)

    def passes(self, path: str) -> Collection[str]:
        """Personal data are shown to a restricted data token alone, and nothing else is."""
        return self.restricted if path == PERSONAL else super().passes(path)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a documented call."""
        path = request.url.path
        if path.endswith("/shipmentConfirmation"):
            self._confirm(path.split("/")[4], json.loads(request.content))
            return httpx.Response(204)
        if path in {SHIPPING, TRACKING}:
            return self._where(request.url.params, path)
        if path == RESTRICTED:
            return self._restricted(json.loads(request.content))
        if path == PERSONAL:
            elements = self.restricted[request.headers["x-amz-access-token"]]
            return self._personal(request.url.params["AmazonOrderIds"].split(","), elements)
        return httpx.Response(200, json=self._content(request, path), headers={"x-amzn-RateLimit-Limit": "1.0"})

    def _restricted(self, body: dict[str, Any]) -> httpx.Response:
        """A token for one path, where the roles cover all that is asked for."""
        (resource,) = body["restrictedResources"]
        assert (resource["method"], resource["path"]) == ("GET", PERSONAL)
        if not set(resource["dataElements"]) <= self.roles:
            return httpx.Response(403, json={"errors": [{"code": "Unauthorized", "message": "no access to elements"}]})
        token = f"Atz.sprdt|{len(self.restricted)}"
        self.restricted[token] = resource["dataElements"]
        return httpx.Response(200, json={"restrictedDataToken": token, "expiresIn": 3600})

    def _personal(self, numbers: list[str], elements: list[str]) -> httpx.Response:
        """Orders of these numbers, at most fifty, with what the token lets see."""
        assert len(numbers) <= 50
        shown = {"buyerInfo": "BuyerInfo", "shippingAddress": "ShippingAddress"}
        orders = [
            {"AmazonOrderId": number, **{shown[one]: self.personal[number][shown[one]] for one in elements}}
            for number in numbers if number in self.personal
        ]  # fmt: skip
        return httpx.Response(200, json={"payload": {"Orders": orders}})

    def _where(self, asked: httpx.QueryParams, path: str) -> httpx.Response:
        """Where a parcel is; of one it does not know it says so."""
        named = {"aftn", "carrierTracking.trackingNumber", "trackingId"} & set(asked)
        number = asked[named.pop()]
        if path == SHIPPING and asked["carrierId"] == "AMZN_UK" and number in self.events:
            told = {"trackingId": number, "eventHistory": self.events[number]}
            return httpx.Response(200, json={"payload": told})
        if path == TRACKING and number in self.milestones:
            detail: dict[str, Any] = {"identifier": {}, "milestoneHistory": self.milestones[number]}
            return httpx.Response(200, json={"trackingDetail": detail})
        return httpx.Response(404, json={"errors": [{"code": "NotFound", "message": "no such shipment"}]})

    def _confirm(self, number: str, body: dict[str, Any]) -> None:
        """The order has the package from now on; one of the same reference takes its place."""
        told = body["packageDetail"]
        assert told["packageReferenceId"].isdigit()
        found = next(one for one in self.orders if one["orderId"] == number)
        packages = {one["packageReferenceId"]: one for one in found.get("packages", [])}
        packages[told["packageReferenceId"]] = {
            "packageReferenceId": told["packageReferenceId"], "carrier": told["carrierCode"],
            "trackingNumber": told["trackingNumber"], "shipTime": told["shipDate"],
            "packageStatus": {"status": "SHIPPED"}, "packageItems": told["orderItems"],
        }  # fmt: skip
        found |= {"packages": list(packages.values()), "lastUpdatedTime": told["shipDate"]}
        found["fulfillment"] = {**found["fulfillment"], "fulfillmentStatus": "SHIPPED"}

    def _content(self, request: httpx.Request, path: str) -> Any:
        asked = request.url.params
        if path == "/orders/2026-01-01/orders":
            assert "marketplaceIds" in asked
            found, following = self.paged(self.orders, asked.get("paginationToken"))
            return {"orders": found, **({"pagination": {"nextToken": following}} if following else {})}
        if path.startswith("/orders/"):
            return {"order": next(one for one in self.orders if one["orderId"] == path.rsplit("/", 1)[1])}
        if path == "/fba/inventory/v1/summaries":
            found, following = self.paged(self.stock, asked.get("nextToken"))
            payload = {"granularity": {}, "inventorySummaries": found}
            return {"payload": payload, **({"pagination": {"nextToken": following}} if following else {})}
        return {"returns": self.returns}


def model(name: str) -> dict[str, Any]:
    """One of Amazon's own models."""
    assert SHARED is not None
    return marketplace.published(SHARED / f"{name}.json.gz")
