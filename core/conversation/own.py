"""Which of their own orders, lines, variants and ways of paying somebody means, from the words of a flow."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.billing.settlement import Method, methods_of
from core.catalog.model import Product
from core.catalog.service import options_of, products, variants_of
from core.conversation import mentions
from core.conversation.mentions import Mention, Named
from core.conversation.options import Wanted, chosen, values_in, wanted_in
from core.conversation.resolve import ask_order, focused_order, in_period, named_order
from core.conversation.turn import Ask, Choice, Turn
from core.conversation.understanding import addresses
from core.errors import NotFound
from core.orders.model import Order, OrderLine
from core.orders.service import order_numbers_of, order_of, orders_of

_MOST_CHOICES = 8
_MOST_LOOKED_AT = 40
_LAST_FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True)
class Swap:
    """A line of an order and the variants it may be meant to become, best first; none where nothing was said."""

    line: OrderLine
    into: tuple[Product, ...]


def heard(turn: Turn) -> str:
    """What was said when the flow began."""
    return str(turn.slots.get("heard") or "")


def answered(turn: Turn) -> str:
    """What was just typed as an answer, if it was."""
    return str(turn.slots.get("text") or "")


def order_meant(turn: Turn, fits: Callable[[Order], bool], question: str) -> Order | Ask | None:
    """The order that is meant: named, holding what is named, talked about, or the only one that fits; else a question.

    An order that was named by its number or place is taken even where it does not fit, so that the refusal says why.
    None where the customer has no order that fits.
    """
    named = _by_number(turn)
    if named is not None:
        return named
    orders = in_period(turn, orders_of(turn.session, turn.customer_id)[:_MOST_LOOKED_AT])
    fitting = [order for order in orders if fits(order)] or orders
    holding = _holding(turn, fitting, f"{heard(turn)}\n{answered(turn)}")
    if len(holding) == 1:
        return holding[0]
    focused = focused_order(turn)
    if not holding and focused is not None and fits(focused):
        return focused
    chosen = holding or [order for order in fitting if fits(order)]
    if len(chosen) > 1:
        return ask_order(turn, chosen, question)
    return chosen[0] if chosen else None


def keep_order(turn: Turn, order: Order) -> None:
    """Let the flow stay with this order."""
    turn.slots["order_number"] = order.order_number


def lines_named(turn: Turn, order: Order, text: str) -> list[tuple[Mention, tuple[OrderLine, ...]]]:
    """Lines of the order that the text names, each with those lines the words fit: more than one is a question."""
    things = things_of(turn, order)
    by_key = {str(line.line): line for line in order.lines}
    found = []
    for begin, end, mention in clauses(text, _of_things(turn, text, mentions.named_in(text, things))):
        told = mentions.narrowed(text[begin:end], mention, things)
        found.append((mention, tuple(by_key[key] for key in told.keys)))
    return found


def things_of(turn: Turn, order: Order) -> list[Named]:
    """The lines of an order as they may be named."""
    known = products(turn.session, [line.sku for line in order.lines])
    return [_thing(line, known.get(line.sku)) for line in order.lines]


def _thing(line: OrderLine, product: Product | None) -> Named:
    family, options = (product.family, product.options) if product is not None else ("", {})
    return Named(str(line.line), line.description, line.sku, family, options)


def swaps_named(turn: Turn, order: Order, text: str, links: Sequence[str]) -> list[tuple[tuple[OrderLine, ...], Swap]]:
    """Lines that should become another variant: “the black kettle for a white one, and the mug for a bigger one”.

    `links` are the words between what it is and what it should be (“for”, “to”, “into”).
    """
    things = things_of(turn, order)
    by_key = {str(line.line): line for line in order.lines}
    text = without_methods(turn, text)
    found = []
    named = _of_things(turn, text, mentions.named_in(text, things))
    for begin, end, mention in clauses(text, _first_of_each(text, named, links, things)):
        link = _link(text, mention.end, end, links)
        old_text, new_text = (text[begin : link[0]], text[link[1] : end]) if link else (text[begin:end], "")
        told = mentions.narrowed(old_text, mention, things)
        lines = tuple(by_key[key] for key in told.keys)
        into = tuple(variants_meant(turn, lines[0], new_text, is_target=True)) if new_text else ()
        found.append((lines, Swap(lines[0], into)))
    return found


def variants_meant(turn: Turn, line: OrderLine, text: str, *, is_target: bool = False) -> list[Product]:
    """Variants of a line's product that the text asks for, best first; the line's own where the same is wanted.

    With `is_target` the text says nothing else than what it should become, so that a bare number counts.
    """
    family = family_of(turn, line)
    if not family:
        return []
    codes = mentions.named_in(text, [Named(sku, "", sku) for sku in family])
    if codes:
        return [family[key] for key in codes[0].keys]
    wanted = wanted_in(text, [one.options for one in family.values()], is_short=is_target)
    if not wanted.is_empty:
        return [family[sku] for sku in _fitting(wanted, line, family)]
    folded = text.casefold()
    if turn.says("same_words", folded):
        return [family[line.sku]] if line.sku in family else []
    return _by_price(turn, line, family, folded)


def family_of(turn: Turn, line: OrderLine) -> dict[str, Product]:
    """The product of a line and its other variants on sale, by code."""
    known = products(turn.session, [line.sku])
    if line.sku not in known:
        return {}
    own = known[line.sku]
    return {own.sku: own, **{one.sku: one for one in variants_of(turn.session, own)}}


def variant_choice(turn: Turn, product: Product, line: OrderLine) -> Choice:
    """A variant to choose, told apart by its options, price and code."""
    label = f"{product.options_text or product.name} · {turn.show(product.price)} · {product.sku}"
    return Choice(label, {"variant": f"{line.line}:{product.sku}"})


def line_choice(turn: Turn, line: OrderLine, order: Order) -> Choice:
    """A line to choose, told apart by its options and code where another is called the same."""
    twins = [other for other in order.lines if other.description == line.description]
    known = products(turn.session, [line.sku]).get(line.sku)
    told = f" · {known.options_text}" if known and known.options_text else ""
    count = f" ({line.quantity})" if line.quantity > 1 else ""
    return Choice(f"{line.description}{count}{told}{f' · {line.sku}' if len(twins) > 1 else ''}", {"line": line.line})


def method_meant(turn: Turn, text: str, among: Sequence[Method] | None = None) -> list[Method]:
    """Ways of paying on file that the text names: by id, last four digits, or kind; several of a kind are all given."""
    methods = list(methods_of(turn.session, turn.customer_id) if among is None else among)
    folded = text.casefold()
    by_id = [one for one in methods if re.search(rf"(?<!\w){re.escape(one.method_id.casefold())}(?!\w)", folded)]
    if by_id:
        return by_id
    tails = set(_LAST_FOUR.findall(folded))
    by_tail = [one for one in methods if tails & set(_LAST_FOUR.findall(one.label))]
    if by_tail:
        return by_tail
    by_label = [one for one in methods if _brand(one) and _brand(one) in folded]
    if by_label:
        return by_label
    for kind in ("gift_card", "paypal", "bank", "invoice", "card"):
        if turn.says(f"words_{kind}", folded):
            return [one for one in methods if one.kind == kind]
    return []


def method_choice(turn: Turn, method: Method) -> Choice:
    """A way of paying to choose."""
    left = f" · {turn.show(method.balance)}" if method.balance is not None else ""
    return Choice(f"{method.label}{left} · {method.method_id}", {"payment_method": method.method_id})


def without_methods(turn: Turn, text: str) -> str:
    """The text with the ways of paying it names blanked, so that their numbers are taken for nothing else."""
    for method in methods_of(turn.session, turn.customer_id):
        text = re.sub(re.escape(method.method_id), lambda found: " " * len(found.group()), text, flags=re.IGNORECASE)
    return text


def clauses(text: str, found: Sequence[Mention]) -> list[tuple[int, int, Mention]]:
    """Each mention with the stretch of text about it: from the last pause before it to the one before the next."""
    if not found:
        return []
    begins = [0]
    for before, mention in pairwise(found):
        pauses = [match.end() for match in _BREAK.finditer(text, before.end, mention.start)]
        pauses = pauses or [match.end() for match in _PAUSE.finditer(text, before.end, mention.start)]
        begins.append(pauses[-1] if pauses else before.end)
    ends = [*begins[1:], len(text)]
    return [(begin, end, mention) for begin, end, mention in zip(begins, ends, found, strict=True)]


_BREAK = re.compile(r"[;\n]|\.(?=\s)")  # a comma may stand between two words for one thing: “the silver, large lamp”
_PAUSE = re.compile(r"[,;.\n]|(?<!\w)(?:and|also|plus|und|sowie|außerdem)(?!\w)", re.IGNORECASE)


def numbers_in(turn: Turn, text: str) -> list[str]:
    """The customer's own order numbers that stand in a text as they are, in its order."""
    own = {number.casefold(): number for number in order_numbers_of(turn.session, turn.customer_id)}
    return [own[word] for word in re.findall(r"[\w-]+", text.casefold()) if word in own]


