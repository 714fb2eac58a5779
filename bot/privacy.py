"""Handing over, and erasing, what is kept about one customer, on an operator's word."""

import json
from pathlib import Path

import typer

from bot.assembly import House
from core.errors import InvalidInput

OPERATOR = "operator"


def export(house: House, address: str, folder: Path) -> None:
    """Write everything kept about a customer into an empty folder: data.json and the documents.

    Raises:
        InvalidInput: nobody has the address, or the folder holds something already or cannot be written.
    """
    customer_id = _customer(house, address)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidInput(f"{folder} is not empty; name a folder that is.")
        found = house.portal.export_customer(customer_id)
        content = json.dumps(found.as_dict(), ensure_ascii=False, indent=1)
        (folder / "data.json").write_text(content + "\n", encoding="utf-8")
        for number in found.files:
            link = house.portal.invoice_link(customer_id, number).removeprefix("/files/")
            document = house.portal.file(link, None)
            (folder / Path(document.name.replace("/", "_")).name).write_bytes(document.content)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror or error}.") from error
    rows = sum(len(rows) for rows in found.tables.values())
    typer.echo(f"{rows} rows of {len(found.tables)} tables and {len(found.files)} documents are in {folder}")


def erase(house: House, address: str, *, sure: bool) -> None:
    """Erase a customer, or tell what would become of their rows.

    Raises:
        InvalidInput: nobody has the address.
    """
    customer_id = _customer(house, address)
    if not sure:
        for table, rows in house.portal.export_customer(customer_id).tables.items():
            typer.echo(f"{table:<24} {len(rows):>6} rows")
        typer.echo("Nothing was erased. It cannot be undone; say --yes to do it.")
        return
    for one in house.portal.erase_customer(customer_id, OPERATOR):
        typer.echo(f"{one.table:<24} {one.rows:>6} rows {one.what}{': ' + one.why if one.why else ''}")


def _customer(house: House, address: str) -> str:
    customer_id = house.portal.customer_by_email(address)
    if customer_id is None:
        raise InvalidInput(f"No customer has the address {address}.")
    return customer_id
