"""A customer's own pages."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import EVE, HOSTILE, NOW, bring
from tests.conftest import SettableClock

INVOICE = "/invoices/INV/5001/pdf"


def test_my_orders_show_mine_and_nobody_elses(zoe: Browser) -> None:
    page = zoe.get("/orders").text
    assert "Order 1001" in page
    assert "Order 1000" in page
    assert "2001" not in page
    assert "£62.40" in page  # (2 x 12.50 + 6 x 4.50) and a fifth on top


def test_orders_are_found_by_article_and_number(zoe: Browser) -> None:
    assert "Order 1001" in zoe.get("/orders?q=blue+lamp").text
    assert "Order 1000" not in zoe.get("/orders?q=blue+lamp").text
    assert "Order 1000" in zoe.get("/orders?q=%231000").text
    assert "None of your orders has that." in zoe.get("/orders?q=submarine").text


def test_many_orders_come_in_sheets(zoe: Browser, shop: Portal) -> None:
    rows = [
        {
            "order_number": f"9{n:03}",
            "customer_id": "C1",
            "placed_at": NOW - timedelta(days=50 + n),
            "status": "delivered",
        }
        for n in range(45)
    ]
    bring(shop, "orders", *rows)
    first, last = zoe.get("/orders").text, zoe.get("/orders?sheet=3").text
    assert "Page 1 of 3" in first
    assert "9044" not in first
    assert "Order 9044" in last
    assert "Page 3 of 3" in last
    for odd in ("0", "-1", "99", "x", "٣", "9" * 400):
        assert zoe.get(f"/orders?sheet={odd}").status_code == 200


def test_an_order_shows_parcels_scans_documents_and_returns(zoe: Browser) -> None:
    page = zoe.get("/orders/1001").text
    assert page.index("In transit") < page.index("Picked up")  # the latest scan first
    assert "TRACK1" in page
    assert "INV/5001" in page
    assert "1 Quay" in page
    assert "R-1" in zoe.get("/orders/1000").text


def test_a_foreign_order_and_a_missing_one_look_the_same(zoe: Browser) -> None:
    foreign, missing = zoe.get("/orders/2001"), zoe.get("/orders/2999")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace("2001", "") == missing.text.replace("2999", "")


def test_invoices_say_what_is_to_be_paid(zoe: Browser) -> None:
    page = zoe.get("/invoices").text
    assert "INV/5001" in page
    assert "5002" not in page.replace("INV/5001", "")
    assert "£20.00" in page  # 30.00 less the 10.00 that was paid


def test_an_invoice_is_downloaded_by_a_fresh_link(zoe: Browser) -> None:
    link = zoe.get(INVOICE)
    assert link.status_code == 303
    assert link.headers["location"].startswith("/files/")
    document = zoe.get(link.headers["location"])
    assert document.status_code == 200
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"].startswith('attachment; filename="invoice-INV_5001.pdf"')
    assert document.headers["cache-control"] == "no-store"
    assert "30.00" in PdfReader(io.BytesIO(document.content)).pages[0].extract_text()


def test_a_foreign_invoice_gives_no_link(zoe: Browser) -> None:
    assert zoe.get("/invoices/5002/pdf").status_code == 404


def test_a_link_opens_without_a_session_but_not_for_another_customer(zoe: Browser, arrive: Arrive) -> None:
    link = zoe.get(INVOICE).headers["location"]
    assert arrive().get(link).status_code == 200
    assert arrive("eve@example.org").get(link).status_code == 404


def test_an_expired_link_is_gone_and_a_forged_one_is_not_found(
    zoe: Browser, guest: Browser, clock: SettableClock
) -> None:
    link = zoe.get(INVOICE).headers["location"]
    assert guest.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    clock.forward(timedelta(minutes=15))
    gone = guest.get(link)
    assert gone.status_code == 410
    assert "expired" in gone.text


@ON_SQLITE
@pytest.mark.parametrize("path", ["/orders", "/orders/2001", "/invoices"])
def test_hostile_names_stay_text(arrive: Arrive, path: str) -> None:
    page = arrive("eve@example.org").get(path).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_hostile_articles_and_places_stay_text(zoe: Browser) -> None:
    assert HOSTILE not in zoe.get("/orders/1001").text


def test_people_of_the_shop_have_no_orders_of_their_own(planner: Browser) -> None:
    assert planner.get("/orders").status_code == 403
    assert planner.get("/invoices").status_code == 403


def test_a_customer_without_anything_gets_pages_all_the_same(arrive: Arrive) -> None:
    pat = arrive("pat@example.org")
    assert "not ordered anything yet" in pat.get("/orders").text
    assert "Nothing is to be paid." in pat.get("/invoices").text


def test_a_session_ends_after_half_an_hour_of_nothing(zoe: Browser, clock: SettableClock) -> None:
    clock.forward(timedelta(minutes=29))
    assert zoe.get("/orders").status_code == 200
    clock.forward(timedelta(minutes=30))
    assert zoe.get("/orders").status_code == 303


@ON_SQLITE
def test_what_is_told_is_chosen_by_kind_and_channel_with_its_history(zoe: Browser) -> None:
    assert 'name="orders:email"' in zoe.get("/account/notices").text
    assert "orders:telegram" not in zoe.get("/account/notices").text  # no such chat is linked
    chosen = {"returns:email": "on", "offers:email": "on", "orders:web": "on", "quiet_from": "22:00",
              "quiet_until": "07:00", "zone": "Europe/Berlin", "orders:telegram": "on", "odd:email": "on"}  # fmt: skip
    zoe.send_form("/account/notices", "/account/notices", **chosen)
    page = zoe.get("/account/notices").text
    ticked = {name for name in ("orders:email", "returns:email", "offers:email", "orders:web", "tickets:email")
              if f'name="{name}"' in page and " checked" in page.split(f'name="{name}"')[1].split(">")[0]}  # fmt: skip
    assert ticked == {"returns:email", "offers:email", "orders:web"}
    assert 'value="22:00"' in page
    assert "Offers and news: yes" in page


@ON_SQLITE
def test_hours_that_are_none_are_refused_and_change_nothing(zoe: Browser) -> None:
    answer = zoe.send_form("/account/notices", "/account/notices", zone="Mars/Olympus", quiet_from="late")
    assert answer.status_code == 422
    assert "not the name of a time zone" in answer.text
    assert 'name="orders:email" aria-label="Orders and deliveries: Mail" checked' in zoe.get("/account/notices").text


def test_a_statement_of_account_is_downloaded_by_its_owner_alone(zoe: Browser, arrive: Arrive) -> None:
    assert "Statement of account" in zoe.get("/invoices").text
    link = zoe.get("/invoices/statement?first=2026-06-01&last=2026-06-15").headers["location"]
    answer = zoe.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "INV/5001" in text
    assert "5002" not in text
    assert arrive(EVE).get(link).status_code == 404
    assert zoe.get("/invoices/statement?first=yesterday&last=2026-06-15").status_code == 422
    assert zoe.get(f"{link}x").status_code == 404
