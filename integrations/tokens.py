"""Leave to call another system, as long as it lasts: a token that is fetched when it is needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from integrations.http import Call, Http

Answer = TypeVar("Answer")

_EARLY = timedelta(minutes=2)  # a token is renewed that long before it ends
_SHORTEST, _LONGEST = 60, 86_400  # seconds a token is taken to last, whatever is said
_NOT_TAKEN = frozenset({Outcome.UNAUTHORISED})


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

    def renewing(self, ask: Callable[[], Answer], refusals: frozenset[Outcome] = _NOT_TAKEN) -> Answer:
        """Ask; once more with a new token where the one we had is not taken: it may have been withdrawn early.

        Raises:
            Trouble: as asking does.
        """
        is_fresh = self._until is None
        try:
            return ask()
        except Trouble as trouble:
            if trouble.outcome not in refusals or is_fresh:
                raise
            self._until = None
            return ask()


def oauth(http: Http, clock: Clock, call: Call) -> Token:
    """A token by OAuth 2, from the answer to a call."""

    return Token(lambda: issued(http.system, call.name, http.json(call), ("access_token", "expires_in")), clock)


def issued(system: str, name: str, answer: Any, named: tuple[str, str]) -> tuple[str, timedelta]:
    """The token in an answer and how long it lasts, by what both are called there.

    Raises:
        Trouble: there is none.
    """
    told = answer if isinstance(answer, Mapping) else {}
    token, lasts = (told.get(one) for one in named)
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise Trouble(Outcome.MALFORMED, f"{system} answered {name} without a token.")
    return token, timedelta(seconds=_seconds(lasts))


def _seconds(said: Any) -> int:
    """How long a token lasts: some say it as a number, some as text."""
    return min(_LONGEST, max(_SHORTEST, int(said))) if str(said).isdigit() else _SHORTEST
