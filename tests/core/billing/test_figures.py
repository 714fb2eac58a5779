"""The figures of an invoice follow from its lines, add up exactly, and come out the same whenever they are computed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.billing.model import Invoice, InvoiceLine, Party, Seller, TaxBand, line_shares, tax_by_rate, totals
from core.errors import InvalidInput

SHOP, ADA = Seller(company="Lantern & Lace"), Party(name="Ada Löwe")
FULL, REDUCED, NONE = Decimal("0.2"), Decimal("0.055"), Decimal(0)


def line(number: int, quantity: int, price: int, rate: Decimal = FULL, discount: int = 0) -> InvoiceLine:
    return InvoiceLine(number, f"SKU-{number}", "Thing", quantity, price, rate, discount)


def invoice(*lines: InvoiceLine, currency: str = "GBP") -> Invoice:
    return Invoice("INV-1", "invoice", date(2026, 6, 15), currency, SHOP, ADA, lines)


def test_tax_is_rounded_once_for_each_rate() -> None:
    stated = invoice(line(1, 1, 33), line(2, 1, 33), line(3, 1, 33), line(4, 2, 999, REDUCED), line(5, 1, 100, NONE))
    assert tax_by_rate(stated) == (TaxBand(FULL, 99, 20), TaxBand(REDUCED, 1998, 110), TaxBand(NONE, 100, 0))
    assert (totals(stated).net, totals(stated).tax, totals(stated).gross) == (2197, 130, 2327)


def test_half_a_unit_of_tax_is_rounded_up() -> None:
    assert totals(invoice(line(1, 1, 1050, Decimal("0.175")))).tax == 184
    assert totals(invoice(line(1, 1, 1050, Decimal("0.175"), discount=1050))).gross == 0


def test_the_same_rate_written_in_two_ways_is_one_band() -> None:
    stated = invoice(line(1, 1, 100, Decimal("0.20")), line(2, 1, 100, Decimal("0.2")))
    assert [(band.net, band.tax) for band in tax_by_rate(stated)] == [(200, 40)]


def test_a_discount_is_taken_off_before_tax() -> None:
    stated = invoice(line(1, 10, 250, discount=500))
    assert (totals(stated).net, totals(stated).tax) == (2000, 400)


def test_minor_units_are_those_of_the_currency() -> None:
    yen, dinar = invoice(line(1, 3, 333, Decimal("0.1")), currency="JPY"), invoice(line(1, 1, 1005), currency="KWD")
    assert totals(yen).gross == 999 + 100
    assert totals(dinar).gross == 1005 + 201


lines_of_any_kind = st.lists(
    st.tuples(
        st.integers(1, 999), st.integers(0, 99_999), st.sampled_from([FULL, REDUCED, NONE, Decimal("0.175")]),
        st.integers(0, 100),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(lines_of_any_kind)
def test_the_shares_of_the_lines_add_up_to_the_totals_exactly(drawn: list[tuple[int, int, Decimal, int]]) -> None:
    stated = invoice(
        *(
            line(number, quantity, price, rate, quantity * price * percent // 100)
            for number, (quantity, price, rate, percent) in enumerate(drawn, 1)
        )
    )
    shares, sums = line_shares(stated), totals(stated)
    assert (sum(share.net for share in shares), sum(share.tax for share in shares)) == (sums.net, sums.tax)
    assert all(share.net >= 0 and share.tax >= 0 for share in shares)
    assert totals(stated) == sums


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((0, 100, FULL, 0), "quantity"),
        ((1, -1, FULL, 0), "price"),
        ((1, 100, FULL, 101), "discount"),
        ((1, 100, FULL, -1), "discount"),
        ((1, 100, Decimal("1.2"), 0), "tax rate"),
        ((1, 100, Decimal("NaN"), 0), "tax rate"),
        ((10**9, 10**9, FULL, 0), "too large"),
    ],
)
def test_figures_that_cannot_stand_on_an_invoice_are_refused(figures: tuple[int, int, Decimal, int], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        line(1, *figures)


def test_a_document_no_bookkeeper_would_file_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one line"):
        invoice()
    with pytest.raises(InvalidInput, match="used 2 times"):
        invoice(line(1, 1, 1), line(1, 1, 1))
    with pytest.raises(InvalidInput, match="not a currency"):
        invoice(line(1, 1, 1), currency="XXZ")
    with pytest.raises(InvalidInput, match="names the invoice it corrects"):
        Invoice("CN-1", "credit_note", date(2026, 6, 15), "GBP", SHOP, ADA, (line(1, 1, 1),))
    with pytest.raises(InvalidInput, match="falls due"):
        Invoice("I-1", "invoice", date(2026, 6, 15), "GBP", SHOP, ADA, (line(1, 1, 1),), due_on=date(2026, 6, 14))
