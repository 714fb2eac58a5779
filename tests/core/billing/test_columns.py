"""The columns of an invoice are as wide as what stands in them."""

import io
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from core.billing.model import Invoice, InvoiceLine, Party, Seller
from core.billing.pdf import invoice_pdf


@pytest.mark.parametrize("sku", ["84077", "22072", "47591D", "M", "DCGSSBOY", "15056N", "W-MOUSE-10"])
def test_a_stock_code_is_not_broken_over_lines(sku: str) -> None:
    lines = (InvoiceLine(1, sku, "World War 2 Gliders", 576, 21, Decimal("0.2")),)
    seller, buyer = Seller(company="Lantern & Lace", address=("Leeds",)), Party(name="Ada")
    drawn = invoice_pdf(Invoice("INV-1", "invoice", date(2026, 9, 14), "GBP", seller, buyer, lines))
    assert sku in PdfReader(io.BytesIO(drawn)).pages[0].extract_text().split()
