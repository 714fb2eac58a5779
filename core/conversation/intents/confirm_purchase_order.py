"""What a supplier says to an order: when it comes, and how much of it; written down after a yes."""

import re
from datetime import date
from typing import Any

from core.chat import Action
from core.conversation import slips
from core.conversation.planner import decider
from core.conversation.planner_orders import meant_order
from core.conversation.planner_words import coming_day, units_by_name
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.purchasing import changes
from core.purchasing.changes import Confirmation
from core.purchasing.model import PurchaseOrder

PROOF = 2
AUDIENCE = frozenset({"staff"})
_ASKS = re.compile(r"(?:has|have|did|is|was|were|hat|haben|ist|wurde|sind)\b|.*\?\s*\Z", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(
    r"\b(?:reference|ref|their number|their order|referenz|nummer)[ :]{1,3}(?:is |ist )?([\w/-]{2,40})", re.IGNORECASE
)


def answer(turn: Turn) -> Step:
    """Find out which order, which day and how much, then show what would be written down."""
    heard = str(turn.slots.get("heard") or turn.text)
    order = meant_order(turn, f"{heard} {turn.text}")
    if isinstance(order, Ask):
        return order
    turn.slots["purchase_order"] = order.purchase_order_number
    day = coming_day(turn.text, turn.today) or coming_day(heard, turn.today) or _chosen_day(turn)
    names = {line.line: f"{line.name} {line.sku}" for line in order.lines if line.wanted}
    units = {**units_by_name(heard, names), **units_by_name(turn.text, names)}
    if day is None and not units and _ASKS.match(heard):
        return Answer(_state(turn, order))
    if day is None and not units:
        as_expected = Choice(turn.say("as_expected", day=order.expected_on), {"day": order.expected_on.isoformat()})
        told = turn.say("when", order=order.purchase_order_number, day=order.expected_on)
        return Ask("day", told, (as_expected,))
    reference = _REFERENCE.search(heard)
    plan = {
        "order": order.purchase_order_number,
        "day": (day or order.expected_on).isoformat(),
        "units": {str(line): count for line, count in units.items()},
        "reference": reference[1] if reference else "",
    }
    return Confirm(_shown(turn, order, plan), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write it down; customers whose promise slips by it are told."""
    units = {int(line): int(count) for line, count in plan["units"].items()}
    said = Confirmation(date.fromisoformat(plan["day"]), units, plan["reference"])
    order = changes.confirm(turn.session, decider(turn), plan["order"], said)
    slips.keep(turn.session, turn.house, turn.now)
    action = Action("confirm_purchase_order", dict(plan), {"status": order.status.value})
    wanted = sum(line.wanted for line in order.lines)
    told = turn.say(
        "done",
        supplier=order.supplier_name,
        order=order.purchase_order_number,
        units=wanted,
        day=order.expected_on,
    )
    return Answer(told, actions=(action,))


def _chosen_day(turn: Turn) -> date | None:
    return date.fromisoformat(turn.slots["day"]) if turn.slots.get("day") else None


def _state(turn: Turn, order: PurchaseOrder) -> str:
    values = {"order": order.purchase_order_number, "supplier": order.supplier_name, "day": order.expected_on}
    if order.confirmed_at is None:
        return turn.say("state_open", **values)
    return turn.say("state_confirmed", at=turn.day_of(order.confirmed_at), **values)


def _shown(turn: Turn, order: PurchaseOrder, plan: dict[str, Any]) -> str:
    """The day and every line that would come, less of it where less is confirmed."""
    told = []
    for line in order.lines:
        units = int(plan["units"].get(str(line.line), line.wanted))
        key = "line_all" if units == line.wanted else "line"
        told.append(turn.say(key, name=line.name, units=units, ordered=line.wanted))
    if plan["reference"]:
        told.append(turn.say("reference", reference=plan["reference"]))
    day = date.fromisoformat(plan["day"])
    return turn.say(
        "confirm",
        order=order.purchase_order_number,
        supplier=order.supplier_name,
        weekday=turn.weekday(day),
        day=day,
        before=order.expected_on,
        lines="\n".join(told),
    )
