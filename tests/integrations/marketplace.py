"""What stand-ins for marketplaces have in common: they remember what was asked, have trouble, and know their papers."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from integrations.http import Http
from tests.standing_in import Answering, Quiet

Json = dict[str, Any]


def at_hand(folder: str) -> Path | None:
    """The folder of a vendor's published descriptions, where it is."""
    ups = Path(__file__).parents
    return next((found for up in ups if (found := up.parent / "shared/data/api" / folder).is_dir()), None)


@cache
def published(path: Path) -> Json:
    """A vendor's own description."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: Json = json.load(file)
    return found


Between = Callable[[httpx.BaseTransport], httpx.BaseTransport]
"""Who stands between us and a system."""


@dataclass
class StandIn:
    """What it was asked, what trouble is set for the next calls of a path, and how many tokens it gave.

    To paths of `loses_answers` it does what it is told once, and its answer does not arrive.
    """

    asked: list[httpx.Request] = field(default_factory=list)
    troubles: dict[str, list[httpx.Response | Exception]] = field(default_factory=dict)
    loses_answers: set[str] = field(default_factory=set)
    tokens: int = 0
    page: int = 200

    @property
    def transport(self) -> httpx.MockTransport:
        """The way to it."""
        return httpx.MockTransport(self._answer)

    def paths(self, method: str = "") -> list[str]:
        """What was asked for, in order, by any method or one."""
        return [request.url.path for request in self.asked if method in {"", request.method}]

    def bodies(self, ending: str) -> list[Json]:
        """What was sent to paths that end so."""
        return [json.loads(one.content) for one in self.asked if one.url.path.endswith(ending) and one.content]

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The answer where there is no trouble."""
        raise NotImplementedError

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if waiting := self.troubles.get(request.url.path):
            trouble = waiting.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        answer = self.respond(request)
        if request.url.path in self.loses_answers:
            self.loses_answers.remove(request.url.path)
            raise httpx.ReadTimeout("lost")
        return answer


@contextmanager
def serving(standin: StandIn) -> Iterator[str]:
    """The stand-in on a loopback address."""

    class Door(Answering, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            url = f"http://{self.headers['host']}{self.path}"
            answer = standin.respond(httpx.Request(self.command, url, headers=dict(self.headers), content=body))
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815

    server = Quiet(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def undocumented(
    request: httpx.Request, descriptions: Sequence[Path], also: frozenset[str] = frozenset(), body: Json | None = None
) -> None:
    """Fail where no description knows such a call, with these parameters and such a body.

    `also` are parameters too, and `body` is the schema of a body that the description has wrong.
    """
    operations = [
        (template, methods[request.method.lower()], description)
        for description in descriptions
        for template, methods in published(description)["paths"].items()
        if request.method.lower() in methods and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), request.url.path)
    ]
    assert operations, f"no {request.method} {request.url.path} is documented"
    template, operation, description = min(operations, key=lambda one: "{" in one[0])
    in_query = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
    unknown = set(request.url.params) - set(in_query) - also
    assert not unknown, f"{template} has no {unknown}"
    for name, one in in_query.items():
        assert name in request.url.params or not one.get("required"), f"{template} needs {name}"
        words = one.get("items", {}).get("enum")
        assert not words or set(request.url.params.get(name, words[0]).split(",")) <= set(words), request.url
    wanted = body or _body(operation)
    assert wanted is not None or not request.content, f"{template} takes no body"
    if wanted is not None:
        refuse(json.loads(request.content), wanted, published(description))


def _body(operation: Json) -> Json | None:
    """The schema of a body, in either edition of OpenAPI."""
    old: Json | None = next((one["schema"] for one in operation.get("parameters", ()) if one["in"] == "body"), None)
    content: Json = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return old or content.get("schema")


def refuse(body: Json, schema: Mapping[str, Any], description: Json) -> None:
    """Fail where a body is not as it should be."""
    roots = {name: description[name] for name in ("components", "definitions") if name in description}
    faults = [f"{one.json_path}: {one.message}" for one in Draft202012Validator({**schema, **roots}).iter_errors(body)]
    assert not faults, faults


def hurry(made: Any) -> None:
    """Have a system lose no time between calls: a quarter of a minute has passed whenever it looks at the clock."""
    passing = count(0.0, 15.0)
    for http in _https(made, 5):
        http.sleep = lambda _seconds: None
        http.clock_s = lambda: next(passing)


def _https(thing: Any, depth: int) -> Iterator[Http]:
    """What a system calls with, wherever it keeps it."""
    if isinstance(thing, Http):
        yield thing
    elif depth and isinstance(thing, list | tuple):
        for one in thing:
            yield from _https(one, depth - 1)
    elif depth and hasattr(thing, "__dict__"):
        for one in vars(thing).values():
            yield from _https(one, depth - 1)
