"""Invoices follow their orders: what goes is credited, what comes is invoiced, exactly, and nothing is rewritten."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.billing import service as billing
from core.billing.correcting import correct
from core.billing.model import totals
from core.billing.rows import InvoiceLineRow
from core.config import Shop
from core.database.engine import Database
from core.database.upsert import add
from core.money import Money
from core.orders.changes import LineChange, changed_order
from core.orders.model import OrderLine
from core.orders.service import order_of
from core.portal import Portal
from core.returns.handling import Checked
from tests.core.purchasing.conftest import person
from tests.flows.talking import Talk, customer
from tests.flows.wardrobe import KETTLES, SHIRTS, open_wardrobe
from tests.shop import ADA, OPENED, SUPPORT, bring

SAM = person(SUPPORT)
Papers = list[tuple[str, str, int, int]]


@pytest.fixture
def ada(portal: Portal) -> Talk:
    """Orders W44001 (a blue shirt and a steel kettle) and W44002 are invoiced and paid."""
    open_wardrobe(portal)
    bring(portal, "staff", {"email": SUPPORT, "name": "Sam", "role": "support"})
    for number, skus in (("W44001", ["S-BLUE-M", "K-STEEL"]), ("W44002", ["S-RED-M", "K-GLASS", "S-BLUE-M"])):
        invoiced(portal, number, skus)
    return customer(portal, ADA)


def invoiced(portal: Portal, number: str, skus: list[str]) -> None:
    """The shop's books issue an invoice for an order of one unit each."""
    prices = {sku: one[2] for sku, one in (*SHIRTS.items(), *KETTLES.items())}
    bring(portal, "invoices", {"invoice_number": f"I-{number}", "kind": "invoice", "customer_id": ADA,
                               "order_number": number, "issued_on": OPENED.date(), "due_on": OPENED.date(),
                               "bill_name": "Ada Löwe"})  # fmt: skip
    lines = [{"invoice_number": f"I-{number}", "line": place, "sku": sku, "description": sku, "quantity": 1,
              "unit_price": prices[sku]} for place, sku in enumerate(skus, 1)]  # fmt: skip
    bring(portal, "invoice_lines", *lines)


def papers(portal: Portal, order: str) -> Papers:
    """What was issued for an order since: number, kind, total and what is open of it."""
    return sorted(
        (one.invoice_number, one.kind, one.total.minor, one.open_amount.minor)
        for one in portal.invoices(ADA) if one.order_number == order
    )  # fmt: skip


def test_a_cancelled_order_is_credited_as_a_whole(ada: Talk, portal: Portal) -> None:
    ada.say("please cancel order W44001")
    done = ada.say("yes")
    assert "CN-000001" in done.text
    assert papers(portal, "W44001") == [("CN-000001", "credit_note", 5000, 0), ("I-W44001", "invoice", 5000, 0)]
    given = ada.say("send me the credit note for order W44001")
    assert portal.file(given.attachments[0].url.removeprefix("/files/"), None).content.startswith(b"%PDF")


def test_a_cancelled_line_is_credited_and_nothing_else(ada: Talk, portal: Portal, database: Database) -> None:
    ada.say("cancel only the kettle from my order W44001")
    ada.say("yes")
    assert papers(portal, "W44001")[0] == ("CN-000001", "credit_note", 3000, 0)
    with database.reading() as session:
        note = billing.document(session, Shop(), ADA, "CN-000001")
    assert ([line.sku for line in note.lines], note.corrects) == (["K-STEEL"], "I-W44001")


def test_another_variant_is_a_credit_note_and_a_further_invoice(ada: Talk, portal: Portal) -> None:
    for words in ("in order W44001 please change the kettle to the glass one with 1 litre", "my visa", "yes"):
        done = ada.say(words)
    assert "CN-000001, IN-000001" in done.text
    assert papers(portal, "W44001") == [
        ("CN-000001", "credit_note", 3000, 0), ("I-W44001", "invoice", 5000, 0), ("IN-000001", "invoice", 4500, 0),
    ]  # fmt: skip


