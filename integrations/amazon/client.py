"""Calls of Amazon's selling partner API: a token for an hour, and no more calls than a plan lets pass."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from core.systems import Amazon
from integrations.http import Call, Http, Patience
from integrations.reading import Json, part, said

_RENEWED_EARLY = timedelta(minutes=2)
_LONGEST_WAIT_S = 30.0


@dataclass
class Bucket:
    """Calls that may go now, filling up again at a rate a second."""

    rate: float
    burst: float
    left: float = -1.0
    seen_s: float = 0.0

    def wait_s(self, now_s: float) -> float:
        """Take one, or say how long until there is one."""
        self.left = self.burst if self.left < 0 else min(self.burst, self.left + (now_s - self.seen_s) * self.rate)
        self.seen_s = now_s
        if self.left < 1:
            return (1 - self.left) / self.rate
        self.left -= 1
        return 0.0


@dataclass
class Plans:
    """The usage plans of the operations that are called: their published rates, or what an answer's header says."""

    buckets: dict[str, Bucket] = field(
        default_factory=lambda: {
            "orders": Bucket(0.0056, 20),
            "order": Bucket(0.5, 30),
            "stock": Bucket(2, 2),
            "returns": Bucket(0.5, 5),
        }
    )

    def wait_s(self, call: Call, now_s: float) -> float:
        """How long until this call may go.

        Raises:
            Trouble: that is too long to wait for; it goes on by itself the next time.
        """
        bucket = self.buckets.get(call.name)
        wait = bucket.wait_s(now_s) if bucket else 0.0
        if wait > _LONGEST_WAIT_S:
            told = f"Amazon lets no more calls of {call.name} pass for {wait:.0f} s; it goes on by itself."
            raise Trouble(Outcome.THROTTLED, told, after_s=wait)
        if wait and bucket:
            bucket.left = 0.0
            bucket.seen_s = now_s + wait
        return wait

    def heed(self, call: Call, response: httpx.Response, now_s: float) -> None:  # noqa: ARG002 the plan has no moment
        """Keep to the rate that an answer names."""
        try:
            rate = float(response.headers.get("x-amzn-ratelimit-limit", ""))
        except ValueError:
            return
        if call.name in self.buckets and rate > 0:
            self.buckets[call.name].rate = rate


class Client:
    """Amazon's marketplaces, as one selling partner sees them."""

    def __init__(self, section: Amazon, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._section = section
        self._clock = clock
        self._token = ""
        self._good_until: datetime | None = None
        self._http = Http("Amazon", Patience(timeout_s=section.timeout_s), Plans(), transport, clock)

    def get(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        """An answer.

        Raises:
            Trouble: there is none.
        """
        fresh = self._good_until is None
        try:
            return self._ask(name, path, params)
        except Trouble as trouble:
            if trouble.outcome not in {Outcome.UNAUTHORISED, Outcome.FORBIDDEN} or fresh:
                raise
            self._good_until = None
            return self._ask(name, path, params)

    def pages(
        self, name: str, path: str, params: Callable[[str], Mapping[str, str]], at: str
    ) -> Iterator[tuple[Json, str]]:
        """Answers page by page, each with the token of the next; `params` says how a token is given."""
        while True:
            answer = self.get(name, path, params(at))
            at = said(part(answer, "pagination"), "nextToken") or said(answer, "nextToken")
            yield answer, at
            if not at:
                return

    def _ask(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        headers = {"Accept": "application/json", "x-amz-access-token": self._access()}
        answer: Any = self._http.json(Call(name, "GET", f"{self._section.url}{path}", headers, params))
        if not isinstance(answer, dict):
            raise Trouble(Outcome.MALFORMED, f"Amazon answered {name} with what is no object.")
        return answer

    def _access(self) -> str:
        now = self._clock()
        if self._good_until is None or now >= self._good_until:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self._section.refresh_token.get_secret_value(),
                "client_id": self._section.client_id,
                "client_secret": self._section.client_secret.get_secret_value(),
            }
            call = Call("token", "POST", self._section.login_url, form=form, repeatable=True)
            try:
                answer = self._http.json(call)
            except Trouble as trouble:
                if trouble.outcome is Outcome.REFUSED:
                    told = "Amazon gives no token: the client or its refresh token is wrong; authorise the app again."
                    raise Trouble(Outcome.UNAUTHORISED, told) from trouble
                raise
            if not isinstance(answer, dict) or not said(answer, "access_token"):
                raise Trouble(Outcome.MALFORMED, "Amazon gave no token.")
            self._token = said(answer, "access_token")
            self._good_until = now + timedelta(seconds=int(answer.get("expires_in") or 3600)) - _RENEWED_EARLY
        return self._token
