"""Who people are, and the numbers that guard the door."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

CODE_DIGITS = 8
CODE_LIFETIME = timedelta(minutes=10)
TRIES_PER_CODE = 5
TRIES_PER_DAY = 10
CODES_PER_HOUR = 3
CODES_PER_DAY = 6
ADDRESSES_PER_DAY = 5
FRESH_PROOF = timedelta(minutes=15)
SESSION_IDLE = timedelta(minutes=30)
SESSION_LONGEST = timedelta(hours=12)


_RELAYS = re.compile(r"@(relay\.walmart\.com|marketplace\.amazon\.[a-z.]{2,6})$")


def is_relayed(address: str) -> bool:
    """Whether a marketplace relays an address: it stands for an order there, and nobody signs in with it.

    >>> is_relayed("CAFE@relay.walmart.com"), is_relayed("ab12@marketplace.amazon.co.uk"), is_relayed("ada@example.org")
    (True, True, False)
    """
    return _RELAYS.search(address.lower()) is not None


class Role(Enum):
    """What a person of the shop may do."""

    PLANNER = "planner"
    SUPPORT = "support"
    ADMIN = "admin"


@dataclass(frozen=True)
class Address:
    """A postal address; `region` is a state or province where the country writes one."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str
    region: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as an envelope shows it, without empty lines."""
        town = " ".join(part for part in (self.city, self.region, self.postcode) if part)
        return tuple(part for part in (self.name, self.line1, self.line2, town, self.country) if part)


@dataclass(frozen=True)
class Customer:
    """One customer account."""

    customer_id: str
    name: str
    email: str
    company: str
    language: str
    country: str


@dataclass(frozen=True)
class Staff:
    """A person of the shop; `approval_limit` is in minor units of `currency`, None for no limit."""

    email: str
    name: str
    role: Role
    approval_limit: int | None
    currency: str

    @property
    def may_plan(self) -> bool:
        """Whether proposals are shown to this person."""
        return self.role in {Role.PLANNER, Role.ADMIN}


@dataclass(frozen=True)
class Member:
    """One of the people who act for a company account."""

    customer_id: str
    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Visitor:
    """Who a signed-in browser belongs to; exactly one of `customer` and `staff` is set.

    `member` is the one of the account's people who signed in, None for the holder of the account.
    """

    customer: Customer | None
    staff: Staff | None
    proof: int
    form_token: str
    chat: str
    member: Member | None = None
