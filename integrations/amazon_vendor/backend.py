"""Amazon as a retailer: its purchase orders are read, and what is said to them is told it once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx

from core.clock import Clock
from core.config import Config
from core.exchange.model import Cursor, Page, Record, System
from core.exchange.ports import Backend, Outcome, Trouble
from core.mailroom.ports import Post
from core.systems import AmazonVendor
from integrations.amazon_vendor import mapping
from integrations.connected import Courier
from integrations.marketplaces import Again, Changed, Pages, tried
from integrations.reading import Json, Unreadable, part, said, several, written
from integrations.selling_partner import Client, paged

_ORDERS = "/vendor/orders/v1/purchaseOrders"
_STATUS = "/vendor/orders/v1/purchaseOrdersStatus"
_ACKNOWLEDGE = "/vendor/orders/v1/acknowledgements"
_SHIPMENTS = "/vendor/shipping/v1/shipments"
_NOTICES = "/vendor/shipping/v1/shipmentConfirmations"
_LONGEST = timedelta(days=7)  # Amazon shows no more at once
_LACKING = "The app needs the role for vendor orders, authorised in Vendor Central."


def backend(config: Config, clock: Clock, transport: httpx.BaseTransport | None = None) -> Backend:
    """The retailer that the configuration names."""
    section = config.amazon_vendor
    client = Client(section, clock, transport)
    desk = Desk(client, section, clock)

    def try_out(now: datetime) -> Json:
        asked = {"createdAfter": written(now - timedelta(days=1)), "limit": "1", "includeDetails": "false"}
        return client.get("purchase_orders", _ORDERS, asked)

    return Backend(
        System("amazon_vendor", section.label, frozenset(desk.acts)),
        [Orders(desk)],
        refetch=Again({"orders": lambda number: [desk.record(desk.order(number))]}),
        courier=Courier(desk.acts),
        inspector=tried(try_out, f"{section.label} takes the credentials and shows orders.", _LACKING),
    )


@dataclass(frozen=True)
class Desk:
    """Single orders: looked up, read with what was said to them, acknowledged, and given notice of what was sent."""

    client: Client
    section: AmazonVendor
    clock: Clock

    @property
    def acts(self) -> dict[str, Callable[[Post], str]]:
        """What it is told, and how."""
        return {"acknowledge": self.acknowledge, "ship": self.ship}

    def order(self, number: str) -> Json:
        """An order as it is now."""
        found = part(self.client.get("purchase_order", f"{_ORDERS}/{quote(number, safe='')}", {}), "payload")
        if not found:
            raise Trouble(Outcome.REFUSED, "Amazon has no such order.")
        return found

    def record(self, found: Json) -> Record:
        """An order with what was turned down of it, once anything was said to it."""
        told = [] if said(found, "purchaseOrderState") == "New" else self._status(found)
        return mapping.order(found, told, self.section)

    def acknowledge(self, post: Post) -> str:
        """Say what becomes of each line; an order that is new no longer has heard it.

        Raises:
            Trouble: Amazon does not take that.
        """
        number = str(post.content["to"])
        found = self.order(number)
        if said(found, "purchaseOrderState") != "New" or self._is_confirmed(found):
            return number
        try:
            told = mapping.acknowledgement(found, post.content["detail"])
        except Unreadable as fault:
            raise Trouble(Outcome.REFUSED, f"Amazon's order has changed: {fault}.") from fault
        self.client.tell("acknowledge", _ACKNOWLEDGE, {"acknowledgements": [told]})
        return number

    def ship(self, post: Post) -> str:
        """Give notice of a shipment under its tracking number; one that Amazon has by that name has heard of it.

        Raises:
            Trouble: Amazon does not take that.
        """
        detail = post.content["detail"]
        tracking, scac = str(detail["tracking_number"]), self.section.carriers.get(str(detail["carrier"]), "")
        asked = {"vendorShipmentIdentifier": tracking}
        if several(self.client.get("vendor_shipments", _SHIPMENTS, asked), "payload", "shipments"):
            return tracking
        try:
            order = self.order(str(post.content["to"]))
            told = mapping.notice(order, {**detail, "at": written(self.clock()), "scac": scac}, self.section.warehouse)
        except Unreadable as fault:
            raise Trouble(Outcome.REFUSED, f"Amazon's order has changed: {fault}.") from fault
        self.client.tell("vendor_notice", _NOTICES, {"shipmentConfirmations": [told]})
        return tracking

    def _is_confirmed(self, found: Json) -> bool:
        """Whether any line is; the state of the order follows later."""
        words = {
            said(part(line, "acknowledgementStatus"), "confirmationStatus")
            for one in self._status(found) for line in several(one, "itemStatus")
        }  # fmt: skip
        return bool(words - {"", "UNCONFIRMED"})

    def _status(self, found: Json) -> list[Json]:
        asked = {"purchaseOrderNumber": said(found, "purchaseOrderNumber")}
        return several(self.client.get("purchase_orders_status", _STATUS, asked), "payload", "ordersStatus")


@dataclass(frozen=True)
class Orders:
    """Orders by when they were last changed, a week at a time."""

    desk: Desk
    name: str = "orders"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since; at first as far back as the configuration says."""
        days = self.desk.section.history_days
        changed = Changed(
            "Amazon", self.name, days, ("purchaseOrderNumber",), self._ask,
            lambda answer: several(answer, "payload", "orders"), lambda one: [self.desk.record(one)],
        )  # fmt: skip
        at: Cursor = cursor or {"since": written(now - timedelta(days=days))}
        while True:
            until = min(datetime.fromisoformat(str(at["since"])) + _LONGEST, now)
            for page in changed.pull(at, until):
                at = page.cursor
                yield page
            if until >= now:
                return

    def _ask(self, reading: Mapping[str, str]) -> Pages:
        asked = {"changedAfter": reading["since"], "changedBefore": reading["until"], "includeDetails": "true"}
        return self.desk.client.pages("purchase_orders", _ORDERS, paged("nextToken", asked), reading["at"])
