"""My orders by state and amount, page by page; and the usual, with other quantities before the yes."""

from datetime import timedelta

import pytest

from core.billing import settlement
from core.database.engine import Database
from core.orders.habits import usual
from core.orders.service import order_of, orders_of
from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.talking import Talk, customer
from tests.shop import ADA, BELL, GRACE, MUG, OPENED, bring, open_shop, order

pytestmark = ON_SQLITE
_MUG, _BELL = "Red Polka Dot Mug", "Brass Door Bell"


@pytest.fixture
def ada(portal: Portal) -> Talk:
    """Beside orders 1001 (delivered, 61.20) and 1002 (on its way, 86.40): eight of 10.80 to 30, odd ones cancelled."""
    open_shop(portal)
    for place in range(8):
        lines = [(MUG, _MUG, 2, 400), (BELL, _BELL, place + 1, 200)]
        order(portal, f"30{place:02}", ADA, lines, placed_at=OPENED - timedelta(days=40 + place),
              status="cancelled" if place % 2 else "delivered")  # fmt: skip
    bring(
        portal,
        "payment_methods",
        {"method_id": "m1", "customer_id": ADA, "kind": "card", "label": "Visa 4242"},
        {"method_id": "m2", "customer_id": ADA, "kind": "invoice", "label": "on account"},
    )
    return customer(portal, ADA)


def listed(told: str) -> list[str]:
    return [line.split()[2] for line in told.splitlines() if line[:1].isdigit() and ". Order" in line]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("my open orders", ["1002"]),
        ("show my delivered orders", ["1001", "3000", "3002", "3004", "3006"]),
        ("which orders were cancelled", ["3001", "3003", "3005", "3007"]),
        ("orders over £60", ["1002", "1001"]),
        ("orders between 12 and 15", ["3000", "3001"]),
        ("my delivered orders under 15", ["3000"]),
        ("orders over 100000", []),
    ],
)
def test_orders_are_found_by_state_and_amount(ada: Talk, said: str, found: list[str]) -> None:
    assert listed(ada.say(said).text) == found


def test_a_number_of_weeks_is_no_amount(ada: Talk) -> None:
    assert len(listed(ada.say("my orders over the last 9 weeks").text)) == 5


def test_more_of_a_list_by_word_and_by_button_with_the_total_of_all(ada: Talk) -> None:
    first = ada.say("my orders").text
    assert first.startswith("10 orders, £")
    assert listed(ada.press("More").text) == ["3003", "3004", "3005", "3006", "3007"]
    assert ada.said[-1].text.splitlines()[0] == first.splitlines()[0]
    ada.say("my orders")
    assert listed(ada.say("show me more").text) == ["3003", "3004", "3005", "3006", "3007"]


@pytest.mark.parametrize("word", ["more", "More please", "next page"])
def test_behind_the_last_page_more_is_told_that_was_all(ada: Talk, word: str) -> None:
    first = listed(ada.say("my orders").text)
    ada.say("more")
    reply = ada.say(word)
    assert (reply.text, reply.intents) == ("That was all; nothing comes after these.", ("order_history",))
    assert listed(ada.say("back").text) == first


def test_back_shows_the_page_before_and_says_so_at_the_first(ada: Talk) -> None:
    shown = listed(ada.say("my orders").text)
    ada.say("more")
    assert listed(ada.say("previous page").text) == shown
    assert ada.say("back").text == "These are the first ones already; nothing comes before them."


def test_the_second_one_is_that_of_the_page_shown(ada: Talk) -> None:
    ada.say("my orders")
    ada.say("more")
    assert "Order 3004" in ada.say("the second one").text


def test_the_next_page_keeps_what_was_asked_for(ada: Talk) -> None:
    bring(ada.portal, "orders", *({"order_number": f"40{place}", "customer_id": ADA, "status": "cancelled",
                                   "placed_at": OPENED - timedelta(days=60 + place)}
                                  for place in range(3)))  # fmt: skip
    assert len(listed(ada.say("my cancelled orders").text)) == 5
    assert listed(ada.say("more").text) == ["401", "402"]


def test_filters_and_pages_in_german(ada: Talk) -> None:
    assert ada.say("Bestellungen über 60 Euro").text.startswith("2 Bestellungen")
    assert ada.say("meine stornierten Bestellungen").text.startswith("4 Bestellungen")
    ada.say("meine Bestellungen")
    assert "Bestellung 3003" in ada.say("mehr").text
    assert ada.say("mehr").text == "Das waren alle; danach kommt nichts mehr."
    assert "Bestellung 3003" not in ada.say("zurück").text


@pytest.mark.usefixtures("ada")
def test_the_usual_is_what_comes_back_in_the_customers_own_orders(database: Database) -> None:
    with database.reading() as session:
        found = usual(orders_of(session, ADA))
        assert found is not None
        assert [(line.sku, line.quantity) for line in found.order.lines] == [(MUG, 2), (BELL, 3)]
        assert usual(orders_of(session, GRACE)) is None


def test_the_usual_is_shown_changed_and_ordered(ada: Talk, database: Database) -> None:
    ada.say("the usual please")
    assert "3 × Brass Door Bell" in ada.say("Visa").text
    assert "5 × Brass Door Bell" in ada.say("5 bells").text
    assert "Mug" not in ada.say("without the mugs").text
    done = ada.press("Yes").actions[0]
    with database.reading() as session:
        new = order_of(session, ADA, done.result["order_number"])
        assert [(line.sku, line.quantity) for line in new.lines] == [(BELL, 5)]
        assert settlement.paid(session, new) == new.total


def test_a_bare_number_is_asked_of_what(ada: Talk) -> None:
    ada.say("the usual")
    ada.say("Visa")
    assert ada.say("make it 4").asks == "product"
    assert "4 × Brass Door Bell" in ada.say("the bell").text


def test_who_orders_nothing_regularly_has_no_usual(ada: Talk) -> None:
    told = customer(ada.portal, GRACE).say("order the usual")
    assert "nothing yet that you order so regularly" in told.text
    assert told.actions == ()


def test_on_account_nothing_is_taken_now(ada: Talk, database: Database) -> None:
    ada.say("order 3000 again")
    assert "On account" in ada.say("on account").text
    done = ada.say("yes")
    assert "on account" in done.text
    with database.reading() as session:
        new = order_of(session, ADA, done.actions[0].result["order_number"])
        assert settlement.paid(session, new).minor == 0
        assert new.payment_method == "on account"


def test_the_usual_in_german_on_account(ada: Talk) -> None:
    ada.say("das Übliche bitte")
    assert "Auf Rechnung" in ada.say("auf Rechnung").text
    assert ada.say("ja").actions[0].name == "reorder"
