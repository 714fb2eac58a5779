"""Invoices are found by whose they are; what is owed follows from payments, refunds and credit notes."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from core.accounts.model import Customer, Staff, Visitor
from core.billing import service as billing
from core.canonical import Batch
from core.config import Config, Web
from core.database.engine import Database
from core.errors import NotFound, Refused
from core.money import Money
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.shop import ADA, GRACE, LAMP, MUG, OPENED, bring, invoice, open_shop

MUGS = [(MUG, "Red Polka Dot Mug", 10, 450)]  # 45.00 net, 54.00 with tax


@pytest.fixture
def opened(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


def pay(portal: Portal, payment: str, amount: int, at: datetime = OPENED, **more: Any) -> None:
    row = {"payment_id": payment, "kind": "payment", "amount": amount, "method": "card", "paid_at": at}
    bring(portal, "payments", {**row, **more})


def owed(portal: Portal, number: str, customer: str = ADA) -> Money:
    return next(one.open_amount for one in portal.invoices(customer) if one.invoice_number == number)


def credit(portal: Portal, number: str, corrects: str, lines: list[tuple[str, str, int, int]], **more: Any) -> None:
    invoice(portal, number, ADA, lines, kind="credit_note", corrects=corrects, due_on=None, **more)


def visitor(customer_id: str | None, staff: Staff | None = None) -> Visitor:
    customer = Customer(customer_id, "", "", "", "en", "GB") if customer_id else None
    return Visitor(customer, staff, 3, "form", "chat")


def token_of(link: str) -> str:
    return link.removeprefix("/files/")


def test_a_customer_sees_their_own_documents(opened: Portal) -> None:
    assert [one.invoice_number for one in opened.invoices(ADA)] == ["51001"]
    assert [one.invoice_number for one in opened.invoices(GRACE)] == ["52001"]


def test_a_foreign_document_and_a_missing_one_read_alike(opened: Portal) -> None:
    refusals = []
    for number in ("52001", "59999"):
        with pytest.raises(NotFound) as caught:
            opened.invoice_link(ADA, number)
        refusals.append(str(caught.value).replace(number, "N"))
    assert len(set(refusals)) == 1


@ON_SQLITE
def test_a_link_opens_for_whoever_has_it_and_for_no_other_customer(opened: Portal) -> None:
    token = token_of(opened.invoice_link(ADA, "51001"))
    for who in (None, visitor(ADA)):
        found = opened.file(token, who)
        assert (found.name, found.media_type) == ("invoice-51001.pdf", "application/pdf")
        assert found.content.startswith(b"%PDF")
    for stranger in (visitor(GRACE), visitor(None, person("sam@shop.example.org"))):
        with pytest.raises(NotFound, match="not valid"):
            opened.file(token, stranger)


@ON_SQLITE
def test_a_link_expires(opened: Portal, clock: SettableClock) -> None:
    token = token_of(opened.invoice_link(ADA, "51001"))
    clock.forward(timedelta(minutes=15))
    with pytest.raises(Refused, match="expired"):
        opened.file(token, visitor(ADA))


@ON_SQLITE
def test_a_link_made_with_the_secret_before_opens_during_rotation(
    opened: Portal, database: Database, config: Config, clock: SettableClock
) -> None:
    token = token_of(opened.invoice_link(ADA, "51001"))
    new = SecretStr("the secret that comes next")
    turning = config.model_copy(update={"web": Web(secret=new, previous_secret=config.web.secret)})
    assert Portal(database, turning, clock).file(token, None).name == "invoice-51001.pdf"
    with pytest.raises(NotFound):
        Portal(database, config.model_copy(update={"web": Web(secret=new)}), clock).file(token, None)


def test_what_is_owed_is_the_total_less_payments_and_credit_notes_plus_refunds(opened: Portal) -> None:
    invoice(opened, "1002", ADA, MUGS)
    assert owed(opened, "51002") == Money(5400, "GBP")
    pay(opened, "p1", 2000, invoice_number="51002")
    assert owed(opened, "51002") == Money(3400, "GBP")
    credit(opened, "C1", "51002", [(MUG, "Red Polka Dot Mug", 2, 450)], order_number="1002")
    assert owed(opened, "51002") == Money(2320, "GBP")
    pay(opened, "p2", 2320, order_number="1002")
    assert owed(opened, "51002") == Money(0, "GBP")
    pay(opened, "p3", 500, kind="refund", invoice_number="51002")
    assert owed(opened, "51002") == Money(500, "GBP")
    assert owed(opened, "5C1") == Money(0, "GBP")


@ON_SQLITE
def test_paying_too_much_owes_nothing(opened: Portal) -> None:
    pay(opened, "p1", 99_999, invoice_number="51001")
    assert owed(opened, "51001") == Money(0, "GBP")


@ON_SQLITE
def test_a_payment_for_somebody_elses_invoice_changes_nothing(opened: Portal) -> None:
    before = owed(opened, "51001")
    pay(opened, "p1", 1000, invoice_number="52001", order_number="1001")
    assert owed(opened, "51001") == before


@ON_SQLITE
def test_a_payment_in_another_currency_settles_nothing(opened: Portal) -> None:
    before = owed(opened, "51001")
    pay(opened, "p1", before.minor, invoice_number="51001", currency="JPY")
    assert owed(opened, "51001") == before


@ON_SQLITE
def test_a_list_and_a_page_agree_on_what_is_owed_of_two_invoices(opened: Portal) -> None:
    invoice(opened, "1002", ADA, MUGS, issued_on=date(2026, 6, 5))
    invoice(opened, "1002B", ADA, MUGS, order_number="1002", issued_on=date(2026, 6, 6))
    pay(opened, "p1", 5400, order_number="1002")
    on_page = {one.invoice_number: one.open_amount for one in opened.order(ADA, "1002").invoices}
    assert {number: owed(opened, number) for number in on_page} == on_page


@ON_SQLITE
def test_a_credit_note_counts_wherever_its_invoice_is_told(opened: Portal, database: Database) -> None:
    credit(opened, "C1", "51001", [(LAMP, "Blue Glass Lamp", 1, 2400)], order_number=None)
    with database.reading() as session:
        told = billing.summary(session, ADA, "51001").open_amount
    assert told == owed(opened, "51001")


@ON_SQLITE
def test_one_bad_line_does_not_hide_all_invoices(opened: Portal) -> None:
    invoice(opened, "1002", ADA, MUGS)
    line = {"invoice_number": "51002", "line": 2, "description": "Slip", "quantity": 1, "unit_price": 100}
    bring(opened, "invoice_lines", {**line, "discount": 200, "tax_rate": 0.2})
    assert "51001" in [one.invoice_number for one in opened.invoices(ADA)]


@ON_SQLITE
def test_an_issued_invoice_does_not_change(opened: Portal) -> None:
    before = opened.invoices(ADA)[0].total
    issued = {"invoice_number": "51001", "line": 1, "sku": MUG, "description": "Red Polka Dot Mug", "quantity": 6}
    issued |= {"unit_price": 450, "currency": "GBP", "tax_rate": 0.2, "discount": 0}
    assert opened.mirror(Batch("invoice_lines", [issued], [2])) == []
    (fault,) = opened.mirror(Batch("invoice_lines", [{**issued, "unit_price": 1}], [2]))
    assert "credit note" in fault.sentence
    assert opened.invoices(ADA)[0].total == before


@ON_SQLITE
def test_an_old_invoice_names_the_seller_of_its_day(
    opened: Portal, database: Database, config: Config, clock: SettableClock
) -> None:
    before = opened.file(token_of(opened.invoice_link(ADA, "51001")), None).content
    moved = config.model_copy(update={"shop": config.shop.model_copy(update={"name": "New Owner Ltd"})})
    later = Portal(database, moved, clock)
    assert later.file(token_of(later.invoice_link(ADA, "51001")), None).content == before
