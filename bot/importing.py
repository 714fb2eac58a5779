"""Importing: batches from a source into the portal, with progress, and the faults by line."""

import csv
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TextIO

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import integrations
from bot.assembly import House
from bot.logs import on_one_line
from core.canonical import Fault
from core.errors import InvalidInput
from integrations.tables.maps import client as maps
from integrations.tables.maps import language
from integrations.tables.writing import guarded

_MOST_SHOWN = 20


@dataclass
class Outcome:
    """What an import took and what it left out."""

    taken: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0
    policy: str = ""

    @property
    def rows(self) -> int:
        """All rows taken."""
        return sum(self.taken.values())


def run(
    house: House, source: str, path: Path, *, shift_days: int = 0, by_map: str = "", quiet: bool = False
) -> Outcome:
    """Take over everything a source has, batch by batch; stopped half way it can simply be run again.

    Raises:
        InvalidInput: no such source, path or map.
    """
    client = _client(source)
    if not path.exists():
        raise InvalidInput(f"{path} does not exist; give a folder or file to import.")
    shop = house.config.shop
    reading = client.batches
    if by_map:
        if not hasattr(client, "ALSO_CALLED"):
            raise InvalidInput(f"A map is for files (csv, parquet, xlsx, sqlite, json), not for {source}.")
        reading = partial(maps.batches, plan=language.load(by_map))
    batches = reading(path, currency=shop.currency, zone=shop.zone, shift_days=shift_days)
    outcome, began = Outcome(), time.perf_counter()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet or not sys.stderr.isatty()) as progress:
        tasks = {}
        for batch in batches:
            if batch.table not in tasks:
                tasks[batch.table] = progress.add_task(batch.table, total=None)
            left_out = house.portal.mirror(batch)
            outcome.faults += [*batch.faults, *left_out]
            outcome.taken[batch.table] += len(batch.rows) - len(left_out)
            progress.advance(tasks[batch.table], len(batch.rows))
    outcome.seconds = time.perf_counter() - began
    if hasattr(client, "policy"):
        house.portal.adopt_policy(source, client.policy(path))
        outcome.policy = source
    return outcome


def _client(source: str) -> ModuleType:
    clients = _clients()
    if source.replace("-", "_") not in clients:
        raise InvalidInput(f"There is no source “{source}”; there are: {', '.join(sorted(clients))}.")
    return clients[source.replace("-", "_")]


def _clients() -> dict[str, ModuleType]:
    """The back-ends that bring records, by what they are called: those whose client can give batches."""
    found = [one.name for one in iter_modules(integrations.__path__) if one.ispkg]
    clients = {name: import_module(f"integrations.{name}.client") for name in found if _has_client(name)}
    named = {name: client for name, client in clients.items() if hasattr(client, "batches")}
    return named | {also: client for client in named.values() for also in getattr(client, "ALSO_CALLED", ())}


def _has_client(name: str) -> bool:
    return find_spec(f"integrations.{name}.client") is not None


def report(outcome: Outcome, faults: TextIO | None, *, as_json: bool) -> None:
    """Print what was taken, and the first faults; all of them go to a file if one is given."""
    if faults is not None:
        writer = csv.writer(faults)
        writer.writerow(["table", "line", "column", "fault"])
        writer.writerows(
            [guarded(fault.table), fault.line, guarded(fault.column), guarded(fault.sentence)]
            for fault in outcome.faults
        )
    if as_json:
        typer.echo(json.dumps({
            "taken": dict(outcome.taken),
            "faults": [asdict(fault) for fault in outcome.faults],
            "seconds": round(outcome.seconds, 3),
            "policy": outcome.policy,
        }))  # fmt: skip
        return
    for table, rows in outcome.taken.items():
        typer.echo(f"{table:<24} {rows:>9,} rows")
    speed = outcome.rows / outcome.seconds if outcome.seconds else 0
    typer.echo(
        f"{outcome.rows:,} rows in {outcome.seconds:.1f} s ({speed:,.0f} a second); {len(outcome.faults)} left out"
    )
    if outcome.policy:
        typer.echo(f"The policy of {outcome.policy} is followed from now on; storekeeper policy shows it.")
    for fault in outcome.faults[:_MOST_SHOWN]:
        told = f"{fault.table} line {fault.line}, {fault.column or 'row'}: {fault.sentence}"
        typer.echo(f"  {on_one_line(told)}", err=True)
    if len(outcome.faults) > _MOST_SHOWN:
        typer.echo(f"  … {len(outcome.faults) - _MOST_SHOWN} more; --faults FILE writes them all", err=True)
