"""The post room: what is due is claimed, addressed, sent outside any transaction, and settled."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core.database import audit
from core.errors import PortalError
from core.exchange import writing_back
from core.mailroom import closed, merging, outbox, places, returned
from core.mailroom.model import Bounce
from core.mailroom.ports import Courier, Gone, Later, Never, Post, Unclear
from core.notifications import hours
from core.notifications import service as notifications
from core.notifications.model import KINDS, Unwanted
from core.portal.rooms import Rooms
from core.purchasing import orders as purchase_orders
from core.purchasing import papers

log = logging.getLogger(__name__)
_SHORTEST_PAUSE_S = 0.02


class PostRoom(Rooms):
    """Verbs that send."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._winding_down = threading.Event()

    def wind_down(self) -> None:
        """Begin no letter more: those claimed and not begun are given back as soon as the one under way is settled."""
        self._winding_down.set()

    def deliver(self, limit: int = 20, channel: str = "") -> int:
        """Send what is due, on one channel or all, each outside any transaction; how many letters were dealt with."""
        if self._winding_down.is_set():
            return 0
        owner = secrets.token_hex(8)
        channels = [channel] if channel else list(self._couriers)
        with self._database.unit_of_work() as session:
            outbox.tidy(session, self._clock())
            taken = outbox.claim(session, owner, channels, self._clock(), limit)
        return self._carry_all(owner, taken)

    def deliver_to(
        self, channel: str, chat: str, patience_s: float = 0.0, wait: Callable[[float], object] = time.sleep
    ) -> int:
        """Send what is due in one chat, in order; how many letters were dealt with.

        Pauses that the platform's limits ask for are waited for, up to `patience_s` each.
        """
        owner, dealt_with = secrets.token_hex(8), 0
        while channel in self._couriers and not self._winding_down.is_set():
            now = self._clock()
            with self._database.reading() as session:
                turn = outbox.next_turn(session, channel, now, chat)
            pause_s = (turn - now).total_seconds() if turn is not None else None
            if pause_s is None or pause_s > patience_s:
                return dealt_with
            taken = self._claimed(owner, channel, chat) if pause_s <= 0 else []
            dealt_with += self._carry_all(owner, taken)
            if not taken:
                wait(max(pause_s, _SHORTEST_PAUSE_S))
        return dealt_with

    def take_bounces(self, bounces: Iterable[Bounce]) -> int:
        """Note which letters came back; an address that is none gets no more mail. How many were ours."""
        taken = 0
        for bounce in bounces:
            now = self._clock()
            with self._database.unit_of_work() as session:
                if returned.take(session, bounce, now):
                    audit.record(
                        session, now, "mail server", "letter_came_back", f"letter:{bounce.letter}", code=bounce.code
                    )
                    taken += 1
        return taken

    def reopen_mailbox(self, address: str) -> bool:
        """Mail to an address again that letters came back from; False where it was not closed."""
        now = self._clock()
        with self._database.unit_of_work() as session:
            was_closed = bool(closed.why(session, "email", address))
            closed.reopen(session, "email", address)
            if was_closed:
                audit.record(session, now, "operator", "mailbox_reopened", "mailbox")
        return was_closed

    def _claimed(self, owner: str, channel: str, chat: str) -> list[Post]:
        with self._database.unit_of_work() as session:
            return outbox.claim(session, owner, [channel], self._clock(), 1, chat=chat)

    def next_turn_s(self, channel: str) -> float | None:
        """In how many seconds more may be sent on a channel; None where nothing is due there, or nothing more goes."""
        if self._winding_down.is_set():
            return None
        now = self._clock()
        with self._database.reading() as session:
            turn = outbox.next_turn(session, channel, now)
        return max(0.0, (turn - now).total_seconds()) if turn is not None else None

    def _carry_all(self, owner: str, taken: Sequence[Post]) -> int:
        """Send one after the other; how many were dealt with before the end came."""
        for place, post in enumerate(taken):
            if self._winding_down.is_set():
                with self._database.unit_of_work() as session:
                    outbox.give_back(session, owner)
                return place
            self._carry(owner, post)
        return len(taken)

    def _carry(self, owner: str, post: Post) -> None:
        begun = self._begun(owner, post)
        if begun is None:
            return
        content, paper = begun
        files = [vars(file) for file in papers.files(paper, self._config.shop.invoice_font)] if paper else []
        outcome = _sent(self._couriers[post.channel], replace(post, content={**content, "files": files}))
        with self._database.unit_of_work() as session:
            now = self._clock()
            if isinstance(outcome, Later):
                outbox.failed(session, owner, post, outcome, now)
            elif isinstance(outcome, Never):
                if isinstance(outcome, Gone):
                    closed.close(session, post.channel, _chat_of(content), str(outcome), now)
                outbox.refused(session, owner, post, str(outcome), now)
            elif outbox.sent(session, owner, post, outcome, now):
                if post.kind == outbox.WRITE_BACK:
                    writing_back.settle(session, post, outcome, now)
                    return
                places.keep(session, post, outcome)
                if post.kind == "purchase_order":
                    purchase_orders.mark_sent(session, str(content["number"]), now)

    def _begun(self, owner: str, post: Post) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
        """The content to send now, with what waited behind it for the morning, and what is to be drawn and attached.

        None where nothing goes out now.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            content = notifications.addressed(session, post)
            if isinstance(content, Unwanted):
                outbox.withdraw(session, owner, post, content.reason, now)
                return None
            gone = closed.why(session, post.channel, _chat_of(content))
            if gone:
                outbox.withdraw(session, owner, post, gone, now)
                return None
            until = hours.held_until(session, post, self._config, now)
            if until is not None:
                outbox.hold(session, owner, post, until, now)
                return None
            others = merging.waiting_with(session, post, KINDS, now) if post.held else []
            wanted = [one for one in others if not isinstance(notifications.addressed(session, one), Unwanted)]
            together = merging.together(places.placed(session, content), [one.content for one in wanted])
            if not outbox.begin(session, owner, post, together, now):
                return None
            merging.settle(session, post, wanted, now)
            return together, _paper(session, together)


def _chat_of(content: dict[str, Any]) -> str:
    """The chat that post goes to, whichever thread of it."""
    return str(content.get("to", "")).partition("/")[0]


def _paper(session: Session, content: dict[str, Any]) -> dict[str, Any] | None:
    """What a letter's purchase order says, to be attached; its files are drawn when it is sent."""
    if "number" not in content or "revision" not in content:
        return None
    return papers.content_of(session, str(content["number"]), int(content["revision"]))


def _sent(courier: Courier, post: Post) -> str | Later | Never:
    try:
        return courier.send(post)
    except (Later, Never) as trouble:
        return trouble
    except PortalError as refusal:
        return Never(str(refusal))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("a courier failed", extra={"reference": reference, "channel": post.channel})
        return Unclear(f"unexpected trouble, see the log at {reference}")
