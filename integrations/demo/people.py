"""Invents who the customers are: names, companies, addresses by country; nobody of them exists."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from integrations.demo.cut import Order

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "ı": "i", "æ": "ae", "Æ": "Ae", "þ": "th", "Þ": "Th"}
)
_WITH_COMPANY, _ON_ACCOUNT = 0.75, 0.55
AT_ONCE, ON_ACCOUNT = ("Visa card", "Mastercard", "PayPal"), "bank transfer"
_METHODS = {
    "Visa card": ("visa", "card"),
    "Mastercard": ("mc", "card"),
    "PayPal": ("paypal", "paypal"),
    "bank transfer": ("bank", "bank"),
    "gift card": ("gift", "gift_card"),
}
Row = dict[str, str]


@dataclass(frozen=True)
class Person:
    """A customer: `on_account` pays within thirty days of the invoice, the others when they order."""

    customer_id: str
    name: str
    email: str
    company: str
    country: str
    vat_number: str
    phone: str
    line1: str
    city: str
    postcode: str
    on_account: bool


def invent(orders: tuple[Order, ...], named: Mapping[str, str], on_account: set[str], words: Any) -> dict[str, Person]:
    """A person for every customer who ordered; `named` fixes some names, `on_account` who pays by invoice."""
    rng = Random("people")  # noqa: S311 the shop has to be the same each time it is invented
    countries = {order.customer: order.country for order in orders}
    names = _Names(rng, words["names"], set(named.values()))
    people: dict[str, Person] = {}
    taken: set[str] = set()
    for number, country in sorted(countries.items()):
        written = named.get(number) or names.take(country)
        name, _, latin = (part.strip() for part in written.partition("|"))
        has_company = country != "GB" or rng.random() < _WITH_COMPANY
        line1, city, postcode = _address(rng, words, country)
        pays_later = rng.random() < _ON_ACCOUNT and has_company
        people[number] = Person(
            customer_id=number,
            name=name,
            email=_email(latin or name, taken),
            company=_company(rng, words["companies"], country) if has_company else "",
            country=country,
            vat_number=f"{country}0000{number}" if has_company and (country in EU or country == "GB") else "",
            phone=f"+44 1632 960{rng.randrange(1000):03d}" if country == "GB" else "",
            line1=line1,
            city=city,
            postcode=postcode,
            on_account=pays_later or number in on_account,
        )
    return people


def rows(people: Mapping[str, Person]) -> dict[str, list[Row]]:
    """The tables of customers, their addresses, the people of company accounts, and ways of paying."""
    return {
        "customers": [
            {
                "customer_id": person.customer_id,
                "name": person.name,
                "email": person.email,
                "company": person.company,
                "phone": person.phone,
                "language": "en",
                "country": person.country,
                "vat_number": person.vat_number,
            }
            for person in people.values()
        ],
        "addresses": [
            {
                "customer_id": person.customer_id,
                "kind": kind,
                "line1": person.line1,
                "city": person.city,
                "postcode": person.postcode,
                "country": person.country,
            }
            for person in people.values()
            for kind in ("billing", "shipping")
        ],
        "account_people": [
            {
                "customer_id": person.customer_id,
                "email": f"accounts.{person.customer_id}@example.org",
                "name": f"Accounts, {person.company}",
                "role": "accounts",
            }
            for person in people.values()
            if person.company and int(person.customer_id) % 4 == 0
        ],
        "payment_methods": [row for person in people.values() for row in _methods(person)],
    }


def method_id(person: Person, method: str) -> str:
    """The number under which a customer's way of paying is on file."""
    return f"pm-{person.customer_id}-{_METHODS[method][0]}"


def _methods(person: Person) -> Iterator[Row]:
    """What a customer can pay with: as they always did, a second way for every other, a gift card for every fifth."""
    number = int(person.customer_id)
    first = ON_ACCOUNT if person.on_account else AT_ONCE[number % len(AT_ONCE)]
    second = AT_ONCE[(number + 1) % len(AT_ONCE)]
    for method in [first] if number % 2 else [first, second]:
        kind = _METHODS[method][1]
        label = f"{method} ending in {number * 7 % 10_000:04d}" if kind == "card" else method
        yield {"method_id": method_id(person, method), "customer_id": person.customer_id, "kind": kind,
               "label": label, "balance": ""}  # fmt: skip
    if number % 5 == 0:
        balance = f"{5 + number % 40}.00"
        yield {"method_id": method_id(person, "gift card"), "customer_id": person.customer_id, "kind": "gift_card",
               "label": "gift card", "balance": balance}  # fmt: skip


class _Names:
    """Names by country, each once while they last."""

    def __init__(self, rng: Random, pools: Any, taken: set[str]) -> None:
        british = [f"{first} {last}" for first in pools["GB_first"] for last in pools["GB_last"]]
        rng.shuffle(british)
        self._pools: dict[str, Iterator[str]] = {
            country: iter([name for name in those if name not in taken])
            for country, those in {**pools, "GB": british}.items()
        }

    def take(self, country: str) -> str:
        for pool in (country, "other", "GB"):
            name = next(self._pools.get(pool, iter(())), None)
            if name:
                return name
        raise ValueError(f"no name left for {country}")


def _email(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).lower()
    words = (
        "".join(letter for letter in word if letter.isascii() and letter.isalpha())
        for word in plain.replace(".", " ").split()
    )
    base = ".".join(word for word in words if word)
    email = next(
        candidate
        for candidate in (f"{base}@example.org", *(f"{base}{again}@example.org" for again in range(2, 99)))
        if candidate not in taken
    )
    taken.add(email)
    return email


def _company(rng: Random, words: Any, country: str) -> str:
    return " ".join(filter(None, (rng.choice(words["first"]), rng.choice(words["last"]), words.get(country, ""))))


def _address(rng: Random, words: Any, country: str) -> tuple[str, str, str]:
    street = rng.choice(words["streets"].get(country, words["streets"]["other"])).format(n=rng.randrange(2, 90))
    town, _, pattern = rng.choice(words["towns"].get(country, words["towns"]["other"])).partition("|")
    fill = {"#": "123456789", "@": "ABDEFGHJLNPRSTUWXY"}
    return street, town, "".join(rng.choice(fill[sign]) if sign in fill else sign for sign in pattern)
