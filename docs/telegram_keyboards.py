"""Writes docs/telegram-keyboards.md, every keyboard people see on Telegram: python -m docs.telegram_keyboards.

A small shop, its bot and a stand-in for the Bot API run here; what is written down are the keyboards it was sent.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.pages import records, write
from tests.bot.channels.telegram.bot_api import served
from tests.bot.channels.telegram.world import Person, World, invitation, open_world
from tests.flows.every_door import PRESS, open_orders
from tests.shop import ADA

PAGE = Path(__file__).parent / "telegram-keyboards.md"
_LONGEST = 300
_HEAD = """# Keyboards on Telegram

Written by `python -m docs.telegram_keyboards`: a small shop, its bot and a stand-in for the Bot API run, and the
keyboards it was sent are written down under what they belong to. Short labels stand two in a row; ▸ is a button that
was pressed, and the message then shows what was chosen. What all of it does is in [Telegram](telegram.md).
"""
TALKS = {
    "Where an order is": ("where is my last order?", "▸ Send me the invoice"),
    "Orders": ("show me my orders", "show me my invoices"),
    "A return": ("I want to return something", "▸ 1001", "▸ Red Polka Dot Mug", "▸ Just one", "▸ I no longer want it",
                 "▸ Yes, do it", "undo that", "▸ No, leave it"),
    "A claim": ("the blue lamp of order 1001 arrived broken", "▸ Go on without", "▸ The same again", "▸ No, leave it"),
    "An order is cancelled": ("cancel order 1003", "▸ Yes, do it"),
    "An order goes elsewhere": ("send order 1004 to 5 Quay Street, Leeds LS1 4AA", "▸ Yes, do it"),
    "An order once more": ("order 1004 again", "▸ No, leave it"),
    "An empty shelf": ("is the blue glass lamp in stock?", "▸ Tell me when"),
    "What is not understood": ("mumble", "jabber", "gibber"),
    "A person, and back": ("I want to talk to a person", "hello?", "▸ Back to the bot", "what became of my ticket?"),
    "Notices": ("/notices", "/stop", "/start"),
    "The chat itself": ("/language", "▸ English", "/access", "/unlink", "▸ No"),
    "Commands": ("/help", "/track", "/orders", "/invoice", "/return", "/cancel", "/tickets"),
}  # fmt: skip


def talks(person: Person) -> Iterator[str]:
    """The conversations, with what was said and every keyboard that came."""
    for heading, said in TALKS.items():
        yield f"## {heading}\n"
        lines = [line for words in said for line in turn(person, words)]
        yield "```text\n" + "\n".join(lines) + "\n```\n"


def turn(person: Person, words: str) -> Iterator[str]:
    """What somebody says or presses, and what came of it."""
    before = len(person.messages)
    if words.startswith(PRESS):
        person.press(words.removeprefix(PRESS))
    else:
        person.say(words)
    yield f"> {words}"
    for message in person.messages[before:]:
        yield from shown(message)


def shown(message: dict[str, Any]) -> Iterator[str]:
    """A message with its keyboard, row by row."""
    text = str(message.get("text") or message.get("caption") or "")
    document = message.get("document")
    if document:
        yield f"📎 {document['file_name']}"
    yield text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
    for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
        yield " ".join(f"[{key['text']}]" for key in row)


def menu(world: World) -> str:
    """The commands beside the field to type in."""
    told = [f"/{one['command']} {one['description']}" for one in world.api.menus[""]]
    return "## The menu\n\n```text\n" + "\n".join(told) + "\n```\n"


def page(folder: Path) -> str:
    """Hold the conversations on a database in a folder, and tell of their keyboards."""
    with records(folder / "shop.db") as database, served() as api, open_world(database, api, "webhook") as world:
        open_orders(world.portal)
        person = Person(world, 101)
        person.say(f"/start {invitation(world.portal, ADA)}")
        return "\n".join([_HEAD, menu(world), *talks(person)])


def main() -> None:
    """Write them down."""
    write(PAGE, page)


if __name__ == "__main__":
    main()
