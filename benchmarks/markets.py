"""Marketplaces of any size, which make orders as they are asked for: they take no room of their own."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from tests.integrations.amazon import market as amazons
from tests.integrations.walmart import market as walmarts

_AT_ONCE = {"amazon": 100, "walmart": 200}


@dataclass
class Amazon(amazons.Market):
    """So many orders of two lines, a payment and a package; it lets as many calls pass as there are."""

    count: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a documented call, without a limit that would keep a reading waiting for days."""
        answer = super().answer(request)
        answer.headers["x-amzn-RateLimit-Limit"] = "1000"
        return answer

    def paged(self, all_there_is: list[dict[str, Any]], token: str | None) -> tuple[list[dict[str, Any]], str]:
        """A page of the orders; there is nothing else."""
        if all_there_is is not self.orders:
            return super().paged(all_there_is, token)
        first, last = int(token or 0), min(int(token or 0) + _AT_ONCE["amazon"], self.count)
        return [_amazon_order(number) for number in range(first, last)], str(last) if last < self.count else ""


@dataclass
class Walmart(walmarts.Market):
    """So many orders of two lines, a payment and a parcel."""

    count: int = 0

    def _page(self, found: list[dict[str, Any]], asked: httpx.QueryParams) -> dict[str, Any]:
        if asked.get("shipNodeType") != "SellerFulfilled":
            return super()._page(found, asked)
        first = int(asked.get("poIndex", 0))
        last = min(first + _AT_ONCE["walmart"], self.count)
        meta: dict[str, Any] = {"totalCount": self.count, "limit": _AT_ONCE["walmart"]}
        if last < self.count:
            meta["nextCursor"] = f"?{asked.merge({'poIndex': str(last), 'hasMoreElements': 'true'})}"
        return {"list": {"meta": meta, "elements": {"order": [_walmart_order(at) for at in range(first, last)]}}}


def _amazon_order(number: int) -> dict[str, Any]:
    items = amazons.item(1, sku="KETTLE", done=1), amazons.item(2, sku="MUG", units=2, price="5.00", tax="2.00", done=2)
    sent = amazons.package(f"TRACK{number}", "SHIPPED")
    return amazons.order(number, *items, status="SHIPPED", total="36.00", packages=[sent])


def _walmart_order(number: int) -> dict[str, Any]:
    sent = partial(walmarts.line, status="Shipped", tracking=f"TRACK{number}")
    return walmarts.order(number, sent(1, sku="KETTLE"), sent(2, sku="MUG", units=2, amount=10.0))
