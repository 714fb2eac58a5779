"""The answers of Amazon's own sandbox, as its models hold them: every order and return there is read."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.amazon import mapping
from tests.integrations.amazon.market import SHARED, model

pytestmark = pytest.mark.skipif(SHARED is None, reason="Amazon's models are not at hand")


def answers(name: str) -> Iterator[dict[str, Any]]:
    """Every good answer of the sandbox, and of the examples."""
    for methods in model(name)["paths"].values():
        answer = methods.get("get", {}).get("responses", {}).get("200", {})
        yield from (case["response"] for case in answer.get("x-amzn-api-sandbox", {}).get("static", []))
        yield from answer.get("examples", {}).values()


def test_every_order_of_the_sandbox_is_read() -> None:
    told = [one for answer in answers("orders_2026-01-01") for one in answer.get("orders", [answer.get("order")])]
    assert len(told) == 8
    for one in told:
        record = mapping.order(one, "Amazon")
        (head,) = record.rows["orders"]
        assert (record.key, head["order_number"]) == (one["orderId"], one["orderId"])
        units = {row["line"]: row["quantity"] for row in record.rows["order_lines"]}
        assert list(units.values()) == [item["quantityOrdered"] for item in mapping.items_of(one)]
        shipped = [package["trackingNumber"] for package in one.get("packages", []) if "trackingNumber" in package]
        assert [row["tracking_number"] for row in record.rows["parcels"]] == shipped
        assert [*mapping.products(one)]


def test_every_return_of_the_sandbox_is_read() -> None:
    told = [
        one for answer in answers("externalFulfillmentReturns_2024-09-11") for one in answer.get("returns", [answer])
    ]
    assert len(told) > 4
    for one in told:
        record = mapping.returned(one, {one["merchantSku"]: 3})
        assert record.rows["return_lines"][0]["line"] == 3
        assert record.rows["returns"][0]["status"] != "requested"
        assert record.about == one["marketplaceChannelDetails"]["customerOrderId"]
