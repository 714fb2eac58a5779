"""The sync command: connected systems are read with progress shown, once or for as long as nobody stops it."""

import json
import sys
import time
from dataclasses import asdict

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.assembly import House
from core.errors import NotFound
from core.portal import Synced

_MOST_SHOWN = 20


def run(house: House, name: str, *, once: bool, full: bool, as_json: bool) -> bool:
    """Read one system or all of them; False where one of them did not answer.

    Raises:
        NotFound: none is connected, or none of that name.
    """
    names = [name] if name else list(house.portal.systems)
    if not names:
        raise NotFound("No system is connected; switch one on in config.toml, such as [shopify] with on = true.")
    while True:
        outcomes = {one: _read(house, one, full=full) for one in names}
        for one in names:
            house.portal.look_up(one)
        _report(outcomes, as_json=as_json)
        if once:
            return not any(outcome.troubles for outcome in outcomes.values())
        time.sleep(min(house.config.connected[one].every_s for one in names))


def _read(house: House, name: str, *, full: bool) -> Synced:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        tasks = {feed.name: progress.add_task(f"{name} {feed.name}", total=None)
                 for feed in house.portal.backend(name).feeds}  # fmt: skip
        return house.portal.sync(name, whole=full, told=lambda feed, seen: progress.update(tasks[feed], completed=seen))


def _report(outcomes: dict[str, Synced], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({
            name: {
                "seen": one.seen, "fresh": one.fresh, "faults": [asdict(fault) for fault in one.faults],
                "troubles": {feed: str(trouble) for feed, trouble in one.troubles.items()},
            }
            for name, one in outcomes.items()
        }))  # fmt: skip
        return
    for name, one in outcomes.items():
        for feed, seen in one.seen.items():
            typer.echo(f"{name} {feed:<16} {seen:>9,} records, {one.fresh.get(feed, 0):,} of them news")
        for feed, trouble in one.troubles.items():
            typer.echo(f"{name} {feed}: {trouble}", err=True)
        for fault in one.faults[:_MOST_SHOWN]:
            typer.echo(f"  {fault.table}: {fault.sentence}", err=True)
        if len(one.faults) > _MOST_SHOWN:
            typer.echo(f"  … {len(one.faults) - _MOST_SHOWN} more were left out", err=True)
