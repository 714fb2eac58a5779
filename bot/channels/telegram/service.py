"""The Telegram door as a whole: what is told to Telegram at the start, what runs, and how it ends."""

import logging
import secrets
import threading
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from bot.channels.telegram import CHANNEL, webhook
from bot.channels.telegram.commands import menu
from bot.channels.telegram.courier import TelegramCourier
from bot.channels.telegram.door import Door
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.updates import WANTED, Ear, Me
from bot.channels.telegram.wire import Refusal, Silence, Wire
from core.config import Config
from core.errors import PortalError
from core.portal import Portal

log = logging.getLogger(__name__)
_LOOKS_EVERY_S, _LAST_LETTERS_S = 2.0, 3.0
_TRIES_AGAIN_S = (2.0, 10.0, 60.0)
_PRIVATE = {"type": "all_private_chats"}


class TelegramDoor:
    """Everything that runs for Telegram in one process."""

    def __init__(self, portal: Portal, config: Config) -> None:
        self._portal = portal
        self._config = config
        settings = config.telegram
        token = settings.token.get_secret_value().strip()
        self.wire = Wire(settings.api_url, token, settings.timeout_s)
        self.courier = TelegramCourier(self.wire, portal.enclosed, self._may_be_repeat)
        self.door = Door(portal, self.wire, Ear(Me(_number_of(token))))
        self._polling = Polling(portal, self.wire, self.door, settings.poll_s) if settings.mode == "polling" else None
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._introduce, name="telegram-introducing", daemon=True),
            threading.Thread(target=self._watch, name="telegram-watching", daemon=True),
        ]

    @property
    def routes(self) -> APIRouter | None:
        """What the web door has to offer Telegram, where Telegram calls us."""
        settings = self._config.telegram
        return webhook.router(settings, self.door) if settings.mode == "webhook" else None

    def start(self) -> None:
        """Begin to listen; Telegram being away stops nothing."""
        self.door.ear = replace(self.door.ear, languages=self._portal.languages)
        for thread in self._threads:
            thread.start()
        if self._polling is not None:
            self._polling.start()

    def stop(self) -> None:
        """Listen no more, and finish what is under way."""
        self._stopping.set()
        if self._polling is not None:
            self._polling.stop()
        self.door.close()
        self._portal.rest(CHANNEL, _LAST_LETTERS_S)
        for thread in self._threads:
            thread.join(timeout=2)
        self.wire.close()

    def _may_be_repeat(self, language: str) -> str:
        return self._portal.say(language, "", "may_be_repeat")

    def _watch(self) -> None:
        """Find what was stored and not answered, by whomever."""
        while not self._stopping.wait(_LOOKS_EVERY_S):
            try:
                self.door.look_after()
            except PortalError as trouble:
                log.warning("chats cannot be looked after just now: %s", trouble)
            except Exception:
                log.exception("looking after chats failed", extra={"reference": secrets.token_hex(4)})

    def _introduce(self) -> None:
        """Tell Telegram who we are, as soon as it listens."""
        tries = 0
        while not self._stopping.is_set():
            try:
                self._tell_telegram()
            except (Refusal, Silence) as trouble:
                asked = trouble.retry_after if isinstance(trouble, Refusal) else None
                log.warning("Telegram could not be told about the bot: %s", trouble)
                self._stopping.wait(asked or _TRIES_AGAIN_S[min(tries, len(_TRIES_AGAIN_S) - 1)])
                tries += 1
            else:
                return

    def _tell_telegram(self) -> None:
        me = self.wire.call("getMe")
        self.door.ear = Ear(Me(int(me["id"]), str(me.get("username", ""))), self._portal.languages)
        settings = self._config.telegram
        if settings.mode == "webhook":
            address = f"{self._config.web.base_url}{webhook.PATH}"
            secret = settings.webhook_secret.get_secret_value()
            self.wire.call("setWebhook", url=address, secret_token=secret, allowed_updates=list(WANTED))
        for language in self._portal.languages:
            self._tell_in(language)

    def _tell_in(self, language: str) -> None:
        """The menu of commands and what an empty chat shows, in a language; the first one is everybody else's too."""
        code = None if language == self._portal.languages[0] else language

        def label(intent: str) -> str:
            return self._portal.say(language, intent, "label")

        about = self._portal.say(language, "", "about_bot", shop=self._config.shop.name)
        told: dict[str, dict[str, Any]] = {
            "setMyCommands": {"commands": menu(label), "scope": _PRIVATE},
            "setMyDescription": {"description": about[:512]},
        }
        for method, parameters in told.items():
            self.wire.call(method, **parameters, language_code=code)


def _number_of(token: str) -> int:
    """The bot's own number, which its token begins with."""
    number = token.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() else 0


def faults_of(telegram: TelegramDoor, config: Config) -> tuple[str, list[str]]:
    """The bot's name as Telegram knows it, and what is wrong between us.

    Raises:
        Refusal: Telegram does not take the token.
        Silence: Telegram cannot be reached.
    """
    name = str(telegram.wire.call("getMe").get("username", ""))
    told = telegram.wire.call("getWebhookInfo")
    faults = []
    wanted = f"{config.web.base_url}{webhook.PATH}" if config.telegram.mode == "webhook" else ""
    if wanted and not wanted.startswith("https://") and config.telegram.api_url == "https://api.telegram.org":
        faults.append("Telegram calls only addresses that begin with https; set web.public_url.")
    if told.get("last_error_message") and wanted:
        faults.append(f"Telegram could not call us lately: {told['last_error_message']}")
    if wanted and told.get("url") not in {"", wanted}:
        faults.append("Telegram calls another address; `storekeeper serve` sets ours.")
    return name, faults
