"""What was said before a ticket was opened, for places outside the shop: no more personal data than needed."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.accounts.service import customer
from core.conversation import transcript
from core.conversation.transcript import PERSON, Said
from core.conversation.wording import DEFAULT, Wording
from core.support.discretion import discreet
from core.support.model import Ticket

_MOST_BEFORE, _MOST_READ = 40, 200


def said_before(session: Session, found: Ticket, wording: Wording, zone: ZoneInfo) -> str:
    """What the customer wrote, discreetly, and what the bot answered about and did, without its words.

    The bot's words hold names, addresses and amounts; they stand on the ticket's page, for whoever signs in there.
    """
    if not found.transcript.strip():
        return ""
    said = transcript.messages(session, *found.where, limit=_MOST_READ)
    until = max((at for at, one in enumerate(said) if _is_before(one, found)), default=-1)
    told = (_told_of(session, found, one, wording, zone) for one in said[: until + 1][-_MOST_BEFORE:])
    return "\n".join(line for line in told if line)


def discreetly(session: Session, found: Ticket, text: str) -> str:
    """Words of a ticket without the name of its customer, mail addresses and long numbers."""
    return discreet(text, customer(session, found.customer_id).name if found.customer_id else "")


def _told_of(session: Session, found: Ticket, one: Said, wording: Wording, zone: ZoneInfo) -> str:
    when = f"{one.said_at.astimezone(zone):%-d %B, %H:%M}"
    if one.speaker == PERSON:
        return f"{when}, customer: {discreetly(session, found, one.reply.text)}"
    if one.reply.actions:
        done = ", ".join(action.name.replace("_", " ") for action in one.reply.actions)
        return f"{when}, bot did: {done}"
    known = [intent for intent in one.reply.intents if wording.knows(intent, "label")]
    about = ", ".join(wording.say(DEFAULT, intent, "label") for intent in known)
    return f"{when}, bot answered: {about}" if about else ""


def _is_before(one: Said, found: Ticket) -> bool:
    """Whether the customer said it before their ticket was opened, or to open it."""
    return one.speaker == PERSON and one.said_at <= found.opened_at