def names_goods(turn: Turn, text: str) -> bool:
    """Whether the text names anything the customer ever ordered."""
    orders = orders_of(turn.session, turn.customer_id, _MOST_LOOKED_AT)
    things = {line.sku: Named(line.sku, line.description, line.sku) for order in orders for line in order.lines}
    return bool(mentions.named_in(text, list(things.values())))


def _by_number(turn: Turn) -> Order | None:
    """The order whose number was said: now, before, or when the flow began."""
    kept = str(turn.slots.get("order_number") or "")
    for numbers in (numbers_in(turn, answered(turn)), numbers_in(turn, kept), numbers_in(turn, heard(turn))):
        if numbers:
            return order_of(turn.session, turn.customer_id, numbers[0])
    if not (kept or turn.slots.get("reference")):
        return None
    try:
        found = named_order(turn)
    except NotFound:
        if _is_code(turn, kept):
            return None  # the number of a thing or a card, not of an order
        raise
    return found if isinstance(found, Order) else None


def _is_code(turn: Turn, number: str) -> bool:
    address = addresses.address_in(heard(turn), turn.house.config.shop.country)
    if address is not None and number in heard(turn)[address.start :]:
        return True
    labels = " ".join(f"{one.label} {one.method_id}" for one in methods_of(turn.session, turn.customer_id))
    return bool(number) and (number in re.findall(r"\w+", labels) or bool(products(turn.session, [number])))


