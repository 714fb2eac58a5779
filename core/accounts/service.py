"""Customers and staff: finding them, always by what they may be found by."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from core.accounts.model import Address, Customer, Member, Role, Staff
from core.accounts.rows import (
    AddressRow,
    ChatLinkRow,
    CustomerRow,
    InvitationRow,
    PersonRow,
    SessionRow,
    StaffRow,
    folded,
)
from core.database.audit import record
from core.database.base import lookup
from core.database.upsert import upsert
from core.errors import NotFound

MIRRORED = {"customers": CustomerRow, "addresses": AddressRow, "account_people": PersonRow, "staff": StaffRow}
PERSONAL = frozenset({"customers", "addresses", "account_people", "payment_methods"})
_ERASED = "customer_id “{}” was erased on request; what names this person is not taken again."


def with_folded_address(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with the address they are found by."""
    return [{**row, "email_folded": folded(row["email"])} for row in rows]


def customer(session: Session, customer_id: str) -> Customer:
    """The account of that id.

    Raises:
        NotFound: there is none, or it was erased.
    """
    row = session.get(CustomerRow, customer_id)
    if row is None or row.erased_at is not None:
        raise NotFound("There is no such customer.")
    return Customer(row.customer_id, row.name, row.email, row.company, row.language, row.country)


def language_of(session: Session, person: str | None) -> str:
    """The language somebody (`customer:…`) is written to in; that of the shop for anybody else."""
    kind, _, key = (person or "").partition(":")
    spoken = select(CustomerRow.language).where(CustomerRow.customer_id == key)
    told = session.scalar(spoken)  # asked of nobody as well: a code's mail must take the same either way
    return (told if kind == "customer" else None) or "en"


def erased_ids() -> Select[str]:
    """A query for the customers who were erased."""
    return select(CustomerRow.customer_id).where(CustomerRow.erased_at.is_not(None))


def of_the_erased(session: Session, rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Rows of customers who were erased, by index, with why they are left out."""
    erased = set(
        session.scalars(
            select(CustomerRow.customer_id).where(
                CustomerRow.erased_at.is_not(None), CustomerRow.customer_id.in_({row["customer_id"] for row in rows})
            )
        )
    )
    return {index: _ERASED.format(row["customer_id"]) for index, row in enumerate(rows) if row["customer_id"] in erased}


def is_known(session: Session, customer_id: str) -> bool:
    """Whether there is such an account and it was not erased."""
    asking = select(CustomerRow.customer_id).where(
        CustomerRow.customer_id == customer_id, CustomerRow.erased_at.is_(None)
    )
    return session.scalar(asking) is not None


def people_of(session: Session, customer_id: str) -> list[Member]:
    """Those who act for a company account beside its holder, by name."""
    rows = session.scalars(select(PersonRow).where(PersonRow.customer_id == customer_id).order_by(PersonRow.name))
    return [Member(row.customer_id, row.email_folded, row.name, row.role) for row in rows]


def member(session: Session, customer_id: str, address: str) -> Member | None:
    """One of an account's people by the address they sign in with, with today's role."""
    return next((one for one in people_of(session, customer_id) if one.email == folded(address)), None)


def member_by_email(session: Session, address: str) -> Member | None:
    """Whose colleague an e-mail address belongs to."""
    row = session.scalar(
        select(PersonRow)
        .join(CustomerRow, CustomerRow.customer_id == PersonRow.customer_id)
        .where(PersonRow.email_folded == lookup(folded(address)), CustomerRow.erased_at.is_(None))
        .order_by(PersonRow.customer_id)
        .limit(1)
    )
    return Member(row.customer_id, row.email_folded, row.name, row.role) if row else None


def remove_person(session: Session, customer_id: str, address: str, who: str, now: datetime) -> None:
    """Let somebody no longer act for an account: their sessions, chats and invitations end with it.

    Raises:
        NotFound: nobody of this account has that address.
    """
    key = folded(address)
    removing = delete(PersonRow).where(PersonRow.customer_id == customer_id, PersonRow.email_folded == lookup(key))
    if session.scalar(removing.returning(PersonRow.customer_id)) is None:
        raise NotFound("Nobody with that address acts for your account.")
    session.execute(delete(SessionRow).where(SessionRow.person == f"customer:{customer_id}", SessionRow.member == key))
    for table in (ChatLinkRow, InvitationRow):
        session.execute(delete(table).where(table.customer_id == customer_id, table.member == key))
    record(session, now, who, "person_removed", f"customer:{customer_id}")


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
    try:
        return customer(session, found or "")  # looked up even for nobody: asking must take the same either way
    except NotFound:
        return None


def staff_by_email(session: Session, address: str) -> Staff | None:
    """The person of the shop an e-mail address belongs to, with today's rights."""
    row = session.scalar(select(StaffRow).where(StaffRow.email_folded == lookup(folded(address))).limit(1))
    return Staff(row.email, row.name, Role(row.role), row.approval_limit, row.currency) if row else None


def admins(session: Session) -> list[Staff]:
    """The people who run the shop."""
    found = session.scalars(select(StaffRow.email).where(StaffRow.role == Role.ADMIN.value).order_by(StaffRow.email))
    return [one for one in (staff_by_email(session, email) for email in found.all()) if one is not None]


def staff_who_plan(session: Session) -> list[Staff]:
    """Everybody who may decide proposals, by name."""
    roles = [role.value for role in Role if Staff("", "", role, None, "").may_plan]
    rows = session.scalars(select(StaffRow).where(StaffRow.role.in_(roles)).order_by(StaffRow.name, StaffRow.email))
    return [Staff(row.email, row.name, Role(row.role), row.approval_limit, row.currency) for row in rows]


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
