"""What cells may hold: the right values of each kind, and what is said of wrong ones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import TABLES, Column, Kind
from integrations.tables.kinds import Reading, cell, money_cell
from integrations.tables.values import canonical
from integrations.tables.writing import guarded

READING = Reading("GBP", ZoneInfo("Europe/London"))


def column(table: str, name: str) -> Column:
    found = next(one for one in TABLES if one.name == table).column(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("table", "name", "text", "value"),
    [
        ("customers", "name", "  Zoë Björk ", "Zoë Björk"),
        ("customers", "name", "Zoe\u0308", "Zoë"),
        ("customers", "country", "gb", "GB"),
        ("customers", "company", "", ""),
        ("customers", "company", "'=Equals Ltd", "=Equals Ltd"),
        ("customers", "company", "'Quoted'", "'Quoted'"),
        ("orders", "customer_id", "", None),
        ("orders", "currency", "", "GBP"),
        ("orders", "currency", "eur", "EUR"),
        ("orders", "status", "packed", "packed"),
        ("order_lines", "quantity", "+12", 12),
        ("order_lines", "tax_rate", "0.2", 0.2),
        ("order_lines", "tax_rate", "", 0.0),
        ("products", "returnable", "No", False),
        ("products", "active", "", True),
        ("products", "options", "colour: blue ; size:M", {"colour": "blue", "size": "M"}),
        ("products", "options", r"size: 5\:4\; wide; colour: blue", {"size": "5:4; wide", "colour": "blue"}),
        ("products", "options", "", None),
        ("suppliers", "lead_time_days", "7.5", 7.5),
        ("invoices", "issued_on", "2024-02-29", date(2024, 2, 29)),
        ("stock", "counted_at", "2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("stock", "counted_at", "2026-07-31 09:30", datetime(2026, 7, 31, 8, 30, tzinfo=UTC)),
        ("stock", "counted_at", "2026-01-31T09:30:00.5+05:30", datetime(2026, 1, 31, 4, 0, 0, 500000, tzinfo=UTC)),
    ],
)
def test_a_cell_becomes_its_canonical_value(table: str, name: str, text: str, value: object) -> None:
    assert cell(column(table, name), READING)(text) == value


@pytest.mark.parametrize(
    ("table", "name", "text", "said"),
    [
        ("customers", "name", " ", "is empty"),
        ("customers", "name", "x" * 2_001, "longer than 2,000"),
        ("customers", "email", "ada at example.org", "name@example.org"),
        ("customers", "email", "ada@example.org\nBcc: all@example.org", "not an e-mail"),
        ("customers", "country", "Germany", "two letters"),
        ("products", "options", "blue", "colour: blue"),
        ("products", "options", "size: M; size: L", "each option once"),
        ("orders", "status", "sent", "open, packed, shipped"),
        ("orders", "currency", "XYZ", "not a currency code"),
        ("order_lines", "quantity", "0", "1 or more"),
        ("order_lines", "quantity", "2.0", "whole number"),
        ("order_lines", "quantity", "1e3", "whole number"),
        ("order_lines", "quantity", "٣", "whole number"),
        ("order_lines", "quantity", "99999999999", "too large"),
        ("order_lines", "tax_rate", "20", "0.2 for 20 %"),
        ("order_lines", "tax_rate", "-0.2", "0 or more"),
        ("suppliers", "lead_time_days", "nan", "decimal point"),
        ("suppliers", "lead_time_days", "1,5", "decimal point"),
        ("suppliers", "order_days", "mon, mittwoch", "mittwoch.*like mon, thu"),
        ("suppliers", "order_days", "mo", "like mon, thu"),
        ("stock", "on_hand", "-1", "0 or more"),
        ("products", "active", "maybe", "true or false"),
        ("invoices", "issued_on", "31/01/2026", "2026-01-31"),
        ("invoices", "issued_on", "2026-02-30", "no such day"),
        ("invoices", "issued_on", "0001-01-01", "no such day"),
        ("stock", "counted_at", "2026-01-31", "2026-01-31T09:30:00Z"),
        ("stock", "counted_at", "2026-01-31T25:00:00Z", "no such time"),
    ],
)
def test_a_wrong_cell_is_told_what_would_be_right(table: str, name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        cell(column(table, name), READING)(text)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.34", "GBP", 1234), ("12", "JPY", 12), ("1.005", "KWD", 1005), ("0.00", "EUR", 0)],
)
def test_an_amount_becomes_minor_units_of_its_currency(text: str, currency: str, minor: int) -> None:
    assert money_cell(column("products", "price"), currency)(text) == minor


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("12,34", "GBP", "GBP such as 12.34"),
        ("£12", "GBP", "amount in GBP"),
        ("1.005", "GBP", "amount in GBP"),
        ("12.5", "JPY", "JPY such as 12$"),
        ("-1", "GBP", "0 or more"),
        ("NaN", "GBP", "amount"),
    ],
)
def test_a_wrong_amount_is_told_what_would_be_right(text: str, currency: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        money_cell(column("products", "price"), currency)(text)


def test_price_breaks_are_pairs_of_quantity_and_minor_units() -> None:
    convert = money_cell(column("supplier_items", "price_breaks"), "GBP")
    assert convert("48:1.10; 144:0.95") == [[48, 110], [144, 95]]
    assert convert("") is None


@pytest.mark.parametrize("text", ["48", "48:x", "144:0.95;48:1.10", "48:1.00;144:1.10", "0:1.00", "48:-1"])
def test_price_breaks_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"price breaks|amount|whole number"):
        money_cell(column("supplier_items", "price_breaks"), "GBP")(text)


def test_packs_are_units_handling_and_name_and_are_written_as_they_were_read() -> None:
    packs = column("supplier_items", "packs")
    convert = money_cell(packs, "GBP")
    assert convert("12:0.20:inner; 144:1.00:carton;1728") == [[12, 20, "inner"], [144, 100, "carton"], [1728, 0, ""]]
    assert convert("") is None
    for text in ("12:0.20:inner;144:1.00:carton;1728:0.00", "12:0.00;144:0.00"):
        assert canonical(convert(text), packs, "GBP") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12;50", "not whole packs of 12"),
        ("144;12", "not whole packs of 144"),
        ("0", "less than 1 unit"),
        ("12:0.10:inner;144:2.00:carton", "costs more to handle than 12 of 12"),
        ("12:0.10:crate", "named piece, inner"),
        ("12:0.10:inner:4", "has to be packs"),
        ("12:x", "amount"),
        ("x", "whole number"),
        ("12;", "whole number"),
    ],
)
def test_packs_that_make_no_sense_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        money_cell(column("supplier_items", "packs"), "GBP")(text)


def test_moving_days_keeps_the_hour_on_the_shops_clock_over_a_change_of_clocks() -> None:
    moved = Reading("GBP", ZoneInfo("Europe/London"), shift_days=90)
    assert cell(column("stock", "counted_at"), moved)("2026-01-31T09:30:00Z") == datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    assert cell(column("invoices", "issued_on"), moved)("2026-01-31") == date(2026, 5, 1)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    refusals = []
    for one in (one for table in TABLES for one in table.columns):
        try:
            (money_cell(one, "GBP") if one.kind in {Kind.MONEY, Kind.BREAKS, Kind.PACKS} else cell(one, READING))(text)
        except ValueError as error:
            refusals.append(str(error))
    assert [said for said in refusals if not said.startswith(("is ", "has "))] == []


@given(
    st.text(min_size=1, max_size=30).filter(lambda text: text == text.strip() and text.isprintable() and text.isascii())
)
def test_a_guarded_cell_reads_as_what_it_was(text: str) -> None:
    assert cell(column("customers", "company"), READING)(guarded(text)) == text
