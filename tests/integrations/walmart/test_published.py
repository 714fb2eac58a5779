"""Walmart's own published examples: each order and return there is read."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.walmart import mapping, returns
from tests.integrations.marketplace import refuse
from tests.integrations.walmart.market import NOW, SHARED, published, shipment

pytestmark = pytest.mark.skipif(SHARED is None, reason="Walmart's descriptions are not at hand")


def examples(name: str, mark: str) -> Iterator[dict[str, Any]]:
    """Every object in a description's examples that has such a part."""

    def within(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if mark in value and not isinstance(value[mark], dict):
                yield value
            for one in value.values():
                yield from within(one)
        elif isinstance(value, list):
            for one in value:
                yield from within(one)

    for methods in published(name)["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                yield from within([one.get("example") for one in answer.get("content", {}).values()])


def test_every_order_of_the_examples_is_read() -> None:
    found = [one for one in examples("orders", "customerEmailId") if "orderLines" in one]
    assert len(found) > 10
    for one in found:
        record = mapping.order(one, "Walmart")
        assert record.external_id == one["purchaseOrderId"]
        assert len(record.rows["orders"]) == 1
        assert record.rows["order_lines"]


def test_the_example_of_a_shipment_is_as_our_reading_of_the_description_has_it() -> None:
    described = published("orders")
    path = described["paths"]["/v3/orders/{purchaseOrderId}/shipping"]["post"]
    body = path["requestBody"]["content"]["application/json"]
    refuse(body["example"], shipment(described), described)
    with pytest.raises(AssertionError, match="refunds"):
        refuse(body["example"], body["schema"], described)


def test_every_return_of_the_examples_is_read() -> None:
    found = list(examples("returns", "returnOrderDate"))
    assert found
    for one in found:
        (record,) = returns.returned(one)
        assert record.rows["returns"][0]["kind"] == "exchange"
        assert record.rows["return_lines"] == [
            {"return_number": one["returnOrderId"], "line": 1, "quantity": 3, "reason": "arrived late"}
        ]


def test_every_item_of_the_examples_is_read() -> None:
    body = published("items")["paths"]["/v3/items"]["get"]["responses"]["200"]["content"]["application/json"]
    found = body["examples"]["Get All Items"]["value"]["ItemResponse"]
    assert [mapping.item(one, NOW).rows["products"][0]["price"] for one in found][:2] == [5999, 4999]
