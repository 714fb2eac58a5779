"""A Shopify shop in memory behind its own published schema: questions are executed by graphql-core, over real HTTP."""

import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, build_client_schema, default_field_resolver, graphql_sync
from graphql.type import get_named_type

from tests.standing_in import Answering, Quiet

API = next(
    (found for up in Path(__file__).parents if (found := up.parent / "shared/data/api/shopify").is_dir()), Path()
)
HAS_SCHEMA = Path() != API
TOKEN = "shpat_only_for_tests"
Node = dict[str, Any]


@cache
def schema() -> GraphQLSchema:
    """The Admin schema as it is published; it breaks a rule of later GraphQL editions, so it is taken as valid."""
    told = json.loads(gzip.decompress((API / "graphql_admin_2026-10_introspection.json.gz").read_bytes()))
    return build_client_schema(told["data"], assume_valid=True)


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def money(amount: str) -> Node:
    """An amount in pounds."""
    return {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}


@dataclass
class MockShop:
    """What the shop holds, by kind and id; every change moves its clock on, so that versions differ."""

    now: datetime = datetime(2026, 6, 15, 9, 29, tzinfo=UTC)
    orders: dict[str, Node] = field(default_factory=dict)
    customers: dict[str, Node] = field(default_factory=dict)
    variants: dict[str, Node] = field(default_factory=dict)
    items: dict[str, Node] = field(default_factory=dict)
    locations: dict[str, Node] = field(default_factory=dict)
    drafts: dict[str, Node] = field(default_factory=dict)
    refund_keys: dict[str, Node] = field(default_factory=dict)
    edits: dict[str, Node] = field(default_factory=dict)
    bulk: dict[str, str | Callable[[], Iterator[str]]] = field(default_factory=dict)
    copies: int = 0  # how many more orders a bulk result has, each a copy of the first
    asked: list[str] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    cuts_after: int | None = None
    sold_meanwhile: int = 0  # right after somebody looks at stock
    numbers: int = 1000
    url: str = ""

    def levels(self) -> Iterator[tuple[Node, Node]]:
        """Each article with its stock at each place."""
        yield from ((item, one) for item in self.items.values() for one in item["inventoryLevels"])

    def number(self) -> int:
        """A fresh number."""
        self.numbers += 1
        return self.numbers

    def touch(self, node: Node) -> str:
        """Change something; the moment it was."""
        self.now += timedelta(seconds=1)
        node["updatedAt"] = self.now.isoformat()
        return str(node["updatedAt"])

    def add_location(self, name: str = "Leeds") -> Node:
        number = self.number()
        node: Node = {
            "id": gid("Location", number),
            "legacyResourceId": str(number),
            "name": name,
            "address": {"countryCode": "GB"},
        }
        self.touch(node)
        self.locations[node["id"]] = node
        return node

    def add_variant(self, sku: str, title: str, price: str, on_hand: int) -> Node:
        """A product of one variant, with stock at the first location."""
        number, place = self.number(), next(iter(self.locations.values()))
        level: Node = {
            "id": f"gid://shopify/InventoryLevel/{number}?inventory_item_id={number}",
            "location": place,
            "quantities": [{"name": name, "quantity": on_hand} for name in ("on_hand", "available")],
        }
        item: Node = {
            "id": gid("InventoryItem", number),
            "sku": sku,
            "tracked": True,
            "inventoryLevels": [level],
            "variants": [{"legacyResourceId": str(number)}],
            "measurement": {"weight": {"unit": "GRAMS", "value": 350.0}},
        }
        product: Node = {
            "id": gid("Product", number),
            "title": title,
            "productType": "Kitchen",
            "status": "ACTIVE",
            "hasOnlyDefaultVariant": True,
        }
        node: Node = {
            "id": gid("ProductVariant", number),
            "legacyResourceId": str(number),
            "sku": sku,
            "title": "Default Title",
            "price": price,
            "selectedOptions": [],
            "product": product,
            "inventoryItem": item,
        }
        for one in (level, item, product, node):
            self.touch(one)
        self.variants[node["id"]], self.items[item["id"]] = node, item
        return node

    def add_customer(self, email: str, name: str = "Ada Byron") -> Node:
        number = self.number()
        node: Node = {
            "id": gid("Customer", number),
            "legacyResourceId": str(number),
            "displayName": name,
            "locale": "en",
            "defaultEmailAddress": {"emailAddress": email},
            "defaultPhoneNumber": None,
            "defaultAddress": {
                "company": None,
                "address1": "1 Road",
                "address2": None,
                "city": "Leeds",
                "zip": "LS1 1AA",
                "provinceCode": None,
                "countryCodeV2": "GB",
            },
        }
        self.touch(node)
        self.customers[node["id"]] = node
        return node

    def add_order(self, customer: Node, *bought: tuple[Node, int]) -> Node:
        """A paid order."""
        number = self.number()
        lines = [
            {
                "id": gid("LineItem", self.number()),
                "sku": variant["sku"],
                "name": variant["product"]["title"],
                "quantity": units,
                "currentQuantity": units,
                "unfulfilledQuantity": units,
                "variant": variant,
                "originalUnitPriceSet": money(variant["price"]),
                "discountAllocations": [],
                "taxLines": [],
            }
            for variant, units in bought
        ]
        total = sum(float(variant["price"]) * units for variant, units in bought)
        paid = {
            "id": gid("OrderTransaction", self.number()),
            "kind": "SALE",
            "status": "SUCCESS",
            "gateway": "bogus",
            "formattedGateway": "Bogus card",
            "createdAt": self.now.isoformat(),
            "processedAt": None,
            "amountSet": money(f"{total:.2f}"),
            "parentTransaction": None,
        }
        to = {
            "name": customer["displayName"],
            "address1": "1 Road",
            "address2": None,
            "city": "Leeds",
            "zip": "LS1 1AA",
            "provinceCode": None,
            "countryCodeV2": "GB",
        }
        node: Node = {
            "id": gid("Order", number),
            "name": f"#{number}",
            "createdAt": self.now.isoformat(),
            "processedAt": self.now.isoformat(),
            "cancelledAt": None,
            "currencyCode": "GBP",
            "taxesIncluded": False,
            "displayFulfillmentStatus": "UNFULFILLED",
            "paymentGatewayNames": ["bogus"],
            "customAttributes": [],
            "customer": customer,
            "shippingAddress": to,
            "transactions": [paid],
            "fulfillments": [],
            "lineItems": lines,
            "returns": [],
            "refunds": [],
        }
        self.touch(node)
        self.orders[node["id"]] = node
        return node

    def fulfil(self, order: Node, tracking: str, units: dict[str, int] | None = None) -> Node:
        """Send units of lines (by stock code; all where left out) in one parcel."""
        inside = []
        for line in order["lineItems"]:
            count = line["unfulfilledQuantity"] if units is None else units.get(line["sku"], 0)
            line["unfulfilledQuantity"] -= count
            if count:
                inside.append({"id": gid("FulfillmentLineItem", self.number()), "quantity": count, "lineItem": line})
        node: Node = {
            "id": gid("Fulfillment", self.number()),
            "createdAt": self.now.isoformat(),
            "displayStatus": "FULFILLED",
            "inTransitAt": None,
            "deliveredAt": None,
            "estimatedDeliveryAt": None,
            "events": [],
            "trackingInfo": [{"company": "Royal Mail", "number": tracking}],
            "fulfillmentLineItems": inside,
        }
        order["fulfillments"].append(node)
        self.touch(node)
        self.touch(order)
        return node

    def deliver(self, order: Node, parcel: Node) -> None:
        """The carrier says that it arrived."""
        parcel["displayStatus"], parcel["deliveredAt"] = "DELIVERED", self.touch(parcel)
        self.touch(order)

    def execute(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question, checked and executed by the schema."""
        root = {**_questions(self), **_changes(self)}
        result = graphql_sync(schema(), document, root, variable_values=variables, field_resolver=_resolve)
        told = result.formatted
        cost = {
            "requestedQueryCost": 12,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1900, "restoreRate": 100.0},
        }
        return {**told, "extensions": {"cost": cost}}


def _resolve(source: Any, info: "GraphQLResolveInfo[Any]", **arguments: Any) -> Any:
    """Like the default, and lists where the schema wants a connection become one."""
    value = default_field_resolver(source, info, **arguments)
    if isinstance(value, list) and get_named_type(info.return_type).name.endswith("Connection"):
        return connection(value, arguments)
    if isinstance(value, list) and arguments.get("first") is not None:
        return value[: arguments["first"]]
    return value


def connection(found: list[Node], arguments: dict[str, Any]) -> Node:
    """A page of nodes behind a cursor."""
    first, after = arguments.get("first"), arguments.get("after")
    begin = int(after) if after else 0
    page = found[begin:] if first is None else found[begin : begin + first]
    end = begin + len(page)
    info = {"hasNextPage": end < len(found), "endCursor": str(end) if page else after}
    return {"nodes": page, "edges": [{"node": node} for node in page], "pageInfo": info}


def _questions(shop: MockShop) -> dict[str, Any]:
    def matching(held: dict[str, Node]) -> Callable[..., list[Node]]:
        return lambda _info, query=None, **_rest: [node for node in held.values() if _fits(node, query)]

    def one(held: dict[str, Node]) -> Callable[..., Node | None]:
        def found(_info: Any, id: str) -> Node | None:  # noqa: A002 the schema calls it so
            return held.get(id)

        return found

    def sent_back(_info: Any, id: str) -> Node | None:  # noqa: A002
        found = ({**back, "order": order} for order in shop.orders.values() for back in order["returns"])
        return next((back for back in found if back["id"] == id), None)

    def level(_info: Any, id: str) -> Node | None:  # noqa: A002
        found = next(((item, one) for item, one in shop.levels() if one["id"] == id), None)
        if found is None:
            return None
        seen = {**found[1], "item": found[0]}
        sold, shop.sold_meanwhile = shop.sold_meanwhile, 0
        found[1]["quantities"] = [{**one, "quantity": one["quantity"] - sold} for one in found[1]["quantities"]]
        return seen

    def operation(_info: Any, id: str) -> Node | None:  # noqa: A002
        told = {"id": id, "status": "COMPLETED", "errorCode": None, "objectCount": str(_count(shop.bulk.get(id, "")))}
        url = f"{shop.url}/bulk/{id.rpartition('/')[2]}"
        return {**told, "createdAt": shop.now.isoformat(), "url": url} if id in shop.bulk else None

    return {
        "orders": matching(shop.orders),
        "customers": matching(shop.customers),
        "locations": matching(shop.locations),
        "productVariants": matching(shop.variants),
        "inventoryItems": matching(shop.items),
        "draftOrders": matching(shop.drafts),
        "order": one(shop.orders),
        "customer": one(shop.customers),
        "productVariant": one(shop.variants),
        "inventoryItem": one(shop.items),
        "inventoryLevel": level,
        "return": sent_back,
        "shop": {"name": "Lantern & Lace", "currencyCode": "GBP"},
        "currentAppInstallation": {"accessScopes": [{"handle": name} for name in _scopes()]},
        "bulkOperation": operation,
    }


def _count(held: "str | Callable[[], Iterator[str]]") -> int:
    return held.count("\n") if isinstance(held, str) else sum(piece.count("\n") for piece in held())


def _scopes() -> tuple[str, ...]:
    from integrations.shopify.backend import SCOPES

    return SCOPES


def _fits(node: Node, query: str | None) -> bool:
    name, _, value = (query or "").partition(":")
    value = value.strip("'")
    if name == "updated_at":
        latest = max(
            [
                node["updatedAt"],
                node.get("product", node)["updatedAt"],
                *(level["updatedAt"] for level in node.get("inventoryLevels", ())),
            ]
        )
        return datetime.fromisoformat(latest) >= datetime.fromisoformat(value.removeprefix(">=").strip("'"))
    if name == "sku":
        return bool(node["sku"] == value)
    if name == "tag":
        return value in node["tags"]
    if name == "product_id":
        return str(node["product"]["id"]).endswith(f"/{value}")
    return True


def _changes(shop: MockShop) -> dict[str, Any]:
    from tests.integrations.shopify.mock_changes import changes

    return changes(shop)


def flattened(node: Node, parent: str | None = None) -> Iterator[str]:
    """A node with its children as lines of JSON, as bulk operations give them."""
    own, children = {}, []
    for name, value in node.items():
        if isinstance(value, dict) and "edges" in value:
            children += [edge["node"] for edge in value["edges"]]
        else:
            own[name] = value
    yield json.dumps(own | ({"__parentId": parent} if parent else {}))
    for child in children:
        yield from flattened(child, node["id"])


def copied(text: str, times: int) -> Iterator[str]:
    """The lines of one order, and of so many others like it under numbers of their own."""
    yield from text.splitlines(keepends=True)
    number = json.loads(text.partition("\n")[0])["id"].rpartition("/")[2]
    for place in range(1, times + 1):
        yield re.sub(rf"(/|#|TRACK){number}\b", rf"\g<1>{10_000_000 + place}", text)


class _Door(Answering, BaseHTTPRequestHandler):
    """Answers over HTTP, unless a fault is due."""

    shop: MockShop

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.shop.asked.append(body["query"].split("(")[0].split("{")[0].strip())
        fault = self.shop.faults.pop(0) if self.shop.faults else None
        if fault == "cut":
            self.close_connection = True
            return
        if isinstance(fault, tuple):
            status, headers, text = fault
            self._answer(status, text.encode(), headers)
            return
        if self.headers.get("X-Shopify-Access-Token") != TOKEN:
            self._answer(401, b"{}", {})
            return
        self._answer(200, json.dumps(self.shop.execute(body["query"], body["variables"])).encode(), {})

    def do_GET(self) -> None:
        held = self.shop.bulk[gid("BulkOperation", int(self.path.rpartition("/")[2]))]
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if begin else 200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = 0
        for line in held.splitlines(keepends=True) if isinstance(held, str) else held():
            piece = line.encode()
            place, sent = sent, sent + len(piece)
            if sent > begin:
                self._write(piece[max(0, begin - place) :])
            if self.shop.cuts_after is not None and sent - begin > self.shop.cuts_after:
                self.shop.cuts_after = None
                self.close_connection = True
                return
        self._write(b"")

    def _write(self, piece: bytes) -> None:
        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(shop: MockShop) -> Iterator[str]:
    """The shop on a loopback address."""
    door = type("Door", (_Door,), {"shop": shop})
    server = Quiet(("127.0.0.1", 0), door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop.url
    finally:
        server.shutdown()
        server.server_close()
