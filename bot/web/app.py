"""The web door: pages for customers, planners and support, and the chat as JSON."""

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool

from bot.web import (
    access,
    account,
    chat,
    demo_mail,
    events,
    goods_in,
    health,
    languages,
    moves,
    planner,
    refusals,
    retail,
    returns,
    sign_in,
    splitting,
    support,
    tickets,
    uploads,
)
from bot.web.callers import Calling
from bot.web.door import Door
from bot.web.gate import LARGEST_BODY, Gate
from bot.web.paper import STATIC, lay_out
from bot.web.show import page
from core.config import Config
from core.portal import Portal

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

_ROOMS = (
    health, sign_in, chat, account, access, languages, planner, splitting, events, goods_in, moves, retail, returns,
    support, tickets, uploads,
)  # fmt: skip
_UNTRACED = ("/healthz", "/readyz", "/metrics", "/static/")


def create_app(
    portal: Portal,
    config: Config,
    *,
    demo: bool,
    on_start: Callable[[], None] | None = None,
    on_stop: Callable[[], None] | None = None,
    hints: Sequence[tuple[str, str]] = (),
    traced: "TracerProvider | None" = None,
) -> FastAPI:
    """The web application over a portal.

    `hints` are the demo's addresses to sign in with, each with what there is to see. `on_start` runs when the server
    is up, `on_stop` when it goes down. `traced` hears of every request but those that look after the house itself.

    Raises:
        ConfigError: there is no web secret of at least 16 characters.
    """
    door = Door(portal, config, demo, lay_out(config, demo=demo), hints if demo else ())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with _noticing_the_end(door):
            if on_start:
                await run_in_threadpool(on_start)
            yield
            door.closing.set()
            if on_stop:
                await run_in_threadpool(on_stop)

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        title=config.shop.name,
        telemetry=_telemetry(traced),
    )
    app.state.door = door
    app.add_middleware(Gate, refuse=refusals.refuse, is_https=door.is_https, largest_upload=_largest_upload(config))
    refusals.register(app)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_api_route("/", welcome, methods=["GET"])
    for room in _ROOMS + ((demo_mail,) if demo else ()):
        app.include_router(room.router)
    return app


def _telemetry(traced: "TracerProvider | None") -> TelemetryConfig:
    """Spans of requests for our own tracer or for none, whatever the environment says: paths hold people's links."""
    return {
        "tracer_provider": traced,
        "tracing": traced is not None,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": lambda scope: scope.get("path", "").startswith(_UNTRACED),
    }


def _largest_upload(config: Config) -> int:
    """The bytes of a form with as many files as one message may have, and the rest of the form."""
    return LARGEST_BODY + config.uploads.per_message * config.uploads.largest_mb * 1_000_000


def welcome(request: Request, calling: Calling) -> Response:
    """The first page."""
    return page(request, calling, "welcome.html")


@contextmanager
def _noticing_the_end(door: Door) -> Iterator[None]:
    """Hear of SIGINT and SIGTERM before the server acts on them.

    A server waits for every response to end before it tells the application that it stops, and a stream of events
    ends only when it is told.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def hear(number: int, frame: FrameType | None) -> Any:
        door.closing.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            return handler(number, frame)
        if handler is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        return None

    for number in before:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # None: not installed by Python, and not ours to put back
                signal.signal(number, handler)
