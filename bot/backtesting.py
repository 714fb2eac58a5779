"""The backtest command: what our rule and the usual ones would have spent, as a table, JSON, CSV and a picture."""

import csv
import json
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Printed

from bot import replay_tables
from bot.files import writing
from core.config import Config
from core.errors import InvalidInput
from core.replenishment.backtest import CLASSES, OURS, Compared, History, compare, gap_closed
from core.replenishment.rules_of_thumb import NAMES
from core.replenishment.simulate import Ledger

_MOST_SHOWN = 20
_COLUMNS = 110
_WIDE, _BAR, _LABEL = 720, 26, 210


@dataclass(frozen=True)
class Asked:
    """What the command was asked for; no names: every rule."""

    items: Path
    demand: Path
    names: tuple[str, ...]
    out: Path | None
    picture: Path | None
    as_json: bool
    period: str = replay_tables.WEEK.name


def run(config: Config, asked: Asked) -> bool:
    """Replay and print; False where rows were left out.

    Raises:
        InvalidInput: a rule there is none of, tables that cannot be used, or a history too short.
    """
    unknown = [name for name in asked.names if name not in {OURS, *NAMES}]
    if unknown:
        raise InvalidInput(f"There is no rule “{unknown[0]}”; there are: {', '.join((OURS, *NAMES))}.")
    names, period = tuple(dict.fromkeys(asked.names)) or (OURS, *NAMES), replay_tables.PERIODS[asked.period]
    learnt = period.learnt(config.backtest.learn_weeks)
    with writing(asked.out) as out, writing(asked.picture) as picture:
        tables = replay_tables.read(asked.items, asked.demand, config.planning, config.tables, period)
        try:
            history = History(tables.demand, learnt, tables.known, period.season)
        except ValueError as error:
            raise InvalidInput(
                f"{tables.demand.shape[1]} whole {period.name}s of demand are too few to learn {learnt} {period.name}s "
                f"and replay the rest; set backtest.learn_weeks, at least 8 {period.name}s."
            ) from error
        with Progress(console=Console(stderr=True), disable=asked.as_json or not sys.stderr.isatty()) as progress:
            task = progress.add_task("Replaying", total=len(names))
            compared = compare(tables.terms, history, names, lambda _: progress.advance(task))
        found = results(compared)
        if out is not None:
            _write(out, found)
        if picture is not None:
            picture.write(drawn(found["overall"]))
    _report(tables, found, as_json=asked.as_json)
    return not tables.left


def results(compared: Compared) -> dict[str, Any]:
    """Figures of each rule, overall and by class of demand."""
    parts = {"overall": np.ones(len(compared.classes), dtype=bool)}
    parts |= {name: compared.classes == at for at, name in enumerate(CLASSES)}
    return {name: _figures(compared, rows) for name, rows in parts.items() if np.any(rows)}


