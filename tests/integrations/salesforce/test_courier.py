"""Changes are written back by looking first: a second try does no more, and what the org refuses is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.config import Config
from core.mailroom.ports import Later, Never, Post, Unclear
from integrations.connected import Courier
from integrations.salesforce.backend import backend
from integrations.salesforce.cases import marked
from tests.integrations.salesforce.standin import KEY, Org


@pytest.fixture
def courier(config: Config, org: Org) -> Iterator[Courier]:
    made = backend(config, lambda: org.now, sleep=lambda _seconds: None)
    assert isinstance(made.courier, Courier)
    assert made.close is not None
    yield made.courier
    made.close()


def post(org: Org, act: str, **more: Any) -> Post:
    """A change of the order."""
    (order,) = org.everything("Order")
    to = {"name": "Ada", "line1": "7 Lane", "line2": "", "city": "York", "postcode": "YO1 7HH", "country": "GB",
          "region": ""}  # fmt: skip
    content = {"act": act, "to": order["Id"], "order": {"ship_to": to}, "detail": {}, **more}
    return Post(1, "key", "salesforce", "orders:1", "write_back", content, 1)


def ticket(act: str, **more: Any) -> Post:
    """News of a ticket."""
    content = {"act": act, "to": "", "ticket": "T-1", **more}
    return Post(1, "key", "salesforce", "ticket:T-1", "write_back", content, 1)


def opened(**more: Any) -> Post:
    return ticket("ticket", about="Where is it?", text="we talked", order="1001", customer="", **more)


def test_an_order_is_cancelled_once_and_only_where_it_may_be(courier: Courier, org: Org) -> None:
    (order,) = org.everything("Order")
    assert courier.send(post(org, "cancel")) == order["Id"]
    assert order["Status"] == "Cancelled"
    changed = order["SystemModstamp"]
    courier.send(post(org, "cancel"))
    assert order["SystemModstamp"] == changed
    org.change(order, Status="Shipped")
    with pytest.raises(Never, match="FIELD_INTEGRITY_EXCEPTION"):
        courier.send(post(org, "cancel"))


@pytest.mark.parametrize(
    ("lacking", "country"),
    [((), ("ShippingCountryCode", "GB")),
     (("Order.ShippingCountryCode", "Order.ShippingStateCode"), ("ShippingCountry", "United Kingdom"))],
)  # fmt: skip
def test_another_address_is_written_with_a_code_or_a_name_as_the_org_has_it(
    courier: Courier, org: Org, lacking: tuple[str, ...], country: tuple[str, str]
) -> None:
    (order,) = org.everything("Order")
    org.lacks |= set(lacking)
    courier.send(post(org, "address"))
    field, written = country
    assert (order["ShippingStreet"], order["ShippingCity"], order[field]) == ("7 Lane", "York", written)


def test_another_name_is_refused_rather_than_lost(courier: Courier, org: Org) -> None:
    change = post(org, "address")
    change.content["order"]["ship_to"]["name"] = "Somebody Else"
    with pytest.raises(Never, match="no place for another name"):
        courier.send(change)


def test_a_return_is_made_with_all_its_lines_or_not_at_all_and_never_twice(courier: Courier, org: Org) -> None:
    detail = {
        "return_number": "R-7",
        "reason": "damaged",
        "lines": [{"line": 2, "quantity": 1}, {"line": 1, "quantity": 1}],
    }
    made = courier.send(post(org, "return", detail=detail))
    assert courier.send(post(org, "return", detail=detail)) == made
    (back,) = org.everything("ReturnOrder")
    assert (back["Id"], back[KEY]) == (made, "R-7")
    assert [one["QuantityReturned"] for one in org.everything("ReturnOrderLineItem")] == [1, 1]
    assert {one["ReturnOrderId"] for one in org.everything("ReturnOrderLineItem")} == {made}
    courier.send(post(org, "return_cancelled", detail={**detail, "there": {}}))
    assert back["Status"] == "Canceled"


def test_a_return_whose_lines_are_refused_leaves_nothing(courier: Courier, org: Org) -> None:
    org.read_only.add("ReturnOrderLineItem.QuantityReturned")
    detail = {"return_number": "R-7", "reason": "", "lines": [{"line": 1, "quantity": 1}]}
    with pytest.raises(Never, match="INVALID_FIELD"):
        courier.send(post(org, "return", detail=detail))
    assert org.everything("ReturnOrder") == []


def test_a_ticket_is_one_case_whatever_breaks(courier: Courier, org: Org) -> None:
    org.loses = "POST /services/data/v67.0/sobjects/Case"
    with pytest.raises(Unclear):
        courier.send(opened())
    made = courier.send(opened())
    (case,) = org.everything("Case")
    assert (case["Id"], case[KEY], case["Status"]) == (made, "T-1", "New")
    assert "Order 1001" in case["Description"]


def test_a_comment_is_said_once_and_a_long_one_in_parts(courier: Courier, org: Org) -> None:
    courier.send(opened())
    courier.send(ticket("comment", text="Where is it?", entry=5))
    courier.send(ticket("comment", text="Where is it?", entry=5))
    assert [one["CommentBody"] for one in org.everything("CaseComment")] == ["Where is it?\n\n[storekeeper T-1.5]"]
    courier.send(ticket("comment", text="ü" * 4000, entry=6))
    long = [one["CommentBody"] for one in org.everything("CaseComment")][1:]
    assert len(long) == 3
    assert sum(one.count("ü") for one in long) == 4000
    assert len(marked("short", "T-1.7")) == 1


def test_a_ticket_is_closed_and_opened_there_where_it_stands_otherwise(courier: Courier, org: Org) -> None:
    courier.send(opened())
    (case,) = org.everything("Case")
    courier.send(ticket("ticket_state", state="closed"))
    assert case["IsClosed"]
    courier.send(ticket("ticket_state", state="open"))
    assert case["Status"] == "New"


def test_an_org_without_the_field_for_our_number_makes_nothing_that_could_be_made_twice(
    courier: Courier, org: Org
) -> None:
    org.lacks.add(f"Case.{KEY}")
    with pytest.raises(Later, match="StorekeeperKey__c; create it"):
        courier.send(opened())
    org.lacks.clear()
    assert courier.send(opened())


def test_changes_go_on_while_reading_has_used_up_its_share(courier: Courier, org: Org) -> None:
    org.allowed = org.used + 10
    (order,) = org.everything("Order")
    courier.send(post(org, "cancel"))
    courier.send(post(org, "cancel"))
    assert order["Status"] == "Cancelled"


def test_a_day_that_is_used_up_keeps_a_change_for_later(courier: Courier, org: Org) -> None:
    org.allowed = 1
    with pytest.raises(Later) as told:
        courier.send(post(org, "cancel"))
    assert told.value.after_s == 900
