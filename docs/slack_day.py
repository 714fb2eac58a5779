"""Writes docs/slack-planners.md, a planner's day in Slack as the workspace was told it: python -m docs.slack_day.

A small shop, its Slack app and a stand-in for Slack's Web API run here; what is written down are the calls made.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.config import Config, Planning, Web
from core.portal import Delivered, Portal
from docs.pages import records, write
from docs.slack_text import drawn, modal, part
from tests import shop
from tests.bot.channels.slack.web_api import serving
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, Workspace, opened
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.purchasing.test_moves import two_places

PAGE = Path(__file__).parent / "slack-planners.md"
BO, PAT = "U1BOSS", "U1PAT"
BOSS = person(shop.BOSS)
ACME, QUILL = "Acme Ceramics", "Quill Papers"
_HEAD = """# A planner's day in Slack

Written by `python -m docs.slack_day`: a small shop, its app and a stand-in for Slack run, and what the workspace was
told is written down as text. Buttons and fields stand in brackets, charts are drawn with letters here. What each thing
does, and which rules hold, is in [planning](planning.md); [slack-staff](slack-staff.md) shows the staff's channel.
"""


def open_papers(portal: Portal) -> None:
    """A second supplier, whose goods fill a van."""
    goods = {"WRAP-1": ("Gift Wrap Roll", 350, 1.4, 0.004), "BOX-1": ("Gift Box, large", 600, 0.9, 0.03)}
    shop.bring(portal, "suppliers", {
        "supplier": "QUILL", "name": QUILL, "email": "orders@quill.example.org", "lead_time_days": 6.0,
        "lead_time_sd_days": 1.0, "order_cost": 1500, "line_cost": 100, "vehicle_weight_kg": 800.0,
        "vehicle_volume_m3": 6.0, "trip_cost": 4000,
    })  # fmt: skip
    for sku, (name, price, weight, volume) in goods.items():
        shop.bring(portal, "products", {"sku": sku, "name": name, "price": price, "weight_kg": weight,
                                        "volume_m3": volume, "tax_rate": 0.2})  # fmt: skip
        item = {"supplier": "QUILL", "sku": sku, "unit_cost": price // 3, "pack": 10, "minimum": 20}
        shop.bring(portal, "supplier_items", item)
        counted = shop.OPENED - timedelta(days=1)
        shop.bring(portal, "stock", {"sku": sku, "location": "main", "on_hand": 12, "counted_at": counted})
        shop.bring(portal, "sales", *shop.daily(sku, 4))


def deliver(day: Workspace) -> None:
    """All that is due."""
    while day.portal.deliver():
        day.clock.forward(timedelta(seconds=1))


def cards(day: Workspace, supplier: str) -> list[dict[str, Any]]:
    """The cards of a supplier's proposals as they are now."""
    return [
        one
        for one in day.api.posted(PLANNER_CHANNEL)
        if one["text"].startswith("Proposal ") and supplier in one["text"]
    ]


def card(day: Workspace, supplier: str) -> dict[str, Any]:
    """The first of them."""
    return cards(day, supplier)[0]


def shown(day: Workspace) -> list[str]:
    """The modal that is open."""
    return modal(day.api.views[-1])


def whispered(day: Workspace) -> list[str]:
    """What only whoever pressed reads."""
    return [day.api.given_to("chat.postEphemeral")[-1]["text"]]


def asked(day: Workspace, words: str, told: str = "Answered in the direct message.") -> str:
    """Plain words of Pat's, by command."""
    day.command(PAT, words, channel_id=PLANNER_CHANNEL)
    return part(f"/storekeeper {words}", told, drawn(day.last(PAT)["blocks"]))


def home(day: Workspace, heading: str, words: str) -> str:
    """What Pat finds in the app's home tab."""
    day.event({"type": "app_home_opened", "tab": "home", "user": PAT})
    return part(heading, words, drawn(day.api.homes[PAT]["blocks"]))


def told(day: Workspace) -> Iterator[str]:
    """The day, part by part."""
    digest = day.api.posted(PLANNER_CHANNEL)[0]
    yield part("The night's plan", "A digest, one line for each supplier and place.", drawn(digest["blocks"]))
    yield home(day, "App Home", "What waits for whoever opens it.")
    yield part("A card", "Each proposal has a card of its own.", drawn(card(day, ACME)["blocks"]))
    words = "Where the supplier says what a vehicle takes, a card tells the load and its trips."
    yield part("A card with a load", words, drawn(card(day, QUILL)["blocks"]))
    yield asked(day, "why 288 of the red polka dot mug?")
    yield from an_edit(day)
    yield from a_race(day)
    yield from set_aside(day)
    yield from the_order(day)
    yield asked(day, "how reliable is Acme?", "The scorecard, in words.")
    yield home(day, "App Home in the end", "What is left.")


