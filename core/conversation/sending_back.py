"""Which lines of which order go back, and how many units of each: gathered over several turns, one question at a time.

What is known is kept in the flow's slots: `goods` are the lines that are meant, each with its units once known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.conversation import own
from core.conversation.options import wanted_in
from core.conversation.resolve import ask_order, focused_order, line_of
from core.conversation.turn import Answer, Ask, Choice, Step, Turn
from core.conversation.understanding.settling import corrects
from core.money import Money
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.service import order_of, orders_of
from core.returns.model import Returnable, ReturnKind
from core.returns.service import ReturnRules, returnable, returned_units, worth

OUR_FAULT = frozenset({"damaged", "wrong_item", "not_as_described"})
_MOST_LINES = 8
_MOST_LOOKED_AT = 40
_COUNTED = re.compile(r"(?<![\w#])(\d{1,4}|[^\W\d_]+)(?: (?:x|of|of the|of my|von den|der))? ?$")


@dataclass(frozen=True)
class Goods:
    """An order, and the units of its lines that go back; `left_out` says what of it cannot, and why."""

    order: Order
    units: dict[int, int]
    left_out: tuple[str, ...] = ()

    @property
    def lines(self) -> list[OrderLine]:
        """The lines that go back."""
        return [line for line in self.order.lines if line.line in self.units]

    def as_lines(self) -> list[dict[str, Any]]:
        """The lines as a plan keeps them."""
        return [{"line": line.line, "sku": line.sku, "quantity": self.units[line.line]} for line in self.lines]


def rules(turn: Turn) -> ReturnRules:
    """The shop's rules for what comes back."""
    config = turn.house.config
    return ReturnRules(config.shop.return_days, turn.house.zone, config.returns)


def order_back(turn: Turn, kind: ReturnKind) -> Order | Step:
    """The order something should come back from: named, holding what is named, or the one from which anything may."""

    def may(order: Order) -> bool:
        if order.status in {OrderStatus.OPEN, OrderStatus.PACKED, OrderStatus.CANCELLED}:
            return False
        return any(verdict.quantity for verdict in returnable(turn.session, order, rules(turn), turn.today, kind))

    talked_about = focused_order(turn)
    if talked_about is not None and not may(talked_about) and _says_only_it(turn):
        others = [one for one in orders_of(turn.session, turn.customer_id)[:_MOST_LOOKED_AT] if may(one)]
        if others:
            return ask_order(turn, others, turn.say("not_this_order", order=talked_about.order_number))
    order = own.order_meant(turn, may, turn.say("which_order_back"))
    if order is None:
        return Answer(turn.say("no_orders"))
    if isinstance(order, Order):
        own.keep_order(turn, order)
    return order


def _says_only_it(turn: Turn) -> bool:
    """Whether the words name no order and nothing that was ever bought: they mean what was talked about."""
    if any(turn.slots.get(slot) for slot in ("order_number", "reference", "product", "text", "line")):
        return False
    return not own.numbers_in(turn, own.heard(turn)) and not own.names_goods(turn, own.heard(turn))


def goods_meant(turn: Turn, kind: ReturnKind) -> Goods | Step:
    """What should go back; a question where that is not clear, an answer where nothing of it may."""
    order = order_back(turn, kind)
    if not isinstance(order, Order):
        return order
    focus = {"order_number": order.order_number}
    verdicts = returnable(turn.session, order, rules(turn), turn.today, kind)
    possible = [verdict for verdict in verdicts if verdict.quantity > 0]
    if not possible:
        return Answer(nothing_back(turn, order, verdicts), focus=focus)
    question = _listen(turn, order, verdicts, possible)
    if question is not None:
        return question
    goods: dict[str, int | None] = turn.slots["goods"]
    if not goods:
        return _ask_line(turn, order, possible)
    by_line = {verdict.line: verdict for verdict in verdicts}
    refused = [by_line[int(line)] for line in goods if by_line[int(line)].quantity == 0]
    left_out = tuple(turn.say("not_this", name=one.description, why=why(turn, one)) for one in refused)
    for one in refused:
        del goods[str(one.line)]
    asked = [_units(turn, by_line[int(line)], goods) for line in goods]
    if not goods:
        return Answer("\n".join(left_out), focus=focus)
    first = next((one for one in asked if one is not None), None)
    return first or Goods(order, {int(line): int(units or 1) for line, units in goods.items()}, left_out)


def is_about_these(turn: Turn, said: Mapping[str, Any], text: str) -> bool:
    """Whether words about faulty goods mean just those that the flow is to send back.

    They do where they name all of them, or name nothing and there is one line; words that name another order or
    something else that was bought, and words that could be about one line or the other, do not.
    """
    goods: dict[str, int | None] = turn.slots.get("goods") or {}
    number = str(turn.slots.get("of_order") or "")
    is_other = not number.casefold().endswith(str(said.get("order_number") or number).casefold())
    if not goods or not number or is_other or said.get("reference"):
        return False
    order = order_of(turn.session, turn.customer_id, number)
    named = {str(line.line) for _, fits in own.lines_named(turn, order, text) for line in fits}
    if named:
        return named >= goods.keys() and len(named) == len(goods)
    return len(goods) == 1 and not own.names_goods(turn, text)


def _ask_line(turn: Turn, order: Order, possible: Sequence[Returnable]) -> Ask:
    more = len(possible) - _MOST_LINES
    lines = [line for line in order.lines if any(one.line == line.line for one in possible)]
    text = turn.say("which_line_more" if more > 0 else "which_line", order=order.order_number, more=more)
    return Ask("product", text, own.line_choices(turn, order, lines))


