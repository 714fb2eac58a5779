"""The door itself: an update is stored, its button is thanked for, and its chat is answered, one message at a time."""

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from bot.channels.telegram import CHANNEL
from bot.channels.telegram.drawing import PRESSED, draw, pressed_keyboard
from bot.channels.telegram.updates import Ear, Press
from bot.channels.telegram.wire import Refusal, Silence, Wire
from core.chat import Upload
from core.errors import Unavailable
from core.portal import Portal

log = logging.getLogger(__name__)
_CHATS_AT_ONCE = 4
_THINKS_LONG_S = 0.8
_PATIENCE_S = 2.0  # a pause that is longer is left to the clock


class Door:
    """Takes updates in from wherever they come, and sees that each is answered.

    What one process stored and did not answer, because it stopped or the database was away, is answered by whoever
    looks next: `look_after` finds it.
    """

    def __init__(self, portal: Portal, wire: Wire, ear: Ear) -> None:
        self.ear = ear
        self._portal = portal
        self._wire = wire
        self._workers = ThreadPoolExecutor(_CHATS_AT_ONCE, "telegram-chat")
        self._asides = ThreadPoolExecutor(2, "telegram-aside")
        self._lock = threading.Lock()
        self._has_more: dict[str, bool] = {}  # chats being answered: whether something came in meanwhile

    def take(self, raw: dict[str, Any]) -> None:
        """Store an update, so that Telegram may be told that it arrived, and have it answered.

        Raises:
            Unavailable: it could not be stored; Telegram has to send it again.
        """
        arrival = self.ear.hear(raw)
        if arrival.chat_open is True:
            self._portal.reopen_chat(CHANNEL, arrival.chat)
        elif arrival.chat_open is False:
            self._portal.close_chat(CHANNEL, arrival.chat, "its owner blocked us")
        is_new = arrival.incoming is not None and self._portal.receive(arrival.incoming)
        if arrival.press is not None:
            self._aside(self._thank, arrival.press, arrival.chat, is_new)
        if arrival.incoming is not None:
            self.nudge(arrival.chat)

    def nudge(self, chat: str) -> None:
        """Have a chat answered; one that is being answered already is looked at once more afterwards."""
        with self._lock:
            if chat in self._has_more:
                self._has_more[chat] = True
                return
            self._has_more[chat] = False
        self._workers.submit(self._answer, chat)

    def look_after(self) -> None:
        """Have everything answered that is stored and waits, whoever stored it."""
        for chat in self._portal.unanswered_chats(CHANNEL):
            self.nudge(chat)

    def close(self) -> None:
        """Finish what is under way and take on nothing more."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._asides.shutdown(wait=True, cancel_futures=True)

    def _answer(self, chat: str) -> None:
        while True:
            try:
                self._answer_all(chat)
            except Unavailable as outage:
                log.warning("a chat has to wait for its answer: %s", outage)
            except Exception:
                log.exception("a chat could not be answered", extra={"reference": secrets.token_hex(4)})
            with self._lock:
                if not self._has_more.pop(chat):
                    return
                self._has_more[chat] = False

    def _answer_all(self, chat: str) -> None:
        typing = threading.Timer(_THINKS_LONG_S, self._type, (chat,))
        typing.daemon = True
        typing.start()
        try:
            while self._portal.answer_next(CHANNEL, chat, draw, self._fetch) is not None:
                typing.cancel()
                self._portal.send_due(CHANNEL, _PATIENCE_S)
        finally:
            typing.cancel()

    def _fetch(self, file: Upload) -> Upload:
        """A file with what is in it; where Telegram does not give it, whoever sent it is told."""
        try:
            return replace(file, content=self._wire.download(file.reference))
        except (Refusal, Silence) as trouble:
            log.warning("a file could not be fetched: %s", trouble)
            return replace(file, fault="lost")

    def _type(self, chat: str) -> None:
        """Show that somebody is at it, where an answer takes its time."""
        self._try("sendChatAction", chat_id=int(chat), action="typing")

    def _thank(self, press: Press, chat: str, is_new: bool) -> None:
        """Stop the button's clock, and let the message show what was chosen."""
        self._try("answerCallbackQuery", callback_query_id=press.query)
        if is_new and press.message and not press.label.startswith(PRESSED):
            keyboard = pressed_keyboard(press.label, press.value)
            self._try("editMessageReplyMarkup", chat_id=int(chat), message_id=press.message, reply_markup=keyboard)

    def _aside(self, what: Callable[..., None], *args: Any) -> None:
        try:
            self._asides.submit(what, *args)
        except RuntimeError:
            log.debug("the door is closing; a button's clock runs out by itself")

    def _try(self, method: str, **parameters: Any) -> None:
        """What is only politeness: where it fails, the answer itself still comes."""
        try:
            self._wire.call(method, **parameters)
        except (Refusal, Silence) as trouble:
            log.info("%s: %s", method, trouble)
