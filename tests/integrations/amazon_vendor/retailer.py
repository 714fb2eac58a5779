"""Amazon as a retailer in memory: it holds purchase orders, and hears what is said to them."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.integrations.amazon.market import NOW, Partner

ORDERS = "/vendor/orders/v1/purchaseOrders"
SHIPMENTS, NOTICES = "/vendor/shipping/v1/shipments", "/vendor/shipping/v1/shipmentConfirmations"


def item(number: int, *, sku: str, amount: int, unit: str = "Eaches", size: int = 1, cost: str = "7.50") -> Any:
    """An item of an order in pounds."""
    return {
        "itemSequenceNumber": str(number), "amazonProductIdentifier": f"B0{number:08d}", "vendorProductIdentifier": sku,
        "orderedQuantity": {"amount": amount, "unitOfMeasure": unit, "unitSize": size}, "isBackOrderAllowed": True,
        "netCost": {"amount": cost, "currencyCode": "GBP"},
    }  # fmt: skip


def order(number: str, *items: Any, state: str = "New") -> dict[str, Any]:
    """A purchase order."""
    return {
        "purchaseOrderNumber": number, "purchaseOrderState": state,
        "orderDetails": {
            "purchaseOrderDate": NOW.isoformat(), "purchaseOrderChangedDate": NOW.isoformat(),
            "purchaseOrderType": "RegularOrder", "paymentMethod": "Invoice", "buyingParty": {"partyId": "ABCD"},
            "sellingParty": {"partyId": "999US"}, "shipToParty": {"partyId": "LTN1"}, "items": list(items),
        },
    }  # fmt: skip


@dataclass
class Retailer(Partner):
    """What it ordered, what was said to each line, and notices of shipments; the state follows when `takes_notice`."""

    models: tuple[str, ...] = ("vendorOrders", "vendorShipments")
    orders: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    shipments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a documented call."""
        path, asked = request.url.path, request.url.params
        if path == NOTICES:
            for one in json.loads(request.content)["shipmentConfirmations"]:
                assert one["shipmentIdentifier"] not in self.shipments
                self.shipments[one["shipmentIdentifier"]] = one
            return httpx.Response(202, json={"payload": {"transactionId": f"S-{len(self.shipments)}"}})
        if path == SHIPMENTS:
            number = asked["vendorShipmentIdentifier"]
            there = [{"vendorShipmentIdentifier": number}] if number in self.shipments else []
            return httpx.Response(200, json={"payload": {"shipments": there}})
        if request.method == "POST":
            for one in json.loads(request.content)["acknowledgements"]:
                self.told[one["purchaseOrderNumber"]] = one["items"]
            return httpx.Response(202, json={"payload": {"transactionId": f"T-{len(self.told)}"}})
        if path == ORDERS:
            found, following = self.paged(self.orders, asked.get("nextToken"))
            paging = {"pagination": {"nextToken": following}} if following else {}
            return httpx.Response(200, json={"payload": {**paging, "orders": found}})
        if path.startswith(f"{ORDERS}/"):
            (one,) = [one for one in self.orders if one["purchaseOrderNumber"] == path.rpartition("/")[2]]
            return httpx.Response(200, json={"payload": one})
        return httpx.Response(200, json={"payload": {"ordersStatus": self._statuses(asked["purchaseOrderNumber"])}})

    def take_notice(self) -> None:
        """What was acknowledged is seen to be."""
        for one in self.orders:
            if one["purchaseOrderNumber"] in self.told:
                one["purchaseOrderState"] = "Acknowledged"

    def _statuses(self, number: str) -> list[dict[str, Any]]:
        lines = []
        for line in self.told.get(number, []):
            said = {one["acknowledgementCode"]: one["acknowledgedQuantity"] for one in line["itemAcknowledgements"]}
            accepted = "PARTIALLY_ACCEPTED" if "Rejected" in said else "ACCEPTED"
            word = "REJECTED" if set(said) == {"Rejected"} else accepted
            lines.append({
                "itemSequenceNumber": line["itemSequenceNumber"],
                "acknowledgementStatus": {"confirmationStatus": word, "rejectedQuantity": said.get("Rejected", {})},
            })  # fmt: skip
        return [{"purchaseOrderNumber": number, "itemStatus": lines}]
