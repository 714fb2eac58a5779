"""The plan command: runs the plan and prints what it proposes."""

import csv
import json
from datetime import date
from pathlib import Path

import typer

from bot.assembly import House


def run(house: House, as_of: date | None, supplier: str | None, out: Path | None, *, as_json: bool) -> None:
    """Plan, print the totals by supplier and the rows that could not be planned, and write the lines where asked."""
    outcome = house.portal.plan(as_of=as_of, supplier=supplier)
    if out is not None:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(
                file, ["supplier", "location", "sku", "name", "quantity", "unit_cost", "line_total", "currency"]
            )
            writer.writeheader()
            writer.writerows(house.portal.proposed_lines())
    if as_json:
        typer.echo(json.dumps(outcome.as_dict()))
        return
    typer.echo(outcome.as_text())