def _figures(compared: Compared, rows: np.ndarray[Any, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "items": int(rows.sum()),
        "clairvoyant": float(compared.clairvoyant[rows].sum()),
        "policies": {name: _spent(ledger, rows) for name, ledger in compared.ledgers.items()},
    }
    if OURS in compared.ledgers and len(compared.ledgers) > 1:
        closed, low, high = gap_closed(compared, rows=rows)
        figures |= {
            "best_baseline": compared.best_rule_of_thumb(rows),
            "gap_closed": {"share": closed, "low": low, "high": high},
        }
    return figures


def _spent(ledger: Ledger, rows: np.ndarray[Any, Any]) -> dict[str, float]:
    asked = float(ledger.demand[rows].sum())
    return {
        "total_cost": float(ledger.total[rows].sum()),
        "holding": float(ledger.holding[rows].sum()),
        "stockout": float(ledger.stockout[rows].sum()),
        "ordering": float(ledger.ordering[rows].sum()),
        "purchase": float(ledger.purchase[rows].sum()),
        "write_off": 0.0,
        "fill_rate": 1.0 - float(ledger.short[rows].sum()) / asked if asked else 1.0,
        "average_stock": float(ledger.stock[rows].sum()),
        "orders": float(ledger.orders[rows].sum()),
    }


def _write(file: Any, found: dict[str, Any]) -> None:
    writer = csv.writer(file)
    names = list(next(iter(found["overall"]["policies"].values())))
    writer.writerow(["demand_class", "policy", *names, "clairvoyant"])
    for part, figures in found.items():
        for policy, spent in figures["policies"].items():
            writer.writerow([part, policy, *(round(value, 4) for value in spent.values()), figures["clairvoyant"]])


def _report(tables: replay_tables.Tables, found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        left = [vars(one) for one in tables.left]
        typer.echo(json.dumps({**found, "left_out": left, "columns_without_effect": tables.unread}))
        return
    console = Console(file=sys.stdout, width=_COLUMNS)
    for part, figures in found.items():
        console.print(_printed(part, figures))
    if tables.unread:
        typer.echo(f"Columns that make no difference to a replay: {', '.join(tables.unread)}", err=True)
    for one in tables.left[:_MOST_SHOWN]:
        typer.echo(f"  {one.file} line {one.line}: {one.sentence}", err=True)
    if len(tables.left) > _MOST_SHOWN:
        typer.echo(f"  … {len(tables.left) - _MOST_SHOWN} more; --json names them all", err=True)


def _printed(part: str, figures: dict[str, Any]) -> Printed:
    said = ""
    if "gap_closed" in figures:
        gap = figures["gap_closed"]
        said = (f"; {gap['share']:.0%} ({gap['low']:.0%} to {gap['high']:.0%}) of the gap from "
                f"{figures['best_baseline']} to the clairvoyant is closed")  # fmt: skip
    table = Printed(title=f"{part}: {figures['items']:,} items{said}", title_justify="left")
    table.add_column("policy", no_wrap=True)
    for name in ("total", "holding", "stockout", "ordering", "fill", "stock", "orders"):
        table.add_column(name, justify="right", no_wrap=True)
    for policy, one in figures["policies"].items():
        money = [f"{one[name]:,.0f}" for name in ("total_cost", "holding", "stockout", "ordering")]
        table.add_row(
            policy, *money, f"{one['fill_rate']:.1%}", f"{one['average_stock']:,.0f}", f"{one['orders']:,.0f}"
        )
    table.add_row("clairvoyant", f"{figures['clairvoyant']:,.0f}")
    return table


def drawn(figures: dict[str, Any]) -> str:
    """Total cost of each rule as bars of holding, ordering and stockout, beside the clairvoyant's: SVG."""
    policies = figures["policies"]
    most = max([one["total_cost"] for one in policies.values()] + [figures["clairvoyant"], 1e-9])
    scale, high = (_WIDE - _LABEL - 110) / most, (len(policies) + 2) * _BAR + 10
    shapes = []
    for at, (name, one) in enumerate(policies.items()):
        left, top = float(_LABEL), 8 + at * _BAR
        shapes.append(f'<text x="8" y="{top + 15}">{escape(name)}</text>')
        for part, colour in (("holding", "#4c78a8"), ("ordering", "#9d9d9d"), ("stockout", "#e4572e")):
            wide = one[part] * scale
            shapes.append(f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="18" fill="{colour}"/>')
            left += wide
        shapes.append(f'<text x="{left + 6:.1f}" y="{top + 15}">{one["total_cost"]:,.0f}</text>')
    line, foot = _LABEL + figures["clairvoyant"] * scale, 8 + len(policies) * _BAR
    shapes.append(f'<path d="M{line:.1f} 4V{foot}" stroke="#222" stroke-dasharray="4 3"/>')
    shapes.append(f'<text x="{line:.1f}" y="{foot + 14}">clairvoyant {figures["clairvoyant"]:,.0f}</text>')
    shapes.append(f'<text x="8" y="{foot + 34}">holding (blue), ordering (grey), stockout (red)</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" font-family="sans-serif" font-size="13">'
    )
    return head + "".join(shapes) + "</svg>\n"
