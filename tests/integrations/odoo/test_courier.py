"""Orders to vendors reach Odoo once, whatever breaks, and are brought to what is wanted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.config import Config
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Later, Never, Post, Unclear
from integrations.odoo.backend import backend
from tests.integrations.odoo.erp import Erp
from tests.integrations.odoo.lantern import by_code


@pytest.fixture
def courier(config: Config) -> Iterator[Courier]:
    made: Backend = backend(config, sleep=lambda _seconds: None)
    assert made.courier is not None
    assert made.close is not None
    yield made.courier
    made.close()


@pytest.fixture
def post(erp: Erp) -> Post:
    """An order of 48 kettles and 24 blue mugs."""
    (acme,) = [number for number, one in erp.rows["res.partner"].items() if one.get("supplier_rank")]
    lines = [
        {"line": 1, "sku": "KETTLE", "name": "Copper Kettle", "quantity": 48, "unit_cost": 1000, "total": 48000},
        {"line": 2, "sku": "MUG-B", "name": "Mug blue", "quantity": 24, "unit_cost": 200, "total": 4800},
    ]
    order = {"number": "PO-7", "revision": 1, "currency": "GBP", "expected_on": "2026-06-25", "lines": lines}
    content = {
        "act": "purchase_order", "to": str(acme), "new_key": "PO-7", "order": order,
        "detail": {"location": "main", "lines": 2, "tells_supplier": False},
    }  # fmt: skip
    return Post(1, "odoo:purchase_order:PO-7:1", "odoo", "purchase_orders:PO-7", "write_back", content, 1)


def orders(erp: Erp) -> list[dict[str, Any]]:
    return list(erp.rows["purchase.order"].values())


def lines(erp: Erp) -> dict[int, float]:
    return {one["product_id"]: one["product_qty"] for one in erp.rows["purchase.order.line"].values()}


def cut(post: Post, *quantities: int) -> Post:
    """The next revision, with so much of each line."""
    order = post.content["order"]
    wanted = [{**line, "quantity": units} for line, units in zip(order["lines"], quantities, strict=True) if units]
    content = {**post.content, "order": {**order, "revision": 2, "lines": wanted}}
    return replace(post, key="odoo:purchase_order:PO-7:2", content=content)


def test_an_order_is_made_as_it_was_approved_and_confirmed(courier: Courier, erp: Erp, post: Post) -> None:
    reference = courier.send(post)
    (made,) = orders(erp)
    assert (str(made["id"]), made["origin"], made["state"]) == (reference, "Storekeeper PO-7", "purchase")
    assert erp.rows["stock.picking.type"][made["picking_type_id"]]["code"] == "incoming"
    assert lines(erp) == {by_code(erp, "KETTLE"): 48, by_code(erp, "MUG-B"): 24}
    prices = [one["price_unit"] for one in erp.rows["purchase.order.line"].values()]
    assert prices == [10.0, 2.0]
    assert {one["date_planned"][:10] for one in erp.rows["purchase.order.line"].values()} == {"2026-06-25"}


def test_sent_twice_it_is_there_once(courier: Courier, erp: Erp, post: Post) -> None:
    assert courier.send(post) == courier.send(replace(post, attempt=2, may_be_repeat=True))
    assert len(orders(erp)) == 1


@pytest.mark.parametrize("method", ["create", "button_confirm"])
def test_an_answer_that_is_lost_makes_no_second_order(courier: Courier, erp: Erp, post: Post, method: str) -> None:
    erp.lost = [method]
    if method == "create":
        with pytest.raises(Unclear) as unclear:
            courier.send(post)
        assert unclear.value.after_s is not None
        assert unclear.value.after_s >= 120, "until then the call may still be at work"
    courier.send(replace(post, attempt=2))
    (made,) = orders(erp)
    assert made["state"] == "purchase"


def test_of_two_that_a_late_call_left_the_first_is_the_order(courier: Courier, erp: Erp, post: Post) -> None:
    first = courier.send(post)
    erp.make("purchase.order", partner_id=int(post.content["to"]), origin="Storekeeper PO-7", order_line=[])
    assert courier.send(replace(post, attempt=2)) == first
    assert [one["state"] for one in orders(erp)] == ["purchase", "draft"]


def test_what_is_cut_here_is_cut_there_and_lines_made_there_stay(courier: Courier, erp: Erp, post: Post) -> None:
    order = int(courier.send(post))
    erp.make("purchase.order.line", order_id=order, product_id=by_code(erp, "MUG-R"), product_qty=5, name="Extra")
    courier.send(cut(post, 48, 0))
    assert lines(erp) == {by_code(erp, "KETTLE"): 48, by_code(erp, "MUG-B"): 0, by_code(erp, "MUG-R"): 5}
    courier.send(cut(post, 0, 0))
    assert orders(erp)[0]["state"] == "cancel"


def test_an_order_that_never_got_there_is_not_made_to_be_cancelled(courier: Courier, erp: Erp, post: Post) -> None:
    assert courier.send(cut(post, 0, 0)) == ""
    assert orders(erp) == []


def test_a_line_that_counts_otherwise_now_is_left_to_a_person(courier: Courier, erp: Erp, post: Post) -> None:
    courier.send(post)
    (first, _) = erp.rows["purchase.order.line"].values()
    _, dozens = erp.rows["uom.uom"]
    unit = "product_uom_id" if erp.series >= 19 else "product_uom"
    erp.change("purchase.order.line", first["id"], product_qty=4, **{unit: dozens})
    with pytest.raises(Never, match="another unit"):
        courier.send(cut(post, 36, 24))


def test_an_order_that_was_cancelled_there_is_not_made_anew(courier: Courier, erp: Erp, post: Post) -> None:
    order = int(courier.send(post))
    erp.cancel(order)
    with pytest.raises(Never, match="was cancelled in Odoo"):
        courier.send(replace(post, attempt=2))
    assert len(orders(erp)) == 1


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [("no product", Never), ("no right", Later), ("two products", Never)],
)
def test_what_cannot_be_ordered_is_said_and_nothing_is_made(
    courier: Courier, erp: Erp, post: Post, break_it: str, expected: type[Exception]
) -> None:
    if break_it == "no product":
        erp.change("product.product", by_code(erp, "MUG-B"), active=False)
    elif break_it == "two products":
        erp.change("product.product", by_code(erp, "MUG-R"), default_code="MUG-B")
    else:
        erp.denied = {"purchase.order"}
    with pytest.raises(expected):
        courier.send(post)
    assert orders(erp) == []


def test_a_page_of_a_proxy_and_a_busy_database_are_waited_out(courier: Courier, erp: Erp, post: Post) -> None:
    busy = "psycopg2.errors.SerializationFailure"
    erp.faults = [502, 503, *([busy] if erp.series < 19 else [])]
    courier.send(post)
    assert len(orders(erp)) == 1
