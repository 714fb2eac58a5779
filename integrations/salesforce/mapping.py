"""From rows of accounts and products to records of ours: pure, and the same whichever way a row was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from babel import Locale

from core.exchange.model import Record
from core.systems import Salesforce
from integrations.reading import Unreadable, minor, moment, needed, said

Row = Mapping[str, Any]


def customer_id(account: str) -> str:
    """Our number of an account."""
    return f"salesforce-{account}"


def account(row: Row, contacts: Sequence[Row], home: str, changed: str) -> list[Record]:
    """An account as a customer, its longest known contact with a mail address as who speaks for it, the others beside.

    Raises:
        Unreadable: nobody of it has a mail address, so nobody could show that it is theirs.
    """
    number = needed("an account", row, "Id")
    people = [one for one in sorted(contacts, key=_since) if said(one, "Email") and not is_true(one.get("IsDeleted"))]
    is_person = is_true(row.get("IsPersonAccount"))
    own = said(row, "PersonEmail") if is_person else ""
    if not own and not people:
        raise Unreadable("no contact of it has an e-mail address")
    first: Row = row if own else people[0]
    others = people if own else people[1:]
    email = own or said(people[0], "Email")
    country = country_of(row, "Shipping", "") or country_of(row, "Billing", home)
    key = customer_id(number)
    customer = {
        "customer_id": key, "name": said(first, "Name") or email, "email": email,
        "company": "" if is_person else said(row, "Name"), "phone": said(first, "Phone") or said(row, "Phone"),
        "country": country,
    }  # fmt: skip
    addresses = [found for kind in ("shipping", "billing") if (found := _address(row, kind, key, country))]
    seen = {email.casefold()}
    beside = []
    for one in others:
        if said(one, "Email").casefold() not in seen:
            seen.add(said(one, "Email").casefold())
            beside.append({"customer_id": key, "email": said(one, "Email"), "name": said(one, "Name"), "role": "buyer"})
    rows = {"customers": [customer], "addresses": addresses, "account_people": beside}
    gone = is_true(row.get("IsDeleted"))
    return [Record("customers", number, key, changed, rows if not gone else {}, gone=gone)]


def product(row: Row, prices: Iterable[Row], settings: Salesforce, currency: str, changed: str) -> list[Record]:
    """A product at its price in the price book that counts.

    Raises:
        Unreadable: it has no price there in the shop's currency.
    """
    number = needed("a product", row, "Id")
    fitting = [one for one in prices if _counts(one, settings) and said(one, "CurrencyIsoCode") in {"", currency}]
    if not fitting:
        raise Unreadable(f"it has no price in {currency} in the price book that counts")
    price = max(fitting, key=lambda one: (is_true(one.get("IsActive")), str(one.get("SystemModstamp"))))
    gone = is_true(row.get("IsDeleted"))
    sku = sku_of(row)
    found = {
        "sku": sku, "name": needed("a product", row, "Name"), "category": said(row, "Family"),
        "price": minor(price["UnitPrice"], currency), "currency": currency, "tax_rate": settings.tax_rate,
        "active": is_true(row.get("IsActive")) and not gone,
    }  # fmt: skip
    return [Record("products", number, sku, changed, {"products": [found]}, gone=gone)]


def sku_of(row: Row, parent: str = "") -> str:
    """The stock code of a product; one that has none gets its id."""
    code = said(row, f"{parent}StockKeepingUnit") or said(row, f"{parent}ProductCode")
    return code or f"salesforce-{said(row, f'{parent}Id') or said(row, 'Product2Id')}"


def is_true(value: object) -> bool:
    """A flag, from JSON or from CSV."""
    return value is True or value == "true"


def address(row: Row, kind: str) -> dict[str, str]:
    """The parts of an address that a row has under such a name, a street of several lines as two."""
    first, *more = [line.strip() for line in str(row.get(f"{kind}Street") or "").splitlines() if line.strip()] or [""]
    return {
        "line1": first, "line2": ", ".join(more), "city": said(row, f"{kind}City"),
        "postcode": said(row, f"{kind}PostalCode"),
        "region": said(row, f"{kind}StateCode") or said(row, f"{kind}State"),
    }  # fmt: skip


def country_of(row: Row, kind: str, otherwise: str) -> str:
    """The code of a country, told by its code or by its English name."""
    told = said(row, f"{kind}CountryCode") or said(row, f"{kind}Country")
    known = _countries()
    if told.upper() in known.values():
        return told.upper()
    return known.get(told.casefold(), otherwise)


def country_name(code: str) -> str:
    """The English name of a country, as orgs without codes write it."""
    return str(Locale("en").territories.get(code, code))


def _address(row: Row, kind: str, key: str, home: str) -> dict[str, Any] | None:
    parts = address(row, kind.capitalize())
    if not parts["line1"] or not parts["city"]:
        return None
    return {"customer_id": key, "kind": kind, "country": country_of(row, kind.capitalize(), home), **parts}


def _counts(price: Row, settings: Salesforce) -> bool:
    if is_true(price.get("IsDeleted")):
        return False
    if settings.price_book:
        return said(price, "Pricebook2Id") == settings.price_book
    return is_true(price.get("Pricebook2.IsStandard"))


def _since(contact: Row) -> tuple[datetime, str]:
    return moment(contact.get("CreatedDate")), said(contact, "Id")


@cache
def _countries() -> dict[str, str]:
    named = {str(name).casefold(): code for code, name in Locale("en").territories.items() if _is_country(code)}
    return named | {"usa": "US", "united states of america": "US", "uk": "GB", "great britain": "GB"}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha()
