"""Writing back to Walmart: look at the order as it is there, and say only what it does not know yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Post
from core.money import Money
from core.systems import Walmart
from integrations.marketplaces import word_for
from integrations.reading import Json, part, said, several
from integrations.walmart import refunds
from integrations.walmart.client import Client
from integrations.walmart.mapping import is_to_be_cancelled, lines_of, units_in

ACTS = frozenset({"ship", "cancel_asked", "refund"})
_ASKED = "CUSTOMER_REQUESTED_SELLER_TO_CANCEL"
_RETURN = "return:"
_CARRIERS = (
    "UPS", "USPS", "FedEx", "Airborne", "OnTrac", "DHL Ecommerce - US", "DHL", "LS", "UDS", "UPSMI", "FDX", "PILOT",
    "ESTES", "SAIA", "FDS Express", "Seko Worldwide", "HIT Delivery", "FEDEXSP", "RL Carriers", "China Post",
    "Metropolitan Warehouse & Delivery", "YunExpress", "Yellow Freight Sys", "AIT Worldwide Logistics", "Chukou1",
    "Sendle", "Landmark Global", "Sunyou", "Yanwen", "4PX", "GLS", "OSM Worldwide", "FIRST MILE", "AM Trucking",
    "CEVA", "India Post", "SF Express", "CNE", "TForce Freight", "AxleHire", "LSO", "Royal Mail", "WanB", "JCEX",
    "ABF Freight System", "Roadrunner Freight", "Meyer Distribution", "AAA Cooper", "Canada Post", "Japan Post",
    "Southeastern Freight Lines", "Correos de Mexico", "XPO Logistics", "JD Logistics", "YDH", "Flyt",
    "Deutsche Post",
)  # fmt: skip
_ALSO = {
    "LaserShip": "LS", "United Delivery Service": "UDS", "Federal Express": "FedEx", "FedEx SmartPost": "FEDEXSP",
    "UPS Mail Innovations": "UPSMI", "DHL Express": "DHL", "DHL eCommerce": "DHL Ecommerce - US",
}  # fmt: skip


@dataclass(frozen=True)
class Acts:
    """What Walmart takes from a seller."""

    client: Client
    section: Walmart

    @property
    def by_name(self) -> dict[str, Callable[[Post], str]]:
        """How each is done."""
        return {"ship": self.ship, "cancel_asked": self.cancel, "refund": self.refund}

    def ship(self, post: Post) -> str:
        """Say that units of lines are on their way; Walmart charges the customer then.

        Raises:
            Trouble: it does not take that.
        """
        number, detail = str(post.content["to"]), post.content["detail"]
        tracking = str(detail["tracking_number"])
        there, missing = lines_of(self._order(number)), []
        for wanted in detail["lines"]:
            line = there.get(int(wanted["line"]), {})
            units = int(wanted["quantity"]) - units_in(line, "shipped", "delivered", tracking=tracking)
            if units > 0:
                if units > units_in(line, "open"):
                    raise Trouble(Outcome.REFUSED, f"Walmart waits for fewer units of line {wanted['line']} than that.")
                missing.append((line, units))
        if missing:
            if any(units_in(line, "open", word="Created") for line, _ in missing):
                self.client.change("acknowledge", f"/v3/orders/{number}/acknowledge")
            sent = _tracking(detail, self.section)
            lines = [_shipped(line, units, sent, str(post.content["order_number"])) for line, units in missing]
            body = {"orderShipment": {"orderLines": {"orderLine": lines}}}
            self.client.change("ship", f"/v3/orders/{number}/shipping", body, repeatable=False)
        return tracking

    def cancel(self, post: Post) -> str:
        """Cancel units of lines that the customer asked Walmart to.

        Raises:
            Trouble: they were sent meanwhile.
        """
        number = str(post.content["to"])
        there, asked = lines_of(self._order(number)), []
        for wanted in post.content["detail"]["lines"]:
            line = there.get(int(wanted["line"]), {})
            waiting, units = units_in(line, "open"), int(wanted["quantity"])
            if waiting:
                asked.append(_cancelled(line, min(units, waiting)))
            elif units_in(line, "cancelled") < units:
                raise Trouble(Outcome.REFUSED, f"Line {wanted['line']} was sent before Walmart could be told to stop.")
        if asked:
            body = {"orderCancellation": {"orderLines": {"orderLine": asked}}}
            self.client.change("cancel", f"/v3/orders/{number}/cancel", body, repeatable=False)
        return number

    def refund(self, post: Post) -> str:
        """Give money back: by the return it is for where that is all of it, otherwise by shares of the lines.

        Raises:
            Trouble: more than is left to give back.
        """
        number, detail = str(post.content["to"]), post.content["detail"]
        amount, note = Money(detail["amount"], detail["currency"]), f"storekeeper {post.content['cause']}"
        order = self._order(number)
        lines = list(lines_of(order).values())
        if refunds.is_made(lines, note):
            return note
        cause = str(detail["cause"])
        if cause.startswith(_RETURN) and self._by_return(cause.split(":")[1], number, amount):
            return note
        reason = "Customer returned item" if cause.startswith(_RETURN) else "General adjustment"
        told = refunds.shares(lines, amount, reason, note)
        body = {"orderRefund": {"purchaseOrderId": number, "orderLines": {"orderLine": told}}}
        self.client.change("refund", f"/v3/orders/{number}/refund", body, repeatable=False)
        return note

    def _by_return(self, name: str, number: str, amount: Money) -> bool:
        """Have a return of Walmart's refunded; False where there is none, or less than all of it goes back."""
        return_number = name.partition("-")[0]
        answer = self.client.get("return", "/v3/returns", {"returnOrderId": return_number})
        known = [one for one in several(answer, "returnOrders") if said(one, "returnOrderId") == return_number]
        found = known[0] if known else {}
        lines = [one for one in several(found, "returnOrderLines") if said(one, "purchaseOrderId") == number]
        due = refunds.due_of_return(lines, amount.currency)
        if lines and not any(refunds.unrefunded(one) for one in lines):
            return True
        if not due or amount.minor + len(lines) < due:
            return False
        told = [
            {"returnOrderLineNumber": one["returnOrderLineNumber"],
             "quantity": {"unitOfMeasure": "EACH", "measurementValue": refunds.unrefunded(one)}}
            for one in lines if refunds.unrefunded(one)
        ]  # fmt: skip
        body = {"customerOrderId": said(found, "customerOrderId"), "refundLines": told}
        self.client.change("refund_return", f"/v3/returns/{return_number}/refund", body, repeatable=False)
        return True

    def _order(self, number: str) -> Json:
        found = part(self.client.get("order", f"/v3/orders/{number}", {}), "order")
        if not found:
            raise Trouble(Outcome.REFUSED, "Walmart has no such order.")
        return found


