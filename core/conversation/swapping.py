"""Lines of an order that should become other variants: gathered over several turns, one question at a time.

What is known is kept in the flow's slots: `swaps` (line to new code) is settled, `queue` waits to be made clear.
"""

from collections.abc import Sequence
from typing import Any

from core.catalog.model import Product
from core.catalog.service import products
from core.conversation import own
from core.conversation.options import wanted_in
from core.conversation.turn import Ask, Choice, Turn
from core.inventory.service import on_hand
from core.orders.model import Order, OrderLine
from core.orders.service import reserved

_MOST_VARIANTS = 12


def swaps_meant(turn: Turn, order: Order, lines: Sequence[OrderLine]) -> dict[int, Product] | Ask:
    """The lines that should become something else, each with the variant it should become, or what has to be asked.

    `lines` are those that may be swapped; others that are named are left out.
    """
    _listen(turn, order, lines)
    queue: list[dict[str, Any]] = turn.slots.setdefault("queue", [])
    while queue:
        question = _settle(turn, order, queue[0])
        if question is not None:
            return question
        queue.pop(0)
    swaps: dict[str, str] = turn.slots.setdefault("swaps", {})
    if not swaps:
        return Ask("product", turn.say("which_line", order=order.order_number), own.line_choices(turn, order, lines))
    known = products(turn.session, list(swaps.values()))
    return {int(line): known[sku] for line, sku in swaps.items() if sku in known}


def is_free(turn: Turn, line: OrderLine, product: Product) -> bool:
    """Whether enough of a variant is on the shelf for the line; the line's own always is."""
    if product.sku == line.sku:
        return True
    here, promised = on_hand(turn.session, [product.sku]), reserved(turn.session, [product.sku])
    return here.get(product.sku, 0) - promised.get(product.sku, 0) >= line.quantity


def _listen(turn: Turn, order: Order, lines: Sequence[OrderLine]) -> None:
    """Take in what was said since the last turn: at first all of it, later what is more than an answer."""
    answering = turn.slots.pop("line", None)
    chosen = turn.slots.pop("variant", None)
    queue: list[dict[str, Any]] = turn.slots.setdefault("queue", [])
    if not turn.slots.get("listened"):
        turn.slots["listened"] = True
        queue += _named(turn, order, lines, own.heard(turn))
        turn.slots["amended"] = ""
    if answering is not None:
        _take_line(queue, int(answering))
    elif chosen is not None and ":" in str(chosen):
        line, _, sku = str(chosen).partition(":")
        _take_variant(queue, int(line), sku)
    elif own.answered(turn):
        _take_words(turn, order, lines, own.answered(turn))


def _take_words(turn: Turn, order: Order, lines: Sequence[OrderLine], text: str) -> None:
    """Words typed as an answer: a line, a variant of the line in question, or one more swap."""
    queue: list[dict[str, Any]] = turn.slots["queue"]
    head = queue[0] if queue else None
    links = turn.say("links").split(", ")
    if head is not None and len(head["lines"]) > 1:
        told = own.lines_named(turn, order, text)
        fitting = [line.line for _, fits in told for line in fits if line.line in head["lines"]]
        narrowed = fitting if 0 < len(fitting) < len(head["lines"]) else _by_options(turn, order, head["lines"], text)
        head["lines"] = narrowed or head["lines"]
        return
    if head is not None:
        line = _line(order, head["lines"][0])
        into = own.variants_meant(turn, line, own.without_methods(turn, text)) if line else []
        if into:
            head["into"] = [one.sku for one in into]
            return
    told_swaps = own.swaps_named(turn, order, text, links)
    swaps: dict[str, str] = turn.slots.setdefault("swaps", {})
    if not told_swaps and len(swaps) == 1 and not queue:  # “the white one instead”, of the one thing in the plan
        line = _line(order, int(next(iter(swaps))))
        into = own.variants_meant(turn, line, own.without_methods(turn, text)) if line else []
        if line is not None and into and into[0].sku != swaps[str(line.line)]:
            queue.append({"lines": [line.line], "into": [one.sku for one in into]})
        return
    queue += _named(turn, order, lines, text)


