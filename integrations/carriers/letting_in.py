"""How carriers let us in: keys, and calls that keep their distance."""

import base64
from dataclasses import dataclass, field

import httpx

from integrations.http import Call


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
