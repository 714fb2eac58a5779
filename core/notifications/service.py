"""Telling people: one notice per cause and channel, posted in the transaction of what it tells of.

Where it goes is decided twice: when it is written, by what the customer wants and which chats are theirs, and again
when it is sent, by what holds then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.accounts import links
from core.accounts.model import Customer
from core.accounts.service import customer as customer_of
from core.database.audit import AuditRow, record
from core.database.upsert import upsert
from core.errors import NotFound
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.notifications.model import CHANNELS, CHATS, KINDS, SECURITY, Addressed, Notice, Unwanted
from core.notifications.rows import ChoiceRow

__all__ = [
    "CHANNELS", "KINDS", "Consent", "Notice", "addressed", "choices", "choose", "consents", "notify", "reachable",
    "restore", "wishes",
]  # fmt: skip

_FOR_THE_HOLDER = frozenset({"returns", "tickets"})  # money and what was written to the shop: not for every colleague
_GONE = Unwanted("there is no such customer any more")


@dataclass(frozen=True)
class Consent:
    """One change of what a customer wants to be told, as the audit has it."""

    chosen_at: datetime
    who: str
    kinds: dict[str, bool]
    channel: str


def wishes(session: Session, customer_id: str) -> dict[str, dict[str, bool]]:
    """Whether a customer wants each kind of notice, by kind and channel."""
    rows = session.scalars(select(ChoiceRow).where(ChoiceRow.customer_id == customer_id))
    chosen = {(row.kind, row.channel): row.is_wanted for row in rows}
    return {
        kind: {channel: chosen.get((kind, channel), _everywhere(chosen, kind, channel)) for channel in CHANNELS}
        for kind in KINDS
    }


def _everywhere(chosen: Mapping[tuple[str, str], bool], kind: str, channel: str) -> bool:
    """What was chosen for all channels, or the default; the web chat is only written to by choice."""
    return chosen.get((kind, ""), KINDS[kind]) and channel != "web"


def reachable(session: Session, customer_id: str) -> tuple[str, ...]:
    """The channels a customer can be told on: mail, those of linked chats, and the web chat."""
    linked = {one.channel for one in links.links_of(session, customer_id)}
    return tuple(channel for channel in CHANNELS if channel not in CHATS or channel in linked)


def choices(session: Session, customer_id: str) -> dict[str, bool]:
    """Whether a customer wants each kind of notice on any channel they can be told on."""
    channels = reachable(session, customer_id)
    wanted = wishes(session, customer_id)
    return {kind: any(by_channel[one] for one in channels) for kind, by_channel in wanted.items()}


def restore(session: Session, customer_id: str, before: Mapping[str, Mapping[str, bool]], now: datetime) -> None:
    """Let wishes be as they were, channel by channel: nothing is switched on that was not on."""
    standing = wishes(session, customer_id)
    for channel in CHANNELS:
        kinds = {kind: was[channel] for kind, was in before.items() if standing[kind][channel] != was[channel]}
        if kinds:
            choose(session, customer_id, kinds, now, channel=channel)


def choose(session: Session, customer_id: str, kinds: Mapping[str, bool], now: datetime, *, channel: str = "") -> None:
    """Switch kinds of notices on or off, on one channel or on all of them; the audit keeps it as history of consent."""
    if not channel:  # what was said of single channels before no longer counts
        mine = (ChoiceRow.customer_id == customer_id, ChoiceRow.kind.in_(kinds))
        session.execute(delete(ChoiceRow).where(*mine))
    rows = [
        {"customer_id": customer_id, "kind": kind, "channel": channel, "is_wanted": is_wanted, "chosen_at": now}
        for kind, is_wanted in kinds.items()
    ]
    upsert(session, ChoiceRow, rows)
    who = f"customer:{customer_id}"
    record(session, now, who, "notices_chosen", who, kinds=dict(kinds), channel=channel)


def consents(session: Session, customer_id: str, limit: int = 20) -> list[Consent]:
    """The latest changes of what a customer wants to be told, latest first."""
    rows = session.scalars(
        select(AuditRow)
        .where(AuditRow.subject == f"customer:{customer_id}", AuditRow.act == "notices_chosen")
        .order_by(AuditRow.audit_id.desc())
        .limit(limit)
    )
    return [Consent(row.at, row.who, dict(row.detail["kinds"]), row.detail.get("channel", "")) for row in rows]


def notify(session: Session, customer: Customer, notice: Notice, text: str, now: datetime) -> bool:
    """Tell a customer wherever they want it; False where this cause was told before, or is wanted nowhere.

    A receipt goes by mail: the chat it was done in has it as the answer. What nobody wants is written down as such.
    """
    wanted = _wanted(session, customer, notice)
    if not wanted:
        email = _outgoing(customer, notice, "", ("email", customer.email))
        outbox.not_wanted(session, email, f"the customer wants to hear nothing about {notice.kind}", now)
        return False
    written = [outbox.post(session, _outgoing(customer, notice, text, where), now) for where in wanted]
    return any(written)


def _wanted(session: Session, customer: Customer, notice: Notice) -> Sequence[tuple[str, str]]:
    """The channels and addresses a notice goes to now, always in the same order."""
    if notice.kind == SECURITY:
        return [("email", customer.email), *_other_chats(session, customer, notice)]
    if not notice.is_optional:
        return [("email", customer.email)]
    wanted = wishes(session, customer.customer_id)[notice.kind]
    mine = [("email", customer.email), ("web", f"customer:{customer.customer_id}")]
    mine += [
        (one.channel, one.chat)
        for one in links.links_of(session, customer.customer_id)
        if one.channel in CHATS and not (one.member and notice.kind in _FOR_THE_HOLDER)
    ]
    return sorted(where for where in mine if wanted[where[0]])


def _other_chats(session: Session, customer: Customer, notice: Notice) -> list[tuple[str, str]]:
    """Every chat that speaks for the customer but the one it was done in."""
    chats = [(one.channel, one.chat) for one in links.links_of(session, customer.customer_id)]
    return sorted(one for one in chats if one[0] in CHATS and one != notice.in_chat)


def _outgoing(customer: Customer, notice: Notice, text: str, where: tuple[str, str]) -> Outgoing:
    channel, to = where
    whose = {"customer_id": customer.customer_id, "about": notice.kind}
    content: dict[str, Any] = {"to": to, **whose, "subject": notice.subject, "text": text}
    if notice.buttons is not None and channel in CHATS:
        content["buttons"] = notice.buttons(channel, to)
    is_chat = channel in CHATS
    return Outgoing(
        key=f"{notice.cause}:{channel}:{to}" if is_chat else f"{notice.cause}:{channel}",
        channel=channel,
        chat=to if is_chat else f"customer:{customer.customer_id}",
        kind="passing" if notice.passing else "notice",
        content=content,
        lifetime=notice.lifetime,
        lane=_lane(notice),
        topic=notice.topic,
    )


def _lane(notice: Notice) -> int:
    if notice.urgent or notice.kind == SECURITY:
        return outbox.URGENT
    return outbox.BROADCAST if notice.to_many else outbox.NORMAL


def addressed(session: Session, post: Post) -> Addressed:
    """The content to send now, to the address on file now; or why it must not be sent any more.

    The customer must still be there, a chat must still be linked to them, and an optional kind must still be wanted.
    """
    customer_id = post.content.get("customer_id")
    if customer_id is None or post.kind == outbox.WRITE_BACK:
        return dict(post.content)
    try:
        person = customer_of(session, str(customer_id))
    except NotFound:
        return _GONE
    about = post.content.get("about")
    if about in KINDS and not wishes(session, person.customer_id)[about].get(post.channel, True):
        return Unwanted(f"the customer no longer wants to hear about {about} here")
    if post.channel == "email":
        return {**post.content, "to": person.email}
    if post.channel != "web" and not _is_linked(session, post, person):
        return Unwanted("the chat is no longer linked to this customer")
    return dict(post.content)


def _is_linked(session: Session, post: Post, person: Customer) -> bool:
    """Whether the chat, or the one that its thread is in, speaks for the customer."""
    chats = {post.chat, str(post.content.get("to", "")).partition("/")[0]}
    found = [links.linked(session, post.channel, chat) for chat in chats]
    return any(link is not None and link.customer_id == person.customer_id for link in found)
