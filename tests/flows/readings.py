"""What connected systems answer when they are read, with hostile strings wherever they hand on any."""

import csv
import io
import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import httpx

from bot.web.app import create_app
from core.accounts import identity
from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.conftest import SettableClock
from tests.flows.canaries import open_marked_shop
from tests.flows.machines import everywhere, in_one_place
from tests.flows.trying import CONTROLS, Door, Trying
from tests.integrations.amazon.market import NOW
from tests.integrations.marketplace import hurry
from tests.promises.books import read
from tests.shop import BOSS

_FOLDER = Path(__file__).parents[2] / "integrations"
NAMES = sorted(path.parent.name for path in _FOLDER.glob("*/backend.py"))
_OURS = ("orders", "order_lines", "customers")
_MOST_CALLS = 400
_RECOVERS_IN = 3
"""Readings: a place that a system does not take is given up when it fails twice."""
_PAGES = ("/planner", "/planner/post")


@dataclass
class Between(httpx.BaseTransport):
    """Hands on what a system answers, with the text in one place of it, or in every one, while there is a text."""

    inner: httpx.BaseTransport
    text: str | None = None
    is_everywhere: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    calls: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer."""
        self.calls += 1
        if self.calls > _MOST_CALLS:
            raise httpx.ConnectError("it was asked too often")
        answer = self.inner.handle_request(request)
        content = answer.read()
        if self.text is None or not content or "token" in request.url.path:
            return answer
        kept = {name: value for name, value in answer.headers.items() if name.startswith("content-type")}
        return httpx.Response(answer.status_code, headers=kept, content=self._spoilt(content), request=request)

    def close(self) -> None:
        """Hang up."""
        self.inner.close()

    def _spoilt(self, content: bytes) -> bytes:
        try:
            return self._json(content)
        except ValueError:
            rows = list(csv.reader(io.StringIO(content.decode())))
            into = io.StringIO()
            csv.writer(into).writerows([self._changed(row) for row in rows])
            return into.getvalue().encode("utf-8", "surrogatepass")

    def _json(self, content: bytes) -> bytes:
        lines = content.decode().strip().split("\n")
        found = [json.loads(line) for line in lines] if len(lines) > 1 else [json.loads(content)]
        return "\n".join(json.dumps(self._changed(one)) for one in found).encode()

    def _changed(self, value: Any) -> Any:
        assert self.text is not None
        if not isinstance(value, dict | list) or not value:
            return value
        return (
            everywhere(value, self.text) if self.is_everywhere else in_one_place(value, self.text, next(self.numbers))
        )


@dataclass
class Readings(Trying):
    """One shop that reads every system there is; what was good before is good again once the system is."""

    CHANGING: ClassVar[Collection[str]] = NAMES
    MACHINES: ClassVar[Collection[str]] = NAMES
    portal: Portal
    database: Database
    browser: Browser
    ways: dict[str, Between]

    def __post_init__(self) -> None:
        """Nothing was looked at yet."""
        self._last = {}
        self._good = self._rows()

    def all(self) -> dict[str, Door]:
        """Every system by its name."""
        return {name: partial(self.read, name) for name in self.ways}

    def read(self, name: str, text: str) -> list[str]:
        """It answers so, in every place at once and in one after the other, and then as it should again."""
        way, faults = self.ways[name], []
        for way.is_everywhere in (True, False, False, False):
            way.text = text
            faults += self._read(name)
        faults += [fault for path in _PAGES for fault in self._page(path, text)]
        way.text = None
        for _ in range(_RECOVERS_IN):
            again = self._read(name)
        faults += again
        now = self._rows()
        lost = [table for table, rows in self._good.items() if any(row not in now[table] for row in rows)]
        return faults + [f"{table} are not what they were" for table in lost]

    def _read(self, name: str) -> list[str]:
        way = self.ways[name]
        way.calls = 0
        outcome = self.portal.sync(name, whole=True)
        mute = [one for one in (*outcome.troubles.values(), *outcome.faults) if not str(one)]
        faults = ["a fault without a word"] if mute else []
        faults += ["it was asked without end"] if way.calls > _MOST_CALLS else []
        if way.text is None and outcome.troubles:
            faults += [f"{feed}: {trouble}" for feed, trouble in outcome.troubles.items()]
        return faults

    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        return dict(read(self.database, _OURS).tables)

    def _page(self, path: str, text: str) -> list[str]:
        answer = self.browser.get(path)
        faults = [f"{path}: status {answer.status_code}"] if answer.status_code != 200 else []
        if text.strip().startswith("<") and text.strip() in answer.text:
            faults.append("markup reached the page")
        return faults + (["control characters on the page"] if CONTROLS.search(answer.text) else [])


@contextmanager
def opened(database: Database, config: Config, clock: SettableClock) -> Iterator[Readings]:
    """A marked shop that has read every system once."""
    portal, ways = Portal(database, config, clock), dict[str, Between]()
    clock.now = NOW
    open_marked_shop(portal)
    with ExitStack() as standing:
        for name in NAMES:
            contract: Any = import_module(f"tests.integrations.{name}.contract")

            def way(inner: httpx.BaseTransport, name: str = name) -> Between:
                return ways.setdefault(name, Between(inner))

            backend = standing.enter_context(contract.standing(way))
            if backend.close is not None:
                standing.callback(backend.close)
            hurry(backend)
            portal.connect(backend)
            troubles = portal.sync(name, whole=True).troubles
            assert not troubles, troubles
        app = create_app(portal, config, demo=False)
        browser = Browser(app)
        with database.unit_of_work() as session:
            browser.keep_session(identity.open_session(session, f"staff:{BOSS}", clock()))
        yield Readings(portal, database, browser, ways)
