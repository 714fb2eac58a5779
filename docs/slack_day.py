"""Writes docs/slack-planners.md, a planner's day in Slack as the workspace was told it: python -m docs.slack_day.

A small shop, its Slack app and a stand-in for Slack's Web API run here; what is written down are the calls made.
"""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.config import Config, Web
from core.database.engine import Database
from core.database.migrate import upgrade
from core.portal import Delivered
from tests import shop
from tests.bot.channels.slack.web_api import serving
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, Workspace, opened
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

PAGE = Path(__file__).parent / "slack-planners.md"
BO, PAT = "U1BOSS", "U1PAT"
BOSS = person(shop.BOSS)
_BARS = "▁▂▃▄▅▆▇█"
_HEAD = """# A planner's day in Slack

Written by `python -m docs.slack_day`: a small shop, its app and a stand-in for Slack run, and what the workspace was
told is written down as text. Buttons stand in brackets, charts are drawn with letters here. What each thing does, and
which rules hold, is in [planning](planning.md).
"""


def drawn(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """Blocks as text."""
    for block in blocks:
        kind = block["type"]
        if kind == "header":
            yield f"# {block['text']['text']}"
        elif kind == "section":
            yield block["text"]["text"]
        elif kind == "context":
            yield from (f"  {line}" for one in block["elements"] for line in one["text"].splitlines())
        elif kind == "actions":
            yield " ".join(f"[{one['text']['text']}]" for one in block["elements"])
        elif kind == "input":
            field = block["element"]
            yield f"{block['label']['text']}: [{field.get('initial_value') or field.get('initial_date') or '…'}]"
        elif kind == "data_visualization":
            yield from _chart(block)


def _chart(block: dict[str, Any]) -> Iterator[str]:
    series = block["chart"]["series"]
    values = [point["value"] for one in series for point in one["data"]]
    low, high = min(values), max(values)
    days = block["chart"]["axis_config"]["categories"]
    yield f"{block['title']}, {days[0]} to {days[-1]} ({low:,.0f} to {high:,.0f} units)"
    for one in series:
        steps = (int((point["value"] - low) / ((high - low) or 1) * (len(_BARS) - 1)) for point in one["data"])
        yield f"  {''.join(_BARS[step] for step in steps)}  {one['name']}"


def part(heading: str, words: str, lines: Iterator[str] | list[str]) -> str:
    """One part of the page."""
    return f"## {heading}\n\n{words}\n\n```text\n" + "\n".join(lines) + "\n```\n"


def deliver(day: Workspace) -> None:
    """All that is due."""
    while day.portal.deliver():
        pass


def card(day: Workspace) -> dict[str, Any]:
    """The card as it is now."""
    return next(one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Proposal "))


def modal(day: Workspace) -> list[str]:
    """The modal that is open."""
    view = day.api.views[-1]
    ends = [f"[{view[name]['text']}]" for name in ("close", "submit") if name in view]
    return [f"# {view['title']['text']}", *drawn(view["blocks"]), " ".join(ends)]


def whispered(day: Workspace) -> list[str]:
    """What only whoever pressed read."""
    return [day.api.given_to("chat.postEphemeral")[-1]["text"]]


def told(day: Workspace) -> Iterator[str]:
    """The day, part by part."""
    clock = day.clock
    digest = day.api.posted(PLANNER_CHANNEL)[0]
    yield part("The night's plan", "A digest, one line for each supplier and place.", drawn(digest["blocks"]))
    yield part("A card", "Each proposal has a card of its own.", drawn(card(day)["blocks"]))
    line = next(one.line for one in day.portal.proposal(BOSS, 1).lines if one.sku == shop.MUG)
    typed = {f"line:{line}": {f"proposal:quantity:{line}": {"type": "number_input", "value": "156"}}}
    day.press(PAT, card(day), "Edit")
    day.type_in(PAT, day.api.views[-1], f"line:{line}", typed)
    yield part("Edit", "Pat types 156 and presses Enter: what it would mean, under the field.", modal(day))
    day.submit(PAT, day.api.views[-1], typed)
    yield part("What it would cost", "Shown before anything is saved, with what else could be ordered.", modal(day))
    before = card(day)
    day.submit(PAT, day.api.views[-1], {})
    yield part("Saved", "The proposal has a new revision; approvals so far are void.", modal(day))
    day.press(BO, before, "Approve")
    yield part("Too late", "Bo presses Approve on what was shown before the edit. Only Bo reads this.", whispered(day))
    shown = card(day)
    day.press(PAT, shown, "Approve")
    yield part("Approved", "Pat approves.", whispered(day))
    day.press(BO, shown, "Approve")
    yield part("Second", "Bo presses a moment later.", whispered(day))
    yield part("The card says what became of it", "Changed where it stands.", drawn(card(day)["blocks"]))
    deliver(day)
    number = day.portal.proposal(BOSS, 1).purchase_order_number or ""
    hung = [f"{one['name']} ({one['length']:,} bytes) in the thread of the card" for one in day.api.files]
    yield part("The order", "Mailed to the supplier with PDF and CSV; the PDF hangs under the card.", hung)
    day.portal.put_off_order(BOSS, number, day.portal.purchase_order(BOSS, number).expected_on + timedelta(days=4))
    deliver(day)
    clock.forward(timedelta(days=12))
    day.portal.receive_goods(BOSS, number, Delivered("note-1", {1: 24}))
    deliver(day)
    news = [one["text"] for one in day.api.posted(PLANNER_CHANNEL) if one.get("thread_ts")]
    yield part("In the thread", "What happens to the order afterwards.", news)
    day.command(PAT, "how reliable is Acme?", channel_id=PLANNER_CHANNEL)
    yield part("/storekeeper how reliable is Acme?", "Answered in the direct message.", [day.last(PAT)["text"]])
    day.event({"type": "app_home_opened", "tab": "home", "user": PAT})
    yield part("App Home", "What waits for whoever opens it.", drawn(day.api.homes[PAT]["blocks"]))


def main() -> None:
    """Play the day and write it down."""
    with tempfile.TemporaryDirectory() as folder, serving() as api:
        database = Database(f"sqlite:///{folder}/shop.db")
        upgrade(database)
        config = Config(web=Web(secret="a-secret-of-the-documentation"))  # noqa: S106 signs links in a folder that goes
        day = opened(database, config, SettableClock(), api, staff={BO: shop.BOSS, PAT: shop.PLANNER})
        shop.open_shop(day.portal)
        day.portal.plan(run="night")
        deliver(day)
        PAGE.write_text("\n".join([_HEAD, *told(day)]), encoding="utf-8")
        database.close()


if __name__ == "__main__":
    main()