def value_back(turn: Turn, goods: Goods) -> Money:
    """What the goods were sold for, tax included."""
    return worth(goods.order, goods.units, returned_units(turn.session, goods.order.order_number))


def nothing_back(turn: Turn, order: Order, verdicts: Sequence[Returnable]) -> str:
    """Why nothing of an order can come back, line by line."""
    told = [turn.say("nothing", order=order.order_number)]
    told += [turn.say("verdict", name=one.description, why=why(turn, one)) for one in verdicts[:6]]
    return "\n".join(told)


def why(turn: Turn, verdict: Returnable) -> str:
    """Why a line cannot come back, in the speaker's language where somebody wrote it down."""
    return turn.because(verdict.rule, verdict.why_not)


def _listen(turn: Turn, order: Order, verdicts: Sequence[Returnable], possible: Sequence[Returnable]) -> Ask | None:
    """Take in what was said since the last turn."""
    goods: dict[str, int | None] = turn.slots.setdefault("goods", {})
    if turn.slots.get("of_order") != order.order_number:
        goods.clear()
        turn.slots["of_order"] = order.order_number
        turn.slots.pop("listened", None)
    chosen = turn.slots.pop("line", None)
    if chosen is not None:
        goods.setdefault(str(chosen), None)
        turn.slots["listened"] = True
        return None
    counted = turn.slots.pop("counting", None)
    if counted in goods and turn.says("all_words", own.answered(turn)):
        goods[counted] = next(one.quantity for one in verdicts if str(one.line) == counted)
        return None  # “all of them”: of those that were just counted
    text = own.answered(turn) if turn.slots.get("listened") else f"{own.heard(turn)}\n{own.answered(turn)}"
    turn.slots["listened"] = True
    return _named(turn, order, goods, text, (verdicts, possible))


def _named(
    turn: Turn, order: Order, goods: dict[str, int | None], text: str,
    judged: tuple[Sequence[Returnable], Sequence[Returnable]],
) -> Ask | None:  # fmt: skip
    verdicts, possible = judged
    text = own.without_methods(turn, text)
    if turn.says("all_words", text):
        goods.update({str(one.line): one.quantity for one in possible if str(one.line) not in goods})
        return None
    named = own.lines_named(turn, order, text)
    if named and corrects(own.answered(turn)) and not turn.says("also_words", own.answered(turn)):
        goods.clear()  # “no, the mug”: instead of what was named before
    seen: set[int] = {int(line) for line in goods}
    for mention, fits in named:
        left = [line for line in fits if line.line not in seen] or list(fits)
        if len({line.sku for line in left}) > 1:
            choices = tuple(own.line_choice(turn, line, order) for line in left)
            return Ask("product", turn.say("which_twin", name=left[0].description), choices)
        seen.add(left[0].line)
        units = number_before(turn, text, mention.start)
        goods[str(left[0].line)] = units if units is not None else goods.get(str(left[0].line))
    if not goods:
        goods.update(dict.fromkeys(_by_options(turn, order, [one.line for one in possible], text)))
    words = str(turn.slots.get("product") or "")
    if not goods and words and (line := line_of(order, words)) is not None:
        goods[str(line)] = None
    if not goods and len(possible) == 1 and len(verdicts) == 1:
        goods[str(possible[0].line)] = None
    return None


def _by_options(turn: Turn, order: Order, lines: Sequence[int], text: str) -> list[str]:
    """“The red one”: the line whose options are named, where only one has them."""
    things = [thing for thing in own.things_of(turn, order) if int(thing.key) in lines]
    wanted = wanted_in(text, [thing.options for thing in things])
    fitting = [thing.key for thing in things if not wanted.is_empty and wanted.fits(thing.options)]
    return fitting if len(fitting) == 1 else []


def number_before(turn: Turn, text: str, begin: int) -> int | None:
    """The number of units said right before a name: “2 of the mugs”, “three mugs”."""
    words = turn.say("number_words").split(", ")
    before = _COUNTED.search(text[max(0, begin - 24) : begin])
    if before is None:
        return None
    said = before[1].casefold()
    if said.isdigit():
        return int(said)
    return words.index(said) + 1 if said in words else None


def _units(turn: Turn, verdict: Returnable, goods: dict[str, int | None]) -> Ask | None:
    """Settle how many units of a line go back, or ask."""
    key = str(verdict.line)
    said = turn.slots.get("quantity")
    if len(goods) == 1 and said is not None and str(said).isdigit():
        goods[key] = int(said)
        turn.slots.pop("quantity")
    units = goods[key]
    if units is not None and 1 <= units <= verdict.quantity:
        return None
    if verdict.quantity == 1 and units is None:
        goods[key] = 1
        return None
    goods[key] = None
    turn.slots["counting"] = key
    choices = (Choice(turn.say("all_of_it", units=verdict.quantity), {"quantity": verdict.quantity}),
               Choice(turn.say("just_one"), {"quantity": 1}))  # fmt: skip
    told = "how_many_at_most" if units else "how_many"
    if len(goods) > 1 and said is not None and str(said).isdigit() and 1 <= int(said) <= verdict.quantity:
        goods[key] = int(said)
        turn.slots.pop("quantity")
        return None
    return Ask("quantity", turn.say(told, name=verdict.description, most=verdict.quantity), choices)
