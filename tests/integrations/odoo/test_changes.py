"""What customers change in their orders reaches Odoo once, and only where the order may still be changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.config import Config
from core.mailroom.ports import Courier, Never, Post, Unclear
from integrations.odoo.backend import backend
from tests.integrations.odoo.erp import Erp, Row

TO = {"name": "Ada Byron", "line1": "7 Lane", "line2": "", "city": "York", "postcode": "YO1 7HH", "country": "GB",
      "region": ""}  # fmt: skip


@pytest.fixture
def courier(config: Config) -> Iterator[Courier]:
    made = backend(config, sleep=lambda _seconds: None)
    assert made.courier is not None
    assert made.close is not None
    yield made.courier
    made.close()


@pytest.fixture
def order(erp: Erp) -> Row:
    """Ada's order, with a transfer that waits for it."""
    (found,) = erp.rows["sale.order"].values()
    erp.make("stock.picking", name="WH/OUT/1", state="assigned", sale_id=found["id"], partner_id=found["partner_id"])
    return found


def change(order: Row, act: str, **to: str) -> Post:
    content: dict[str, Any] = {"act": act, "to": str(order["id"]), "order": {"ship_to": {**TO, **to}}, "detail": {}}
    return Post(1, f"odoo:{act}", "odoo", "orders:1", "write_back", content, 1)


def delivered_to(erp: Erp, order: Row) -> Row:
    return erp.rows["res.partner"][order["partner_shipping_id"]]


def transfers(erp: Erp) -> list[Row]:
    return list(erp.rows["stock.picking"].values())


def test_an_order_is_cancelled_with_its_transfer_and_a_second_time_nothing_happens(
    courier: Courier, erp: Erp, order: Row
) -> None:
    assert courier.send(change(order, "cancel")) == str(order["id"])
    assert (order["state"], transfers(erp)[0]["state"]) == ("cancel", "cancel")
    changed = order["write_date"]
    courier.send(replace(change(order, "cancel"), attempt=2))
    assert order["write_date"] == changed


@pytest.mark.parametrize(
    ("about", "values", "act"),
    [
        ("sale.order", {"locked": True}, "cancel"),
        ("sale.order", {"locked": True}, "address"),
        ("sale.order", {"amount_paid": 48.0}, "cancel"),
        ("sale.order.line", {"qty_invoiced": 1.0}, "cancel"),
        ("sale.order.line", {"qty_delivered": 1.0}, "cancel"),
        ("stock.picking", {"state": "done"}, "cancel"),
        ("stock.picking", {"state": "done"}, "address"),
    ],
)
def test_what_became_of_an_order_there_meanwhile_keeps_it_as_it_is(
    courier: Courier, erp: Erp, order: Row, about: str, values: Row, act: str
) -> None:
    erp.change(about, next(iter(erp.rows[about])), **values)
    before = dict(order)
    with pytest.raises(Never, match=rf"Odoo does not take this for {order['name']} now"):
        courier.send(change(order, act))
    assert order == before


def test_what_was_paid_or_invoiced_may_still_be_sent_elsewhere(courier: Courier, erp: Erp, order: Row) -> None:
    erp.change("sale.order", order["id"], amount_paid=48.0)
    courier.send(change(order, "address"))
    assert delivered_to(erp, order)["city"] == "York"


def test_an_order_goes_to_a_delivery_address_of_its_customer_that_is_made_once(
    courier: Courier, erp: Erp, order: Row
) -> None:
    courier.send(change(order, "address"))
    courier.send(replace(change(order, "address"), attempt=2))
    made = delivered_to(erp, order)
    assert [one["id"] for one in erp.rows["res.partner"].values() if one.get("parent_id")] == [made["id"]]
    assert (made["street"], made["zip"], made["type"], made["parent_id"]) == (
        "7 Lane", "YO1 7HH", "delivery", order["partner_id"],
    )  # fmt: skip
    assert erp.rows["res.country"][made["country_id"]]["code"] == "GB"
    assert [one["partner_id"] for one in transfers(erp)] == [made["id"]]


def test_back_to_where_the_customer_lives_needs_no_address_of_its_own(courier: Courier, erp: Erp, order: Row) -> None:
    courier.send(change(order, "address"))
    courier.send(change(order, "address", line1="1 Road", city="Leeds", postcode="LS1 1AA"))
    assert order["partner_shipping_id"] == order["partner_id"]
    assert [one["partner_id"] for one in transfers(erp)] == [order["partner_id"]]


@pytest.mark.parametrize("method", ["create", "write"])
def test_an_answer_that_is_lost_makes_no_second_address(courier: Courier, erp: Erp, order: Row, method: str) -> None:
    erp.lost = [method]
    if method == "create":
        with pytest.raises(Unclear):
            courier.send(change(order, "address"))
    courier.send(replace(change(order, "address"), attempt=2))
    assert sum(1 for one in erp.rows["res.partner"].values() if one.get("parent_id")) == 1
    assert delivered_to(erp, order)["city"] == "York"


def test_a_region_is_found_in_its_country_or_the_change_is_refused(courier: Courier, erp: Erp, order: Row) -> None:
    states = erp.make("res.country", name="United States", code="US")
    ohio = erp.make("res.country.state", name="Ohio", code="OH", country_id=states)
    courier.send(change(order, "address", country="US", region="OH", postcode="44113"))
    assert (delivered_to(erp, order)["country_id"], delivered_to(erp, order)["state_id"]) == (states, ohio)
    with pytest.raises(Never, match="knows no country or region “XX”"):
        courier.send(change(order, "address", country="XX"))
    with pytest.raises(Never, match="knows no country or region “ZZ”"):
        courier.send(change(order, "address", country="US", region="ZZ"))


def test_an_order_that_is_gone_is_told(courier: Courier, erp: Erp, order: Row) -> None:
    del erp.rows["sale.order"][order["id"]]
    with pytest.raises(Never, match="no such order any more"):
        courier.send(change(order, "cancel"))


def test_where_changes_are_switched_off_they_are_none_of_its_acts(config: Config) -> None:
    assert backend(config).system.acts == {"cancel", "address", "purchase_order"}
    for switch in ("takes_changes", "takes_sales"):
        section = config.odoo.model_copy(update={switch: False})
        assert backend(config.model_copy(update={"odoo": section})).system.acts == {"purchase_order"}


def test_a_right_to_change_that_is_missing_is_named(config: Config, erp: Erp) -> None:
    erp.denied = {"res.partner"}
    made = backend(config)
    assert made.inspector is not None
    assert made.close is not None
    assert any("may not create res.partner" in one.text for one in made.inspector(erp.now))
    made.close()
