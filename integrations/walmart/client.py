"""Calls of Walmart's marketplace: a token for a quarter of an hour, pages by its own cursor, its limits obeyed."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from core.systems import Walmart
from integrations.http import Call, Http, Patience
from integrations.reading import part, said

_SERVICE = "Walmart Marketplace"
_RENEWED_EARLY = timedelta(minutes=1)


@dataclass
class TokensLeft:
    """Keeps to what every answer says is left: calls that may go now, and when there are more."""

    _free_from_s: dict[str, float] = field(default_factory=dict)

    def wait_s(self, call: Call, now_s: float) -> float:
        """How long until calls of this name may go again."""
        return max(0.0, self._free_from_s.get(call.name, 0.0) - now_s)

    def heed(self, call: Call, response: httpx.Response, now_s: float) -> None:
        """Remember when a bucket that is empty is filled again."""
        left, at_ms = response.headers.get("x-current-token-count"), response.headers.get("x-next-replenish-time")
        sent_ms = response.headers.get("x-current-time-ms", "")
        if left is None or not left.isdigit() or int(left) > 0 or not (at_ms or "").isdigit():
            return
        pause = (int(at_ms) - int(sent_ms)) / 1000 if sent_ms.isdigit() else _pause_s(response, int(at_ms))
        self._free_from_s[call.name] = now_s + min(max(pause, 0.0), 60.0)


def _pause_s(response: httpx.Response, at_ms: int) -> float:
    """From the moment that the answer itself says it is."""
    from email.utils import parsedate_to_datetime

    try:
        return at_ms / 1000 - parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return 1.0


class Client:
    """Walmart's marketplace, as one seller sees it."""

    def __init__(self, section: Walmart, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._section = section
        self._clock = clock
        self._token = ""
        self._good_until: datetime | None = None
        patience = Patience(timeout_s=section.timeout_s)
        self._http = Http("Walmart", patience, TokensLeft(), transport, clock)

    def get(self, name: str, path: str, params: Mapping[str, str]) -> Any:
        """An answer.

        Raises:
            Trouble: there is none.
        """
        return self._renewing(lambda: self._http.json(self._call(name, "GET", path, params)))

    def acknowledge(self, purchase_order: str) -> None:
        """Say that an order will be sent; saying so twice is saying so once.

        Raises:
            Trouble: it could not be said.
        """
        path = f"/v3/orders/{purchase_order}/acknowledge"
        self._renewing(lambda: self._http.json(self._call("acknowledge", "POST", path, {}, repeatable=True)))

    def pages(self, name: str, path: str, params: Mapping[str, str], at: str) -> Iterator[tuple[Any, str]]:
        """Answers page by page, each with the place of the next; the last one with none."""
        while True:
            asked = dict(httpx.QueryParams(at.lstrip("?"))) if at else params
            answer = self.get(name, path, asked)
            meta = part(answer, "list", "meta") or part(answer, "meta")
            at = said(meta, "nextCursor")
            yield answer, at
            if not at:
                return

    def _renewing(self, ask: Callable[[], Any]) -> Any:
        """Ask, once more with a new token where the one we have is not taken any longer."""
        fresh = self._good_until is None
        try:
            return ask()
        except Trouble as trouble:
            if trouble.outcome is not Outcome.UNAUTHORISED or fresh:
                raise
            self._good_until = None
            return ask()

    def _call(
        self, name: str, method: str, path: str, params: Mapping[str, str], *, repeatable: bool | None = None
    ) -> Call:
        headers = {**self._headers(), "WM_SEC.ACCESS_TOKEN": self._access()}
        return Call(name, method, f"{self._section.url}{path}", headers, params, repeatable=repeatable)

    def _access(self) -> str:
        now = self._clock()
        if self._good_until is None or now >= self._good_until:
            keys = httpx.BasicAuth(self._section.client_id, self._section.client_secret.get_secret_value())
            request = next(keys.auth_flow(httpx.Request("POST", self._section.url)))
            headers = {**self._headers(), "Authorization": request.headers["Authorization"]}
            form = {"grant_type": "client_credentials"}
            call = Call("token", "POST", f"{self._section.url}/v3/token", headers, form=form, repeatable=True)
            answer = self._http.json(call)
            if not isinstance(answer, dict) or not said(answer, "access_token"):
                raise Trouble(Outcome.MALFORMED, "Walmart gave no token.")
            self._token = said(answer, "access_token")
            self._good_until = now + timedelta(seconds=int(answer.get("expires_in") or 900)) - _RENEWED_EARLY
        return self._token

    @staticmethod
    def _headers() -> dict[str, str]:
        return {"Accept": "application/json", "WM_SVC.NAME": _SERVICE, "WM_QOS.CORRELATION_ID": str(uuid.uuid4())}
