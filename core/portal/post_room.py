"""The post room: what is due is claimed, addressed, sent outside any transaction, and settled."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core.database import audit
from core.database.settings import decide, setting
from core.errors import PortalError
from core.exchange import listings, writing_back
from core.mailroom import closed, merging, outbox, places, returned
from core.mailroom.model import Bookmark, Bounce
from core.mailroom.ports import Courier, Gone, Later, Never, Post, Unclear
from core.notifications import hours
from core.notifications import service as notifications
from core.notifications.model import KINDS, Unwanted
from core.portal.rooms import Rooms
from core.purchasing import orders as purchase_orders
from core.purchasing import papers
from core.tracing import step

log = logging.getLogger(__name__)
_SHORTEST_PAUSE_S, _LAST_LOOK_S = 0.02, 5.0
_MAILBOX = "mailbox:"


class PostRoom(Rooms):
    """Verbs that send."""

    def __init__(self, *args: Any, senders: int = 1, **kwargs: Any) -> None:
        """With several `senders` as many letters are under way at once, and rounds go on beside whoever asks."""
        super().__init__(*args, **kwargs)
        self._winding_down = threading.Event()
        self._senders = senders
        self._pool = ThreadPoolExecutor(senders, "sender") if senders > 1 else None
        self._rounds: dict[str, threading.Event] = {}  # channels on which a round is under way: whether to look again
        self._changing = threading.Condition()

    def wind_down(self) -> None:
        """Begin no letter more: those claimed and not begun are given back as soon as those under way are settled."""
        self._winding_down.set()
        with self._changing:
            for stir in self._rounds.values():
                stir.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            with self._changing:
                self._changing.wait_for(lambda: not self._rounds, _LAST_LOOK_S)

    def rest(self, channel: str, patience_s: float) -> None:
        """Wait until no round is under way on a channel, so long at most."""
        with self._changing:
            self._changing.wait_for(lambda: channel not in self._rounds, patience_s)

    def deliver(self, limit: int = 20, channel: str = "") -> int:
        """Send what is due, on one channel or all, each outside any transaction; how many letters were dealt with."""
        if self._winding_down.is_set():
            return 0
        owner = secrets.token_hex(8)
        channels = [channel] if channel else list(self._couriers)
        with self._database.unit_of_work() as session:
            outbox.tidy(session, self._clock())
            taken = outbox.claim(session, owner, channels, self._clock(), limit)
        each = map if self._pool is None else self._pool.map
        dealt_with = sum(each(partial(self._carry, owner), taken))
        if dealt_with < len(taken):
            self._give_back(owner)
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

    def bookmark(self, mailbox: str) -> Bookmark | None:
        """How far a mailbox was read."""
        with self._database.reading() as session:
            kept = setting(session, f"{_MAILBOX}{mailbox}")
        return Bookmark(**kept) if kept is not None else None

    def keep_bookmark(self, mailbox: str, at: Bookmark) -> None:
        """Note how far a mailbox was read."""
        with self._database.unit_of_work() as session:
            decide(session, f"{_MAILBOX}{mailbox}", vars(at), self._clock())

    def reopen_mailbox(self, address: str) -> bool:
        """Mail to an address again that letters came back from; False where it was not closed."""
        now = self._clock()
        with self._database.unit_of_work() as session:
            was_closed = bool(closed.why(session, "email", address))
            closed.reopen(session, "email", address)
            if was_closed:
                audit.record(session, now, "operator", "mailbox_reopened", "mailbox")
        return was_closed

    def send_due(self, channel: str, patience_s: float = 0.0, wait: Callable[[float], object] | None = None) -> None:
        """Go a round: send all that is due on a channel. Where a round is under way, it looks once more at its end.

        Pauses that the platform's limits ask for are waited for, up to `patience_s` each. With several senders the
        round is gone beside whoever asks for it.
        """
        with self._changing:
            if channel not in self._couriers or self._winding_down.is_set():
                return
            if channel in self._rounds:
                self._rounds[channel].set()
                return
            self._rounds[channel] = threading.Event()
        if self._pool is None:
            self._go_round(channel, patience_s, wait)
        else:
            round_ = partial(self._go_round_beside, channel, patience_s)
            threading.Thread(target=round_, name=f"round-{channel}", daemon=True).start()

    def next_turn_s(self, channel: str) -> float | None:
        """In how many seconds more may be sent on a channel; None where nothing is due there, or nothing more goes."""
        if self._winding_down.is_set():
            return None
        now = self._clock()
        with self._database.reading() as session:
            turn = outbox.next_turn(session, channel, now)
        return max(0.0, (turn - now).total_seconds()) if turn is not None else None

    def _go_round_beside(self, channel: str, patience_s: float) -> None:
        try:
            self._go_round(channel, patience_s, None)
        except PortalError as trouble:
            log.warning("post waits for the clock: %s", trouble)
        except Exception:
            log.exception("a round of post failed", extra={"reference": secrets.token_hex(4)})

    def _go_round(self, channel: str, patience_s: float, wait: Callable[[float], object] | None) -> None:
        stir, is_over = self._rounds[channel], False
        try:
            while not is_over:
                self._send_while_due(channel, patience_s, wait or stir.wait, stir)
                with self._changing:
                    is_over = not stir.is_set() or self._winding_down.is_set()
                    if is_over:
                        del self._rounds[channel]
                        self._changing.notify_all()
        finally:
            if not is_over:
                with self._changing:
                    self._rounds.pop(channel, None)
                    self._changing.notify_all()

    def _send_while_due(
        self, channel: str, patience_s: float, wait: Callable[[float], object], stir: threading.Event
    ) -> None:
        """Keep all senders busy as long as anything is due; `stir` tells that one is free again or more was posted."""
        owner, under_way = secrets.token_hex(8), set[Future[bool]]()
        while True:
            stir.clear()
            under_way = {one for one in under_way if not one.done()}
            pause_s = self.next_turn_s(channel)
            if pause_s == 0 and len(under_way) < self._senders:
                taken = self._claimed(owner, channel, self._senders - len(under_way))
                under_way |= self._sent_out(owner, taken, stir)
                if not taken and not under_way:
                    wait(_SHORTEST_PAUSE_S)
            elif under_way:
                stir.wait(pause_s or None)
            elif pause_s is None or pause_s > patience_s:
                break
            else:
                wait(max(pause_s, _SHORTEST_PAUSE_S))
        if self._winding_down.is_set():
            self._give_back(owner)

    def _claimed(self, owner: str, channel: str, limit: int) -> list[Post]:
        with self._database.unit_of_work() as session:
            return outbox.claim(session, owner, [channel], self._clock(), limit)

    def _sent_out(self, owner: str, taken: Sequence[Post], stir: threading.Event) -> set["Future[bool]"]:
        """Have letters carried; those that are under way."""
        if self._pool is None:
            for post in taken:
                self._carry(owner, post)
            return set()
        under_way = set()
        with suppress(RuntimeError):  # the end came in between, and what is not begun is given back
            for post in taken:
                one = self._pool.submit(self._carry_beside, owner, post)
                one.add_done_callback(lambda _: stir.set())
                under_way.add(one)
        return under_way

    def _give_back(self, owner: str) -> None:
        with self._database.unit_of_work() as session:
            outbox.give_back(session, owner)

    def _carry_beside(self, owner: str, post: Post) -> bool:
        try:
            return self._carry(owner, post)
        except PortalError as trouble:
            log.warning("a letter waits until its lease runs out: %s", trouble)
        except Exception:
            log.exception("a letter failed", extra={"reference": secrets.token_hex(4)})
        return True

    def _carry(self, owner: str, post: Post) -> bool:
        """Send a letter and settle it; False where the end came first."""
        if self._winding_down.is_set():
            return False
        with step("letter", channel=post.channel, kind=post.kind):
            begun = self._gathering.do(lambda session: self._begun(session, owner, post))
            if begun is None:
                return True
            content, paper = begun
            files = [vars(file) for file in papers.files(paper, self._config.shop.invoice_font)] if paper else []
            with step("send", channel=post.channel):
                outcome = _sent(self._couriers[post.channel], replace(post, content={**content, "files": files}))
            self._gathering.do(lambda session: self._settled(session, owner, post, content, outcome))
            return True

    def _settled(
        self, session: Session, owner: str, post: Post, content: dict[str, Any], outcome: str | Later | Never
    ) -> None:
        now = self._clock()
        if isinstance(outcome, Later):
            is_ours = outbox.failed(session, owner, post, outcome, now)
        elif isinstance(outcome, Never):
            if isinstance(outcome, Gone):
                closed.close(session, post.channel, _chat_of(content), str(outcome), now)
            is_ours = outbox.refused(session, owner, post, str(outcome), now)
        else:
            is_ours = outbox.sent(session, owner, post, outcome, now)
        if is_ours and post.kind == outbox.STOCK:
            listings.settle(session, post, outcome, now)
        elif is_ours and isinstance(outcome, str):
            self._follow_up(session, post, content, outcome, now)

    def _follow_up(self, session: Session, post: Post, content: dict[str, Any], reference: str, now: datetime) -> None:
        """Keep what is known once a letter went out."""
        if post.kind == outbox.WRITE_BACK:
            writing_back.settle(session, post, reference, now)
            if number := writing_back.tells_supplier(content):
                purchase_orders.mark_sent(session, number, now)
            return
        places.keep(session, post, reference)
        if post.kind == "purchase_order":
            purchase_orders.mark_sent(session, str(content["number"]), now)

    def _begun(self, session: Session, owner: str, post: Post) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
        """The content to send now, with what waited behind it for the morning, and what is to be drawn and attached.

        None where nothing goes out now.
        """
        now = self._clock()
        content = notifications.addressed(session, post)
        if isinstance(content, Unwanted):
            outbox.withdraw(session, owner, post, content.reason, now)
            return None
        if post.kind == outbox.STOCK and not listings.is_latest(session, post):
            outbox.withdraw(session, owner, post, outbox.SUPERSEDED, now)
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
