"""Serving: the web door and the clock in one process, or in several that share a port."""

import errno
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.assembly import House, build, chores
from bot.logs import set_up
from bot.traces import start as start_traces
from core.clock import utc_now
from core.config import PREFIX, Config, Web, load
from core.errors import ConfigError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    import uvicorn
    from fastapi import FastAPI

_LAST_PORT = 65535
_CONFIG_OF_WORKERS = "STOREKEEPER_CONFIG"


def serve(house: House, *, demo: bool, ready: Callable[[], None], hints: Sequence[tuple[str, str]] = ()) -> None:
    """Run the web door and the clock until interrupted; `hints` are addresses worth trying, with why.

    Raises:
        ConfigError: the port is taken, or the address is not of this machine.
    """
    import uvicorn

    listening = _listen(house.config.web)
    server = uvicorn.Server(_settings(_application(house, ready, demo=demo, hints=hints)))
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()


def serve_with_workers(config: Config, path: Path | None, workers: int) -> None:
    """Run several processes that share the port; each has the web door and a clock, and each due run is done once.

    Raises:
        ConfigError: the port is taken, or the address is not of this machine.
    """
    from uvicorn.supervisors import Multiprocess

    os.environ[_CONFIG_OF_WORKERS] = str(path.resolve()) if path else ""
    os.environ[f"{PREFIX}WEB__PORT"] = str(config.web.port)
    listening = _listen(config.web)
    settings = _settings("bot.serving:worker", workers=workers, factory=True)
    try:
        Multiprocess(settings, sockets=[listening]).run()
    finally:
        listening.close()


def worker() -> "FastAPI":
    """The application of one of several processes; it ends with the one that started them."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="parent-watch", daemon=True).start()
    path = os.environ.get(_CONFIG_OF_WORKERS, "")
    return _application(build(load(Path(path) if path else None)), lambda: None)


def _end_with(parent: "BaseProcess") -> None:
    """Stop cleanly once the parent is gone, however it ended."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def require_free_port(web: Web) -> None:
    """Find out before any work is done that the address cannot be listened on.

    Raises:
        ConfigError: the port is taken, or the address is not of this machine.
    """
    _listen(web).close()


def _application(
    house: House, ready: Callable[[], None], *, demo: bool = False, hints: Sequence[tuple[str, str]] = ()
) -> "FastAPI":
    set_up(house.config.logging)
    traced = start_traces(house.config.logging)
    from bot.web.app import create_app
    from scheduler.timetable import Timetable, start

    running: list[Timetable] = []

    def on_start() -> None:
        house.portal.warm()
        running.append(start(house.portal, house.config, chores=chores(house)))
        if house.telegram is not None:
            house.telegram.start()
        if house.slack is not None:
            house.slack.start()
        ready()

    def on_stop() -> None:
        if house.telegram is not None:
            house.telegram.stop()
        if house.slack is not None:
            house.slack.stop()
        house.portal.wind_down()
        for timetable in running:
            timetable.stop()
        if traced is not None:
            traced.stop()

    app = create_app(
        house.portal,
        house.config,
        demo=demo,
        on_start=on_start,
        on_stop=on_stop,
        hints=hints,
        traced=traced.provider if traced is not None else None,
    )
    _open_doors(app, house)
    return app


def _open_doors(app: "FastAPI", house: House) -> None:
    """Mount what platforms and carriers call."""
    if house.telegram is not None and house.telegram.routes is not None:
        app.include_router(house.telegram.routes)
    if house.slack is not None:
        app.router.routes.extend(house.slack.routes)
    if house.config.carriers.is_open:
        from integrations.carriers.webhook import router

        zone = house.config.shop.zone
        app.include_router(router(house.config.carriers, house.portal, zone, utc_now))
    if house.config.suppliers.secrets:
        from integrations.suppliers.webhook import router as suppliers

        app.include_router(suppliers(house.config.suppliers, house.portal, utc_now))
    if house.portal.systems:
        from bot.web import deliveries

        app.include_router(deliveries.router(house.portal, utc_now))


def _settings(app: "FastAPI | str", *, workers: int = 1, factory: bool = False) -> "uvicorn.Config":
    import uvicorn

    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        log_level="warning",
        timeout_graceful_shutdown=3,
        server_header=False,
        access_log=False,
    )


def _listen(web: Web) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in web.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((web.host, web.port))
    except OSError as error:
        listening.close()
        if error.errno in {errno.EADDRNOTAVAIL, None} or isinstance(error, socket.gaierror):
            raise ConfigError(f"web.host “{web.host}” is no address of this machine ({error.strerror}).") from error
        raise ConfigError(
            f"Port {web.port} of {web.host} cannot be used ({error.strerror}). Stop the program that has it, or take "
            f"another one: --port {web.port + 1 if web.port < _LAST_PORT else 8000} (with make: PORT=…)."
        ) from error
    listening.set_inheritable(True)
    return listening
