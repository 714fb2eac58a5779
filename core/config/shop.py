"""Who sells and by which rules: what customers and invoices are told, and what may still be done to an order."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import Field, field_validator

from core.errors import InvalidInput
from core.money import exponent
from core.systems import TIME_OF_DAY, Section

Right = Literal["orders", "money", "account"]


class Shop(Section):
    """Who sells, as invoices and sentences name them."""

    name: str = "Storekeeper demo shop"
    address: tuple[str, ...] = ()
    country: str = "GB"
    currency: str = "GBP"
    locale: str = "en_GB"
    time_zone: str = "Europe/London"
    vat_number: str = ""
    email: str = ""
    payment_terms: str = ""
    bank: tuple[str, ...] = ()
    invoice_font: Path | None = Field(None, description="a TrueType file for letters the fonts shipped do not have")
    return_days: int = Field(30, ge=0, le=3650)

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, name: str) -> str:
        try:
            Locale.parse(name)
        except (ValueError, UnknownLocaleError) as error:
            raise ValueError(f"“{name}” is not a locale; write it like en_GB") from error
        return name

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        try:
            exponent(code)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return code

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"“{name}” is not a time zone; write it like Europe/London") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


class Delivery(Section):
    """One way a parcel may travel, as customers read it."""

    name: str
    price: float = Field(0.0, ge=0, description="in the shop's currency")
    days: tuple[int, int] = (1, 3)
    free_above: float | None = Field(None, ge=0)
    countries: tuple[str, ...] = ()


class Service(Section):
    """What the shop tells whoever asks: when it is open, how it delivers, how it may be paid."""

    hours: dict[str, str] = Field(
        default_factory=lambda: {"mon-fri": "09:00-17:30"},
        description="days (mon-fri, sat) to hours; others are closed",
    )
    closed_on: tuple[date, ...] = ()
    deliveries: tuple[Delivery, ...] = (
        Delivery(name="Standard", price=4.95, days=(2, 4), free_above=100),
        Delivery(name="Express", price=9.95, days=(1, 1)),
    )
    ships_to: tuple[str, ...] = Field((), description="countries by two letters; empty: everywhere")
    payment_options: tuple[str, ...] = ("Visa", "Mastercard", "PayPal", "bank transfer on account for businesses")
    cancellation_fee: float = Field(0.0, ge=0, description="what cancelling an open order costs")
    undo_minutes: int = Field(60, ge=0, le=1440, description="how long what was done in the chat can be taken back")
    promise_confidence: float = Field(
        0.9, ge=0.5, le=0.99, description="how sure the last day of a range has to be that somebody waits for"
    )
    alert_hours: int = Field(
        48, ge=1, le=8760, description="how long units are kept for whoever was told that they are back"
    )

    @field_validator("hours")
    @classmethod
    def _readable(cls, written: dict[str, str]) -> dict[str, str]:
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        for days, hours in written.items():
            first, _, last = days.partition("-")
            known = first in week and (not last or (last in week and week.index(first) <= week.index(last)))
            if not known or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", hours):
                raise ValueError(f'“{days} = {hours}” is not read; write it like mon-fri = "09:00-17:30"')
        return written

    def hours_by_day(self) -> dict[int, str]:
        """Hours by day of the week, Monday 0; closed days are missing."""
        week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        found: dict[int, str] = {}
        for days, hours in self.hours.items():
            first, _, last = days.partition("-")
            for day in range(week.index(first), week.index(last or first) + 1):
                found[day] = hours
        return found


class Orders(Section):
    """What may be done to an order after it was placed; every rule has an id that refusals name."""

    cancel_reasons: tuple[str, ...] = Field((), description="the reasons that count; empty: none is asked for")
    cancel_lines: bool = Field(True, description="single lines may be cancelled, not only the whole order")
    change_quantity: bool = True
    item_changes: int = Field(0, ge=0, description="how often the items of one order may be changed; 0: any number")
    closed_by_item_change: bool = Field(False, description="a changed order can be neither changed again nor cancelled")
    difference_anywhere: bool = Field(
        False, description="what a changed or exchanged item costs less may go to a way of paying that paid nothing"
    )
    refund_days: tuple[int, int] = Field((5, 7), description="how long money takes to be back, gift cards aside")


class Returns(Section):
    """What may come back; `shop.return_days` is the window for returns and exchanges."""

    asks_reason: bool = Field(True, description="a return asks why; a withdrawal never does")
    requests_per_order: int = Field(0, ge=0, description="how many returns and exchanges an order may have; 0: any")
    claims: bool = Field(True, description="what arrived damaged or wrong is a claim; false: a return like any other")
    claim_days: int = Field(730, ge=0, le=3650)
    withdrawal_days: int = Field(14, ge=0, le=365, description="statutory withdrawal of consumers; 0: there is none")
    photo_for: tuple[str, ...] = Field(("damaged",), description="reasons of a claim for which a photo is asked")
    photo_required: bool = Field(
        False, description="false: a claim may go on without the photo, and the shop sees that there is none"
    )
    gift_card_refund: bool = Field(
        True, description="money may go to a gift card on file instead of where it came from"
    )


class Support(Section):
    """How tickets are looked after."""

    reopen_days: int = Field(14, ge=0, le=365, description="how long a customer's word still reopens a closed ticket")


class Uploads(Section):
    """What customers may send as files."""

    largest_mb: int = Field(5, ge=1, le=50, description="of one file")
    per_message: int = Field(3, ge=1, le=10)
    per_day: int = Field(20, ge=1, le=1000, description="of one customer")
    most_megapixels: int = Field(50, ge=1, le=200, description="of one photo; unpacking takes three bytes a pixel")

    @property
    def largest_bytes(self) -> int:
        """The largest file in bytes."""
        return self.largest_mb * 1_000_000


class Identity(Section):
    """Who may do what for a company account, and how chats are linked from the portal."""

    roles: dict[str, tuple[Right, ...]] = Field(
        {"owner": ("orders", "money", "account"), "buyer": ("orders",), "accounts": ("money",)},
        description="what people of a company account may do; reading its orders goes with every role",
    )
    chat_links: dict[str, str] = Field(
        default_factory=dict, description="channels to addresses that open a chat there; {token} is filled in"
    )
    alarm_wrong_codes: int = Field(100, ge=1, description="wrong codes in an hour, by everybody, that staff is told of")

    @field_validator("chat_links")
    @classmethod
    def _has_a_blank(cls, links: dict[str, str]) -> dict[str, str]:
        for channel, address in links.items():
            if "{token}" not in address:
                raise ValueError(f"the address for {channel} has no {{token}} to fill in")
        return links


class Billing(Section):
    """What invoices are beside paper."""

    e_invoice: Literal["off", "factur-x", "xml"] = Field("off", description="EN 16931 inside the PDF, or beside it")


class Notifications(Section):
    """When nothing rings, how early a delay is told, and how long what was said is kept."""

    quiet: tuple[Annotated[str, Field(pattern=TIME_OF_DAY)], Annotated[str, Field(pattern=TIME_OF_DAY)]] | None = (
        "21:00",
        "08:00",
    )
    quiet_channels: tuple[str, ...] = Field(("telegram", "slack"), description="channels on which a notice rings")
    letters_days: int = Field(90, ge=2, le=3650, description="how long letters are kept after they were settled")
    transcripts_days: int = Field(365, ge=7, le=3650, description="how long is kept what was said in chats")
