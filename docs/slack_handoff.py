"""Writes docs/slack-staff.md, a hand-off in Slack as the workspace was told it: python -m docs.slack_handoff."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.config import Config, Web
from docs.pages import records, write
from docs.slack_text import drawn, part
from tests import shop
from tests.bot.channels.slack.web_api import serving
from tests.bot.channels.slack.workspace import STAFF_CHANNEL, Workspace, opened
from tests.conftest import SettableClock

PAGE = Path(__file__).parent / "slack-staff.md"
ADA, SAM, BO = "U1ADA", "U1SAM", "U1BOSS"
_HEAD = """# A customer asks for a person

Written by `python -m docs.slack_handoff`: a small shop, its app and a stand-in for Slack run, and what the workspace
was told is written down as text. Buttons stand in brackets. Which rules hold is in [Slack](slack.md).
"""


def brief(day: Workspace) -> None:
    """Let the staff's channel hear of everything."""
    day.portal.brief_desk()
    while day.portal.deliver():
        day.clock.forward(timedelta(seconds=1))


def in_channel(day: Workspace) -> list[dict[str, Any]]:
    """What stands in the staff's channel: the card first, then its thread."""
    return day.api.posted(STAFF_CHANNEL)


def reply(day: Workspace, user: str, text: str) -> None:
    """Somebody writes in the ticket's thread."""
    day.event({
        "type": "message", "channel_type": "channel", "channel": STAFF_CHANNEL, "user": user, "text": text,
        "thread_ts": in_channel(day)[0]["ts"], "ts": f"1690000005.{next(day.numbers):06d}",
    })  # fmt: skip
    brief(day)


def told(day: Workspace) -> Iterator[str]:
    """The hand-off, part by part."""
    day.link(ADA, "ada@example.org")
    day.write(ADA, "where is my order 1002?")
    yield part("A customer's direct message", "Ada asks where order 1002 is.", drawn(day.last(ADA)["blocks"]))
    day.write(ADA, "I want to talk to a person")
    yield part("A person, please", "One step, from anywhere in a conversation.", drawn(day.last(ADA)["blocks"]))
    brief(day)
    card, *thread = in_channel(day)
    yield part("The card in the staff's channel", "It names no name, address or way of paying.", drawn(card["blocks"]))
    yield part(
        "Its thread",
        "What she wrote before, and what the bot answered about; its words stand on the ticket's page.",
        [one["text"] for one in thread],
    )
    reply(day, SAM, "// is this the parcel from Monday?")
    reply(day, SAM, "Hello, this is Sam. The carrier has it; I will ring them today.")
    yield part(
        "Sam answers in the thread", "The aside stays there, the answer goes to Ada.", drawn(day.last(ADA)["blocks"])
    )
    yield part("The card says who has it", "Changed where it stands.", drawn(in_channel(day)[0]["blocks"]))
    day.press(BO, card, "Claim")
    whispered = day.api.given_to("chat.postEphemeral")[-1]["text"]
    yield part("Bo presses Claim on what was shown before", "Only Bo reads this.", [whispered])
    day.write(ADA, "thank you, that is all I wanted to know")
    brief(day)
    yield part("Ada writes on", "Her words appear in the thread.", [in_channel(day)[-1]["text"]])
    day.press(SAM, in_channel(day)[0], "Close")
    brief(day)
    yield part("Closed", "The card keeps standing there.", drawn(in_channel(day)[0]["blocks"]))
    yield part("Ada hears of it", "The bot answers again.", drawn(day.last(ADA)["blocks"]))


def page(folder: Path) -> str:
    """Play the hand-off on a database in a folder, and tell it."""
    config = Config(web=Web(secret="a-secret-of-the-documentation"))  # noqa: S106 signs links in a folder that goes
    with records(folder / "shop.db") as database, serving() as api:
        day = opened(database, config, SettableClock(), api, staff={SAM: shop.SUPPORT, BO: shop.BOSS})
        shop.open_shop(day.portal)
        return "\n".join([_HEAD, *told(day)])


def main() -> None:
    """Write it down."""
    write(PAGE, page)


if __name__ == "__main__":
    main()
