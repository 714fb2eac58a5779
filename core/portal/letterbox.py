"""The letterbox: messages of platforms that only call us, stored before they are thanked for, and answered by post."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import links
from core.chat import Incoming, Reply, Upload
from core.conversation import dialogue, files
from core.conversation.understanding import storable, storable_throughout
from core.errors import PortalError, Unavailable
from core.mailroom import closed, inbox, leases, outbox
from core.mailroom.outbox import Outgoing
from core.portal.counter import Counter

log = logging.getLogger(__name__)
Draw = Callable[[Incoming, Reply], list[dict[str, Any]]]
Fetch = Callable[[Upload], Upload]
_MOST_CHATS = 100
_ANSWERING = timedelta(seconds=2)
_LETS_PASS_S = 0.5


class Letterbox(Counter):
    """Verbs of doors where answering and hearing are two calls: nothing stored is lost, and nothing is done twice."""

    def receive(self, incoming: Incoming) -> bool:
        """Store a message, to be answered by `answer_next`; False where this delivery was stored before.

        Raises:
            Unavailable: nothing was stored; its sender must not be told that it arrived.
        """
        plain = self._with_photos_cleaned(replace(incoming, text=storable(incoming.text)))
        with self._arrivals.first():
            return self._gathering.do(lambda session: self._taken_in(session, plain))

    def _taken_in(self, session: Session, incoming: Incoming) -> bool:
        closed.reopen(session, incoming.channel, incoming.chat)
        if not incoming.files:
            return self._stored(session, incoming)
        with session.begin_nested() as draft:
            is_new = self._stored(session, self._with_files_kept(session, incoming))
            if not is_new:
                draft.rollback()  # its files were kept the first time
        return is_new

    def _stored(self, session: Session, incoming: Incoming) -> bool:
        return inbox.store(
            session,
            source=_source(incoming.channel, incoming.chat),
            delivery_id=incoming.delivery_id,
            kind="message",
            content=storable_throughout(incoming.as_dict()),
            now=self._clock(),
        )

    def _with_files_kept(self, session: Session, incoming: Incoming) -> Incoming:
        """The message with its files kept for whoever the chat speaks for; what is to be fetched is kept later."""
        if any(one.is_to_be_fetched for one in incoming.files):
            return incoming
        named = self._config.staff_named(incoming.channel)
        known = dialogue.with_link(session, incoming, named, self._clock())
        return replace(incoming, files=files.kept(session, known, self._config.uploads, self._clock()).files)

    def _with_files_fetched(self, incoming: Incoming, fetch: Fetch | None) -> Incoming:
        """The message with the content of its files, where it is from a customer and they are not too large."""
        if not any(one.is_to_be_fetched for one in incoming.files):
            return incoming
        limits = self._config.uploads
        with self._database.reading() as session:
            named = self._config.staff_named(incoming.channel)
            known = dialogue.with_link(session, incoming, named, self._clock()).speaker.customer_id
        files = [
            replace(one, fault="size") if one.is_to_be_fetched and one.size > limits.largest_bytes else one
            for one in incoming.files[: limits.per_message]
        ]
        if known and not incoming.is_group:
            files = [fetch(one) if fetch and one.is_to_be_fetched else one for one in files]
        return self._with_photos_cleaned(replace(incoming, files=(*files, *incoming.files[limits.per_message :])))

    def storable(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a platform told, every string and name in it as the database can keep it."""
        return {storable(name): storable_throughout(value) for name, value in told.items()}

    def unanswered_chats(self, channel: str) -> list[str]:
        """Chats of a channel in which something stored has waited longer for its answer than answering takes."""
        beginning, since = _source(channel, ""), self._clock() - _ANSWERING
        with self._database.reading() as session:
            return [one.removeprefix(beginning) for one in inbox.unanswered(session, beginning, since, _MOST_CHATS)]

    def answer_next(self, channel: str, chat: str, draw: Draw, fetch: Fetch | None = None) -> Incoming | None:
        """Answer what has waited longest in a chat, in the transaction that posts the answer; None where nothing waits.

        Messages that are being stored go first, for half a second at most: platforms wait for those, and send again.
        `draw` turns a reply into what the channel's courier is to send, one call of the platform each. Whoever else
        answers the same at the same time finds it answered, and posts nothing. `fetch` gets the content of a file that
        is with the channel still; strangers' files are left there.

        Raises:
            Unavailable: the message waits on.
        """
        self._arrivals.after(_LETS_PASS_S)
        with self._database.reading() as session:
            stored = inbox.oldest_unanswered(session, _source(channel, chat))
        if stored is None:
            return None
        incoming = self._with_files_fetched(Incoming.from_dict(stored), fetch)

        def post(session: Session, reply: Reply) -> None:
            self._post(session, incoming, draw(incoming, reply) if reply.is_told else [])

        try:
            self._turn(incoming, post)
        except Unavailable:
            raise
        except PortalError as refusal:
            self._settle(incoming, Reply(str(refusal)), draw)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a turn of conversation failed", extra={"reference": reference})
            self._settle(incoming, self._apology(incoming, reference), draw)
        return incoming

    def close_chat(self, channel: str, chat: str, why: str) -> None:
        """Send nothing more to a chat that takes no more, until somebody writes from there."""
        with self._database.unit_of_work() as session:
            closed.close(session, channel, chat, why, self._clock())

    def reopen_chat(self, channel: str, chat: str) -> None:
        """Post may go to a chat again."""
        with self._database.unit_of_work() as session:
            closed.reopen(session, channel, chat)

    def say(self, language: str, intent: str, key: str, **values: Any) -> str:
        """One of the shop's sentences, for what a channel shows beside conversations, such as a menu."""
        return self._house.wording.say(language, intent, key, **values)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages the shop speaks."""
        return self._house.wording.languages

    def take_lease(self, name: str, owner: str, lasts: timedelta) -> bool:
        """Be the one process that does something, for so long; False where another one is."""
        with self._database.unit_of_work() as session:
            return leases.take(session, name, owner, self._clock(), lasts)

    def give_lease_back(self, name: str, owner: str) -> None:
        """Let another process have a lease at once, if this one has it."""
        with self._database.unit_of_work() as session:
            leases.give_back(session, name, owner)

    def _post(self, session: Session, incoming: Incoming, contents: list[dict[str, Any]]) -> None:
        """Write the answer down for the courier, bound to whoever the chat speaks for now."""
        source = _source(incoming.channel, incoming.chat)
        link = links.linked(session, incoming.channel, incoming.chat)
        whose = {"customer_id": link.customer_id} if link is not None else {}
        for place, content in enumerate(contents, 1):
            key = f"reply:{source}:{incoming.delivery_id}:{place}"
            letter = Outgoing(key, incoming.channel, incoming.chat, outbox.REPLY, {**content, **whose})
            outbox.post(session, letter, self._clock())

    def _settle(self, incoming: Incoming, reply: Reply, draw: Draw) -> None:
        """Answer what could not be taken in, so that it does not come up again for ever."""
        now, source = self._clock(), _source(incoming.channel, incoming.chat)
        try:
            contents = draw(incoming, reply)
        except Exception:
            log.exception("an apology could not be drawn", extra={"reference": secrets.token_hex(4)})
            contents = []
        with self._database.unit_of_work() as session:
            accepted = inbox.accept(
                session, source=source, delivery_id=incoming.delivery_id, kind="message", content={}, now=now
            )
            if accepted.answer is None:
                inbox.answer(session, accepted.inbox_id, reply.as_dict())
                self._post(session, incoming, contents)


def _source(channel: str, chat: str) -> str:
    return f"chat:{channel}:{chat}"
