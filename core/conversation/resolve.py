"""Which order or product somebody means, looked up first among their own records, then in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process, utils

from core.catalog.model import Product
from core.catalog.service import products
from core.conversation.turn import Ask, Choice, Shelf, Turn
from core.errors import NotFound
from core.orders.model import Order
from core.orders.service import order_numbers_of, order_of, orders_of

_MOST_CHOICES = 4
_TELLING = 4  # the last characters by which a number is told from others
_SAME_NAME = 82
_NEAR_NAME = 70
_SURELY = 90


@dataclass(frozen=True)
class Wanted:
    """Which of the customer's orders to fall back on when nothing was said, and what to ask when several fit."""

    question: str
    fits: tuple[Order, ...]


def named_order(turn: Turn) -> Order | Ask | None:
    """The order that the words name: by number, by place ("the second one"), or by what was in it.

    Returns:
        None where the words name none.

    Raises:
        NotFound: a number or a place in a list that is none of the customer's.
    """
    number = turn.slots.get("order_number")
    if number:
        return order_of(turn.session, turn.customer_id, _own_number(turn, str(number)))
    reference = turn.slots.get("reference")
    if reference:
        return _by_place(turn, str(reference))
    product = str(turn.slots.get("product") or "")
    if product.isdigit() and (own := _own_number(turn, product)) in order_numbers_of(turn.session, turn.customer_id):
        return order_of(turn.session, turn.customer_id, own)
    if product:
        return _by_content(turn, product)
    if turn.slots.get("text"):
        return _by_content(turn, str(turn.slots["text"]))
    return None


def focused_order(turn: Turn) -> Order | None:
    """The order that was last talked about."""
    number = turn.focus.get("order_number")
    return order_of(turn.session, turn.customer_id, number) if number else None


def ask_order(turn: Turn, orders: list[Order], question: str) -> Ask:
    """Ask which of these orders is meant, offering the latest."""
    return Ask("order_number", question, tuple(order_choice(turn, order) for order in orders[:_MOST_CHOICES]))


def order_choice(turn: Turn, order: Order, intent: str = "") -> Choice:
    """An order to choose, told apart by number, day and total."""
    placed_on = order.placed_at.astimezone(turn.house.zone).date()
    label = f"{order.order_number} · {turn.show(placed_on)} · {turn.show(order.total)}"
    return Choice(label, {"order_number": order.order_number}, intent)


def named_product(turn: Turn, words: str) -> Product | Ask:
    """The product on sale that the words name; where several fit as well, a question.

    Raises:
        NotFound: nothing on sale is called anything like it.
    """
    shelf = turn.house.shelf(turn.session)
    code = words.strip().upper()
    if code in shelf.skus:
        return products(turn.session, [code])[code]
    found = [match for match in shelf.index.search(words, 6) if match.score >= _NEAR_NAME]
    if not found:
        return Ask("product", turn.say("no_such_product", words=words[:60]))
    best = [match for match in found if match.score >= found[0].score - 3] if found[0].score < _SURELY else found[:1]
    if len(best) > 1 and found[0].score < 100:
        return Ask("product", turn.say("which_product"), _product_choices(shelf, [match.index for match in best]))
    sku = shelf.skus[found[0].index]
    return products(turn.session, [sku])[sku]


def _product_choices(shelf: Shelf, places: list[int]) -> tuple[Choice, ...]:
    """Products to choose from; the code tells apart those that are called the same."""
    names = [shelf.names[place] for place in places[:_MOST_CHOICES]]
    return tuple(
        Choice(name if names.count(name) == 1 else f"{name} ({shelf.skus[place]})", {"product": shelf.skus[place]})
        for name, place in zip(names, places, strict=False)
    )


def line_of(order: Order, words: str) -> int | None:
    """The line of an order that the words name, if one does clearly."""
    descriptions = {line.line: line.description for line in order.lines}
    codes = {line.sku.upper(): line.line for line in order.lines}
    if words.strip().upper() in codes:
        return codes[words.strip().upper()]
    found = process.extractOne(words, descriptions, scorer=fuzz.WRatio, processor=utils.default_process)
    return int(found[2]) if found and found[1] >= _SAME_NAME else None


def in_period(turn: Turn, orders: list[Order]) -> list[Order]:
    """The orders placed in the period or on the day that was said; all of them where none was."""
    return [order for order in orders if is_in_period(turn, order.placed_at.astimezone(turn.house.zone).date())]


def is_in_period(turn: Turn, day: date) -> bool:
    """Whether a day lies in the period or on the day that was said; any does where none was."""
    said = turn.slots.get("period") or turn.slots.get("date")
    if not said:
        return True
    begin, _, end = str(said).partition("/")
    return date.fromisoformat(begin) <= day <= date.fromisoformat(end or begin)


def _own_number(turn: Turn, typed: str) -> str:
    return number_meant(order_numbers_of(turn.session, turn.customer_id), typed)


def number_meant(own: Sequence[str], typed: str) -> str:
    """The one of somebody's numbers that is meant, however it was typed; as it was typed where none or several are.

    >>> number_meant(["1001", "W44002"], "#001001"), number_meant(["1001", "W44002"], "4002")
    ('1001', 'W44002')
    """
    folded = {number.upper(): number for number in own}
    bare = typed.upper().lstrip("#")
    if bare in folded:
        return folded[bare]
    by_zeros = [number for number in own if number.upper().lstrip("0") == bare.lstrip("0")]
    ending = [number for number in own if len(bare) >= _TELLING and number.upper().endswith(bare)]
    by_digits = [number for number in own if _digits(bare) and _digits(number) == _digits(bare)]
    beginning = [number for number in own if number.upper().startswith(f"{bare}-")]
    for found in (by_zeros, ending, by_digits, beginning):
        if len(found) == 1:
            return found[0]
    return typed


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number)).lstrip("0")


def _by_place(turn: Turn, reference: str) -> Order | None:
    listed = turn.focus.get("listed") or []
    numbers = order_numbers_of(turn.session, turn.customer_id)
    if reference == "last":
        return order_of(turn.session, turn.customer_id, numbers[0]) if numbers else None
    if reference == "oldest" or (reference == "first" and not listed):
        return order_of(turn.session, turn.customer_id, numbers[-1]) if numbers else None
    place = 1 if reference == "first" else int(reference) if reference.lstrip("-").isdigit() else 0
    among = listed or numbers
    index = place - 1 if place > 0 else place if listed else -place - 1  # the latest number comes first
    if not place:
        return None
    if not -len(among) <= index < len(among):
        raise NotFound(turn.say("not_in_list", count=len(among)))
    return order_of(turn.session, turn.customer_id, among[index])


def _by_content(turn: Turn, words: str) -> Order | Ask | None:
    holding = [order for order in orders_of(turn.session, turn.customer_id) if line_of(order, words) is not None]
    holding = in_period(turn, holding)
    if not holding:
        raise NotFound(turn.say("nothing_with", words=words[:60]))
    if len(holding) == 1:
        return holding[0]
    return ask_order(turn, holding, turn.say("which_order"))
