"""Calls of Amazon's selling partner API, by a seller or a vendor: a token for an hour, and no more than a plan lets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from core.systems import SellingPartner
from integrations.http import Call, Http, Patience, as_object
from integrations.marketplaces import Pages
from integrations.reading import Json, part, said
from integrations.tokens import Token, issued, oauth

_NOT_TAKEN = frozenset({Outcome.UNAUTHORISED, Outcome.FORBIDDEN})
_LONGEST_WAIT_S = 30.0
_RESTRICTED = "/tokens/2021-03-01/restrictedDataToken"


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
            "ship": Bucket(2, 10),
            "label": Bucket(80, 100),
            "tracking": Bucket(1, 1),  # none is published
            "restricted_token": Bucket(1, 10),
            "addresses": Bucket(0.0167, 20),
            "purchase_orders": Bucket(10, 10),
            "purchase_order": Bucket(10, 10),
            "purchase_orders_status": Bucket(10, 10),
            "acknowledge": Bucket(10, 10),
            "vendor_shipments": Bucket(10, 10),
            "vendor_notice": Bucket(10, 10),
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
    """Amazon, as one selling partner sees it."""

    def __init__(self, section: SellingPartner, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._url, self._clock = section.url, clock
        self._http = Http("Amazon", Patience(timeout_s=section.timeout_s), Plans(), transport, clock)
        form = {
            "grant_type": "refresh_token", "refresh_token": section.refresh_token.get_secret_value(),
            "client_id": section.client_id, "client_secret": section.client_secret.get_secret_value(),
        }  # fmt: skip
        self._token = oauth(self._http, clock, Call("token", "POST", section.login_url, form=form, repeatable=True))

    def get(
        self,
        name: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        token: Token | None = None,
    ) -> Json:
        """An answer; `token` is a restricted one, where personal data are asked for.

        Raises:
            Trouble: there is none.
        """
        call = Call(name, "GET", f"{self._url}{path}", headers or {}, params)
        return as_object("Amazon", name, self._ask(call, token))

    def restricted(self, path: str, elements: Sequence[str]) -> Token:
        """Leave to see personal data by reading one path, of these elements alone, as long as it lasts."""
        resource = {"method": "GET", "path": path, "dataElements": list(elements)}
        body = {"restrictedResources": [resource]}
        call = Call("restricted_token", "POST", f"{self._url}{_RESTRICTED}", body=body, repeatable=True)
        named = ("restrictedDataToken", "expiresIn")
        return Token(
            lambda: issued("Amazon", call.name, as_object("Amazon", call.name, self._ask(call)), named), self._clock
        )

    def tell(self, name: str, path: str, body: Any) -> Json:
        """The answer to what changes something there, if it has one; it is not said twice by itself.

        Raises:
            Trouble: it could not be said, or nobody knows.
        """
        call = Call(name, "POST", f"{self._url}{path}", body=body)
        response = self._ask(call)
        return as_object("Amazon", name, response) if response.content else {}

    def pages(self, name: str, path: str, params: Callable[[str], Mapping[str, str]], at: str) -> Pages:
        """Answers page by page, each with the token of the next; `params` says how a token is given."""
        while True:
            answer = self.get(name, path, params(at))
            paged = part(answer, "pagination") or part(answer, "payload", "pagination") or answer
            at = said(paged, "nextToken")
            yield answer, at
            if not at:
                return

    def _ask(self, call: Call, token: Token | None = None) -> httpx.Response:
        def ask() -> httpx.Response:
            shown = token.value() if token else self._access()
            headers = {**call.headers, "Accept": "application/json", "x-amz-access-token": shown}
            return self._http.send(replace(call, headers=headers))

        return (token or self._token).renewing(ask, _NOT_TAKEN)

    def _access(self) -> str:
        try:
            return self._token.value()
        except Trouble as trouble:
            if trouble.outcome is Outcome.REFUSED:
                told = "Amazon gives no token: the client or its refresh token is wrong; authorise the app again."
                raise Trouble(Outcome.UNAUTHORISED, told) from trouble
            raise


def paged(name: str, asked: Mapping[str, str]) -> Callable[[str], Mapping[str, str]]:
    """What is asked for a page, with its token under a name."""
    return lambda at: {**asked, name: at} if at else asked