def an_edit(day: Workspace) -> Iterator[str]:
    """A quantity is changed, and costed before it is saved; whoever presses on what was shown before is told."""
    line = next(one.line for one in day.portal.proposal(BOSS, number_of(day, ACME)).lines if one.sku == shop.MUG)
    typed = {f"line:{line}": {f"proposal:quantity:{line}": {"type": "number_input", "value": "156"}}}
    before = card(day, ACME)
    day.press(PAT, before, "Edit")
    day.type_in(PAT, day.api.views[-1], f"line:{line}", typed)
    yield part("Edit", "Pat types 156 and presses Enter: what it would mean, under the field.", shown(day))
    day.submit(PAT, day.api.views[-1], typed)
    yield part("What it would cost", "Shown before anything is saved, with what else could be ordered.", shown(day))
    day.submit(PAT, day.api.views[-1], {})
    yield part("Saved", "The proposal has a new revision; approvals so far are void.", shown(day))
    day.press(BO, before, "Approve")
    yield part("Too late", "Bo presses Approve on what was shown before the edit. Only Bo reads this.", whispered(day))


def a_race(day: Workspace) -> Iterator[str]:
    """Two planners press Approve on the same card."""
    seen = card(day, ACME)
    day.press(PAT, seen, "Approve")
    yield part("Approved", "Pat approves.", whispered(day))
    day.press(BO, seen, "Approve")
    yield part("Second", "Bo presses a moment later.", whispered(day))
    yield part("The card says what became of it", "Changed where it stands.", drawn(card(day, ACME)["blocks"]))


def set_aside(day: Workspace) -> Iterator[str]:
    """A proposal is split; one part is put off, the other rejected."""
    line = next(one.line for one in day.portal.proposal(BOSS, number_of(day, QUILL)).lines if one.sku == "BOX-1")
    day.press(PAT, card(day, QUILL), "Split")
    yield part("Split", "Lines are chosen that go into a proposal of their own, or units of one.", shown(day))
    day.submit(PAT, day.api.views[-1], {"lines": {"lines": {"selected_options": [{"value": str(line)}]}}})
    deliver(day)
    yield part("Both parts", "Told to whoever split; each part has a card.", shown(day))
    day.press(PAT, cards(day, QUILL)[1], "Split")
    units = {"part": {"part": {"selected_option": {"value": "1"}}}, "stays": {"stays": {"value": "200"}}}
    day.submit(PAT, day.api.views[-1], units)
    yield part("Split units", "Pat types that 200 of the boxes stay: what both parts would cost.", shown(day))
    day.submit(PAT, day.api.views[-1], {})
    yield part("Split in three", "The rest of the boxes has a card as well.", shown(day))
    rest, boxes, _later = cards(day, QUILL)
    day.press(PAT, boxes, "Snooze")
    yield part("Snooze", "Asks until when.", shown(day))
    day.submit(PAT, day.api.views[-1], {"until": {"until": {"selected_date": "2026-06-19"}}})
    yield part(
        "A card that is put off", "It comes back by itself, or by a press.", drawn(cards(day, QUILL)[1]["blocks"])
    )
    day.press(PAT, rest, "Reject")
    yield part("Reject", "Asks why; without a reason nothing is rejected.", shown(day))
    day.submit(PAT, day.api.views[-1], {"why": {"why": {"value": "A cheaper roll is on its way."}}})
    yield part("A rejected card", "By whom, when and why.", drawn(cards(day, QUILL)[0]["blocks"]))


def the_order(day: Workspace) -> Iterator[str]:
    """The order goes out, slips, comes in two parts, and is scored."""
    deliver(day)
    number = day.portal.proposal(BOSS, number_of(day, ACME)).purchase_order_number or ""
    hung = [f"{one['name']} in the thread of the card" for one in day.api.files]
    yield part("The order", "Mailed to the supplier with PDF, CSV and JSON; the PDF hangs under the card.", hung)
    day.portal.put_off_order(BOSS, number, day.portal.purchase_order(BOSS, number).expected_on + timedelta(days=4))
    deliver(day)
    day.clock.forward(timedelta(days=12))
    day.portal.receive_goods(BOSS, number, Delivered("note-1", {1: 24}))
    deliver(day)
    day.clock.forward(timedelta(days=3))
    left = {line.line: line.open for line in day.portal.purchase_order(BOSS, number).lines if line.open}
    day.portal.receive_goods(BOSS, number, Delivered("note-2", left))
    deliver(day)
    hanging = [one["text"] for one in day.api.posted(PLANNER_CHANNEL) if one.get("thread_ts") == card(day, ACME)["ts"]]
    yield part("In the thread", "What happens to the order afterwards.", hanging)


