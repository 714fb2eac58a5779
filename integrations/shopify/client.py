"""The Admin API: questions by name, paid for by the shop's own bucket, and its refusals as what they mean."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

import httpx

from core.clock import Clock, utc_now
from core.exchange.ports import Outcome, Trouble
from core.systems import Shopify
from integrations.connected import calling
from integrations.http import Call, Given, Http, as_json, undocumented
from integrations.shopify.queries import document

VERSION = "2026-10"
LABEL = "Shopify"
TOO_DEAR = "MAX_COST_EXCEEDED"
_OUTCOMES = {"THROTTLED": Outcome.THROTTLED, "ACCESS_DENIED": Outcome.FORBIDDEN, TOO_DEAR: Outcome.REFUSED}


@dataclass
class Bucket:
    """The shop's bucket of cost points, as `extensions.cost` last told: it fills at a steady rate."""

    left: float = 1000.0
    fills: float = 100.0
    told_at_s: float | None = None
    last_cost: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait_s(self, call: Call, now_s: float) -> float:
        """Until there is as much in it as such a question cost the last time."""
        with self._lock:
            if self.told_at_s is None:
                return 0.0
            there = self.left + (now_s - self.told_at_s) * self.fills
            return max(0.0, (self.last_cost.get(call.name, 10.0) - there) / self.fills)

    def heed(self, call: Call, response: httpx.Response, now_s: float) -> None:
        """Keep what an answer says of the bucket."""
        try:
            cost = json.loads(response.content)["extensions"]["cost"]
            status = cost["throttleStatus"]
            with self._lock:
                self.left, self.fills = float(status["currentlyAvailable"]), float(status["restoreRate"]) or 1.0
                self.told_at_s = now_s
                self.last_cost[call.name] = float(cost.get("requestedQueryCost") or 10.0)
        except (ValueError, KeyError, TypeError):
            return


@dataclass
class Client:
    """One shop."""

    http: Http
    url: str
    token: str = field(repr=False)

    def ask(self, name: str, variables: Mapping[str, Any] | None = None, *, repeatable: bool = True) -> dict[str, Any]:
        """The data of an answer.

        Raises:
            Trouble: there is none, or it says what is wrong with the question.
        """
        body = {"query": document(name), "variables": dict(variables or {})}
        headers = {"X-Shopify-Access-Token": self.token, "Accept": "application/json"}
        call = Call(name, "POST", self.url, headers, body=body, repeatable=repeatable)
        return self.http.answer(
            call, lambda response: _told(call, response), Outcome.THROTTLED,
            lambda _: max(1.0, self.http.pacer.wait_s(call, self.http.clock_s())),
        )  # fmt: skip

    def change(self, name: str, variables: Mapping[str, Any], *, repeatable: bool = False) -> dict[str, Any]:
        """What a mutation made; its own refusals as a Trouble.

        Raises:
            Trouble: it was refused, or nobody knows.
        """
        (payload,) = self.ask(name, variables, repeatable=repeatable).values()
        errors = payload.get("userErrors") or payload.get("orderCancelUserErrors") or []
        if errors:
            codes = ", ".join(str(one.get("code") or ".".join(one.get("field") or ()) or "no code") for one in errors)
            raise Trouble(Outcome.REFUSED, f"{LABEL} refused {name} ({codes}).")
        return dict(payload)


def client(settings: Shopify, clock: Clock = utc_now, **given: Unpack[Given]) -> Client:
    """The client of the shop in the configuration."""
    url = settings.url or f"https://{settings.shop}/admin/api/{VERSION}/graphql.json"
    return Client(calling(LABEL, settings, clock, Bucket(), **given), url, settings.token.get_secret_value())


def _told(call: Call, response: httpx.Response) -> dict[str, Any]:
    """The data of an answer, or what is wrong by the codes of its errors; messages may hold anything and are left out.

    Raises:
        Trouble: it holds no data.
    """
    answer = as_json(LABEL, call.name, response)
    if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
        raise undocumented(LABEL, call.name)
    errors = answer.get("errors") or []
    if not errors and isinstance(answer.get("data"), dict):
        return dict(answer["data"])
    codes = [_code(one) for one in errors] if isinstance(errors, list) else []
    outcome = next((_OUTCOMES[code] for code in codes if code in _OUTCOMES), Outcome.REFUSED)
    advice = {
        Outcome.THROTTLED: "too many questions; it goes on by itself later",
        Outcome.FORBIDDEN: "a scope is missing; grant it to the app",
    }.get(outcome, "the question was not accepted")
    raise Trouble(outcome, f"{LABEL} answered {call.name} with {', '.join(codes) or 'an error'}: {advice}.")


def _code(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return str(extensions.get("code") or "no code") if isinstance(extensions, dict) else "no code"
