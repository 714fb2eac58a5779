"""Whatever we ask or change is of the published schema, and every published delivery is read."""

import base64
import gzip
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import parse, validate

from core.exchange.ports import Delivery
from integrations.shopify import queries
from integrations.shopify.webhook import Doorkeeper, Reader
from tests.integrations.shopify.mock import API, HAS_SCHEMA, schema

pytestmark = pytest.mark.skipif(not HAS_SCHEMA, reason="the published schema is not here")
NOW = datetime(2026, 6, 15, tzinfo=UTC)


@pytest.mark.parametrize("name", queries.names())
def test_every_document_is_valid_by_the_schema(name: str) -> None:
    assert validate(schema(), parse(queries.document(name))) == []


def published() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gzip.decompress((API / "webhooks_2026-07.json.gz").read_bytes()))
    return {topic: one["metadata"]["response"] for topic, one in told.items()}


def test_every_published_delivery_is_read() -> None:
    said = {topic: Reader().read(topic, payload, {}) for topic, payload in published().items() if payload}
    assert set(published()) - set(said) == {"returns/process"}, "published without a word in it"
    assert len(said) == 83
    hinted = {topic for topic, one in said.items() if one.hints}
    subjects = {"customers", "fulfillments", "inventory_items", "inventory_levels", "order_transactions", "orders",
                "products", "refunds", "returns", "variants", "fulfillment_events", "tender_transactions"}  # fmt: skip
    expected = {topic for topic in said if topic.partition("/")[0] in subjects}
    silent = {"customers/data_request", "customers/redact", "customers/merge", "customers/purchasing_summary",
              "orders/risk_assessment_changed",
              "inventory_items/delete", "fulfillment_events/delete"}  # fmt: skip
    assert hinted == expected - silent
    assert {hint.table for one in said.values() for hint in one.hints} == {
        "orders", "customers", "products", "stock", "returns",
    }  # fmt: skip


def test_the_privacy_topics_are_heeded() -> None:
    payload = {"customer": {"id": 191167, "email": "john@example.com"}}
    assert Reader().read("customers/redact", payload, {}) == Delivery(asks="erase", customer_id="shopify-191167")
    assert Reader().read("customers/data_request", payload, {}).asks == "export"
    assert Reader().read("shop/redact", {"shop_id": 1}, {}).asks == "erase_all"


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {
        "x-shopify-hmac-sha256": base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode(),
        "x-shopify-topic": "orders/updated", "x-shopify-webhook-id": "w-1", "x-shopify-event-id": "e-1",
        "x-shopify-shop-domain": "lantern.myshopify.com",
    }  # fmt: skip


def test_only_what_is_signed_by_this_app_for_this_shop_comes_in() -> None:
    door, body = Doorkeeper("lantern.myshopify.com", ("new", "old")), b'{"id":1}'
    admitted = door(body, signed(body, "new"), NOW)
    assert admitted is not None
    assert (admitted.delivery_id, admitted.topic, admitted.also) == ("w-1", "orders/updated", "orders/updated:e-1")
    assert door(body, signed(body, "old"), NOW) is not None
    assert door(body, signed(body, "another"), NOW) is None
    assert door(body + b" ", signed(body, "new"), NOW) is None
    assert door(body, {**signed(body, "new"), "x-shopify-shop-domain": "other.myshopify.com"}, NOW) is None
    assert door(body, {name: value for name, value in signed(body, "new").items() if "hmac" not in name}, NOW) is None
