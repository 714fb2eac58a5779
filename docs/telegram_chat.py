"""Draws docs/pictures/telegram.svg, a chat as Telegram was told it: python -m docs.telegram_chat.

The demo shop, its Telegram door and a stand-in for the Bot API run here; what is drawn are the calls that were made.
"""

import tempfile
import textwrap
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bot.assembly import build
from bot.demo import set_up
from core.config import DatabaseSettings, Telegram, load
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi, served
from tests.bot.channels.telegram.world import Person, World, invitation

PICTURE = Path(__file__).parent / "pictures" / "telegram.svg"
WHO = "zoe.bjork@example.org"
PRESS = "▸"  # the first button under the last message
SAID = ("where is my last order?", "and the invoice?", "I want to return something", PRESS, PRESS, PRESS, PRESS)
_WIDTH, _COLUMNS, _LINE, _BUTTON = 460, 46, 17, 30
_INK, _OURS, _THEIRS, _KEY = "#1b2733", "#ffffff", "#e1f4cb", "#cfdde8"


class Canvas:
    """Bubbles one under the other."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.height = 16

    def bubble(self, text: str, *, is_theirs: bool = False) -> None:
        """A message: the person's on the right, the bot's on the left."""
        lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _COLUMNS) or [""]]
        width = min(_WIDTH - 60, 26 + int(8.0 * max(map(len, lines))))
        left, height = (_WIDTH - width - 16 if is_theirs else 16), 16 + _LINE * len(lines)
        self._box(left, width, height, _THEIRS if is_theirs else _OURS)
        for place, line in enumerate(lines, 1):
            self._words(left + 13, self.height + 5 + _LINE * place, line)
        self.height += height + 8

    def keys(self, rows: list[list[dict[str, Any]]]) -> None:
        """The buttons under a message."""
        self.height -= 4
        for row in rows:
            width = (_WIDTH - 60) // len(row)
            for place, button in enumerate(row):
                self._box(16 + place * width, width - 4, _BUTTON - 4, _KEY)
                middle = 16 + place * width + width // 2 - 2
                self._words(middle, self.height + 18, button["text"][:50], anchor="middle")
            self.height += _BUTTON
        self.height += 8

    def svg(self) -> str:
        """The picture."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{self.height}" font-size="13"'
        back = f'<rect width="{_WIDTH}" height="{self.height}" fill="#d5e2ea"/>'
        return "\n".join([f'{head} font-family="DejaVu Sans, Arial, sans-serif">', back, *self.drawn, "</svg>", ""])

    def _box(self, left: int, width: int, height: int, fill: str) -> None:
        box = f'<rect x="{left}" y="{self.height}" width="{width}" height="{height}" rx="10" fill="{fill}"/>'
        self.drawn.append(box)

    def _words(self, left: int, top: int, words: str, anchor: str = "start") -> None:
        kept = escape(words)
        self.drawn.append(f'<text x="{left}" y="{top}" fill="{_INK}" text-anchor="{anchor}">{kept}</text>')


def main() -> None:
    """Open a demo shop with a Telegram door, have the conversation, and draw it."""
    with tempfile.TemporaryDirectory() as folder, served() as api:
        config = load(Path(__file__).parents[1] / "config.toml")
        door = Telegram.model_validate({"mode": "polling", "token": TOKEN, "api_url": api.url, "poll_s": 1})
        house = build(config.model_copy(
            update={"database": DatabaseSettings(url=f"sqlite:///{folder}/shop.db"), "telegram": door}))  # fmt: skip
        try:
            set_up(house)
            if house.telegram is None:
                raise SystemExit("The door is closed.")
            house.telegram.start()
            world = World(api, house.portal, house.telegram)
            PICTURE.write_text(_held(world, str(house.portal.customer_by_email(WHO))), encoding="utf-8")
            house.telegram.stop()
        finally:
            house.close()


def _held(world: World, customer_id: str) -> str:
    person, canvas = Person(world, 101), Canvas()
    code = invitation(world.portal, customer_id)
    person.say(f"/start {code}")
    canvas.bubble("/start", is_theirs=True)
    seen = _drawn(canvas, world.api, 0)
    for said in SAID:
        if said == PRESS:
            label = _rows(world.api.messages[-1])[0][0]["text"]
            person.press(label)
            canvas.bubble(f"{PRESS} {label}", is_theirs=True)
        else:
            person.say(said)
            canvas.bubble(said, is_theirs=True)
        seen = _drawn(canvas, world.api, seen)
    return canvas.svg()


def _rows(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return list((message.get("reply_markup") or {}).get("inline_keyboard", ()))


def _drawn(canvas: Canvas, api: BotApi, seen: int) -> int:
    for message in api.messages[seen:]:
        document = message.get("document")
        file = f"📎 {document['file_name']} ({document['file_size'] // 1024} KB)\n" if document else ""
        canvas.bubble(file + str(message.get("text") or message.get("caption") or ""))
        if _rows(message):
            canvas.keys(_rows(message))
    return len(api.messages)


if __name__ == "__main__":
    main()
