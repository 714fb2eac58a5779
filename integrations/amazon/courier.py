"""Writing back to Amazon: look at the order as it is there, and say only what it does not know yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Post
from core.systems import Amazon
from integrations.amazon.mapping import items_of
from integrations.marketplaces import word_for
from integrations.reading import Json, part, said, several, written
from integrations.selling_partner import Client

ACTS = frozenset({"ship"})
_OTHER = "Other"
_CARRIERS = (
    "USPS", "UPS", "UPSMI", "FedEx", "DHL", "DPD", "GLS", "Royal Mail", "Parcelforce", "TNT", "Deutsche Post",
    "Hermes Logistik Gruppe", "Canada Post", "Australia Post", "Correos", "Chronopost", "La Poste", "OnTrac", "Yodel",
    "Poste Italiane", "Seur", "Mondial Relay",
)  # fmt: skip


@dataclass(frozen=True)
class Acts:
    """What Amazon takes from a seller; `order` looks one up."""

    order: Callable[[str], Json]
    client: Client
    section: Amazon

    @property
    def by_name(self) -> dict[str, Callable[[Post], str]]:
        """How each is done."""
        return {"ship": self.ship}

    def ship(self, post: Post) -> str:
        """Confirm a package; a second confirmation under its reference would be the same package.

        Raises:
            Trouble: Amazon does not take that.
        """
        number, detail = str(post.content["to"]), post.content["detail"]
        order, tracking = self.order(number), str(detail["tracking_number"])
        packages = several(order, "packages")
        if any(said(one, "trackingNumber") == tracking for one in packages):
            return tracking
        items = items_of(order)
        chosen = []
        for wanted in detail["lines"]:
            place = int(wanted["line"])
            if place > len(items):
                raise Trouble(Outcome.REFUSED, f"Amazon's order has no line {place}.")
            chosen.append({"orderItemId": said(items[place - 1], "orderItemId"), "quantity": int(wanted["quantity"])})
        taken = {said(one, "packageReferenceId") for one in packages}
        package = {
            "packageReferenceId": _reference(int(detail["place"]), taken), "trackingNumber": tracking,
            "shipDate": written(datetime.fromisoformat(detail["shipped_at"])), "orderItems": chosen,
            **self._carrier(str(detail["carrier"])),
        }  # fmt: skip
        sold_at = said(part(order, "salesChannel"), "marketplaceId") or self.section.marketplaces[0]
        path = f"/orders/v0/orders/{quote(number, safe='')}/shipmentConfirmation"
        self.client.tell("ship", path, {"marketplaceId": sold_at, "packageDetail": package})
        return tracking

    def _carrier(self, name: str) -> dict[str, str]:
        code = self.section.carriers.get(name) or word_for(name, _CARRIERS) or _OTHER
        return {"carrierCode": code, "carrierName": name} if code == _OTHER else {"carrierCode": code}


def _reference(place: int, taken: set[str]) -> str:
    """A number for a package that none of the order has yet."""
    while str(place) in taken:
        place += 1
    return str(place)
