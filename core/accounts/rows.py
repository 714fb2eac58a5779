"""Tables of customers, staff and how they showed who they are."""

import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Minor, RowId


def folded(address: str) -> str:
    """An e-mail address to look somebody up by, whatever the alphabet of its capitals."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def folded_default(context: Any) -> str:
    """The folded address of the row that is being written."""
    return folded(str(context.get_current_parameters()["email"]))


class CustomerRow(Base):
    """One customer account."""

    __tablename__ = "customers"

    customer_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    country: Mapped[str]
    vat_number: Mapped[str] = mapped_column(default="")
    email_folded: Mapped[str] = mapped_column(default=folded_default, index=True)
    erased_at: Mapped[datetime | None]


class PersonRow(Base):
    """Somebody who acts for a company account, with their own mailbox to show it by, and a role."""

    __tablename__ = "account_people"

    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    email_folded: Mapped[str] = mapped_column(default=folded_default, index=True)


class AddressRow(Base):
    """A customer's default address of one kind."""

    __tablename__ = "addresses"

    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    line1: Mapped[str]
    line2: Mapped[str] = mapped_column(default="")
    city: Mapped[str]
    postcode: Mapped[str] = mapped_column(default="")
    country: Mapped[str]
    region: Mapped[str] = mapped_column(default="")


class StaffRow(Base):
    """A person of the shop, and what they may decide."""

    __tablename__ = "staff"

    email: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email_folded: Mapped[str] = mapped_column(default=folded_default, index=True)
    role: Mapped[str]
    approval_limit: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str]


class CodeRow(Base):
    """A sign-in code on its way by mail, bound to the browser that asked for it.

    A code asked for an unknown address has a row too (`person` is None), so that nobody can tell.
    """

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index("ix_sign_in_codes_address", "address", "asked_at"),)

    code_id: Mapped[int] = mapped_column(RowId, primary_key=True)
    browser: Mapped[str] = mapped_column(index=True)
    address: Mapped[str]
    person: Mapped[str | None]
    digest: Mapped[str]
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    member: Mapped[str] = mapped_column(default="")


class SessionRow(Base):
    """A signed-in browser; the key is the hash of its token.

    `member` is the folded address of the one of an account's people who signed in; empty for the account itself.
    """

    __tablename__ = "sessions"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    proved_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    form_token: Mapped[str]
    member: Mapped[str] = mapped_column(default="")


class ChatLinkRow(Base):
    """A chat that was shown to belong to a customer; `proved_at` is when that was shown last."""

    __tablename__ = "chat_links"

    channel: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), index=True)
    linked_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    member: Mapped[str] = mapped_column(default="")


class StaffLinkRow(Base):
    """Somebody of the shop as a channel knows them (`sender`), shown by a code from their mailbox."""

    __tablename__ = "staff_links"

    channel: Mapped[str] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    linked_at: Mapped[datetime]


class InvitationRow(Base):
    """A link or code that lets the chat it is shown in speak for a customer, once; the key is its hash."""

    __tablename__ = "chat_invitations"

    digest: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), index=True)
    member: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TallyRow(Base):
    """How often something limited was tried in a day or an hour; `subject` is a hash of whose tries they are."""

    __tablename__ = "tallies"

    subject: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]
