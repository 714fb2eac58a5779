"""Writes docs/conversations.md, conversations with the demo shop as it has them: python -m docs.conversations."""

import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.assembly import House, build
from bot.demo import set_up
from core.chat import Incoming, Reply, Speaker
from core.config import DatabaseSettings, load
from core.portal import Portal

PAGE = Path(__file__).with_name("conversations.md")
_NUMBERS = count(1)
_HEADING = """# Ten conversations

Held with the demo shop, by its own code, and written down as they went: `python -m docs.conversations` writes this page
anew. Days and numbers are those of the day it was written. Lines in brackets are buttons; ▸ is one that was pressed.
"""


@dataclass(frozen=True)
class Talk:
    """A conversation: whose, about what, and what is said; `▸ label` presses the button that begins like this."""

    title: str
    email: str
    said: tuple[str, ...]


TALKS = (
    Talk("Where is my order, and the invoice", "zoe.bjork@example.org",
         ("Hi, where's my order?", "and the invoice please", "thanks!")),
    Talk("An order is cancelled", "imogen.jefferies@example.org",
         ("please cancel my order", "yes", "when do I get my money back?", "oops, undo that please", "yes")),
    Talk("An order goes elsewhere", "jasper.underhill@example.org",
         ("We've moved! Please send my order to 12 High Street, Leeds", "LS1 1AA", "yes", "who can see my orders?")),
    Talk("An exchange among three of a kind", "callum.mukherjee@example.org",
         ("I'd like to swap the plasters circus parade for vintage paisley", "▸ 555399", "yes")),
    Talk("Two questions at once", "zara.obrien@example.org",
         ("how long does delivery take? and can I pay with paypal?", "are you open on saturday?")),
    Talk("Something arrived broken", "oscar.carmichael@example.org",
         ("the ribbons from order 555567 arrived damaged", "all of them", "▸ Go on without a photo", "▸ My money back",
          "▸ Mastercard", "yes")),
    Talk("An empty shelf, and being told when it is full", "kathleen.obrien@example.org",
         ("do you have pink polkadot party candles?", "▸ Tell me when")),
    Talk("Wo ist meine Bestellung", "jurgen.kohler@example.org",
         ("Guten Tag, wo ist meine letzte Bestellung?", "und die Rechnung?", "Was schulde ich Ihnen noch?")),
    Talk("Eine Rücksendung auf Deutsch", "anneliese.gross@example.org",
         ("Ich möchte 3 der Scandinavian Reds Ribbons aus Bestellung 555523 zurückschicken",
          "sie gefallen mir nicht mehr", "nein, doch lieber 5", "ja", "Wann bekomme ich mein Geld?")),
    Talk("Ein Mensch, bitte", "fiona.lockwood@example.org",
         ("Ich will mich über den Fahrer beschweren", "Ich möchte mit einem Menschen sprechen", "Danke, bis dann")),
)  # fmt: skip


def main() -> None:
    """Open a demo shop of its own, have the conversations, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        config = load(Path(__file__).parents[1] / "config.toml")
        house = build(config.model_copy(update={"database": DatabaseSettings(url=f"sqlite:///{folder}/shop.db")}))
        try:
            set_up(house)
            pages = [_HEADING, *(_page(house, place, talk) for place, talk in enumerate(TALKS, 1))]
        finally:
            house.close()
    PAGE.write_text("\n".join(pages), encoding="utf-8")


def _page(house: House, place: int, talk: Talk) -> str:
    customer_id = house.portal.customer_by_email(talk.email)
    told = [f"## {place}. {talk.title}\n"]
    reply: Reply | None = None
    for said in talk.said:
        reply = _say(house.portal, str(customer_id), said, reply)
        told.append(f"**Customer:** {said}\n")
        told.append("\n".join(f"> {line}" if line else ">" for line in _shown(reply).splitlines()) + "\n")
    return "\n".join(told)


def _say(portal: Portal, customer_id: str, said: str, before: Reply | None) -> Reply:
    button = None
    if said.startswith("▸ "):
        offered = before.buttons if before else ()
        wanted = said.removeprefix("▸ ")
        button = next((one.value for one in offered if one.label.startswith(wanted)), None)
        if button is None:
            raise SystemExit(f"No button begins with “{wanted}” behind: {before.text if before else ''}")
    speaker = Speaker(customer_id=customer_id, proof=3)
    delivery = f"docs-{next(_NUMBERS)}"
    return portal.converse(Incoming("docs", f"customer:{customer_id}", delivery, said, speaker, button))


def _shown(reply: Reply) -> str:
    """The text, the files and the buttons; every line of it stands for itself."""
    lines = [f"{line}  " for line in reply.text.splitlines()]
    lines += [f"📎 {one.name}  " for one in reply.attachments]
    lines += [" ".join(f"[{one.label}]" for one in reply.buttons)] if reply.buttons else []
    return "\n".join(lines)


if __name__ == "__main__":
    main()
