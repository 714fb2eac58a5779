"""What a day leaves behind, and what it lacks of another or has twice."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.promises.books import Books
from tests.promises.world import World

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?")
_COUNTED = re.compile(r"\b(proposal|outbox|card):\d+(?::[0-9a-f]{16})?")


@dataclass(frozen=True)
class Left:
    """What a day leaves behind, without its moments."""

    effects: Counter[str]
    told: Counter[str]
    arrived: Counter[str]


def left_of(world: World, books: Books) -> Left:
    """The effects of a day, everything that was to be told, and what arrived."""
    effects: Counter[str] = Counter()
    place = {row["proposal_id"]: number for number, row in enumerate(books["proposals"], 1)}  # ids may have gaps
    for table, columns in _EFFECTS.items():
        for row in books[table]:
            told = {**row, "proposal_id": place.get(row.get("proposal_id"))}
            effects[_plain(f"{table} {[told[column] for column in columns]}")] += 1
    told = Counter(_plain(row["key"]) for row in books["outbox"] if row["state"] in {"sent", "withdrawn"})
    arrived = Counter(_plain(one.key) for one in world.office.taken)
    return Left(effects, told, arrived)


_EFFECTS: dict[str, Sequence[str]] = {
    "orders": ("order_number", "status"),
    "order_lines": ("order_number", "line", "sku", "quantity"),
    "payments": ("payment_id", "kind", "amount", "method_id"),
    "payment_methods": ("method_id", "balance"),
    "returns": ("return_number", "order_number", "status"),
    "return_lines": ("return_number", "line", "quantity", "accepted", "sellable"),
    "stock": ("sku", "location", "on_hand"),
    "stock_movements": ("cause", "sku", "units"),
    "proposals": ("proposal_id", "status", "total", "decided_by"),
    "approvals": ("proposal_id", "staff"),
    "purchase_orders": ("purchase_order_number", "proposal_id", "status"),
    "purchase_order_lines": ("purchase_order_number", "sku", "quantity", "received"),
    "messages": ("channel", "chat", "speaker", "key"),
    "audit": ("who", "act", "subject"),
}


def _plain(text: str) -> str:
    """Without moments, and without ids that the database counts with gaps."""
    return _COUNTED.sub(r"\1:…", _TIME.sub("…", text))


def lost_and_doubled(world: World, whole: Left, left: Left) -> tuple[list[str], list[str]]:
    """What a day lacks of the day without faults, and what it has twice.

    An order that a person put away because it had arrived was told; what may arrive twice is what was cut off between
    call and mark, once for each time.
    """
    by_person = ("letter_discarded", "letter_retried", "purchase_order_sent")  # a look-up, and the mark it replaces
    effects = {one: Counter({what: times for what, times in day.effects.items()
                             if not any(act in what for act in by_person)})
               for one, day in (("whole", whole), ("left", left))}  # fmt: skip
    lost = [*(effects["whole"] - effects["left"]), *(f"never told: {one}" for one in whole.told - left.told),
            *(f"never arrived: {one}" for one in whole.arrived if one not in left.arrived)]  # fmt: skip
    doubled = [*(effects["left"] - effects["whole"]), *(f"told twice: {one}" for one in left.told - whole.told)]
    excused = world.office.excuses()
    for key, times in Counter(one.key for one in world.office.taken).items():
        most = 1 if key.startswith("purchase_order:") else 1 + excused[key]
        if times > most:
            doubled.append(f"arrived {times} times: {key}")
    return lost, doubled
