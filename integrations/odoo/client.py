"""Calls of Odoo's external API: by JSON-RPC or, from Odoo 19 on, by JSON-2; its refusals as what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import httpx

from core.clock import Clock
from core.exchange.ports import Outcome, Trouble
from core.systems import Odoo
from integrations.connected import calling
from integrations.http import Call, Given, Http, as_json, undocumented
from integrations.reading import Json

PAGE = 200
_POSITIONAL = ("ids", "vals_list", "vals")  # JSON-RPC takes these by their place, and finds no records without
_OUTCOMES = {
    "AccessDenied": Outcome.UNAUTHORISED,
    "SessionExpiredException": Outcome.UNAUTHORISED,
    "AccessError": Outcome.FORBIDDEN,
    "TooManyRequests": Outcome.THROTTLED,
    "SerializationFailure": Outcome.SILENT,
    "LockNotAvailable": Outcome.SILENT,
    "OperationalError": Outcome.SILENT,
    "PoolError": Outcome.SILENT,
}
_ADVICE = {
    Outcome.UNAUTHORISED: "the user or the key is wrong or has expired; make a new key",
    Outcome.FORBIDDEN: "an access right is missing; grant it to the user",
    Outcome.THROTTLED: "too many calls; it goes on by itself later",
    Outcome.SILENT: "it is busy; it is tried again",
    Outcome.REFUSED: "it was not accepted; look at the record there",
}


@dataclass
class Client:
    """One database, as one user sees it."""

    section: Odoo
    http: Http
    _user: int = 0
    _fields: dict[str, frozenset[str]] = field(default_factory=dict)

    def ask(self, model: str, method: str, *, repeatable: bool = True, **named: Any) -> Any:
        """What a method of a model answers.

        Raises:
            Trouble: there is no answer, or it says what is wrong with the question.
        """
        if self.section.language:
            named["context"] = {**named.get("context", {}), "lang": self.section.language}
        name = f"{method} of {model}"
        if self.section.api == "json-2":
            return self._by_json_2(name, f"{model}/{method}", named, repeatable=repeatable)
        args = [named.pop(one) for one in _POSITIONAL if one in named]
        return self._by_json_rpc(name, "object", "execute_kw", [model, method, args, named], repeatable=repeatable)

    def found(self, model: str, domain: Sequence[Any], fields: Sequence[str], **more: Any) -> list[Json]:
        """Records that fit, archived ones too, with those of the fields that this version has."""
        known = self.fields_of(model)
        wanted = [one for one in fields if one in known]
        archived_too = {"active_test": False}
        answer = self.ask(model, "search_read", domain=list(domain), fields=wanted, context=archived_too, **more)
        if not isinstance(answer, list):
            raise undocumented(self.section.label, f"search_read of {model}")
        return answer

    def pages(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], after: int, size: int = PAGE
    ) -> Iterator[list[Json]]:
        """The same by ascending ids, page after page from behind an id; what is changed meanwhile moves nothing."""
        while True:
            beyond = [*domain, ["id", ">", after]]
            page = self.found(model, beyond, fields, order="id", limit=size)
            if page:
                yield page
            if len(page) < size:
                return
            after = page[-1]["id"]

    def by_id(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Json]:
        """The records of some ids, as far as there are any that we may see."""
        found: dict[int, Json] = {}
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), PAGE):
            some = [["id", "in", wanted[first : first + PAGE]]]
            found |= {one["id"]: one for one in self.found(model, some, fields)}
        return found

    def fields_of(self, model: str) -> frozenset[str]:
        """What a model is made of there: names differ between versions and with the apps that are installed."""
        if model not in self._fields:
            told = self.ask(model, "fields_get", attributes=["type"])
            if not isinstance(told, Mapping):
                raise undocumented(self.section.label, f"fields_get of {model}")
            self._fields[model] = frozenset(told)
        return self._fields[model]

    def name_of(self, model: str, *names: str) -> str:
        """The first of these fields that a model has."""
        known = self.fields_of(model)
        return next((one for one in names if one in known), names[0])

    def _by_json_2(self, name: str, path: str, named: Mapping[str, Any], *, repeatable: bool) -> Any:
        headers = {
            "Authorization": f"bearer {self.section.key.get_secret_value()}",
            "X-Odoo-Database": self.section.database,
        }
        url = f"{self.section.url}/json/2/{path}"
        answer = self.http.json(Call(name, "POST", url, headers, body=dict(named), repeatable=repeatable))
        if isinstance(answer, dict) and "error" in answer:
            raise undocumented(self.section.label, name)
        return answer

    def _by_json_rpc(self, name: str, service: str, method: str, args: list[Any], *, repeatable: bool) -> Any:
        who = [self.section.database, self._user or self._log_in(), self.section.key.get_secret_value()]
        return self._rpc(name, service, method, [*who, *args], repeatable=repeatable)

    def _log_in(self) -> int:
        who = [self.section.database, self.section.user, self.section.key.get_secret_value(), {}]
        user = self._rpc("authenticate", "common", "authenticate", who, repeatable=True)
        if not user:
            raise Trouble(Outcome.UNAUTHORISED, _told(self.section.label, "authenticate", Outcome.UNAUTHORISED, ""))
        self._user = int(user)
        return self._user

    def _rpc(self, name: str, service: str, method: str, args: list[Any], *, repeatable: bool) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        call = Call(name, "POST", f"{self.section.url}/jsonrpc", body=body, repeatable=repeatable)
        return self.http.answer(call, lambda response: self._result(call, response), Outcome.SILENT, float)

    def _result(self, call: Call, response: httpx.Response) -> Any:
        answer = as_json(self.section.label, call.name, response)
        if not isinstance(answer, dict) or not ("result" in answer or "error" in answer):
            raise undocumented(self.section.label, call.name)
        if "error" in answer:
            raise self._refusal(call.name, answer["error"])
        return answer["result"]

    def _refusal(self, name: str, error: Any) -> Trouble:
        """What an error means, by its class: messages may hold anything and are left out.

        A transaction that failed was rolled back: what raised an error did nothing.
        """
        told = error.get("data") if isinstance(error, dict) else None
        kind = str(told.get("name") or "") if isinstance(told, dict) else ""
        outcome = _OUTCOMES.get(kind.rpartition(".")[2], Outcome.REFUSED)
        return Trouble(outcome, _told(self.section.label, name, outcome, kind.rpartition(".")[2]))


def client(section: Odoo, clock: Clock, **given: Unpack[Given]) -> Client:
    """The client of the database in the configuration."""
    return Client(section, calling(section.label, section, clock, **given))


def _told(label: str, name: str, outcome: Outcome, kind: str) -> str:
    because = f" ({kind})" if kind else ""
    return f"{label} answered {name} with “{outcome.value}”{because}: {_ADVICE[outcome]}."
