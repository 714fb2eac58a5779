"""What all pages share: the portal behind the door, the shop's configuration, and whether the door is closing."""

import hashlib
import hmac
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request

from bot.web.paper import Paper
from core.config import Config
from core.errors import ConfigError
from core.portal import Portal

_SHORTEST_SECRET = 16
_MOST_LISTENERS = 200


@dataclass(frozen=True)
class Door:
    """The web door; `hints` are the demo's addresses to try, each with what there is to see."""

    portal: Portal
    config: Config
    demo: bool
    paper: Paper
    hints: Sequence[tuple[str, str]] = ()
    closing: threading.Event = field(default_factory=threading.Event)
    listeners: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(_MOST_LISTENERS))

    def __post_init__(self) -> None:
        """Refuse a secret too short to seal forms with."""
        if len(self._secret) < _SHORTEST_SECRET:
            raise ConfigError(f"web.secret is too short; give at least {_SHORTEST_SECRET} characters.")

    @property
    def is_https(self) -> bool:
        """Whether people reach the shop by https, so that cookies may insist on it."""
        return self.config.web.base_url.startswith("https://")

    @property
    def _secret(self) -> bytes:
        return self.config.web.secret.get_secret_value().encode()

    def guest_form_token(self, browser: str) -> str:
        """What a form of somebody not signed in has to bring back; only this browser's forms carry it."""
        return hmac.digest(self._secret, f"storekeeper form\n{browser}".encode(), hashlib.sha256).hex()


def door_of(request: Request) -> Door:
    """The door a request came in by."""
    door: Door = request.app.state.door
    return door
