"""Customers hear of each thing once, from evidence, forwards only, and of a delay before it is one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.accounts import links
from core.chat import Incoming, Speaker
from core.config import Config
from core.database.engine import Database
from core.notifications.service import choose
from core.portal import Portal
from core.portal.bell import WebChat
from tests.conftest import SQLITE, SettableClock
from tests.core.notifications.test_routing import Postman, postman
from tests.flows.talking import customer
from tests.shop import ADA, GRACE, MUG, SUPPORT, bring, open_shop, order, parcel

__all__ = ["postman"]
pytestmark = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)


@pytest.fixture
def house(database: Database, config: Config, clock: SettableClock, postman: Postman) -> Portal:
    """A shop whose bell has been there for an hour."""
    portal = Portal(database, config, clock, {"email": postman, "telegram": postman})
    open_shop(portal)
    assert portal.announce() == 0
    clock.forward(timedelta(hours=1))
    return portal


def scan(portal: Portal, at: datetime, status: str, tracking: str = "TRK-1002A") -> None:
    bring(portal, "scans", {"tracking_number": tracking, "scanned_at": at, "status": status, "place": "York"})


def heard(portal: Portal, postman: Postman) -> list[str]:
    """The subjects of all that arrives, by the mail that has them."""
    portal.announce()
    while portal.deliver():
        pass
    return [post.content["subject"] for post in postman.got]


def test_nothing_that_happened_before_the_bell_is_told(house: Portal, postman: Postman) -> None:
    assert heard(house, postman) == []


def test_an_order_is_confirmed_once(house: Portal, clock: SettableClock, postman: Postman) -> None:
    order(house, "3001", GRACE, [(MUG, "Red Polka Dot Mug", 2, 450)], placed_at=clock.now)
    assert [heard(house, postman) for _ in range(2)][-1] == ["We have your order 3001"]
    assert "2 pieces, £10.80" in postman.texts[0]


def test_what_carriers_report_is_told_once_and_forwards_only(
    house: Portal, clock: SettableClock, postman: Postman
) -> None:
    for status in ("out_for_delivery", "out_for_delivery", "delivered", "in_transit", "out_for_delivery"):
        clock.forward(timedelta(minutes=10))
        scan(house, clock.now, status)
        heard(house, postman)
    scan(house, clock.now - timedelta(hours=1), "picked_up")
    assert heard(house, postman) == ["Order 1002 comes today", "Order 1002 was delivered"]


def test_of_two_states_that_were_not_sent_yet_only_the_newer_is_told(
    house: Portal, clock: SettableClock, postman: Postman
) -> None:
    scan(house, clock.now, "out_for_delivery")
    house.announce()
    scan(house, clock.now + timedelta(minutes=5), "delivered")
    assert heard(house, postman) == ["Order 1002 was delivered"]


def test_a_problem_is_told(house: Portal, clock: SettableClock, postman: Postman) -> None:
    scan(house, clock.now, "exception")
    assert heard(house, postman) == ["A problem with a parcel of order 1002"]
    assert "Parcelforce reports a problem" in postman.texts[0]


def test_buttons_under_a_notice_in_a_chat_lead_on(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "77"), ADA, clock.now)
    scan(house, clock.now, "out_for_delivery")
    heard(house, postman)
    (in_chat,) = (post for post in postman.got if post.channel == "telegram")
    (button,) = in_chat.content["buttons"]
    reply = house.converse(Incoming("telegram", "77", "press-1", button["label"], Speaker(), button["value"]))
    assert "Order 1002" in reply.text


def test_it_is_told_in_the_language_of_the_customer(house: Portal, clock: SettableClock, postman: Postman) -> None:
    house.choose_language(GRACE, "web", "chat", "de")
    order(house, "3001", GRACE, [(MUG, "Red Polka Dot Mug", 1, 450)], placed_at=clock.now)
    assert heard(house, postman) == ["Ihre Bestellung 3001 ist da"]


def test_money_that_another_system_gave_back_is_told(house: Portal, clock: SettableClock, postman: Postman) -> None:
    bring(house, "payments", {"payment_id": "r-1", "order_number": "1001", "kind": "refund", "amount": 450,
                              "method": "card", "paid_at": clock.now})  # fmt: skip
    assert [heard(house, postman) for _ in range(2)][-1] == ["Money back for order 1001"]
    assert "£4.50" in postman.texts[0]


def test_an_answer_to_a_ticket_on_the_web_is_told_where_somebody_looks(house: Portal, postman: Postman) -> None:
    customer(house, ADA).say("I want to talk to a person")
    staff = house.staff_by_email(SUPPORT)
    assert staff is not None
    (ticket,) = house.tickets(staff)
    house.claim_ticket(staff, ticket.ticket_number)
    house.answer_ticket(staff, ticket.ticket_number, "We look into it.")
    assert heard(house, postman)[-1] == f"An answer to your ticket {ticket.ticket_number}"
    assert "We look into it." in postman.texts[-1]


def lane(portal: Portal, hours: list[int], *, with_driver: bool) -> None:
    """Parcels that took so long to get to Ada's country."""
    for number, taken in enumerate(hours):
        name, left = f"4{number:03}", datetime(2026, 6, 1, 8, tzinfo=UTC)
        order(portal, name, GRACE, [(MUG, "Red Polka Dot Mug", 1, 450)], status="delivered", placed_at=left)
        scans = {left: "picked_up", left + timedelta(hours=taken): "delivered"}
        if with_driver:
            scans[left + timedelta(hours=taken - 3)] = "out_for_delivery"
        parcel(portal, f"LANE-{number}", name, {1: 1}, scans)


@pytest.mark.parametrize(
    ("hours", "with_driver", "at", "said"),
    [
        ([120] * 10, False, 10, "on 18 June"),  # the others of its lane took five days: it left on the 13th
        ([40] * 10, False, 10, None),  # all others were faster: nothing is known of such a one
        ([76, 77] * 5, True, 10, None),  # by day it may still come
        ([76, 77] * 5, True, 17, "No driver has it yet"),  # its day is nearly over
        ([76, 77] * 5, False, 17, None),  # nobody scans drivers there
        ([120] * 3, False, 10, None),  # three are no evidence
    ],
)
def test_a_delay_is_told_before_the_promised_day_passes(
    house: Portal,
    clock: SettableClock,
    postman: Postman,
    hours: list[int],
    with_driver: bool,
    at: int,
    said: str | None,
) -> None:
    lane(house, hours, with_driver=with_driver)
    order(house, "5001", ADA, [(MUG, "Red Polka Dot Mug", 1, 450)], status="shipped",
          placed_at=datetime(2026, 6, 10, tzinfo=UTC))  # fmt: skip
    left = datetime(2026, 6, 13, 8, tzinfo=UTC)
    parcel(house, "TRK-5001", "5001", {1: 1}, {left: "picked_up"}, expected_on=date(2026, 6, 16))
    clock.now = datetime(2026, 6, 16, at - 1, 30, tzinfo=UTC)
    for _ in range(2):
        heard(house, postman)
    told = [post.content["text"] for post in postman.got if "5001" in post.content["subject"]]
    assert len(told) == (said is not None)
    assert said is None or said in told[0]


def test_the_web_chat_shows_a_notice_once(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    house.engage("web", WebChat(database, clock))
    with database.unit_of_work() as session:
        choose(session, ADA, {"orders": True}, clock.now, channel="web")
    scan(house, clock.now, "delivered")
    for _ in range(2):
        heard(house, postman)
    said = house.transcript("web", f"customer:{ADA}", f"customer:{ADA}")
    assert ["was delivered" in one.reply.text for one in said] == [True]
