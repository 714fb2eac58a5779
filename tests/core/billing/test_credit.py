"""Credit notes: one for each settled return of invoiced goods, exact, with its tax, numbered without a gap."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.billing import service as billing
from core.billing.issuing import Shared, Sold, document_lines
from core.billing.model import InvoiceLine, totals, totals_of_lines
from core.billing.rows import InvoiceRow
from core.config import Shop
from core.database.engine import Database
from core.errors import Conflict
from core.mailroom.rows import OutboxRow
from core.orders.service import order_of
from core.portal import Portal
from core.returns.handling import Checked
from core.returns.service import AskedReturn, request_return
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.core.returns.test_returns import RULES
from tests.flows.talking import customer
from tests.shop import ADA, GRACE, SUPPORT, bring, open_shop

SAM = person(SUPPORT)
INVOICE = "51001"  # six mugs of 4.50 and a lamp of 24 pounds, 20 % tax


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


def sent_back(shop: Portal, database: Database, clock: SettableClock, units: int, *, order: str = "1001") -> str:
    """Mugs that came back and were taken in."""
    with database.unit_of_work() as session:
        found = order_of(session, ADA, order)
        number = request_return(session, found, AskedReturn({1: units}, ""), RULES, clock.now).return_number
    shop.approve_return(SAM, number)
    shop.receive_return(SAM, number, {1: Checked(units, units)})
    return number


def pay(shop: Portal, amount: int) -> None:
    bring(shop, "payments", {"payment_id": "P-1001", "order_number": "1001", "kind": "payment", "amount": amount,
                             "method": "card", "paid_at": SettableClock().now})  # fmt: skip


def notes(shop: Portal, customer_id: str = ADA) -> list[tuple[str, int]]:
    return [(one.invoice_number, one.total.minor) for one in shop.invoices(customer_id) if one.kind == "credit_note"]


def test_a_settled_return_is_credited_with_what_goes_back(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    pay(shop, 6120)
    (given,) = shop.settle_return(SAM, sent_back(shop, database, clock, 2))
    assert notes(shop) == [("CN-000001", given.amount.minor)] == [("CN-000001", 1080)]
    with database.reading() as session:
        note = billing.document(session, Shop(), ADA, "CN-000001")
        invoice = billing.document(session, Shop(), ADA, INVOICE)
    assert (note.corrects, note.buyer, totals(note).tax) == (INVOICE, invoice.buyer, 180)
    assert [(line.sku, line.quantity, line.tax_rate) for line in note.lines] == [("MUG-1", 2, Decimal("0.2"))]


def test_an_invoice_that_was_paid_stays_paid_after_it_was_credited(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    pay(shop, 6120)
    shop.settle_return(SAM, sent_back(shop, database, clock, 2))
    assert [one.open_amount.minor for one in shop.invoices(ADA) if one.invoice_number == INVOICE] == [0]


@ON_SQLITE
def test_of_an_unpaid_invoice_less_is_owed(shop: Portal, database: Database, clock: SettableClock) -> None:
    shop.settle_return(SAM, sent_back(shop, database, clock, 2))
    assert [one.open_amount.minor for one in shop.invoices(ADA) if one.invoice_number == INVOICE] == [6120 - 1080]


def test_numbers_follow_one_another_and_nothing_is_credited_twice(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    pay(shop, 6120)
    first, second = (sent_back(shop, database, clock, units) for units in (1, 5))
    shop.settle_return(SAM, first)
    with pytest.raises(Conflict):
        shop.settle_return(SAM, first)
    shop.settle_return(SAM, second)
    assert sorted(notes(shop)) == [("CN-000001", 540), ("CN-000002", 2700)]


@ON_SQLITE
def test_a_number_brought_from_elsewhere_is_passed_over(shop: Portal, database: Database, clock: SettableClock) -> None:
    bring(shop, "invoices", {"invoice_number": "CN-000001", "kind": "credit_note", "customer_id": GRACE,
                             "issued_on": clock.now.date(), "corrects": "52001"})  # fmt: skip
    pay(shop, 6120)
    shop.settle_return(SAM, sent_back(shop, database, clock, 1))
    assert [number for number, _ in notes(shop)] == ["CN-000002"]
    assert [number for number, _ in notes(shop, GRACE)] == ["CN-000001"]


@ON_SQLITE
def test_an_invoice_is_not_credited_beyond_what_it_comes_to(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    bring(shop, "invoices", {"invoice_number": "X-1", "kind": "credit_note", "customer_id": ADA, "order_number": "1001",
                             "issued_on": clock.now.date(), "corrects": INVOICE})  # fmt: skip
    bring(shop, "invoice_lines", {"invoice_number": "X-1", "line": 1, "description": "All of it", "quantity": 1,
                                  "unit_price": 5000, "tax_rate": 0.2})  # fmt: skip
    pay(shop, 6120)
    shop.settle_return(SAM, sent_back(shop, database, clock, 1))
    assert [number for number, _ in notes(shop)] == ["X-1"]


@ON_SQLITE
def test_goods_that_were_never_invoiced_need_no_credit_note(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    with database.unit_of_work() as session:
        for row in session.scalars(select(InvoiceRow).where(InvoiceRow.order_number == "1001")):
            row.order_number = None
    pay(shop, 6120)
    assert shop.settle_return(SAM, sent_back(shop, database, clock, 1))
    assert notes(shop) == []


@ON_SQLITE
def test_the_customer_is_told_its_number_and_gets_it_as_pdf_in_the_chat(
    shop: Portal, database: Database, clock: SettableClock
) -> None:
    pay(shop, 6120)
    shop.settle_return(SAM, sent_back(shop, database, clock, 2))
    with database.reading() as session:
        told = [str(row.content["text"]) for row in session.scalars(select(OutboxRow))]
    assert any("Credit note: CN-000001" in text for text in told)
    given = customer(shop, ADA).say("send me the credit note for order 1001")
    assert [one.media_type for one in given.attachments] == ["application/pdf"]
    assert shop.file(given.attachments[0].url.removeprefix("/files/"), None).content.startswith(b"%PDF")


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 999), st.sampled_from([0.0, 0.07, 0.19, 0.2]), st.integers(0, 100)),
        min_size=1,
        max_size=5,
    )
)
def test_a_note_comes_to_what_is_given_back_to_the_minor_unit(drawn: list[tuple[int, int, float, int]]) -> None:
    billed, goods = {}, []
    for place, (units, price, rate, share) in enumerate(drawn, 1):
        billed[place] = Sold(f"S{place}", "x", price, Decimal(str(rate)), "GBP")
        most = units * price + int(Decimal(units * price) * Decimal(str(rate)))
        goods.append(Shared(place, units, most * share // 100))
    lines = [
        InvoiceLine(int(str(one["line"])), "", "", int(str(one["quantity"])), int(str(one["unit_price"])),
                    Decimal(str(one["tax_rate"])), int(str(one["discount"])))
        for one in document_lines(goods, billed)
    ]  # fmt: skip
    assert totals_of_lines(lines).gross == sum(one.gross for one in goods)
