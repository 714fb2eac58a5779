"""The App Home: what waits for whoever opens it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import move_cards, people
from bot.channels.slack.cards import cut
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.drawing import plain
from bot.channels.slack.values import written
from core.errors import PortalError
from core.purchasing.model import Proposal
from core.purchasing.waiting import Waiting

_MOST, _MOST_MOVES = 12, 8


async def opened(door: SlackDoor, client: AsyncWebClient, event: dict[str, Any]) -> None:
    """Draw the home tab of whoever opened it."""
    if event.get("tab") == "home":
        await draw(door, client, event["user"])


async def draw(door: SlackDoor, client: AsyncWebClient, user: str) -> None:
    """Draw somebody's home tab as things stand."""
    staff = await door.ask(people.staff, door, user)
    title = {"type": "header", "text": plain(cut(door.config.shop.name, 150))}
    if staff is None or not staff.may_plan:
        blocks = [title, _section("Write to me in “Messages”: orders, invoices, returns, stock, or a person.")]
    else:
        try:
            found = await door.ask(door.portal.waiting_for, staff)
            blocks = [title, *waiting_blocks(found, door.config.web.base_url, door.config.shop.zone, door.clock())]
        except PortalError as refusal:
            blocks = [title, _section(str(refusal))]
    await client.views_publish(user_id=user, view={"type": "home", "blocks": blocks})


def waiting_blocks(found: Waiting, base_url: str, zone: ZoneInfo, now: datetime) -> list[dict[str, Any]]:
    """What waits: mine to decide with buttons, then what others decide, what sleeps, what is late."""
    blocks: list[dict[str, Any]] = []
    if found.stands_in_for:
        blocks.append(_section(f"You stand in for {', '.join(found.stands_in_for)} today."))
    count = len(found.mine)
    verb = "waits" if count == 1 else "wait"
    blocks.append(_section(f"{count} {verb} for your decision." if count else "Nothing waits for you."))
    for one in found.mine[:_MOST]:
        blocks += [_section(_line(one)), {"type": "actions", "elements": _buttons(one, base_url)}]
    if len(found.mine) > _MOST:
        blocks.append(_section(f"… and {len(found.mine) - _MOST} more at {base_url}/planner"))
    if found.moves:
        blocks += [{"type": "divider"}, _section(_waiting_moves(len(found.moves)))]
    for move in found.moves[:_MOST_MOVES]:
        blocks += [_section(move_cards.line(move)), {"type": "actions", "elements": move_cards.buttons(move, base_url)}]
    if len(found.moves) > _MOST_MOVES:
        blocks.append(_section(f"… and {len(found.moves) - _MOST_MOVES} more at {base_url}/planner/moves"))
    asleep = [
        f"{_line(one)} · until {one.snoozed_until.astimezone(zone):%-d %B}"
        for one in found.asleep
        if one.is_asleep(now) and one.snoozed_until
    ]
    late = [
        f"{one.purchase_order_number} · {one.supplier_name} · expected {one.expected_on:%-d %B}" for one in found.late
    ]
    for heading, lines in (
        ("Above your limit, or for other eyes", [_line(one) for one in found.others]),
        ("Put off", asleep),
        ("Late from suppliers", late),
    ):
        if lines:
            more = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
            blocks += [{"type": "divider"}, _section("\n".join([heading, *lines[:_MOST], *more]))]
    return blocks


def _waiting_moves(count: int) -> str:
    return "1 move between places can be decided." if count == 1 else f"{count} moves between places can be decided."


def _line(one: Proposal) -> str:
    short = f", {one.at_risk} likely to run short without" if one.at_risk else ""
    lines = "1 line" if one.line_count == 1 else f"{one.line_count} lines"
    return f"{one.proposal_id} · {cut(one.supplier_name, 80)} · {one.total} · {lines}{short}"


def _buttons(one: Proposal, base_url: str) -> list[dict[str, Any]]:
    value = written({"p": one.proposal_id, "h": one.content_hash})
    made = [
        {"type": "button", "action_id": f"proposal:{verb}", "text": plain(label), "value": value}
        for verb, label in (("approve", "Approve"), ("edit", "Edit"), ("snooze", "Snooze"), ("reject", "Reject"))
    ]
    url = f"{base_url}/planner/proposals/{one.proposal_id}"
    return [*made, {"type": "button", "action_id": "link:page", "text": plain("Open the page"), "url": url}]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": plain(cut(text, 2900))}