def careful(day: Workspace) -> Iterator[str]:
    """A shop with two places and four eyes: goods are moved before they are bought, and one person's yes is half."""
    yield part("Moves first", "The digest of another shop, which has two places.", as_it_is(day, "1 "))
    yield part("A move", "What one place has too much of, another would buy.", as_it_is(day, "Move "))
    yield home(day, "Moves in App Home", "They can be decided there as well.")
    day.press(PAT, beginning(day, "Move "), "Approve")
    yield part("A move is approved", "Pat approves.", whispered(day))
    (move,) = day.portal.moves(BOSS)
    day.portal.send_move(BOSS, move.move_id)
    deliver(day)
    yield part("A card of a move under way", "The card follows the goods.", as_it_is(day, "Move "))
    day.portal.receive_move(BOSS, move.move_id, move.units - 2)
    deliver(day)
    yield part("A card of a move that came in short", "Two units are missing.", as_it_is(day, "Move "))
    day.press(PAT, card(day, ACME), "Approve")
    yield part("One pair of eyes", "In this shop two people approve. Pat was the first.", whispered(day))
    yield part("A card that waits for a second pair of eyes", "It says whose it has.", as_it_is(day, "Proposal "))
    counted = {"sku": shop.LAMP, "location": "main", "on_hand": 30, "counted_at": shop.OPENED}
    shop.bring(day.portal, "stock", counted)
    day.press(BO, card(day, ACME), "Approve")
    yield part("Overtaken", "Stock has arrived meanwhile, and Bo presses Approve.", whispered(day))
    words = "Nothing of it was left. Of another proposal the card shows the new quantities."
    yield part("A card that stock has overtaken", words, as_it_is(day, "Proposal "))


def undecided(day: Workspace) -> Iterator[str]:
    """Nobody decides anything for a week."""
    stale, move = card(day, ACME), beginning(day, "Move ")
    day.clock.forward(timedelta(days=8))
    day.press(PAT, stale, "Approve")
    yield part("Too old", "A week later Pat presses Approve.", whispered(day))
    day.press(PAT, move, "Approve")
    yield part("A move too old", "The same with a move.", whispered(day))
    day.portal.housekeep()
    day.portal.plan(run="a week later")
    deliver(day)
    yield part("A card nobody decided in time", "The clock closes it.", as_it_is(day, "Proposal 1"))
    yield part("A move nobody decided in time", "The next plan looks again.", as_it_is(day, "Move 1"))


def beginning(day: Workspace, words: str) -> dict[str, Any]:
    """The first message of the planners' channel that begins so, as it is now."""
    return next(one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith(words))


def as_it_is(day: Workspace, words: str) -> Iterator[str]:
    """That message as text."""
    return drawn(beginning(day, words)["blocks"])


def number_of(day: Workspace, supplier: str) -> int:
    """The number of a supplier's proposal, as its card names it."""
    return int(card(day, supplier)["text"].split()[1].rstrip(":"))


def one_shop(portal: Portal) -> None:
    """The usual shop with a second supplier."""
    shop.open_shop(portal)
    open_papers(portal)


def played(
    path: Path, fill: Callable[[Portal], None], tell: Callable[[Workspace], Iterator[str]], planning: Planning
) -> list[str]:
    """What is told of a shop after its first plan; `path` is where its database is kept."""
    web = Web(secret="a-secret-of-the-documentation")  # noqa: S106 signs links in a folder that goes
    config = Config(web=web, planning=planning)
    with records(path) as database, serving() as api:
        day = opened(database, config, SettableClock(), api, staff={BO: shop.BOSS, PAT: shop.PLANNER})
        fill(day.portal)
        day.portal.plan(run="night")
        deliver(day)
        return list(tell(day))


def page(folder: Path) -> str:
    """Play the days on databases in a folder, and tell them."""
    days = (
        played(folder / "shop.db", one_shop, told, Planning()),
        played(folder / "careful.db", two_places, careful, Planning(four_eyes_above=1)),
        played(folder / "undecided.db", two_places, undecided, Planning()),
    )
    return "\n".join([_HEAD, *(one for day in days for one in day)])


def main() -> None:
    """Write the day down."""
    write(PAGE, page)


if __name__ == "__main__":
    main()
