"""Hand-offs: tickets answered by people of the shop, and post that needs a person."""

from datetime import timedelta

import pytest

from core.database.engine import Database
from core.mailroom.rows import InboxRow, OutboxRow
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import Arrive
from tests.bot.web.shop import HOSTILE
from tests.conftest import SettableClock


@pytest.fixture
def support(arrive: Arrive) -> Browser:
    return arrive("support@example.org")


def ticket_path(browser: Browser) -> str:
    """The only ticket's page."""
    return "/support/" + str(browser.get("/support").text).split('href="/support/')[1].split('"')[0]


def test_a_customer_is_answered_where_they_wrote(zoe: Browser, support: Browser) -> None:
    zoe.say({"text": HOSTILE})
    assert zoe.say({"text": "talk to a person"}).json()["handed_off"] is True
    path = ticket_path(support)
    page = support.get(path).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert support.send_form(path, f"{path}/answer", text="Hello, this is Sam.").status_code == 303
    last = zoe.get("/api/chat/messages").json()["messages"][-1]
    assert (last["speaker"], last["text"]) == ("staff", "Hello, this is Sam.")


def test_an_empty_answer_is_not_sent(zoe: Browser, support: Browser) -> None:
    zoe.say({"text": "talk to a person"})
    path = ticket_path(support)
    assert support.send_form(path, f"{path}/answer", text="  ").status_code == 422


def test_a_closed_ticket_is_closed_once(zoe: Browser, support: Browser) -> None:
    zoe.say({"text": "talk to a person"})
    path = ticket_path(support)
    page = support.get(path)
    assert support.send_form(path, f"{path}/close").status_code == 303
    again = support.post(f"{path}/close", forms(page.text)[f"{path}/close"])
    assert again.status_code == 409
    assert "closed already" in again.text
    assert zoe.say({"text": "help"}).json()["handed_off"] is False


def test_a_claimed_ticket_is_not_answered_by_another(zoe: Browser, support: Browser, planner: Browser) -> None:
    zoe.say({"text": "talk to a person"})
    path = ticket_path(support)
    before = planner.get(path)
    assert support.send_form(path, f"{path}/claim").status_code == 303
    told = planner.post(f"{path}/claim", forms(before.text)[f"{path}/claim"])
    assert told.status_code == 409
    assert "Sam Support has ticket" in told.text
    assert "Your answer" not in planner.get(path).text


def test_a_ticket_is_released_and_reopened_on_its_page(zoe: Browser, support: Browser) -> None:
    zoe.say({"text": "talk to a person"})
    path = ticket_path(support)
    support.send_form(path, f"{path}/claim")
    assert support.send_form(path, f"{path}/release").status_code == 303
    support.send_form(path, f"{path}/close")
    assert support.send_form(path, f"{path}/reopen").status_code == 303
    assert "Waiting" in support.get(path).text


def test_the_page_shows_the_order_without_where_it_goes(zoe: Browser, support: Browser) -> None:
    zoe.say({"text": "where is order 1001"})
    zoe.say({"text": "talk to a person"})
    page = support.get(ticket_path(support)).text
    assert "Order 1001" in page
    assert "1 Quay" not in page


def test_support_is_for_people_of_the_shop(zoe: Browser, guest: Browser, planner: Browser) -> None:
    assert zoe.get("/support").status_code == 403
    assert guest.get("/support").status_code == 303
    assert "Nobody is waiting." in planner.get("/support").text
    assert planner.get("/support/T-999999").status_code == 404


def test_post_that_failed_is_tried_again_or_given_up(
    planner: Browser, database: Database, clock: SettableClock
) -> None:
    with database.unit_of_work() as session:
        session.add_all(_dead(clock, number) for number in (1, 2))
    page = planner.get("/planner/post").text
    assert page.count("mailbox is full") == 2
    assert HOSTILE not in page
    retry, discard = (page.split(f"/{verb}")[0].split('action="')[-1] + f"/{verb}" for verb in ("retry", "discard"))
    assert planner.send_form("/planner/post", retry).status_code == 303
    if planner.get("/planner/post").text.count("mailbox is full") == 1:
        discard = planner.get("/planner/post").text.split("/discard")[0].split('action="')[-1] + "/discard"
    assert planner.send_form("/planner/post", discard).status_code == 303
    assert "Everything has been delivered." in planner.get("/planner/post").text


def test_a_delivery_that_failed_is_tried_again_or_put_away(
    planner: Browser, support: Browser, database: Database, clock: SettableClock
) -> None:
    with database.unit_of_work() as session:
        session.add_all(_failed(clock, number) for number in (1, 2))
    page = planner.get("/planner/post").text
    assert page.count("OverflowError, reference ab12") == 2
    assert HOSTILE not in page
    assert support.get("/planner/post").status_code == 403
    assert planner.send_form("/planner/post", "/planner/deliveries/1/retry").status_code == 303
    assert planner.get("/planner/post").text.count("OverflowError") == 1
    assert planner.send_form("/planner/post", "/planner/deliveries/2/discard").status_code == 303
    assert "could not be taken in" not in planner.get("/planner/post").text


def _failed(clock: SettableClock, number: int) -> InboxRow:
    return InboxRow(
        inbox_id=number,
        source="system:shopify",
        delivery_id=f"d-{number}",
        received_at=clock.now,
        kind=HOSTILE,
        content={},
        attempt=8,
        trouble="OverflowError, reference ab12",
    )


def _dead(clock: SettableClock, number: int) -> OutboxRow:
    return OutboxRow(
        key=f"letter:{number}",
        channel="email",
        chat="supplier:ACME",
        kind="purchase_order",
        content={"to": "orders@acme.example.org", "subject": HOSTILE, "text": "x", "number": "PO-1"},
        created_at=clock.now,
        not_before=clock.now,
        expires_at=clock.now + timedelta(days=1),
        state="dead",
        reason="mailbox is full",
    )
