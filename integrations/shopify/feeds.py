"""Reading a shop: everything by a bulk operation, what changed by questions page after page."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.config import Config
from core.exchange.model import Cursor, Hint, Page, Record
from core.exchange.ports import Outcome, Trouble
from integrations.http import Call
from integrations.reading import UNREADABLE, plainly
from integrations.shopify import mapping, orders
from integrations.shopify.client import LABEL, TOO_DEAR, Client
from integrations.shopify.mapping import Node, Told
from integrations.shopify.queries import document

log = logging.getLogger(__name__)
_OVERLAP = timedelta(minutes=5)  # clocks differ, and a change may be seen a moment after it was made
_PAGE, _FIRST = 200, 20
_CHILDREN = {
    "LineItem": "lineItems", "Return": "returns", "ReturnLineItem": "returnLineItems",
    "InventoryLevel": "inventoryLevels", "ExchangeLineItem": "exchangeLineItems",
}  # fmt: skip
_GOING_ON = {"CREATED", "RUNNING", "CANCELING"}
_POLL_S = 2.0
Read = Callable[[Node], Told]


@dataclass(frozen=True)
class ShopFeed:
    """One kind of node: its question, its bulk question (none where there are few), and how a node is read."""

    name: str
    client: Client
    question: str
    bulk: str
    read: Read
    page: int = _PAGE

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything in bulk where nothing was read yet, then what changed since."""
        if self.bulk and (not cursor or "operation" in cursor):
            yield from self._in_bulk(cursor, now)
        else:
            yield from self._since(cursor or {}, now)

    def _since(self, cursor: Cursor, now: datetime) -> Iterator[Page]:
        until = cursor.get("until") or (now - _OVERLAP).isoformat()
        variables: dict[str, Any] = {"first": cursor.get("first", _FIRST), "after": cursor.get("after")}
        if self.bulk and cursor.get("since"):
            variables["query"] = f"updated_at:>='{cursor['since']}'"
        while True:
            connection = self._page(variables)
            told = [self._told(node) for node in connection["nodes"]]
            info = connection["pageInfo"]
            if not info["hasNextPage"] or info["endCursor"] == variables["after"]:
                yield _page(told, {"since": until})
                return
            variables["after"] = info["endCursor"]
            kept = {"since": cursor.get("since"), "until": until, "after": info["endCursor"]}
            yield _page(told, {**kept, "first": variables["first"]})

    def _page(self, variables: dict[str, Any]) -> dict[str, Any]:
        """A page; a smaller one where so much at once is too dear."""
        while True:
            try:
                (connection,) = self.client.ask(self.question, variables).values()
                return dict(connection)
            except Trouble as trouble:
                if TOO_DEAR not in str(trouble) or variables["first"] == 1:
                    raise
                variables["first"] = max(1, variables["first"] // 2)

    def _told(self, node: Node) -> Told:
        """What a node tells; what is wrong with it where it cannot be read, and the rest goes on."""
        try:
            return self.read(with_all_lines(self.client, node))
        except UNREADABLE as error:
            known = str(node.get("name") or node.get("id") or "without a number") if isinstance(node, dict) else "node"
            return Told(faults=(f"{LABEL}'s {known[:60]} was left out: {plainly(error)}.",))

    def _in_bulk(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        if not cursor:
            begun = self.client.change("bulk_begin", {"query": document(self.bulk)}, repeatable=False)
            cursor = {
                "operation": begun["bulkOperation"]["id"],
                "place": 0,
                "lines": 0,
                "until": (now - _OVERLAP).isoformat(),
            }
            yield Page([], cursor)
        operation = self._looked_at(cursor["operation"])
        while operation.get("status") in _GOING_ON:
            self.client.http.sleep(_POLL_S)
            yield Page([], cursor)  # shows that somebody is at it
            operation = self._looked_at(cursor["operation"])
        if operation.get("status") != "COMPLETED":
            yield Page([], {})  # the next reading begins anew
            raise Trouble(Outcome.REFUSED, f"{LABEL} could not put all {self.name} together; it begins anew next time.")
        if operation.get("url"):
            call = Call("bulk result", "GET", operation["url"])
            yield from self._assembled(self.client.http.lines(call, cursor["place"]), cursor, operation)
        yield Page([], {"since": cursor["until"]})

    def _looked_at(self, operation: str) -> dict[str, Any]:
        """A bulk operation as it stands; nothing where it has expired."""
        return dict(self.client.ask("bulk_look", {"id": operation})["bulkOperation"] or {})

    def _assembled(self, lines: Iterator[tuple[int, str]], cursor: Cursor, operation: Node) -> Iterator[Page]:
        """Nodes with their children, which follow them, in pages; never more than a page at once.

        Raises:
            Trouble: there are fewer lines than the operation counted.
        """
        told: list[Told] = []
        root: dict[str, Any] | None = None
        parents: dict[str, dict[str, Any]] = {}
        ends, seen = cursor["place"], cursor["lines"]
        for after, line in lines:
            begins, ends, seen = ends, after, seen + 1
            node = _parsed(line)
            parent = node.pop("__parentId", None)
            if parent is not None:
                kind = node["id"].removeprefix("gid://shopify/").partition("/")[0]
                if parent in parents and kind in _CHILDREN:
                    parents[parent].setdefault(_CHILDREN[kind], {"nodes": []})["nodes"].append(node)
                    parents[node["id"]] = node
                continue
            if root is not None:
                told.append(self._told(root))
            if len(told) >= self.page:
                yield _page(told, {**cursor, "place": begins, "lines": seen - 1})
                told = []
            root, parents = node, {node["id"]: node}
        if seen < int(operation["objectCount"]):
            raise _broken_off()
        if root is not None:
            yield _page([*told, self._told(root)], {**cursor, "place": ends, "lines": seen})


def _parsed(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError as error:
        raise _broken_off() from error


def _broken_off() -> Trouble:
    return Trouble(Outcome.SILENT, f"{LABEL} broke off within a bulk result; it goes on from there the next time.")


def with_all_lines(client: Client, node: Node) -> Node:
    """An order with the lines that were too many for one answer."""
    lines = node.get("lineItems") or {}
    info = lines.get("pageInfo") or {}
    if not info.get("hasNextPage"):
        return node
    found, after = list(lines["nodes"]), info["endCursor"]
    while after:
        more = client.ask("order_lines", {"id": node["id"], "after": after})["order"]["lineItems"]
        found += more["nodes"]
        info = more["pageInfo"]
        after = info["endCursor"] if info["hasNextPage"] and info["endCursor"] != after else None
    return {**node, "lineItems": {"nodes": found}}


def feeds(client: Client, config: Config) -> Sequence[ShopFeed]:
    """What is read of a shop, parents first."""
    shop, home, currency = config.shopify, config.shop.country, config.shop.currency
    return (
        ShopFeed("locations", client, "locations", "", lambda node: mapping.location(node, shop)),
        ShopFeed("customers", client, "customers", "bulk_customers", lambda node: mapping.customer(node, home)),
        ShopFeed("products", client, "variants", "bulk_variants", lambda node: mapping.variant(node, currency)),
        ShopFeed("stock", client, "items", "bulk_items", lambda node: mapping.item(node, shop)),
        ShopFeed("orders", client, "orders", "bulk_orders", lambda node: orders.order(node, shop)),
    )


def _page(told: Sequence[Told], cursor: Mapping[str, Any]) -> Page:
    records: list[Record] = [record for one in told for record in one.records]
    hints: list[Hint] = [hint for one in told for hint in one.hints]
    levels = [level for one in told for level in one.levels]
    return Page(records, dict(cursor), [fault for one in told for fault in one.faults], hints, levels=levels)
