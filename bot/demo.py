"""The demo: a shop cut from real sales records, set up once and then open on this machine."""

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from bot import importing
from bot.assembly import House, build
from bot.serving import require_free_port, serve
from core.clock import utc_now
from core.config import Config
from core.database.migrate import upgrade
from core.errors import ConfigError

console = Console(highlight=False, soft_wrap=True)
_LOADED = "demo shop loaded"
_DATABASE = "storekeeper.db"


def run(config: Config, folder: Path, *, fresh: bool) -> None:
    """Set up the shop where that is still to do, then serve it until Ctrl-C.

    Raises:
        ConfigError: the port is taken or the folder cannot be used.
    """
    require_free_port(config.web)
    with _alone_in(folder):
        _run(config, folder, fresh=fresh)
    console.print("Stopped. Your shop is kept; `make demo` opens it again.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two demos never share or remove one database."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"A demo is running in {folder} already; stop it, or name another --folder.") from error
        yield


def _run(config: Config, folder: Path, *, fresh: bool) -> None:
    if fresh:
        _begin_anew(folder)
    url = f"sqlite:///{folder / _DATABASE}"
    config = config.model_copy(update={"database": config.database.model_copy(update={"url": url})})
    house = build(config)
    from integrations.demo.shop import featured

    try:
        set_up(house)
        hints = [(person.email, person.about) for person in featured()]
        serve(house, demo=True, ready=lambda: _welcome(house, hints), hints=hints)
    finally:
        house.close()


def _begin_anew(folder: Path) -> None:
    """Remove what an earlier demo left there, and nothing else."""
    for left in (_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm"):
        (folder / left).unlink(missing_ok=True)


def set_up(house: House) -> None:
    """Make the tables, load the shop and compute the first proposals; what was done before is not done again."""
    from integrations.demo.shop import last_day, shop_folder
    from scheduler import jobs
    from scheduler.timetable import last_due

    upgrade(house.database)
    if not house.portal.is_done(_LOADED):
        yesterday = utc_now().astimezone(house.config.shop.zone).date() - timedelta(days=1)
        importing.run(house, "csv", shop_folder(), shift_days=(yesterday - last_day()).days)
        house.portal.mark_done(_LOADED)
    with _saying("Computing proposals"):
        jobs.plan(house.portal, last_due(house.config.scheduler.plan_at, house.config.shop.zone, utc_now()))


@contextmanager
def _saying(what: str) -> Iterator[None]:
    with console.status(f"{what} …"):
        yield


def _welcome(house: House, hints: Sequence[tuple[str, str]]) -> None:
    base = house.config.web.base_url
    console.print(f"\n[bold]{house.config.shop.name}[/bold] is open: [bold]{base}[/bold]\n")
    for email, about in hints:
        console.print(f"  {email:<44} {about}")
    console.print(
        f"\nSign in at {base}/sign-in with one of these addresses; the code lands on {base}/demo/mail\n"
        f"Planners find their inbox at {base}/planner\n"
        f"The same conversation in a terminal:\n  STOREKEEPER__DATABASE__URL={house.config.database.url} "
        f"STOREKEEPER__WEB__PORT={house.config.web.port} {sys.argv[0]} chat --as EMAIL\n\nCtrl-C stops."
    )
