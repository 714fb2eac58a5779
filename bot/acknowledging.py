"""What suppliers say to orders, as a table: `number, line, quantity, expected_on, reference, status`."""

from hashlib import sha256
from itertools import groupby
from pathlib import Path

import typer
from pydantic import ValidationError

from bot.assembly import House
from core.errors import InvalidInput, PortalError
from integrations.suppliers.messages import Acknowledgement
from integrations.suppliers.webhook import book
from integrations.tables.maps.origins import Row, opened


def run(house: House, supplier: str, path: Path) -> int:
    """Book every order of the table; how many could not be.

    Raises:
        InvalidInput: the table cannot be read.
    """
    refused = 0
    for number, rows in groupby(_rows(path), key=lambda row: row["number"]):
        lines = list(rows)
        try:
            said = _said(number, lines)
            delivery = sha256(repr((number, lines)).encode()).hexdigest()[:40]
            is_new = book(house.portal, supplier, delivery, said)
            typer.echo(f"{number}: {said.status}" if is_new else f"{number}: known already")
        except PortalError as refusal:
            refused += 1
            typer.echo(f"{number}: {refusal}", err=True)
    return refused


def _rows(path: Path) -> list[Row]:
    with opened(path) as tables:
        for table in tables:
            if missing := {"number", "status"} - set(table.columns):
                raise InvalidInput(f"{table.label} has no column {', '.join(sorted(missing))}.")
            found = [(line, row) for line, row in table.rows()]
            if unread := [line for line, row in found if isinstance(row, str)]:
                raise InvalidInput(f"{table.label}: line {unread[0]} cannot be read.")
            return [row for _, row in found if not isinstance(row, str)]
    raise InvalidInput(f"{path} is no table that can be read.")


def _said(number: str, rows: list[Row]) -> Acknowledgement:
    first = rows[0]
    named = [row for row in rows if row.get("line")]
    try:
        return Acknowledgement.model_validate({
            "type": "order_acknowledgement",
            "number": number,
            "status": first["status"],
            "expected_on": first.get("expected_on") or None,
            "reference": first.get("reference", ""),
            "lines": [{"line": row["line"], "quantity": row.get("quantity", "")} for row in named],
        })  # fmt: skip
    except ValidationError as error:
        fault = error.errors()[0]
        raise InvalidInput(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
