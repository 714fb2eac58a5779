"""What Shopify delivers: signed bytes, told apart by two ids, and each a hint at what has to be looked up.

Deliveries come late, twice and in any order, and several tell of the same change; what counts is the record as it is.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.exchange.model import Hint
from core.exchange.ports import Admitted, Delivery

_KEPT = ("x-shopify-topic", "x-shopify-triggered-at", "x-shopify-api-version")
_OF_ORDERS = frozenset(
    {"orders", "fulfillments", "refunds", "returns", "fulfillment_events", "order_transactions", "tender_transactions"}
)


@dataclass(frozen=True)
class Doorkeeper:
    """Lets in what is signed with the app's secret, or the one before it."""

    shop: str
    secrets: tuple[str, ...]

    def __call__(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Admitted | None:  # noqa: ARG002 it signs no time
        """What is delivered, by the id of its delivery and of the event it tells of."""
        given = headers.get("x-shopify-hmac-sha256", "").encode("utf-8", "replace")
        good = (base64.b64encode(hmac.digest(secret.encode(), body, "sha256")) for secret in self.secrets)
        if not any(hmac.compare_digest(given, one) for one in good):
            return None
        topic, delivery = headers.get("x-shopify-topic", ""), headers.get("x-shopify-webhook-id", "")
        if not topic or not delivery or headers.get("x-shopify-shop-domain", self.shop) != self.shop:
            return None
        event = headers.get("x-shopify-event-id", "")
        return Admitted(
            delivery[:200], topic[:100], {name: headers[name] for name in _KEPT if name in headers},
            f"{topic}:{event}"[:200] if event else "",
        )  # fmt: skip


class Reader:
    """Reads topics and payloads; a topic that tells nothing about our records says nothing."""

    def read(self, topic: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Delivery:  # noqa: ARG002
        """What to look up, or what a person asks of their data.

        Raises:
            ValueError: the payload names nothing that could be looked up.
        """
        subject, _, event = topic.partition("/")
        if topic in {"customers/data_request", "customers/redact"}:
            asks = "export" if event == "data_request" else "erase"
            return Delivery(asks=asks, customer_id=f"shopify-{_number(payload['customer']['id'])}")
        if topic == "shop/redact":
            return Delivery(asks="erase_all")
        if topic in _SAY_NOTHING or (event == "delete" and subject not in _DELETED):
            return Delivery()
        hint = _hint(subject, payload)
        return Delivery(hints=[hint]) if hint is not None else Delivery()


_DELETED = frozenset({"orders", "products", "customers"})
_SAY_NOTHING = frozenset({"customers/merge", "customers/purchasing_summary", "orders/risk_assessment_changed"})


def _hint(subject: str, payload: Mapping[str, Any]) -> Hint | None:
    if subject in _OF_ORDERS:
        return _hint_at_order(subject, payload)
    if subject == "customers":
        return Hint("customers", _gid("Customer", payload))
    if subject == "products":
        return Hint("products", _gid("Product", payload))
    if subject == "variants":
        return Hint("products", f"gid://shopify/Product/{_number(payload['product_id'])}")
    if subject == "inventory_levels":
        return Hint("stock", f"gid://shopify/InventoryItem/{_number(payload['inventory_item_id'])}")
    if subject == "inventory_items":
        return Hint("stock", _gid("InventoryItem", payload))
    return None


def _hint_at_order(subject: str, payload: Mapping[str, Any]) -> Hint:
    inner = payload.get("order") or payload.get("order_edit")
    if subject == "orders" and not isinstance(inner, Mapping) and "order_id" not in payload:
        return Hint("orders", _gid("Order", payload))
    if payload.get("order_id"):
        return Hint("orders", f"gid://shopify/Order/{_number(payload['order_id'])}")
    if isinstance(inner, Mapping) and inner.get("admin_graphql_api_id"):
        return Hint("orders", str(inner["admin_graphql_api_id"]))
    if isinstance(inner, Mapping):
        return Hint("orders", f"gid://shopify/Order/{_number(inner.get('order_id') or inner.get('id'))}")
    if subject == "returns":
        named = payload.get("admin_graphql_api_id") or (payload.get("return") or {}).get("admin_graphql_api_id")
        if named:
            return Hint("returns", str(named))
    raise ValueError(f"a payload of {subject} names no order")


def _gid(kind: str, payload: Mapping[str, Any]) -> str:
    return str(payload.get("admin_graphql_api_id") or f"gid://shopify/{kind}/{_number(payload['id'])}")


def _number(value: object) -> int:
    """An id; what is no number could be anything.

    Raises:
        ValueError: it is none.
    """
    return int(str(value))
