"""The demo: a shop cut from real sales records, set up once and then open on this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from core.database.migrate import upgrade
from rich.console import Console

from bot import importing
from bot.assembly import House, build, serve
from core.clock import utc_now
from core.config import Config

console = Console(highlight=False)
_LOADED = "demo shop loaded"


def run(config: Config, folder: Path, *, fresh: bool) -> None:
    """Set up the shop where that is still to do, then serve it until Ctrl-C.

    Raises:
        ConfigError: the port is taken or the folder cannot be used.
    """
    if fresh and folder.exists():
        shutil.rmtree(folder)
    url = f"sqlite:///{folder / 'storekeeper.db'}"
    config = config.model_copy(update={"database": config.database.model_copy(update={"url": url})})
    house = build(config)
    try:
        set_up(house)
        serve(house, demo=True, ready=lambda: _welcome(house))
    finally:
        house.close()
    console.print("Stopped. Your shop is kept; `make demo` opens it again.")


def set_up(house: House) -> None:
    """Make the tables, load the shop and compute the first proposals; what was done before is not done again."""
    from integrations.demo.shop import last_day, shop_folder

    upgrade(house.database)
    if not house.portal.is_done(_LOADED):
        yesterday = utc_now().astimezone(house.config.shop.zone).date() - timedelta(days=1)
        importing.run(house, "csv", shop_folder(), shift_days=(yesterday - last_day()).days)
        house.portal.mark_done(_LOADED)
    with _saying("Computing proposals"):
        house.portal.plan(run="demo")


@contextmanager
def _saying(what: str) -> Iterator[None]:
    with console.status(f"{what} …"):
        yield


def _welcome(house: House) -> None:
    from integrations.demo.shop import featured

    base = house.config.web.base_url
    console.print(f"\n[bold]{house.config.shop.name}[/bold] is open: [bold]{base}[/bold]\n")
    for person in featured():
        console.print(f"  {person.email:<44} {person.about}")
    console.print(
        f"\nSign in at {base}/sign-in with one of these addresses; the code lands on {base}/demo/mail\n"
        f"Planners find their inbox at {base}/planner\n"
        "The same conversation in a terminal: STOREKEEPER__DATABASE__URL="
        f"{house.config.database.url} storekeeper chat --as EMAIL\n\nCtrl-C stops."
    )