def test_more_units_are_invoiced_and_credited_where_they_were_invoiced(ada: Talk, portal: Portal) -> None:
    for words in ("change the quantity of the shirt in order W44001 to 3", "visa", "yes"):
        ada.say(words)
    assert papers(portal, "W44001")[-1] == ("IN-000001", "invoice", 4000, 0)
    for words in ("please cancel order W44001", "yes"):
        ada.say(words)
    credited = [one for one in portal.invoices(ADA) if one.kind == "credit_note"]
    assert sorted(one.total.minor for one in credited) == [4000, 5000]
    assert {one.open_amount.minor for one in portal.invoices(ADA) if one.order_number == "W44001"} == {0}


def test_what_is_taken_back_is_invoiced_again(ada: Talk, portal: Portal) -> None:
    for words in ("please cancel order W44001", "yes", "undo", "yes"):
        ada.say(words)
    assert papers(portal, "W44001") == [
        ("CN-000001", "credit_note", 5000, 0), ("I-W44001", "invoice", 5000, 0), ("IN-000001", "invoice", 5000, 0),
    ]  # fmt: skip


def test_an_order_that_was_not_invoiced_yet_gets_no_paper(ada: Talk, portal: Portal) -> None:
    bring(portal, "orders", {"order_number": "W44009", "customer_id": ADA, "placed_at": OPENED, "status": "open"})
    bring(portal, "order_lines", {"order_number": "W44009", "line": 1, "sku": "K-BIG", "description": "Tea Kettle",
                                  "quantity": 1, "unit_price": 6000})  # fmt: skip
    for words in ("please cancel order W44009", "yes"):
        ada.say(words)
    assert papers(portal, "W44009") == []


def test_an_exchange_is_on_paper_once_the_goods_are_swapped(ada: Talk, portal: Portal) -> None:
    for words in ("exchange the kettle of order W44002 for the steel one", "paypal", "yes"):
        done = ada.say(words)
    number = done.actions[0].result["return_number"]
    assert [one[0] for one in papers(portal, "W44002")] == ["I-W44002"]
    portal.approve_return(SAM, number)
    portal.receive_return(SAM, number, {2: Checked(1, 1)})
    portal.settle_return(SAM, number)
    assert papers(portal, "W44002") == [
        ("CN-000001", "credit_note", 4500, 0), ("I-W44002", "invoice", 8300, 0), ("IN-000001", "invoice", 3000, 0),
    ]  # fmt: skip


def test_an_invoice_that_was_issued_never_changes(ada: Talk, database: Database) -> None:
    with database.reading() as session:
        before = billing.document(session, Shop(), ADA, "I-W44001")
    for words in ("cancel only the kettle from my order W44001", "yes", "please cancel order W44001", "yes"):
        ada.say(words)
    with database.reading() as session:
        assert billing.document(session, Shop(), ADA, "I-W44001") == before


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_papers_come_to_what_the_order_comes_to_with_any_tax_and_discount(database: Database) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 999), st.sampled_from([0.0, 0.07, 0.2]),
                              st.integers(0, 40)), min_size=2, max_size=4), st.integers(0, 5))  # fmt: skip
    def drawn(lines: list[tuple[int, int, float, int]], units: int) -> None:
        with database.unit_of_work() as session:
            point = session.begin_nested()
            before = order_of(session, ADA, "W44001")
            sold = tuple(
                OrderLine(place, f"X{place}", "x", count, Money(price, "GBP"), Money(price * count * off // 100, "GBP"),
                          Decimal(str(rate)))
                for place, (count, price, rate, off) in enumerate(lines, 1)
            )  # fmt: skip
            before = replace(before, lines=sold)
            add(session, InvoiceLineRow, [
                {"invoice_number": "I-W44001", "line": 10 + line.line, "sku": line.sku, "description": "x",
                 "quantity": line.quantity, "unit_price": line.unit_price.minor, "discount": line.discount.minor,
                 "tax_rate": float(line.tax_rate), "currency": "GBP"} for line in sold
            ])  # fmt: skip
            after = changed_order(before, [LineChange(1, units)])
            for number in correct(session, Shop(), before, after, "x", OPENED):
                document = billing.document(session, Shop(), ADA, number)
                sign = 1 if document.kind == "invoice" else -1
                assert sign * totals(document).gross == after.total.minor - before.total.minor
            point.rollback()

    drawn()
