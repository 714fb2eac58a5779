"""Post on an operator's word: why letters went or wait, and what becomes of those and of deliveries that failed."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import typer

from bot.assembly import House
from bot.logs import on_one_line
from core.errors import InvalidInput
from core.mailroom.explaining import Explained


def explain(house: House, asked: tuple[str, str, str], *, as_json: bool) -> None:
    """Print letters by number, by customer or by order; without any of them those that wait for a person.

    Raises:
        InvalidInput: nobody has the address, or there is no such letter.
    """
    number, address, order = asked
    if number:
        found = house.portal.explain_letters("id", number)
    elif address:
        found = house.portal.explain_letters("customer", _customer(house, address))
    elif order:
        found = house.portal.explain_letters("order", order)
    else:
        found = house.portal.letters_for_a_person()
    if number and not found:
        raise InvalidInput(f"There is no letter {number[:20]}.")
    _print(found, as_json=as_json)


def settle(house: House, retry: int | None, discard: int | None) -> None:
    """Send a dead letter after all, or put it away."""
    if retry is not None:
        house.portal.retry_letter(None, retry)
        typer.echo(f"Letter {retry} is sent again.")
    if discard is not None:
        house.portal.discard_letter(None, discard)
        typer.echo(f"Letter {discard} is put away.")


def deliveries(house: House, *, as_json: bool) -> None:
    """Print the deliveries that failed each time and wait for a person."""
    found = house.portal.failed_deliveries(None)
    for one in found:
        if as_json:
            typer.echo(json.dumps(asdict(one), default=str, ensure_ascii=False))
        else:
            typer.echo(on_one_line(f"{one.inbox_id:>7} {one.received_at:%Y-%m-%d %H:%M} {one.source:<16} {one.kind}"))
            typer.echo(f"        tried {one.attempts} times: {one.trouble}")
    if not found and not as_json:
        typer.echo("There are no such deliveries.")


def settle_delivery(house: House, retry: int | None, discard: int | None) -> None:
    """Take a failed delivery in after all, or put it away."""
    if retry is not None:
        house.portal.retry_delivery(None, retry)
        typer.echo(f"Delivery {retry} is tried again.")
    if discard is not None:
        house.portal.discard_delivery(None, discard)
        typer.echo(f"Delivery {discard} is put away.")


def _print(found: Sequence[Explained], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            typer.echo(json.dumps(asdict(one), default=str, ensure_ascii=False))
        else:
            typer.echo(f"{one.outbox_id:>7} {one.created_at:%Y-%m-%d %H:%M} {one.channel:<9} {one.about:<14} "
                       f"{one.state:<10} {one.key}\n        {one.why}")  # fmt: skip
    if not found and not as_json:
        typer.echo("There are no such letters.")


def _customer(house: House, address: str) -> str:
    customer_id = house.portal.customer_by_email(address)
    if customer_id is None:
        raise InvalidInput(f"No customer has the address {address}.")
    return customer_id
