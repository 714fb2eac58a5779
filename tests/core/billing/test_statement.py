"""Statements of account: what was open, what was booked, what is open, to the minor unit, and nobody else's."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from core.billing import service as billing
from core.billing import statement
from core.config import Config
from core.errors import InvalidInput, NotFound, Refused
from core.portal import Portal
from tests import shop
from tests.conftest import SettableClock
from tests.flows.talking import customer

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)


def invoiced(portal: Portal, number: str, on: date, price: int, **more: Any) -> None:
    bill = {"invoice_number": number, "kind": "invoice", "customer_id": shop.ADA, "issued_on": on, "due_on": on,
            "bill_name": "Ada Löwe", "bill_line1": "1 Quay", "bill_city": "Leeds", "bill_country": "GB",
            **more}  # fmt: skip
    shop.bring(portal, "invoices", bill)
    line = {"invoice_number": number, "line": 1, "sku": shop.LAMP, "description": "Lamp", "quantity": 1,
            "unit_price": price, "tax_rate": 0.2, "currency": more.get("currency", "GBP")}  # fmt: skip
    shop.bring(portal, "invoice_lines", line)


def paid(portal: Portal, number: str, amount: int, on: datetime, **more: Any) -> None:
    key = f"P-{number}-{amount}-{on:%m%d}"
    shop.bring(portal, "payments", {"payment_id": key, "invoice_number": number, "kind": "payment", "amount": amount,
                                    "method": "Visa ending 4242", "paid_at": on, **more})  # fmt: skip


@pytest.fixture
def account(portal: Portal) -> Portal:
    """An old invoice paid in part, one of May with a credit note, a payment and a refund, and one in euros."""
    shop.open_shop(portal)
    invoiced(portal, "A-1", date(2026, 3, 2), 10_000)
    paid(portal, "A-1", 5_000, datetime(2026, 4, 3, 12, tzinfo=UTC))
    invoiced(portal, "A-2", date(2026, 5, 4), 20_000)
    invoiced(portal, "CN-1", date(2026, 5, 9), 2_500, kind="credit_note", corrects="A-2", due_on=None)
    paid(portal, "A-2", 24_000, datetime(2026, 5, 6, 12, tzinfo=UTC))
    paid(portal, "A-2", 3_000, datetime(2026, 5, 12, 12, tzinfo=UTC), kind="refund")
    invoiced(portal, "E-1", date(2026, 5, 31), 1_000, currency="EUR")
    invoiced(portal, "A-3", date(2026, 6, 1), 700)
    return portal


def found(portal: Portal, config: Config, first: date = FIRST, last: date = LAST) -> dict[str, statement.Statement]:
    with portal._database.reading() as session:
        return {one.currency: one for one in statement.statements(session, config, shop.ADA, first, last)}


def test_what_is_open_is_what_was_open_and_what_was_booked(account: Portal, config: Config) -> None:
    pounds = found(account, config)["GBP"]
    assert pounds.opening == 12_000 - 5_000
    assert [(one.on.day, one.kind.value, one.reference, one.amount) for one in pounds.entries] == [
        (4, "invoice", "A-2", 24_000), (6, "payment", "Visa ending 4242", -24_000), (9, "credit_note", "CN-1", -3_000),
        (12, "refund", "Visa ending 4242", 3_000),
    ]  # fmt: skip
    assert pounds.closing == 7_000


def test_no_sum_mixes_currencies(account: Portal, config: Config) -> None:
    euros = found(account, config)["EUR"]
    assert (euros.opening, euros.closing, len(euros.entries)) == (0, 1_200, 1)


def test_days_that_follow_each_other_meet(account: Portal, config: Config) -> None:
    may, june = found(account, config), found(account, config, date(2026, 6, 1), date(2026, 6, 15))
    assert may["GBP"].closing == june["GBP"].opening
    with account._database.reading() as session:
        owed = sum(one.open_amount.minor for one in billing.summaries(session, shop.ADA) if one.total.currency == "GBP")
    assert june["GBP"].closing == owed


def test_a_customer_asks_for_it_in_words_and_opens_the_pdf(account: Portal, clock: SettableClock) -> None:
    said = customer(account, shop.ADA).say("statement of account for may please")
    assert "£70.00" in said.text
    assert "€12.00" in said.text
    (file,) = said.attachments
    pdf = account.statement(file.url.removeprefix("/statements/"), None)
    assert pdf == account.enclosed(file.url)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf.content)).pages]
    assert len(pages) == 2
    assert "A-2" in pages[1]
    assert "70.00" in pages[1]
    assert "A-3" not in pages[1]
    clock.forward(billing.LINK_LIFETIME)
    with pytest.raises(Refused, match="expired"):
        account.statement(file.url.removeprefix("/statements/"), None)


def test_german_customers_are_answered_in_german(account: Portal) -> None:
    said = customer(account, shop.ADA).say("Kontoauszug für Mai bitte")
    assert "Kontoauszug" in said.text
    assert said.attachments


def test_whoever_was_never_invoiced_has_none_and_days_must_make_sense(account: Portal, config: Config) -> None:
    with account._database.reading() as session:
        with pytest.raises(NotFound, match="Nothing was invoiced"):
            statement.statements(session, config, "nobody", FIRST, LAST)
        with pytest.raises(InvalidInput, match="a later one"):
            statement.statements(session, config, shop.ADA, LAST, FIRST)


def test_a_link_to_an_invoice_opens_no_statement_and_the_other_way_round(account: Portal, config: Config) -> None:
    now = account._clock()
    path = billing.link(config, shop.ADA, "A-1", now).removeprefix("/files/")
    with pytest.raises(NotFound):
        account.statement(path, None)
    with pytest.raises(NotFound):
        account.file(account.statement_link(shop.ADA, FIRST, LAST).removeprefix("/statements/"), None)


def test_a_long_account_goes_on_page_after_page_to_the_same_end(account: Portal) -> None:
    for number in range(120):
        invoiced(account, f"L-{number}", date(2026, 5, 20), 100)
    path = account.statement_link(shop.ADA, FIRST, LAST)
    pages = PdfReader(BytesIO(account.enclosed(path).content)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert len(pages) > 4
    assert all(f"L-{number}" in text for number in range(120))