def _by_options(turn: Turn, order: Order, lines: Sequence[int], text: str) -> list[int]:
    """“The black one”: of lines that are called the same."""
    things = [thing for thing in own.things_of(turn, order) if int(thing.key) in lines]
    wanted = wanted_in(text, [thing.options for thing in things], is_short=True)
    return [int(thing.key) for thing in things if not wanted.is_empty and wanted.fits(thing.options)]


def _named(turn: Turn, order: Order, lines: Sequence[OrderLine], text: str) -> list[dict[str, Any]]:
    allowed = {line.line for line in lines}
    told = own.swaps_named(turn, order, text, turn.say("links").split(", "))
    found = []
    for fits, swap in told:
        numbers = [line.line for line in fits if line.line in allowed]
        if numbers:
            found.append({"lines": numbers, "into": [one.sku for one in swap.into]})
    return _one_each(found)


def _one_each(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two mentions that fit the same two lines mean one each: “both laptops”, “the laptop and the other laptop”."""
    seen: list[int] = []
    for one in sorted(found, key=lambda one: (len(one["lines"]), not one["into"])):
        left = [line for line in one["lines"] if line not in seen]
        one["lines"] = left or one["lines"]
        if len(one["lines"]) == 1:
            seen.append(one["lines"][0])
    kept: list[dict[str, Any]] = []
    for one in found:
        before = next((other for other in kept if other["lines"] == one["lines"]), None)
        if before is None:
            kept.append(one)
        elif not before["into"]:
            before["into"] = one["into"]
    return kept


def _take_line(queue: list[dict[str, Any]], line: int) -> None:
    if queue and line in queue[0]["lines"]:
        queue[0]["lines"] = [line]
    else:
        queue.insert(0, {"lines": [line], "into": []})


def _take_variant(queue: list[dict[str, Any]], line: int, sku: str) -> None:
    if queue and queue[0]["lines"] == [line]:
        queue[0]["into"] = [sku]
    else:
        queue.insert(0, {"lines": [line], "into": [sku]})


def _settle(turn: Turn, order: Order, item: dict[str, Any]) -> Ask | None:
    """Make one swap clear, or ask for what is missing."""
    if len({line.sku for line in order.lines if line.line in item["lines"]}) == 1:
        item["lines"] = item["lines"][:1]  # two lines of the very same thing: either will do
    if len(item["lines"]) > 1:
        twins = [line for line in order.lines if line.line in item["lines"]]
        choices = tuple(own.line_choice(turn, line, order) for line in twins)
        return Ask("product", turn.say("which_twin", name=twins[0].description), choices)
    line = _line(order, item["lines"][0])
    if line is None:
        return None
    family = own.family_of(turn, line)
    into = [family[sku] for sku in item["into"] if sku in family]
    free = [one for one in into if is_free(turn, line, one)]
    if len(into) == 1 and free:
        turn.slots.setdefault("swaps", {})[str(line.line)] = into[0].sku
        return None
    if into and not free:
        return Ask("variant", turn.say("variant_gone", name=line.description, options=into[0].options_text),
                   _choices(turn, line, list(family.values())))  # fmt: skip
    if len(family) < 2:
        return Ask("product", turn.say("no_variants", name=line.description), ())
    now = family[line.sku].options_text if line.sku in family else ""
    return Ask("variant", turn.say("which_variant", name=line.description, options=now),
               _choices(turn, line, free or list(family.values())))  # fmt: skip


def _choices(turn: Turn, line: OrderLine, variants: Sequence[Product]) -> tuple[Choice, ...]:
    """Variants on the shelf, the line's own last."""
    free = [one for one in variants if one.sku != line.sku and is_free(turn, line, one)]
    return tuple(own.variant_choice(turn, one, line) for one in free[:_MOST_VARIANTS])


def _line(order: Order, number: int) -> OrderLine | None:
    return next((line for line in order.lines if line.line == number), None)
