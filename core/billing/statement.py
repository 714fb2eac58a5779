"""A customer's account over some days: open before, invoiced, credited and paid, open after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.billing import links, service
from core.billing.links import FileClaim
from core.billing.model import Party, Seller
from core.billing.rows import InvoiceRow, PaymentRow
from core.config import Config
from core.errors import InvalidInput, NotFound

PATH = "/statements/"
_PURPOSE = "statement"
_LONGEST = timedelta(days=3660)


class Booking(Enum):
    """What changed what is open."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class Entry:
    """One booking; `amount` in minor units, positive where more is owed; `due_on` of invoices that have such a day."""

    on: date
    kind: Booking
    reference: str
    amount: int
    due_on: date | None = None


@dataclass(frozen=True)
class Statement:
    """An account in one currency from `first` to `last`, both included; amounts in minor units."""

    seller: Seller
    buyer: Party
    currency: str
    first: date
    last: date
    opening: int
    entries: tuple[Entry, ...]

    @property
    def closing(self) -> int:
        """What is open at the end; below zero where the customer has something to their credit."""
        return self.opening + sum(one.amount for one in self.entries)


def statements(session: Session, config: Config, customer_id: str, first: date, last: date) -> tuple[Statement, ...]:
    """A customer's account between two days, one for each currency it is kept in.

    Payments count where they are for an invoice of the customer's, or for an order that was invoiced.

    Raises:
        InvalidInput: the days are the wrong way round, or ten years apart.
        NotFound: nothing was ever invoiced to the customer.
    """
    if not timedelta(0) <= last - first <= _LONGEST:
        raise InvalidInput("A statement goes from one day to a later one, over ten years at most.")
    documents = service.summaries(session, customer_id)
    if not documents:
        raise NotFound("Nothing was invoiced to you so far.")
    found: dict[str, list[Entry]] = {}
    for one in documents:
        kind = Booking(one.kind)
        amount = one.total.minor if kind is Booking.INVOICE else -one.total.minor
        entry = Entry(one.issued_on, kind, one.invoice_number, amount, one.due_on)
        found.setdefault(one.total.currency, []).append(entry)
    for currency, entry in _payments(session, customer_id, config.shop.zone):
        found.setdefault(currency, []).append(entry)
    paper = service.document(session, config.shop, customer_id, documents[0].invoice_number)
    return tuple(
        Statement(
            paper.seller, paper.buyer, currency, first, last, sum(one.amount for one in entries if one.on < first),
            tuple(sorted((one for one in entries if first <= one.on <= last), key=_in_order)),
        )
        for currency, entries in sorted(found.items())
    )  # fmt: skip


def link(config: Config, customer_id: str, first: date, last: date, now: datetime) -> str:
    """The path under which a statement can be fetched for a quarter of an hour."""
    secret = config.web.secret.get_secret_value().encode()
    days = f"{first.isoformat()}/{last.isoformat()}"
    return f"{PATH}{links.sign(secret, _PURPOSE, days, customer_id, now + service.LINK_LIFETIME)}"


def file_name(first: date, last: date) -> str:
    """What the file of a statement is called."""
    return f"statement-{first}-{last}.pdf"


def claimed(config: Config, token: str, now: datetime) -> FileClaim:
    """Which days' statement a link grants, and to whom; no record is read for it.

    Raises:
        NotFound: not a link of ours.
        Refused: it expired.
    """
    return service.claimed(config, token, now, _PURPOSE)


def linked(session: Session, config: Config, claim: FileClaim) -> tuple[Statement, ...]:
    """The statement that was claimed."""
    first, _, last = claim.file_id.partition("/")
    return statements(session, config, claim.customer_id, date.fromisoformat(first), date.fromisoformat(last))


def _payments(session: Session, customer_id: str, zone: ZoneInfo) -> Sequence[tuple[str, Entry]]:
    mine = (InvoiceRow.customer_id == customer_id, InvoiceRow.kind == "invoice")
    numbers = select(InvoiceRow.invoice_number).where(*mine)
    orders = select(InvoiceRow.order_number).where(*mine, InvoiceRow.order_number.is_not(None))
    rows = session.scalars(
        select(PaymentRow).where(
            or_(
                PaymentRow.invoice_number.in_(numbers),
                PaymentRow.invoice_number.is_(None) & PaymentRow.order_number.in_(orders),
            )
        )
    )
    return [
        (
            row.currency,
            Entry(
                row.paid_at.astimezone(zone).date(), Booking(row.kind), row.method,
                -row.amount if row.kind == "payment" else row.amount,
            ),
        )
        for row in rows
    ]  # fmt: skip


def _in_order(entry: Entry) -> tuple[date, int, str]:
    return entry.on, list(Booking).index(entry.kind), entry.reference