def _holding(turn: Turn, orders: Sequence[Order], text: str) -> list[Order]:
    """Those of the orders that hold most of what the text names."""
    if not text.strip():
        return []
    known = products(turn.session, list({line.sku for order in orders for line in order.lines}))
    counts: dict[str, float] = {}
    for order in orders:
        things = [_thing(line, known.get(line.sku)) for line in order.lines]
        found = mentions.named_in(text, things)
        told = {mentions.narrowed(text, one, things).keys for one in found}
        sure = sum(len(keys) == 1 and one.is_whole for one, keys in zip(found, told, strict=False))
        counts[order.order_number] = len({one.keys for one in found if one.is_whole}) + 0.5 * len(
            {one.keys for one in found if not one.is_whole}) + 0.01 * bool(sure)  # fmt: skip
    best = max(counts.values(), default=0.0)
    return [order for order in orders if best > 0 and counts[order.order_number] == best]


def _of_things(turn: Turn, text: str, found: Sequence[Mention]) -> list[Mention]:
    """The mentions without those that tell which order is meant: “the order with the kettle”, “the kettle order”."""
    before = re.compile(rf"(?<!\w)(?:{turn.say('order_leads')})\W*$", re.IGNORECASE)
    behind = re.compile(rf"\W{{0,2}}(?:{turn.say('order_tails')})(?!\w)", re.IGNORECASE)
    return [
        mention
        for mention in found
        if not before.search(text[max(0, mention.start - 40) : mention.start]) and not behind.match(text, mention.end)
    ]


