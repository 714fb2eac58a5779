"""Send something back: which order, which lines, how many and why; a plan to say yes to; a receipt."""

from typing import Any

from core.accounts.service import customer
from core.chat import Action
from core.conversation.resolve import ask_order, focused_order, line_of, named_order
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.notifications.service import Notice, notify
from core.orders.model import Order
from core.orders.service import order_of, orders_of
from core.returns.model import Returnable
from core.returns.service import AskedReturn, ReturnRules, request_return, returnable

PROOF = 3
AUDIENCE = frozenset({"customer"})
_MOST_LOOKED_AT = 20
_MOST_LINES = 8
REASONS = ("damaged", "wrong_item", "not_as_described", "no_longer_wanted", "arrived_late", "too_many")


def answer(turn: Turn) -> Step:
    """Ask for what is missing, say what cannot come back and why, then show the return as a whole."""
    order = _order(turn)
    if not isinstance(order, Order):
        return order
    verdicts = returnable(turn.session, order, rules(turn), turn.today)
    possible = [verdict for verdict in verdicts if verdict.quantity > 0]
    if not possible:
        return Answer(_nothing_returnable(turn, order, verdicts), focus={"order_number": order.order_number})
    verdict = _line(turn, order, verdicts, possible)
    if not isinstance(verdict, Returnable):
        return verdict
    units = _units(turn, verdict)
    if not isinstance(units, int):
        return units
    reason = turn.slots.get("reason")
    if reason not in REASONS:
        choices = tuple(Choice(turn.say(f"reason_{known}"), {"reason": known}) for known in REASONS)
        return Ask("reason", turn.say("why", name=verdict.description), choices)
    plan = {"order_number": order.order_number, "line": verdict.line, "units": units, "reason": reason}
    return Confirm(_diff(turn, order, verdict, units, str(reason)), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write the return down and confirm it by mail."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    asked = AskedReturn({plan["line"]: plan["units"]}, plan["reason"])
    written = request_return(turn.session, order, asked, rules(turn), turn.now)
    line = written.lines[0]
    shop = turn.house.config.shop
    receipt = turn.say(
        "done",
        number=written.return_number,
        units=line.quantity,
        name=line.description,
        address=", ".join((shop.name, *shop.address)),
    )
    notice = Notice(f"return:{written.return_number}:requested", turn.say("mail_subject", number=written.return_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    action = Action("request_return", dict(plan), {"return_number": written.return_number})
    return Answer(receipt, actions=(action,), focus={"order_number": order.order_number})


def rules(turn: Turn) -> ReturnRules:
    """The shop's rules for returns."""
    return ReturnRules(turn.house.config.shop.return_days, turn.house.zone)


def _order(turn: Turn) -> Order | Step:
    named = named_order(turn) if turn.slots.get("order_number") or turn.slots.get("reference") else None
    order = named or named_order(turn) or _implied(turn)
    if isinstance(order, Order):
        turn.slots["order_number"] = order.order_number
    return order


def _implied(turn: Turn) -> Order | Step:
    """The order to return from where none was named: of those from which something may come back, the one talked
    about, else the only one, else a question."""
    orders = orders_of(turn.session, turn.customer_id)
    if not orders:
        return Answer(turn.say("no_orders"))
    possible = [order for order in orders[:_MOST_LOOKED_AT] if _may_come_back(turn, order)]
    talked_about = focused_order(turn)
    if talked_about is not None and (not possible or talked_about in possible):
        return talked_about
    if talked_about is not None:
        return ask_order(turn, possible, turn.say("not_this_order", order=talked_about.order_number))
    if len(possible) > 1:
        return ask_order(turn, possible, turn.say("which_order_back"))
    return possible[0] if possible else orders[0]


def _may_come_back(turn: Turn, order: Order) -> bool:
    return any(verdict.quantity > 0 for verdict in returnable(turn.session, order, rules(turn), turn.today))


def _line(turn: Turn, order: Order, verdicts: list[Returnable], possible: list[Returnable]) -> Returnable | Step:
    words = turn.slots.get("line_words") or turn.slots.get("product") or turn.slots.get("text")
    line = turn.slots.get("line") or (line_of(order, str(words)) if words else None)
    found = next((verdict for verdict in verdicts if verdict.line == line), None)
    if found is None and len(possible) == 1 and not words:
        found = possible[0]
    if found is None:
        more = len(possible) - _MOST_LINES
        key = "which_line_more" if more > 0 else "which_line"
        return Ask("product", turn.say(key, order=order.order_number, more=more), _line_choices(possible))
    if found.quantity == 0:
        return Answer(turn.say("not_this", name=found.description, why=found.why_not))
    turn.slots["line"] = found.line
    return found


def _line_choices(possible: list[Returnable]) -> tuple[Choice, ...]:
    """Lines to choose from; the number of the line tells apart those that are called the same."""
    names = [verdict.description for verdict in possible]
    return tuple(
        Choice(
            f"{verdict.description} ({verdict.quantity})"
            + (f", line {verdict.line}" if names.count(verdict.description) > 1 else ""),
            {"line": verdict.line},
        )
        for verdict in possible[:_MOST_LINES]
    )


def _units(turn: Turn, verdict: Returnable) -> int | Step:
    said = turn.slots.get("quantity")
    units = int(said) if said is not None and str(said).isdigit() else 0
    if verdict.quantity == 1 and units <= 1:
        return 1
    if 1 <= units <= verdict.quantity:
        return units
    choices = (Choice(turn.say("all_of_it", units=verdict.quantity), {"quantity": verdict.quantity}),
               Choice(turn.say("just_one"), {"quantity": 1}))  # fmt: skip
    key = "how_many_at_most" if units else "how_many"
    return Ask("quantity", turn.say(key, name=verdict.description, most=verdict.quantity), choices)


def _diff(turn: Turn, order: Order, verdict: Returnable, units: int, reason: str) -> str:
    line = next(line for line in order.lines if line.line == verdict.line)
    return turn.say(
        "confirm",
        units=units,
        name=verdict.description,
        order=order.order_number,
        worth=line.unit_price * units,
        reason=turn.say(f"reason_{reason}"),
    )


def _nothing_returnable(turn: Turn, order: Order, verdicts: list[Returnable]) -> str:
    told = [turn.say("nothing", order=order.order_number)]
    told += [turn.say("verdict", name=verdict.description, why=verdict.why_not) for verdict in verdicts[:6]]
    return "\n".join(told)
