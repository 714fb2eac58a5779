"""Customers and staff: finding them, always by what they may be found by."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.accounts.model import Address, Customer, Role, Staff
from core.accounts.rows import AddressRow, CustomerRow, StaffRow, folded
from core.database.audit import record
from core.database.base import lookup
from core.database.upsert import upsert
from core.errors import NotFound

MIRRORED = {"customers": CustomerRow, "addresses": AddressRow, "staff": StaffRow}


def with_folded_address(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with the address they are found by."""
    return [{**row, "email_folded": folded(row["email"])} for row in rows]


def customer(session: Session, customer_id: str) -> Customer:
    """The account of that id.

    Raises:
        NotFound: there is none.
    """
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise NotFound("There is no such customer.")
    return Customer(row.customer_id, row.name, row.email, row.company, row.language, row.country)


def speak(session: Session, customer_id: str, language: str, now: datetime) -> None:
    """Keep the language a customer wants to be spoken to in."""
    session.execute(update(CustomerRow).where(CustomerRow.customer_id == customer_id).values(language=language))
    record(session, now, f"customer:{customer_id}", "language_chosen", f"customer:{customer_id}", language=language)


def customer_by_email(session: Session, address: str) -> Customer | None:
    """The account an e-mail address belongs to; capitals do not matter."""
    found = session.scalar(
        select(CustomerRow.customer_id)
        .where(CustomerRow.email_folded == lookup(folded(address)))
        .order_by(CustomerRow.customer_id)
        .limit(1)
    )
    return customer(session, found) if found else None


def staff_by_email(session: Session, address: str) -> Staff | None:
    """The person of the shop an e-mail address belongs to, with today's rights."""
    row = session.scalar(select(StaffRow).where(StaffRow.email_folded == lookup(folded(address))).limit(1))
    return Staff(row.email, row.name, Role(row.role), row.approval_limit, row.currency) if row else None


def default_address(session: Session, customer_id: str, kind: str) -> Address | None:
    """A customer's default shipping or billing address."""
    row = session.get(AddressRow, (customer_id, kind))
    if row is None:
        return None
    name = session.scalar(select(CustomerRow.name).where(CustomerRow.customer_id == customer_id)) or ""
    return Address(name, row.line1, row.line2, row.city, row.postcode, row.country, row.region)


def keep_default_address(session: Session, customer_id: str, kind: str, address: Address, now: datetime) -> None:
    """Keep another default address of one kind; addresses on orders and invoices stay as they are."""
    row = {
        "customer_id": customer_id, "kind": kind, "line1": address.line1, "line2": address.line2, "city": address.city,
        "postcode": address.postcode, "country": address.country, "region": address.region,
    }  # fmt: skip
    upsert(session, AddressRow, [row])
    record(session, now, f"customer:{customer_id}", "default_address_changed", f"customer:{customer_id}", kind=kind)
