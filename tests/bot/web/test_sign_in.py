"""Signing in by mailed code, through the pages."""

from core.portal import Portal
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import Arrive


def ask_code(browser: Browser, address: str) -> str:
    """The page that answers to an address."""
    page = browser.send_form("/sign-in", "/sign-in", address=address)
    assert page.status_code == 200
    return str(page.text)


def mailed_code(shop: Portal) -> str:
    """The code of the latest letter."""
    return next(word for word in shop.letters()[0].text.split() if word.isdigit() and len(word) == 8)


def without_token(page: str) -> str:
    return page.replace(forms(page)["/sign-in/code"]["form_token"], "")


def test_a_mailed_code_opens_the_orders(guest: Browser, shop: Portal) -> None:
    ask_code(guest, "zoe@example.org")
    answer = guest.send_form("/sign-in/code", "/sign-in/code", code=mailed_code(shop))
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("storekeeper_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Order 1001" in guest.get("/orders").text


def test_a_planner_arrives_at_the_proposals(guest: Browser, shop: Portal) -> None:
    ask_code(guest, "planner@example.org")
    assert guest.send_form("/sign-in/code", "/sign-in/code", code=mailed_code(shop)).headers["location"] == "/planner"


def test_hit_and_miss_read_the_same(arrive: Arrive) -> None:
    hit, miss = ask_code(arrive(), "zoe@example.org"), ask_code(arrive(), "nobody@example.org")
    assert without_token(hit) == without_token(miss)


def test_a_code_opens_nothing_in_another_browser(arrive: Arrive, shop: Portal) -> None:
    ask_code(arrive(), "zoe@example.org")
    answer = arrive().send_form("/sign-in/code", "/sign-in/code", code=mailed_code(shop))
    assert answer.status_code == 403
    assert "storekeeper_session" not in answer.headers.get("set-cookie", "")


def test_the_sixth_try_is_refused_even_with_the_right_code(guest: Browser, shop: Portal) -> None:
    ask_code(guest, "zoe@example.org")
    code = mailed_code(shop)
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8
    tried = [guest.send_form("/sign-in/code", "/sign-in/code", code=wrong).status_code for _ in range(5)]
    assert tried == [403] * 5
    assert guest.send_form("/sign-in/code", "/sign-in/code", code=code).status_code == 429
    assert guest.get("/orders").status_code == 303


def test_what_is_no_address_is_said_on_the_page(guest: Browser) -> None:
    answer = guest.send_form("/sign-in", "/sign-in", address="not an address <b>")
    assert answer.status_code == 422
    assert "does not look like an e-mail address" in answer.text
    assert "&lt;b&gt;" in answer.text


def test_asking_too_often_is_refused_alike_for_hit_and_miss(arrive: Arrive) -> None:
    for address in ("zoe@example.org", "nobody@example.org"):
        browser = arrive()
        for _ in range(3):
            ask_code(browser, address)
        assert browser.send_form("/sign-in", "/sign-in", address=address).status_code == 429


def test_signing_out_ends_the_session_for_good(zoe: Browser) -> None:
    token = zoe.client.cookies["storekeeper_session"]
    assert zoe.send_form("/orders", "/sign-out").status_code == 303
    zoe.keep_session(token)
    assert zoe.get("/orders").status_code == 303


def test_going_on_leads_only_to_pages_of_this_shop(arrive: Arrive, shop: Portal) -> None:
    guest = arrive()
    assert guest.get("/invoices").headers["location"] == "/sign-in?next=/invoices"
    assert forms(guest.get("/sign-in?next=/invoices").text)["/sign-in"]["next"] == "/invoices"
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert forms(guest.get("/sign-in", follow=True).text)["/sign-in"]["next"] == ""
        ask_code(guest, "zoe@example.org") if not shop.letters() else None
        answer = guest.send_form("/sign-in/code", "/sign-in/code", code="00000000", next=elsewhere)
        assert elsewhere not in answer.text


def test_the_demo_names_its_addresses_and_where_mail_lands(guest: Browser) -> None:
    page = guest.get("/sign-in").text
    assert "zoe@example.org" in page
    assert "has an order under way" in page
    assert 'href="/demo/mail"' in page


def test_a_letter_in_the_demo_offers_its_code(guest: Browser, shop: Portal) -> None:
    ask_code(guest, "zoe@example.org")
    answer = guest.send_form("/demo/mail", "/sign-in/code")
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    assert len(shop.letters()) == 1
