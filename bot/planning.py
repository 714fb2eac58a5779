"""The commands of planners: run the plan and print what it proposes, and show how suppliers keep their word."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import typer

from bot.assembly import House
from bot.files import writing
from core.errors import NotFound
from core.purchasing.history import Outcome
from core.purchasing.overstock import totals
from core.purchasing.scorecard import Scorecard

_MOST_SHOWN = 20
_OVERSTOCK = ("sku", "name", "location", "kind", "on_hand", "surplus", "worth", "holding", "currency", "per_day",
              "cover_days", "last_sold_on")  # fmt: skip
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


def scorecards(house: House, supplier: str, *, as_json: bool) -> None:
    """Print the scorecard of a supplier, or of all that anything was ordered from in a year."""
    cards = house.portal.all_scorecards(supplier)
    if supplier and not cards:
        raise NotFound(f"Nothing was ordered from a supplier “{supplier}” in the last year.")
    if as_json:
        typer.echo(json.dumps([card.as_dict() for card in cards], ensure_ascii=False))
        return
    if not cards:
        typer.echo("Nothing was ordered from suppliers in the last year.")
    for card in cards:
        typer.echo("\n".join(_told(card)))


def overstock(house: House, out: Path | None, *, as_json: bool) -> None:
    """Print what lies too long, or write it to a file."""
    found = house.portal.all_overstock()
    with writing(out) as file:
        if file is not None:
            table = csv.DictWriter(file, _OVERSTOCK)
            table.writeheader()
            table.writerows(one.as_dict() for one in found)
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing lies too long.")
    for kind, worth in totals(found):
        typer.echo(f"{kind}: {worth}")
    for one in found[:_MOST_SHOWN]:
        lasts = "nobody asks for it" if one.cover_days is None else f"lasts {one.cover_days:,} days"
        much = f"{one.surplus:,} of {one.on_hand:,} too many, {lasts}, {one.worth}"
        typer.echo(f"  {one.sku} {one.name} at {one.location}: {much}")
    if len(found) > _MOST_SHOWN:
        typer.echo(f"  … {len(found) - _MOST_SHOWN:,} more; --json or --out has all")


def decisions(house: House, *, as_json: bool) -> None:
    """Print what decisions were predicted to cost would have cost since, and did cost."""
    found = house.portal.all_outcomes()
    if as_json:
        typer.echo(json.dumps([_as_dict(one) for one in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing was decided in the last year.")
    for one in found:
        what = f"{one.proposal_id} {one.supplier_name}, {one.status.value} by {one.decided_by}"
        predicted = f"{one.proposed} as proposed, {one.decided} as decided, {one.nothing} with nothing"
        typer.echo(
            f"{what} on {one.decided_at:%Y-%m-%d}: the year predicted {predicted}; "
            f"realised {one.realised_total} in {one.days} days"
        )
        if one.simulated:
            since = "{proposed} as proposed, {decided} as decided, {nothing} with nothing".format(**one.simulated)
            typer.echo(f"  on the demand that came since, less what is left: {since}")


def _as_dict(one: Outcome) -> dict[str, Any]:
    money = {"proposed": one.proposed, "decided": one.decided, "nothing": one.nothing, "override": one.override}
    return {
        "proposal": one.proposal_id,
        "supplier": one.supplier_name,
        "status": one.status.value,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat(),
        "days": one.days,
        "currency": one.decided.currency,
        "predicted": {name: amount.minor for name, amount in money.items()},
        "simulated": {name: amount.minor for name, amount in one.simulated.items()},
        "realised": {kind: amount.minor for kind, amount in one.realised.items()},
    }


def _told(card: Scorecard) -> list[str]:
    lead = "nothing received in full yet" if card.lead_days is None else f"{card.lead_days:g} days"
    spread = f" ± {card.lead_sd_days:g}" if card.lead_sd_days is not None else ""
    shares = (("arrived of ordered", card.fill), ("on time", card.on_time), ("claimed", card.defects))
    told = ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares if share is not None)
    slips = f", put off {card.slips} times by {card.mean_slip_days:g} days" if card.mean_slip_days is not None else ""
    return [
        f"{card.supplier_name} ({card.supplier}): {card.orders} orders, {card.under_way} under way, {card.late} late",
        f"  lead time {lead}{spread} (stated {card.stated_lead_days:g}){slips}",
        *([f"  {told}"] if told else []),
    ]
