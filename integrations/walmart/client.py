"""Calls of Walmart's marketplace: a token for a quarter of an hour, pages by its own cursor, its limits obeyed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from core.systems import Walmart
from integrations.http import Call, Http, Patience
from integrations.marketplaces import Pages
from integrations.reading import Json, part, said
from integrations.tokens import oauth

_HEADERS = {"Accept": "application/json", "WM_SVC.NAME": "Walmart Marketplace"}


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
    try:
        return at_ms / 1000 - parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return 1.0


class Client:
    """Walmart's marketplace, as one seller sees it."""

    def __init__(self, section: Walmart, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._url = section.url
        patience = Patience(timeout_s=section.timeout_s)
        self._http = Http("Walmart", patience, TokensLeft(), transport, clock)
        keys = httpx.BasicAuth(section.client_id, section.client_secret.get_secret_value())
        asked = next(keys.auth_flow(httpx.Request("POST", self._url)))
        basic = {"Authorization": asked.headers["Authorization"], "WM_QOS.CORRELATION_ID": str(uuid.uuid4())}
        form = {"grant_type": "client_credentials"}
        call = Call("token", "POST", f"{self._url}/v3/token", {**_HEADERS, **basic}, form=form, repeatable=True)
        self._token = oauth(self._http, clock, call)

    def get(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        """An answer.

        Raises:
            Trouble: there is none.
        """
        return self._ask(Call(name, "GET", f"{self._url}{path}", params=params))

    def change(
        self,
        name: str,
        path: str,
        body: Any = None,
        *,
        method: str = "POST",
        params: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Json:
        """The answer to what changes something there; `repeatable` where saying so twice is saying so once.

        Raises:
            Trouble: it could not be said, or nobody knows.
        """
        call = Call(name, method, f"{self._url}{path}", params=params or {}, body=body, repeatable=repeatable)
        return self._ask(call)

    def pages(self, name: str, path: str, params: Mapping[str, str], at: str) -> Pages:
        """Answers page by page, each with the place of the next; the last one with none."""
        while True:
            asked = dict(httpx.QueryParams(at.lstrip("?"))) if at else params
            answer = self.get(name, path, asked)
            meta = part(answer, "list", "meta") or part(answer, "meta")
            at = said(meta, "nextCursor")
            yield answer, at
            if not at:
                return

    def _ask(self, call: Call) -> Json:
        def ask() -> Any:
            mine = {"WM_QOS.CORRELATION_ID": str(uuid.uuid4()), "WM_SEC.ACCESS_TOKEN": self._token.value()}
            return self._http.json(replace(call, headers={**_HEADERS, **mine}))

        answer = self._token.renewing(ask)
        if not isinstance(answer, dict):
            raise Trouble(Outcome.MALFORMED, f"Walmart answered {call.name} with what is no object.")
        return answer
