"""How carriers let us in: tokens by OAuth as long as they last, keys, and calls that keep their distance."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from integrations.http import Call, Http

_EARLY = timedelta(minutes=2)  # a token is renewed that long before it ends
_SHORTEST, _LONGEST = 60, 86_400  # seconds a token is taken to last, whatever is said


@dataclass(frozen=True)
class Keys:
    """Who we are to a carrier."""

    identity: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """Both, as HTTP's basic authentication has them."""
        return "Basic " + base64.b64encode(f"{self.identity}:{self.secret}".encode()).decode()

    @property
    def granted(self) -> dict[str, str]:
        """What is asked with for a token of our own."""
        return {"grant_type": "client_credentials", "client_id": self.identity, "client_secret": self.secret}


@dataclass
class Token:
    """Leave to ask, as long as it lasts; fetched anew when it ends or is not taken any more."""

    fetch: Callable[[], tuple[str, timedelta]]
    clock: Clock
    _value: str = field(default="", init=False, repr=False)
    _until: datetime | None = field(default=None, init=False)

    def value(self) -> str:
        """The token of now.

        Raises:
            Trouble: there is none to be had.
        """
        now = self.clock()
        if self._until is None or now >= self._until:
            self._value, lasts = self.fetch()
            self._until = now + lasts - min(_EARLY, lasts / 2)
        return self._value

    def bearer(self) -> dict[str, str]:
        """The header that shows it."""
        return {"Authorization": f"Bearer {self.value()}"}

    def forget(self) -> None:
        """Have the next one fetched."""
        self._until = None


def oauth(http: Http, clock: Clock, call: Call) -> Token:
    """A token by OAuth 2, from the answer to a call."""

    def fetch() -> tuple[str, timedelta]:
        answer = http.json(call)
        token = answer.get("access_token") if isinstance(answer, Mapping) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Trouble(Outcome.MALFORMED, f"{http.system} answered {call.name} without a token.")
        return token, timedelta(seconds=_seconds(answer.get("expires_in")))

    return Token(fetch, clock)


def _seconds(said: Any) -> int:
    """How long a token lasts: some say it as a number, some as text."""
    return min(_LONGEST, max(_SHORTEST, int(said))) if str(said).isdigit() else _SHORTEST


@dataclass
class Apart:
    """Calls that go at least so many seconds apart."""

    seconds: float
    _next_s: float = field(default=0.0, init=False)

    def wait_s(self, call: Call, now_s: float) -> float:  # noqa: ARG002 all calls count alike
        """How long until the next may go."""
        wait = max(0.0, self._next_s - now_s)
        self._next_s = now_s + wait + self.seconds
        return wait

    def heed(self, call: Call, response: httpx.Response, now_s: float) -> None:
        """Keep to the pause, whatever is said."""
