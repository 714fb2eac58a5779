"""Goods that come back, as pages: the shop takes them in, the customer prints a label or keeps them."""

import pytest

from tests.bot.web.browser import Browser
from tests.bot.web.conftest import Arrive


@pytest.fixture
def support(arrive: Arrive) -> Browser:
    return arrive("support@example.org")


def test_a_return_is_taken_in_and_settled_on_its_page(support: Browser, zoe: Browser) -> None:
    assert 'href="/returns/R-1"' in support.get("/returns").text
    assert support.send_form("/returns/R-1", "/returns/R-1/approve").status_code == 303
    done = support.send_form("/returns/R-1", "/returns/R-1/receive", accepted__1="1", sellable__1="0")
    assert done.status_code == 303
    page = support.get("/returns/R-1").text
    assert "accepted 1, sellable 0" in page
    assert "/returns/R-1/receive" not in page
    assert support.send_form("/returns/R-1", "/returns/R-1/settle").status_code == 303
    assert "is-refunded" in zoe.get("/orders/1000").text


@pytest.mark.parametrize("accepted", ["", "-1", "9", "one"])
def test_wrong_counts_are_said_on_the_page(support: Browser, accepted: str) -> None:
    sent = support.send_form("/returns/R-1", "/returns/R-1/receive", accepted__1=accepted, sellable__1="0")
    assert sent.status_code == 422
    assert "units" in sent.text
    assert "is-requested" in support.get("/returns/R-1").text


def test_a_planner_takes_goods_in_and_does_not_decide_about_money(planner: Browser) -> None:
    planner.send_form("/returns/R-1", "/returns/R-1/receive", accepted__1="1", sellable__1="1")
    refused = planner.send_form("/returns/R-1", "/returns/R-1/settle")
    assert refused.status_code == 403
    assert "decided by support" in refused.text


def test_customers_see_no_page_of_the_shop_and_nobody_elses_label(zoe: Browser, arrive: Arrive, guest: Browser) -> None:
    for path in ("/returns", "/returns/R-1"):
        assert zoe.get(path).status_code == 403
        assert guest.get(path).status_code == 303
    assert arrive("eve@example.org").get("/returns/R-1/label").status_code == 404


def test_a_customer_prints_the_label_of_a_return(zoe: Browser, guest: Browser) -> None:
    link = zoe.get("/returns/R-1/label").headers["location"]
    label = zoe.get(link)
    assert (label.headers["content-type"], label.content[:5]) == ("application/pdf", b"%PDF-")
    assert guest.get(link).status_code == 200
    assert guest.get(link[:-2] + "xx").status_code == 404


def test_a_customer_keeps_the_goods_after_all(zoe: Browser) -> None:
    assert zoe.send_form("/orders/1000", "/returns/R-1/cancel").headers["location"] == "/orders/1000"
    assert "is-cancelled" in zoe.get("/orders/1000").text
