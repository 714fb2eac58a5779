"""What planners see in Slack of a move between places: what goes where, what it saves, and what became of it."""

from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.slack.cards import Drawn, cut
from bot.channels.slack.drawing import plain
from core.purchasing.model import MoveStatus
from core.purchasing.moves import Move

_LONGEST_HEADER, _LONGEST_NAME, _LONGEST_PLACE, _LONGEST_WHY = 150, 80, 60, 700


def card(one: Move, decided_by: str, base_url: str, zone: ZoneInfo) -> Drawn:
    """A move with its reason, and what can be done about it, or who decided what and how far it has got."""
    head = plain(cut(f"Move {one.move_id} · saves {one.saving} a year", _LONGEST_HEADER))
    told = f"{line(one)}\n{_why(one)}"
    blocks: list[dict[str, Any]] = [{"type": "header", "text": head}, _section(told)]
    outcome = _outcome(one, decided_by, zone)
    if outcome:
        blocks += [_section(outcome), {"type": "actions", "elements": [_page(base_url)]}]
        return f"{line(one)}. {outcome}", blocks
    until = f"Can be decided until {one.expires_at.astimezone(zone):%-d %B, %H:%M}"
    blocks.append({"type": "context", "elements": [plain(until)]})
    blocks.append({"type": "actions", "elements": buttons(one, base_url)})
    return line(one), blocks


def line(one: Move) -> str:
    """What would go from where to where."""
    name = cut(one.name, _LONGEST_NAME)
    origin, destination = cut(one.origin_name, _LONGEST_PLACE), cut(one.destination_name, _LONGEST_PLACE)
    return f"Move {one.move_id}: {one.units:,} × {name} from {origin} to {destination}, saves {one.saving} a year"


def buttons(one: Move, base_url: str) -> list[dict[str, Any]]:
    """To approve it, to reject it, and to see all of them."""
    value = str(one.move_id)
    approve = {
        "type": "button", "action_id": "move:approve", "text": plain("Approve"), "value": value, "style": "primary",
    }  # fmt: skip
    reject = {"type": "button", "action_id": "move:reject", "text": plain("Reject"), "value": value, "style": "danger"}
    return [approve, reject, _page(base_url)]


def _why(one: Move) -> str:
    return (
        f"{cut(one.origin_name, _LONGEST_PLACE)} has {one.spare:,} more than it needs; "
        f"{cut(one.destination_name, _LONGEST_PLACE)} lacks {one.wanted:,} and would buy {one.bought_otherwise:,}."
        f"{' ' if one.share else ''}{one.share}"
    )


def _outcome(one: Move, decided_by: str, zone: ZoneInfo) -> str:
    """What was decided, by whom and when, and where the goods are; empty while it waits."""
    when = f" on {one.decided_at.astimezone(zone):%-d %B at %H:%M}" if one.decided_at else ""
    approved = f"Approved by {decided_by}{when}."
    came = f"{one.received or 0:,} arrived" + (f", {one.missing:,} are missing." if one.missing else ".")
    told = {
        MoveStatus.OPEN: "",
        MoveStatus.APPROVED: f"{approved} It has not been sent yet.",
        MoveStatus.SENT: f"{approved} It is under way, expected on {one.expected_on:%-d %B}.",
        MoveStatus.RECEIVED: f"{approved} {came}",
        MoveStatus.REJECTED: f"Rejected by {decided_by}{when}: {cut(one.reason, _LONGEST_WHY)}",
        MoveStatus.EXPIRED: "Nobody decided in time; the next plan looks again.",
    }
    return told[one.status]


def _page(base_url: str) -> dict[str, Any]:
    page = f"{base_url}/planner/moves"
    return {"type": "button", "action_id": "link:page", "text": plain("Open the page"), "url": page}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": plain(cut(text, 2900))}
