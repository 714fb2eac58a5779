"""Saying something unasked in a chat: in its transcript, and by post where a channel has to carry it there."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.accounts.service import language_of
from core.conversation import standing, transcript
from core.conversation.wording import Wording
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing

_READ_IN_PLACE = frozenset({"web", "console"})  # channels that show what stands in the transcript by themselves


def say(session: Session, where: tuple[str, str, str | None], speaker: str, text: str, key: str, now: datetime) -> bool:
    """Say something in a chat (channel, chat, person), once per key; to a customer only while the chat is theirs."""
    if not transcript.tell(session, where, speaker, text, key, now):
        return False
    channel, chat, person = where
    if channel not in _READ_IN_PLACE:
        kind, _, customer_id = (person or "").partition(":")
        to = standing.place_of(session, channel, chat, person)
        content = {"to": to, "customer_id": customer_id if kind == "customer" else None, "text": text}
        outbox.post(session, Outgoing(f"{key}:{channel}", channel, chat, "answer", content), now)
    return True


def say_back(session: Session, words: Wording, where: tuple[str, str, str | None], cause: str, now: datetime) -> None:
    """Tell a chat, in its language, that the bot answers there again."""
    channel, chat, person = where
    text = words.say(standing.spoken(session, channel, chat) or language_of(session, person), "", "back")
    say(session, where, "shop", text, f"ticket:{cause}", now)