def _shipped(line: Json, units: int, tracking: Mapping[str, Any], number: str) -> dict[str, Any]:
    status = {"status": "Shipped", "statusQuantity": _each(units), "trackingInfo": tracking}
    return {
        "lineNumber": said(line, "lineNumber"), "sellerOrderId": number[:30],
        "intentToCancelOverride": is_to_be_cancelled(line),
        "orderLineStatuses": {"orderLineStatus": [status]},
    }  # fmt: skip


def _cancelled(line: Json, units: int) -> dict[str, Any]:
    status = {"status": "Cancelled", "cancellationReason": _ASKED, "statusQuantity": _each(units)}
    return {"lineNumber": said(line, "lineNumber"), "orderLineStatuses": {"orderLineStatus": [status]}}


def _each(units: int) -> dict[str, str]:
    return {"unitOfMeasurement": "EACH", "amount": str(units)}


def _tracking(detail: Mapping[str, Any], section: Walmart) -> dict[str, Any]:
    """How a parcel goes.

    Raises:
        Trouble: Walmart has no word for its carrier, and takes others only with an address to follow them at.
    """
    number = str(detail["tracking_number"])
    parcel = {
        "shipDateTime": int(datetime.fromisoformat(detail["shipped_at"]).timestamp() * 1000), "methodCode": "Standard",
        "trackingNumber": number,
    }  # fmt: skip
    name = str(detail["carrier"])
    word = carrier(name)
    if word:
        return {**parcel, "carrierName": {"carrier": word}}
    address = section.tracking_addresses.get(name, "")
    if not address:
        told = (
            f"Walmart has no word for the carrier “{name[:40]}”; give walmart.tracking_addresses one to follow it at."
        )
        raise Trouble(Outcome.REFUSED, told)
    return {**parcel, "carrierName": {"otherCarrier": name}, "trackingURL": address.replace("{number}", number)}


def carrier(name: str) -> str:
    """Walmart's word for a carrier; nothing where it has none.

    >>> carrier("Fedex"), carrier("LaserShip"), carrier("Evri")
    ('FedEx', 'LS', '')
    """
    return word_for(name, _CARRIERS) or _ALSO.get(word_for(name, _ALSO), "")
