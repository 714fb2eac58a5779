"""Asking Telegram for updates, where it cannot call us: one process at a time, nothing confirmed before it is kept."""

import logging
import secrets
import threading
from datetime import timedelta
from typing import Any

from bot.channels.telegram.door import Door
from bot.channels.telegram.updates import WANTED
from bot.channels.telegram.wire import Refusal, Silence, Wire
from core.errors import PortalError, Unavailable
from core.portal import Portal

log = logging.getLogger(__name__)
LEASE = "telegram polling"
_LEASE_SLACK_S = 10
_AT_MOST = 100
_WAITS_S = (1.0, 2.0, 5.0, 15.0, 30.0)


class Polling:
    """A loop over getUpdates in a thread of its own.

    An update is confirmed by asking for those after it, which happens only once it is stored. One that cannot be taken
    in at all is logged and left behind, so that those behind it are heard.
    """

    def __init__(self, portal: Portal, wire: Wire, door: Door, poll_s: int) -> None:
        self._portal = portal
        self._wire = wire
        self._door = door
        self._poll_s = poll_s
        self._owner = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._offset: int | None = None
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="telegram-polling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; an answer still on its way is not waited for, and not confirmed."""
        self._stopping.set()
        self._thread.join(timeout=2)
        try:
            self._portal.give_lease_back(LEASE, self._owner)
        except PortalError as trouble:
            log.warning("the lease runs out by itself: %s", trouble)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._portal.take_lease(LEASE, self._owner, timedelta(seconds=self._poll_s + _LEASE_SLACK_S)):
                    self._offset = None
                    self._stopping.wait(self._poll_s)
                    continue
                self._ask()
                self._failures = 0
            except (Refusal, Silence, PortalError) as trouble:
                self._rest(trouble)
            except Exception:
                log.exception("polling failed", extra={"reference": secrets.token_hex(4)})
                self._rest(None)

    def _ask(self) -> None:
        if self._offset is None:
            self._wire.call("deleteWebhook", drop_pending_updates=False)  # Telegram serves either, never both
        updates = self._wire.call(
            "getUpdates", waits_s=self._poll_s, offset=self._offset, timeout=self._poll_s, limit=_AT_MOST,
            allowed_updates=list(WANTED),
        )  # fmt: skip
        self._offset = self._offset or 0
        for update in updates if isinstance(updates, list) else ():
            if self._stopping.is_set():
                return
            self._take(update)

    def _take(self, update: Any) -> None:
        number = update.get("update_id") if isinstance(update, dict) else None
        if not isinstance(number, int):
            log.error("Telegram sent an update without a number; it is left out")
            return
        try:
            self._door.take(update)
        except Unavailable:
            raise
        except Exception:
            log.exception("an update could not be taken in", extra={"reference": secrets.token_hex(4)})
        self._offset = number + 1

    def _rest(self, trouble: PortalError | None) -> None:
        """Wait as long as Telegram asks, or longer each time."""
        asked = trouble.retry_after if isinstance(trouble, Refusal) else None
        wait_s = asked if asked is not None else _WAITS_S[min(self._failures, len(_WAITS_S) - 1)]
        self._failures += 1
        if trouble is not None:
            log.warning("Telegram cannot be asked just now: %s", trouble)
        self._stopping.wait(wait_s)
