"""E-invoices for the shop's own books: every document of some days as XML, and what the others lack."""

import sys
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import typer
from rich.console import Console
from rich.progress import Progress

from bot.assembly import House
from core.billing import e_invoice
from core.billing.model import Invoice
from core.errors import InvalidInput


def run(house: House, folder: Path, first: date, last: date) -> bool:
    """Write a file for each invoice and credit note; False where any cannot be an e-invoice.

    Raises:
        InvalidInput: the days are none, the shop lacks what it needs, or the folder cannot be written.
    """
    if last < first:
        raise InvalidInput("The last day is before the first; swap them.")
    if lacking := e_invoice.missing(house.config.shop):
        raise InvalidInput(f"E-invoices need {', '.join(lacking)}.")
    refused: list[str] = []
    written, days = 0, [first + timedelta(at) for at in range((last - first).days + 1)]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            for day in progress.track(days, description="E-invoices"):
                for invoice in house.portal.invoices_issued(day):
                    if why := _written(folder, invoice):
                        refused.append(why)
                    else:
                        written += 1
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror or error}. Name another folder.") from error
    typer.echo(f"{written} e-invoices written to {folder}; {len(refused)} documents cannot be any.")
    for why in refused:
        typer.echo(f"  {why}", err=True)
    return not refused


def _written(folder: Path, invoice: Invoice) -> str:
    """Write one; why it cannot be, if so."""
    try:
        made = e_invoice.xml(invoice)
    except InvalidInput as lacking:
        return str(lacking)
    (folder / f"{quote(invoice.number, safe='')}.xml").write_bytes(made)
    return ""
