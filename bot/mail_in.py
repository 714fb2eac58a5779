"""Mail that comes in: reports of letters that did not arrive."""

from pathlib import Path

import typer

from bot.assembly import House, take_from_mailbox
from core.errors import InvalidInput
from integrations.email import bounces


def take(house: House, path: Path) -> None:
    """Take in reports from a file, a Maildir or a folder, and say what came of it."""
    seen = reported = ours = 0
    for raw in bounces.messages(path):
        found = bounces.read(raw)
        seen, reported = seen + 1, reported + len(found)
        ours += house.portal.take_bounces(found)
    _report(seen, reported, ours)


def fetch(house: House) -> None:
    """Take in reports from the mailbox of the configuration, and say what came of it.

    Raises:
        InvalidInput: there is none.
        Unavailable: it does not answer, or does not let us in.
    """
    if not house.config.mailbox.host:
        raise InvalidInput("Give a file or folder of messages, or --reopen ADDRESS, or set [mailbox].")
    _report(*take_from_mailbox(house.portal, house.config.mailbox))


def _report(seen: int, reported: int, ours: int) -> None:
    typer.echo(f"{seen} messages, {reported} reports of letters that did not arrive, {ours} of them ours.")


def reopen(house: House, address: str) -> None:
    """Mail to an address again."""
    was_closed = house.portal.reopen_mailbox(address)
    typer.echo("Mail goes there again." if was_closed else "Nothing was held back from that address.")
