"""What Walmart offers from a seller's own shelves: read item by item, and set to what the seller has for sale.

Walmart takes what lies there, with what was sold and not yet sent, and takes that off itself; we know what may still be
sold. So each item is looked at first, and told what may be sold and what Walmart holds for its orders, together.

Source: developer.walmart.com, “Get and update item inventory per ship node” (inputQty, reservedQty, availToSellQty).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from core.exchange.model import Cursor, Level, Page
from core.exchange.ports import Outcome, Trouble
from core.mailroom.ports import Post
from integrations.reading import Json, Unreadable, needed, part, records, said, several
from integrations.walmart.client import Client

_PAGE = "50"


@dataclass(frozen=True)
class ForSale:
    """What it offers from ship nodes that are places of ours; Walmart does not say what changed."""

    client: Client
    nodes: Mapping[str, str]
    name: str = "for sale"

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002 it offers what it offers
        """All of it where all is asked for, by Walmart's own cursor; nothing once it was read."""
        at, is_begun = (str(cursor["at"]), True) if cursor else ("", False)
        while at or not is_begun:
            answer = self.client.get(
                self.name, "/v3/inventories", {"limit": _PAGE} | ({"nextCursor": at} if at else {})
            )
            found = several(answer, "elements", "inventories")
            following = said(part(answer, "meta"), "nextCursor")
            at, is_begun = (following if found and following != at else ""), True
            offered, faults = records("Walmart", found, ("sku",), lambda one: levels(one, self.nodes))
            yield Page([], {"at": at}, faults, levels=offered)

    def tell(self, post: Post) -> str:
        """Have so many units of an item offered from a node.

        Raises:
            Trouble: Walmart does not take that.
        """
        sku, node, units = str(post.content["sku"]), str(post.content["to"]), int(post.content["units"])
        path = f"/v3/inventories/{quote(sku, safe='')}"
        there = next((one for one in several(self.client.get("stock there", path, {}), "nodes")
                      if said(one, "shipNode") == node), {})  # fmt: skip
        if not there or units_in(there, "availToSellQty") != units:
            quantity = {"unit": "EACH", "amount": units + (units_in(there, "reservedQty") if there else 0)}
            body = {"inventories": {"nodes": [{"shipNode": node, "inputQty": quantity}]}}
            answer = self.client.change("stock", path, body, method="PUT")
            taken = [said(one, "status") for one in several(answer, "nodes") if said(one, "shipNode") == node]
            if [word.casefold() for word in taken] != ["success"]:
                raise Trouble(Outcome.REFUSED, f"Walmart did not take the stock of {sku[:40]} at node {node[:40]}.")
        return node


def levels(found: Json, nodes: Mapping[str, str]) -> Iterator[Level]:
    """What an item offers at nodes that are places of ours.

    Raises:
        Unreadable: it has no stock code, or a quantity that is none.
    """
    sku = needed("an item's stock", found, "sku")
    for one in several(found, "nodes"):
        node = said(one, "shipNode")
        if node in nodes:
            yield Level(node, sku, nodes[node], units_in(one, "availToSellQty"))


def units_in(node: Json, kind: str) -> int:
    """Units of a kind at a node; none where it has none of that kind.

    Raises:
        Unreadable: it is no number.
    """
    amount = part(node, kind).get("amount", 0)
    if not isinstance(amount, int | float):
        raise Unreadable(f"a quantity “{str(amount)[:20]}”")
    return int(amount)
