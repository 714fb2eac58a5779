"""A conversation on standard input: one turn a line, answered on standard output."""

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from core.chat import Incoming, Reply, Speaker, Upload
from core.config import Config
from core.portal import Portal

CHANNEL = "console"


def talk(portal: Portal, config: Config, speaker: Speaker, lines: Iterable[str], *, as_json: bool) -> None:
    """Answer line by line; a line of only a number presses the button of that number."""
    chat = (
        f"customer:{speaker.customer_id}"
        if speaker.customer_id
        else f"staff:{speaker.staff_id}"
        if speaker.staff_id
        else "guest"
    )
    last: Reply | None = None
    for line in lines:
        text = line.rstrip("\n")
        if not text.strip():
            continue
        button = _pressed(last, text)
        text, files = _attached(text)
        incoming = Incoming(CHANNEL, chat, token_hex(8), text, speaker, button, files=files)
        last = _with_addresses(portal.converse(incoming), config)
        _print(last, sys.stdout, as_json=as_json)


def _pressed(last: Reply | None, text: str) -> str | None:
    typed = text.strip()
    if last is None or not typed.startswith("/") or not typed[1:].isdigit():
        return None
    place = int(typed[1:])
    return last.buttons[place - 1].value if 1 <= place <= len(last.buttons) else None


def _attached(text: str) -> tuple[str, tuple[Upload, ...]]:
    """A line “/attach path” as the file that is there; one that cannot be read is sent on as words."""
    command, _, path = text.strip().partition(" ")
    if command != "/attach" or not path.strip():
        return text, ()
    try:
        return "", (Upload(Path(path.strip()).name, Path(path.strip()).read_bytes()),)
    except OSError:
        return text, ()


def _with_addresses(reply: Reply, config: Config) -> Reply:
    base = config.web.base_url
    attached = tuple(
        replace(attachment, url=base + attachment.url) if attachment.url.startswith("/") else attachment
        for attachment in reply.attachments
    )
    return replace(reply, attachments=attached)


def _print(reply: Reply, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        out.write(json.dumps(reply.as_dict(), ensure_ascii=False) + "\n")
    elif reply.is_told:
        told = [reply.text]
        told += [f"  [{attachment.name}] {attachment.url}" for attachment in reply.attachments]
        told += [f"  /{place} {button.label}" for place, button in enumerate(reply.buttons, 1)]
        out.write("\n".join(told) + "\n")
    out.flush()
