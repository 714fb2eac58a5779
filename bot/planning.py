"""The plan command: runs the plan and prints what it proposes."""

import csv
import json
from datetime import date
from pathlib import Path

import typer

from bot.assembly import House
from bot.files import writing

_COLUMNS = ("supplier", "location", "sku", "name", "quantity", "unit_cost", "line_total", "currency")


def run(house: House, as_of: date | None, supplier: str | None, out: Path | None, *, as_json: bool) -> None:
    """Plan, print the totals by supplier and the rows that could not be planned, and write the lines where asked."""
    with writing(out) as file:
        outcome = house.portal.plan(as_of=as_of, supplier=supplier)
        if file is not None:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(house.portal.proposed_lines())
    if as_json:
        typer.echo(json.dumps(outcome.as_dict()))
        return
    typer.echo(outcome.as_text())
