"""Goods came from a supplier: booked onto the shelf after a yes, once."""

import secrets
from typing import Any

from core.chat import Action
from core.conversation.planner import planner
from core.conversation.planner_orders import meant_order
from core.conversation.planner_words import means_all, mentioned, units_said
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.purchasing import deliveries
from core.purchasing.deliveries import Arrival
from core.purchasing.model import PurchaseOrder, PurchaseOrderLine

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST_CHOICES = 6


def answer(turn: Turn) -> Step:
    """Find out of which order, which line, and how many; then show what would be booked."""
    words = f"{turn.slots.get('heard') or ''} {turn.text}"
    order = meant_order(turn, words)
    if isinstance(order, Ask):
        return order
    turn.slots["purchase_order"] = order.purchase_order_number
    lines = [line for line in order.lines if line.open]
    if means_all(words) and not turn.slots.get("line"):
        return _confirm(turn, order, {line.line: line.open for line in lines})
    line = _line(turn, lines, words)
    if isinstance(line, Ask):
        return line
    turn.slots["line"] = line.line
    known = turn.slots.get("units")
    said = (units_said(turn.text), known, units_said(str(turn.slots.get("heard") or "")))
    units = next((int(one) for one in said if one is not None), None)
    if units is None:
        return Ask("units", turn.say("how_many", name=line.name, open=line.open))
    turn.slots["units"] = units
    return _confirm(turn, order, {line.line: units})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Book it."""
    who = f"staff:{planner(turn).email}"
    units = {int(line): int(count) for line, count in plan["units"].items()}
    arrival = Arrival(plan["receipt"], plan["order"], units, turn.now, who)
    order = deliveries.receive(turn.session, arrival, turn.house.config.planning, turn.now)
    left = sum(line.open for line in order.lines)
    key = "done" if left else "done_all"
    result = {"status": order.status.value, "still_to_come": left}
    action = Action("receive_goods", {"order": plan["order"], "units": plan["units"]}, result)
    text = turn.say(key, order=plan["order"], came=_came(order, units), left=left)
    return Answer(text, actions=(action,))


def _confirm(turn: Turn, order: PurchaseOrder, units: dict[int, int]) -> Step:
    plan = {
        "order": order.purchase_order_number,
        "units": {str(line): count for line, count in units.items()},
        "receipt": f"chat-{secrets.token_hex(8)}",
    }
    came = _came(order, units)
    return Confirm(
        turn.say("confirm", order=order.purchase_order_number, supplier=order.supplier_name, came=came), plan
    )


def _came(order: PurchaseOrder, units: dict[int, int]) -> str:
    return "\n".join(f"{units[line.line]:,} × {line.name}" for line in order.lines if units.get(line.line))


def _line(turn: Turn, lines: list[PurchaseOrderLine], words: str) -> PurchaseOrderLine | Ask:
    if turn.slots.get("line"):
        return next(line for line in lines if line.line == int(turn.slots["line"]))
    named = mentioned(words, {line.line: f"{line.name} {line.sku}" for line in lines})
    if len(named) == 1 or len(lines) == 1:
        return next(line for line in lines if line.line in (named or [lines[0].line]))
    shown = [line for line in lines if line.line in named] or lines
    choices = tuple(Choice(f"{line.name} · {line.open:,}", {"line": line.line}) for line in shown[:_MOST_CHOICES])
    return Ask("line", turn.say("which_line"), choices)
