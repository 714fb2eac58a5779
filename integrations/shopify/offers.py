"""What the shop offers from our shelves is set to what is for sale, if nothing was sold since it was looked at."""

from dataclasses import dataclass

from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Later, Post
from integrations.shopify.client import LABEL, Client
from integrations.shopify.mapping import quantity

_PASSING = (
    "CHANGE_FROM_QUANTITY_STALE", "IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
)  # fmt: skip


@dataclass(frozen=True)
class Offers:
    """Sets the quantity of a product that a location has available."""

    client: Client

    def tell(self, post: Post) -> str:
        """Have so many units for sale there.

        Raises:
            Later: something was sold between looking and setting; it is looked at again.
            Trouble: the shop does not take that.
        """
        level_id, units = str(post.content["to"]), int(post.content["units"])
        level = self.client.ask("stock_level", {"id": level_id})["inventoryLevel"]
        if level is None:
            raise Trouble(Outcome.REFUSED, f"{LABEL} keeps no stock of it at that location any more.")
        there = quantity(level, "available")
        if there == units:
            return level_id
        wanted = {"inventoryItemId": level["item"]["id"], "locationId": level["location"]["id"], "quantity": units,
                  "changeFromQuantity": there}  # fmt: skip
        asked = {"name": "available", "reason": "correction", "quantities": [wanted]}
        key = f"{post.key}:{there}:{post.attempt}"
        try:
            self.client.change("stock_set", {"input": asked, "key": key}, repeatable=True)
        except Trouble as trouble:
            if any(code in str(trouble) for code in _PASSING):
                raise Later(str(trouble)) from trouble
            raise
        return level_id