def _first_of_each(text: str, found: Sequence[Mention], links: Sequence[str], things: Sequence[Named]) -> list[Mention]:
    """The mentions without those that say what the one before should become: “the kettle for a white kettle”."""
    kept: list[Mention] = []
    for mention in found:
        before = kept[-1] if kept else None
        if before is not None and _names(things, before) & _names(things, mention):
            between = text[before.end : mention.start]
            if not _PAUSE.search(between) and _link(text, before.end, mention.start, links):
                continue
        kept.append(mention)
    return kept


def _names(things: Sequence[Named], mention: Mention) -> set[str]:
    """What the things of a mention are: variants of one product are one, whatever they are called."""
    return {thing.family or thing.name.casefold() for thing in things if thing.key in mention.keys}


def _link(text: str, begin: int, end: int, links: Sequence[str]) -> tuple[int, int] | None:
    """Where the first linking word stands."""
    pattern = "|".join(map(re.escape, links))
    match = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE).search(text, begin, end)
    return (match.start(), match.end()) if match else None


def _fitting(wanted: Wanted, line: OrderLine, family: Mapping[str, Product]) -> list[str]:
    now = family[line.sku].options
    return chosen(wanted, now, {sku: one.options for sku, one in family.items()})


def _by_price(turn: Turn, line: OrderLine, family: Mapping[str, Product], folded: str) -> list[Product]:
    """“The cheaper one”, “the most expensive”."""
    others = sorted((one for one in family.values() if one.sku != line.sku), key=lambda one: one.price.minor)
    if turn.says("cheap_words", folded):
        return others[:1]
    if turn.says("dear_words", folded):
        return others[-1:]
    return []


def _brand(method: Method) -> str:
    """The first word of a card's label, where that is a brand: “visa”."""
    words = method.label.casefold().split()
    return words[0] if method.kind == "card" and words and words[0] not in {"credit", "card", "debit"} else ""


def line_choices(turn: Turn, order: Order, lines: Sequence[OrderLine]) -> tuple[Choice, ...]:
    """Lines to choose from, as many as can be shown."""
    return tuple(line_choice(turn, line, order) for line in lines[:_MOST_CHOICES])


def in_plain_words(turn: Turn, text: str) -> str:
    """The text with the customer's own goods, ways of paying and addresses by plain names: “swap the lamp for blue”."""
    plain = without_methods(turn, text)
    address = addresses.address_in(plain, turn.house.config.shop.country)
    if address is not None and addresses.is_sure(address):
        plain = f"{plain[: address.start]}{turn.say('plain_address')}"
    orders = orders_of(turn.session, turn.customer_id, _MOST_LOOKED_AT)
    lines = {line.sku: line for order in orders for line in order.lines}
    known = products(turn.session, list(lines))
    things = [Named(sku, line.description, sku) for sku, line in lines.items()]
    named = [one for one in mentions.named_in(plain, things) if one.is_whole]
    if not named:
        return plain
    stand_in, value = turn.say("plain_thing"), turn.say("plain_option")
    spans = [(one.start, one.end, stand_in) for one in named]
    families = {known[key].family for one in named for key in one.keys if key in known}
    for start, end in values_in(plain, options_of(turn.session, list(families))):
        if not any(begin <= start < until for begin, until, _ in spans):
            spans.append((start, end, value))
    for start, end, word in sorted(spans, reverse=True):
        plain = f"{plain[:start]}{word}{plain[end:]}"
    return re.sub(rf"(?:{value}[ ,]*(?:and )?)+{value}", value, plain)
