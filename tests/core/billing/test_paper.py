"""What is printed is what is stored: figures, parties, pages, in every script and currency."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from core.billing.model import Invoice, InvoiceLine, Party, Seller, tax_by_rate, totals
from core.billing.pdf import invoice_pdf
from core.money import Money
from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.shop import ADA, open_shop

SHOP = Seller(
    company="Lantern & Lace Ltd", address=("1 Mill Lane", "Leeds LS1 1AA"), country="GB", tax_id="GB123456789",
    email="shop@example.org", payment_terms="30 days net", bank=("IBAN GB00 TEST",),
)  # fmt: skip
BUYER = Party(name="Ada Löwe", company="Löwe & Töchter", address=("Hauptstraße 1", "Köln 50667"), country="DE")
FULL = Decimal("0.2")


def invoice(lines: Sequence[InvoiceLine], currency: str = "GBP") -> Invoice:
    return Invoice(
        "INV-2026-7", "invoice", date(2026, 6, 15), currency, SHOP, BUYER, tuple(lines), due_on=date(2026, 7, 15),
        order_number="1001", note="Zero-rated export",
    )  # fmt: skip


def pages(document: Invoice, locale: str = "en_GB") -> list[str]:
    """The words on each page, whatever spaces the library found between them."""
    reader = PdfReader(io.BytesIO(invoice_pdf(document, locale=locale)))
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages]


def test_an_invoice_states_what_a_bookkeeper_looks_for() -> None:
    lines = [InvoiceLine(1, "MUG-1", "Red Polka Dot Mug", 12, 450, FULL, 100),
             InvoiceLine(2, "BOOK-1", "Book of Bells", 1, 999, Decimal(0))]  # fmt: skip
    (page,) = pages(invoice(lines))
    for word in (
        "Invoice", "INV-2026-7", "15 Jun 2026", "15 Jul 2026", "1001", "GBP", "Lantern & Lace Ltd", "GB123456789",
        "Löwe & Töchter", "Ada Löwe", "Hauptstraße 1", "Germany", "Red Polka Dot Mug", "MUG-1", "Zero-rated export",
        "30 days net", "IBAN GB00 TEST", "Page 1 of 1", "20%", "0%",
    ):  # fmt: skip
        assert word in page


@pytest.mark.parametrize("currency", ["GBP", "EUR", "JPY", "KWD"])
def test_the_figures_printed_are_the_figures_computed(currency: str) -> None:
    lines = [InvoiceLine(1, "A", "Thing", 3, 333_333, FULL, 7), InvoiceLine(2, "B", "Book", 7, 12_345, Decimal("0.05"))]
    document = invoice(lines, currency)
    printed = " ".join(pages(document)).replace(",", "")
    sums = totals(document)
    figures = [sums.net, sums.tax, sums.gross]
    figures += [figure for band in tax_by_rate(document) for figure in (band.net, band.tax)]
    for minor in figures:
        assert str(Money(minor, currency).major) in printed


def test_a_credit_note_says_so_names_its_invoice_and_asks_for_no_money() -> None:
    document = replace(invoice([InvoiceLine(1, "A", "Mug", 1, 450, FULL)]), kind="credit_note", corrects="INV-2026-1")
    (page,) = pages(replace(document, due_on=None))
    assert "Credit note" in page
    assert "Corrects invoice INV-2026-1" in page
    assert "Total credited £5.40" in page
    assert "IBAN" not in page
    assert "Total due" not in page


def test_long_invoices_number_their_pages_and_carry_sums_forward() -> None:
    lines = [InvoiceLine(number, f"SKU-{number}", f"Thing no. {number}", 1, 100, FULL) for number in range(1, 121)]
    drawn = pages(invoice(lines))
    assert len(drawn) > 2
    for number, page in enumerate(drawn, 1):
        assert f"Page {number} of {len(drawn)}" in page
        assert "INV-2026-7" in page
    assert all("Carried forward" in page for page in drawn[:-1])
    assert all("Brought forward" in page for page in drawn[1:])
    assert "Total due £144.00" in drawn[-1]
    assert "Total due" not in " ".join(drawn[:-1])
    assert all(f"Thing no. {number}" in " ".join(drawn) for number in range(1, 121))


@pytest.mark.parametrize(
    "name", ["Zoë Müller-Ångström", "Łukasz Żółć", "Ελένη Παπαδοπούλου", "Дарья Чехова", "Nguyễn Thị Ánh"]
)
def test_names_in_other_scripts_are_printed_as_they_are(name: str) -> None:
    document = replace(invoice([InvoiceLine(1, "A", name, 1, 450, FULL)]), buyer=Party(name=name))
    assert pages(document)[0].count(name) == 2


@pytest.mark.parametrize("name", ["山田太郎", "김민준", "محمد علي", "שרה כהן", "สมชาย", "अनुष्का", "😀 Ltd"])
def test_a_name_no_letter_of_ours_can_print_never_stops_the_invoice(name: str) -> None:
    document = replace(invoice([InvoiceLine(1, "A", name, 1, 450, FULL)]), buyer=Party(name=name))
    assert "Total due £5.40" in pages(document)[0]


@pytest.mark.parametrize("text", ["<b>bold</b> & <script>", "%PDF-1.4 endobj", "(\\) Tj ET", "=1+1", "a" * 3000])
def test_what_a_customer_wrote_is_never_markup(text: str) -> None:
    document = replace(invoice([InvoiceLine(1, "A", text, 1, 450, FULL)]), buyer=Party(name=text[:200]))
    drawn = " ".join(pages(document))
    assert "Total due £5.40" in drawn
    assert text[:7] in drawn


def test_the_same_document_gives_the_same_bytes() -> None:
    document = invoice([InvoiceLine(1, "A", "Mug", 1, 450, FULL)])
    assert invoice_pdf(document) == invoice_pdf(document)


def test_a_german_reader_gets_german_words_and_figures() -> None:
    (page,) = pages(invoice([InvoiceLine(1, "A", "Becher", 1000, 450, FULL)], "EUR"), "de_DE")
    assert "Rechnung" in page
    assert "5.400,00" in page


@ON_SQLITE
def test_the_paper_of_a_stored_invoice_states_the_stored_figures(portal: Portal) -> None:
    open_shop(portal)
    listed = portal.invoices(ADA)[0]
    link = portal.invoice_link(ADA, listed.invoice_number)
    content = portal.file(link.removeprefix("/files/"), None).content
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert f"Total due {listed.total}" in text
    assert listed.invoice_number in text
    assert "Ada Löwe" in text
