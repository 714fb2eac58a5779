"""Invoices for programs to read: EN 16931 as Cross Industry Invoice, beside the PDF or inside it (Factur-X, ZUGFeRD 2).

The library writes and checks the XML against the published schema; the terms below are the standard's business terms.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from core.billing import archival, rules
from core.billing.model import Invoice, InvoiceLine, Party, line_net, tax_by_rate, totals
from core.config import Shop
from core.errors import InvalidInput
from core.money import Money, exponent

_LEVEL = "en16931"
_UNITS = "C62"  # pieces, as UNECE Recommendation 20 has it
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_EU = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
_WHY = {
    "K": ("VATEX-EU-IC", "Intra-community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
}


def missing(shop: Shop) -> list[str]:
    """What the shop's own section, or the installation, lacks before it can issue any."""
    wanted = {"vat_number": shop.vat_number, "address": shop.address, "country": shop.country}
    lacking = [f"shop.{name}" for name, value in wanted.items() if not value]
    return lacking if rules.can_be_asked() else [*lacking, 'what asks its rules (pip install "storekeeper[e-invoice]")']


def xml(invoice: Invoice) -> bytes:
    """The invoice as XML, valid by the schema of EN 16931 and by its business rules.

    Raises:
        InvalidInput: the standard wants something that the invoice does not say, or forbids what it says.
    """
    import facturx

    try:
        made: bytes = facturx.generate_cii_xml(terms(invoice), level=_LEVEL, check_schematron=False)
    except Exception as error:
        raise InvalidInput(f"{invoice.number} cannot be an e-invoice: {str(error)[:200]}") from error
    if against := [rule.sentence for rule in rules.broken(made) if not rule.only_advice]:
        raise InvalidInput(f"{invoice.number} cannot be an e-invoice: {' '.join(against)[:500]}")
    return made


def embedded(pdf: bytes, made: bytes, invoice: Invoice, locale: str) -> bytes:
    """The PDF with the XML inside, as archives take it.

    Raises:
        InvalidInput: it is drawn with fonts that cannot be enclosed.
    """
    import facturx

    about = {
        "author": invoice.seller.title,
        "title": f"{invoice.seller.title}: {invoice.number}",
        "subject": f"Factur-X {invoice.kind.replace('_', ' ')} {invoice.number} of {invoice.issued_on.isoformat()}",
        "keywords": "Factur-X, Invoice",
    }
    whole: bytes = facturx.generate_from_binary(
        archival.ready(pdf), made, flavor="factur-x", level=_LEVEL, check_xsd=False, pdf_metadata=about,
        lang=locale.replace("_", "-"), afrelationship="alternative", xmp_compression=False,
    )  # fmt: skip
    return whole


def terms(invoice: Invoice) -> dict[str, Any]:
    """The invoice in the business terms (BT) and groups (BG) of EN 16931.

    Raises:
        InvalidInput: it lacks what the standard wants of every invoice.
    """
    _check(invoice)
    sums, due = totals(invoice), invoice.due_on
    said: dict[str, Any] = {
        "BT-1": invoice.number,
        "BT-2": invoice.issued_on,
        "BT-3": "381" if invoice.kind == "credit_note" else "380",
        "BT-5": invoice.currency,
        "BT-20": invoice.seller.payment_terms or ("" if due else "Payable at once"),
        "BT-106": _amount(sums.net, invoice),
        "BT-109": _amount(sums.net, invoice),
        "BT-110": _amount(sums.tax, invoice),
        "BT-112": _amount(sums.gross, invoice),
        "BT-115": _amount(sums.gross, invoice),
        "BG-4": _party(invoice.seller),
        "BG-7": _party(invoice.buyer),
        "BG-23": [_band(invoice, band.rate, band.net, band.tax) for band in tax_by_rate(invoice)],
        "BG-25": [_line(invoice, line) for line in invoice.lines],
        "BT-72": invoice.supplied_on or _assumed_supply(invoice),
        "BT-9": due,
        "BT-14": invoice.order_number,
        "BG-1": [{"BT-22": invoice.note}] if invoice.note else None,
        "BG-3": [{"BT-25": invoice.corrects}] if invoice.corrects else None,
        "BG-13": _party(_receiver(invoice)),
    }
    if iban := next((found[0] for line in invoice.seller.bank if (found := _IBAN.search(line))), ""):
        said |= {"BT-81": "30", "BT-84": iban.replace(" ", "")}
    return _filled(said)


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    return {term: value for term, value in said.items() if value is not None and value != ""}


def _check(invoice: Invoice) -> None:
    lacking = []
    if not invoice.seller.tax_id:
        lacking.append("the seller's VAT number")
    if not invoice.seller.country:
        lacking.append("the seller's country")
    if not invoice.buyer.country:
        lacking.append("the buyer's country")
    if lacking:
        raise InvalidInput(f"{invoice.number} cannot be an e-invoice: it lacks {' and '.join(lacking)}.")
    if exponent(invoice.currency) > 2:
        raise InvalidInput(
            f"{invoice.number} cannot be an e-invoice: amounts in {invoice.currency} have too many decimals."
        )


def _party(party: Party) -> dict[str, Any]:
    lines = [line for line in party.address if line.strip()]
    return _filled({
        "name": party.title,
        "vat_identifier": party.tax_id,
        "country_code": party.country,
        **{f"addr_l{number}": line for number, line in enumerate(lines[:3], 1)},
        "contacts": [{"email": party.email}] if party.email else None,
    })  # fmt: skip


def _line(invoice: Invoice, line: InvoiceLine) -> dict[str, Any]:
    return _filled({
        "BT-126": str(line.number),
        "BT-129": str(line.quantity),
        "BT-130": _UNITS,
        "BT-131": _amount(line_net(line), invoice),
        "BT-146": _amount(line.unit_price, invoice),
        "BT-151": _kind(invoice, line.tax_rate),
        "BT-152": _percent(line.tax_rate),
        "BT-153": line.description,
        "BT-155": line.sku,
        "BG-27": [{"amount": _amount(line.discount, invoice), "reason": "Discount"}] if line.discount else None,
    })  # fmt: skip


def _band(invoice: Invoice, rate: Decimal, net: int, tax: int) -> dict[str, Any]:
    kind = _kind(invoice, rate)
    code, why = _WHY.get(kind, ("", invoice.note if kind == "E" else ""))
    return _filled({
        "BT-116": _amount(net, invoice),
        "BT-117": _amount(tax, invoice),
        "BT-118": kind,
        "BT-119": _percent(rate),
        "BT-120": why,
        "BT-121": code,
    })  # fmt: skip


def _kind(invoice: Invoice, rate: Decimal) -> str:
    """Standard; or without tax: between businesses of the EU, out of it, exempt as the note says, or zero-rated."""
    if rate:
        return "S"
    here, there = invoice.seller.country, _receiver(invoice).country
    if here in _EU and there in _EU and here != there and invoice.buyer.tax_id:
        return "K"
    if here in _EU and there not in _EU:
        return "G"
    return "E" if invoice.note else "Z"


def _receiver(invoice: Invoice) -> Party:
    """Whoever the goods went to, as far as it is known in which country that is."""
    return invoice.ship_to if invoice.ship_to is not None and invoice.ship_to.country else invoice.buyer


def _assumed_supply(invoice: Invoice) -> date | None:
    """Between businesses in the EU a day of delivery has to be said; the day of issue where no other is known."""
    return invoice.issued_on if _kind(invoice, Decimal(0)) == "K" else None


def _amount(minor: int, invoice: Invoice) -> str:
    return f"{Money(minor, invoice.currency).major:.2f}"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"
