"""Commands about records: bringing them, handing them out, and what suppliers and mail servers say."""

import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.shell import AsJson, ConfigPath, house, load

app = typer.Typer()


class Form(StrEnum):
    """What an export writes."""

    CSV = "csv"
    PARQUET = "parquet"


class TemplateForm(StrEnum):
    """What templates are."""

    CSV = "csv"
    XLSX = "xlsx"


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="What it comes from: csv, parquet, xlsx, sqlite, json, online_retail.")],
    path: Annotated[Path, typer.Argument(help="The folder or file.")],
    shift_days: Annotated[int, typer.Option(help="Move every date by so many days.")] = 0,
    by_map: Annotated[str, typer.Option("--map", help="Files of another shape: the map's name, or a file.")] = "",
    faults: Annotated[Path | None, typer.Option(help="Write every fault to this CSV file.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Take over customers, products, stock, orders and the rest; prints what was taken and the faults by line."""
    from bot.files import writing
    from bot.importing import report, run

    with writing(faults) as file, house(load(config)) as opened:
        outcome = run(opened, source, path, shift_days=shift_days, by_map=by_map, quiet=as_json)
        report(outcome, file, as_json=as_json)
    if outcome.faults:
        sys.exit(1)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="An empty folder to write to.")],
    table: Annotated[list[str] | None, typer.Option(help="Only this table; may be given several times.")] = None,
    form: Annotated[Form, typer.Option("--format", help="What kind of files.")] = Form.CSV,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Write every table into a folder, a file each, which `storekeeper import` takes as it is."""
    from bot.exporting import run

    with house(load(config)) as opened:
        written, seconds = run(opened, folder, table or [], form.value, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({"written": dict(written), "seconds": round(seconds, 3)}))
        return
    for name, rows in written.items():
        typer.echo(f"{name:<24} {rows:>9,} rows")
    typer.echo(f"{written.total():,} rows in {seconds:.1f} s; bring them back with: storekeeper import {form} {folder}")


@app.command("e-invoices")
def e_invoices(
    folder: Annotated[Path, typer.Argument(help="Where to write them, a file each.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of issue.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day of issue.")],
    config: ConfigPath = None,
) -> None:
    """Write the invoices and credit notes of some days as EN 16931 XML, and say which cannot be, and why."""
    from bot.e_invoicing import run

    with house(load(config)) as opened:
        if not run(opened, folder, first.date(), last.date()):
            sys.exit(1)


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
    form: Annotated[TemplateForm, typer.Option("--format", help="CSV files, or one workbook.")] = TemplateForm.CSV,
) -> None:
    """Write a template for every table, with an example row each."""
    from integrations.tables.sheets import write_template
    from integrations.tables.writing import write_templates

    if form is TemplateForm.XLSX:
        write_template(folder / "shop.xlsx")
    else:
        write_templates(folder)
    typer.echo(f"Templates are in {folder}; fill them and run: storekeeper import {form} {folder}")


@app.command()
def acknowledge(
    supplier: Annotated[str, typer.Argument(help="The supplier's code.")],
    path: Annotated[Path, typer.Argument(help="A table: number, status, line, quantity, expected_on, reference.")],
    config: ConfigPath = None,
) -> None:
    """Book what a supplier says to orders, from a CSV, Parquet or xlsx table; the same table twice is booked once."""
    from bot.acknowledging import run

    with house(load(config)) as opened:
        if run(opened, supplier, path):
            sys.exit(1)


@app.command("mail-in")
def mail_in(
    path: Annotated[Path | None, typer.Argument(help="A message, an mbox, a Maildir or a folder of messages.")] = None,
    reopen: Annotated[str, typer.Option(help="Mail to this address again.")] = "",
    config: ConfigPath = None,
) -> None:
    """Take in reports of letters that did not arrive: a person sees them, and dead addresses get no more mail.

    Without a path the mailbox of the configuration is read.
    """
    from bot import mail_in as run

    with house(load(config)) as opened:
        if reopen:
            run.reopen(opened, reopen)
        if path is not None:
            run.take(opened, path)
        elif not reopen:
            run.fetch(opened)


@app.command()
def deliveries(
    retry: Annotated[int | None, typer.Option(help="Take a failed delivery in after all.")] = None,
    discard: Annotated[int | None, typer.Option(help="Put a failed delivery away for good.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """List what connected systems and carriers delivered and could not be taken in; retry or discard it."""
    from bot import post

    with house(load(config)) as opened:
        if retry is not None or discard is not None:
            post.settle_delivery(opened, retry, discard)
        else:
            post.deliveries(opened, as_json=as_json)
