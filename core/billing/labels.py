"""The fixed words of an invoice and the way figures and days are written, by the reader's language."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from core.money import Money

# The locale data wants a space between a currency code and its figure (KWD 27.730), but not beside a sign (£27.73).
_CODE_BESIDE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


@dataclass(frozen=True)
class Labels:
    """What is printed around the figures; `page` and `corrects` have places to fill in."""

    invoice: str = "Invoice"
    credit_note: str = "Credit note"
    corrects: str = "Corrects invoice {number}"
    bill_to: str = "Bill to"
    credit_to: str = "Credit to"
    deliver_to: str = "Deliver to"
    number: str = "Number"
    issued_on: str = "Date of issue"
    due_on: str = "Due date"
    supplied_on: str = "Tax point"
    order_number: str = "Order"
    currency: str = "Currency"
    tax_id: str = "VAT no."
    item: str = "Item"
    description: str = "Description"
    quantity: str = "Qty"
    unit_price: str = "Unit price"
    discount: str = "Discount"
    tax: str = "VAT"
    net: str = "Net"
    tax_rate: str = "VAT rate"
    carried_forward: str = "Carried forward"
    brought_forward: str = "Brought forward"
    total_net: str = "Total net"
    total_tax: str = "Total VAT"
    total_due: str = "Total due"
    total: str = "Total"
    total_credited: str = "Total credited"
    payment: str = "Payment"
    bank: str = "Bank details"
    page: str = "Page {page} of {pages}"
    statement: str = "Statement of account"
    opening: str = "Open before"
    closing: str = "Open"
    day: str = "Day"
    amount: str = "Amount"
    balance: str = "Balance"
    refund: str = "Refund"


_ENGLISH = Labels()
_LABELS = {
    "en": _ENGLISH,
    "en_US": replace(
        _ENGLISH, tax="Tax", tax_id="Tax ID", tax_rate="Tax rate", total_tax="Total tax", supplied_on="Date of supply"
    ),
    "de": Labels(
        invoice="Rechnung",
        credit_note="Rechnungskorrektur",  # in German tax law a “Gutschrift” is an invoice the buyer writes
        corrects="Korrigiert Rechnung {number}",
        bill_to="Rechnung an",
        credit_to="Korrektur an",
        deliver_to="Lieferung an",
        number="Nummer",
        issued_on="Rechnungsdatum",
        due_on="Fällig am",
        supplied_on="Leistungsdatum",
        order_number="Bestellung",
        currency="Währung",
        tax_id="USt-IdNr.",
        item="Artikel",
        description="Bezeichnung",
        quantity="Menge",
        unit_price="Einzelpreis",
        discount="Rabatt",
        tax="USt",
        net="Netto",
        tax_rate="USt-Satz",
        carried_forward="Übertrag",
        brought_forward="Übertrag",
        total_net="Summe netto",
        total_tax="Summe USt",
        total_due="Rechnungsbetrag",
        total="Gesamtbetrag",
        total_credited="Erstattungsbetrag",
        payment="Zahlung",
        bank="Bankverbindung",
        page="Seite {page} von {pages}",
        statement="Kontoauszug",
        opening="Vorher offen",
        closing="Offen",
        day="Tag",
        amount="Betrag",
        balance="Saldo",
        refund="Erstattung",
    ),
}


@dataclass(frozen=True)
class Wording:
    """Labels together with the locale that writes the figures, so that a page never mixes two languages."""

    labels: Labels
    locale: Locale
    currency: str

    def amount(self, minor: int) -> str:
        """Minor units in the currency's decimals, without its sign: 1,234.50, or 1,235 in yen."""
        return format_currency(self._major(minor), self.currency, "#,##0.00", locale=self.locale)

    def money(self, minor: int) -> str:
        """Minor units with the currency's sign, as the locale writes it."""
        text = format_currency(self._major(minor), self.currency, locale=self.locale)
        return _CODE_BESIDE_DIGIT.sub("\u00a0", text)

    def _major(self, minor: int) -> Decimal:
        return Money(minor, self.currency).major

    def count(self, quantity: int) -> str:
        """A whole number of units."""
        return format_decimal(quantity, locale=self.locale)

    def percent(self, rate: Decimal) -> str:
        """A tax rate with the decimals it has: 20%, 5.5%."""
        pattern = str(self.locale.percent_formats[None].pattern).replace("#,##0", "#,##0.####")
        return format_percent(rate, pattern, locale=self.locale)

    def day(self, day: date) -> str:
        """A day that cannot be misread: 1 Dec 2025."""
        return format_date(day, "medium", locale=self.locale)

    def country(self, code: str) -> str:
        """A country's name in the reader's language; what is no code is left as it is."""
        return str(self.locale.territories.get(code.strip().upper(), code))


@lru_cache(maxsize=64)
def wording(locale: str, currency: str) -> Wording:
    """How a document reads in `locale`, such as de_AT; a language without labels gets British English throughout."""
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        parsed = Locale("en", "GB")
    labels = _LABELS.get(str(parsed)) or _LABELS.get(parsed.language)
    if labels is None:
        return Wording(_ENGLISH, Locale("en", "GB"), currency)
    return Wording(labels, parsed, currency)
