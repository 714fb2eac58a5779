"""A day in the shop, hour by hour, and what is left of it: the same whatever was cut off, wherever.

Each step is what somebody outside does, and does again where nobody answered: the shop's systems bring their records
once more, people press once more, platforms deliver once more, the clock rings once more.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core.chat import Incoming, Reply, Speaker
from core.errors import Conflict
from core.portal import Portal
from core.portal.goods_in import Delivered
from core.returns.handling import Checked
from scheduler import jobs
from tests.promises import stall
from tests.promises.books import Books
from tests.promises.world import World, person

MOODS = ("well", "busy", "broken", "silent", "torn")
PLATFORM = "console"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?")
_COUNTED = re.compile(r"\b(proposal|outbox):\d+")
_NEXT_RING = timedelta(minutes=16)


@dataclass
class Day:
    """A scripted day; the seed decides who orders what and what the courier meets with."""

    world: World
    seed: int = 0
    moods: Sequence[str] = ()
    said: dict[str, Reply] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw what is special about this day."""
        chosen = random.Random(self.seed)  # noqa: S311 a seeded draw, not a secret
        self.who = chosen.choice(stall.CUSTOMERS)
        self.other = next(one for one in stall.CUSTOMERS if one != self.who)
        self.units = chosen.randint(2, 4)
        self.sku = chosen.choice([stall.MUG, stall.BLUE])
        self.accepted = chosen.randint(1, 2)
        self.world.office.moods = list(self.moods)
        self.began = self.world.clock.now

    def steps(self) -> list[Callable[[], None]]:
        """What happens, in order."""
        return [
            self.orders_are_imported, self.parcels_are_sent, self.parcels_arrive, self.a_return_is_asked_for,
            self.an_order_is_cancelled, self.post_goes_out, self.the_plan_is_made, self.it_is_approved,
            self.post_goes_out, self.a_message_comes_from_a_platform, self.goods_arrive, self.the_return_is_settled,
            self.an_order_is_placed_again, self.post_goes_out, self.the_house_is_kept,
        ]  # fmt: skip

    def live(self) -> Books:
        """Live through it, and wait until nothing is left to do."""
        for step in self.steps():
            self.world.surviving(step)
            self.world.clock.forward(timedelta(minutes=5))
        self.world.quiet()
        self.world.surviving(self.somebody_looks_up_what_is_unknown)
        self.world.quiet()
        return self.world.read()

    @property
    def portal(self) -> Portal:
        """The one that runs."""
        return self.world.portals[0]

    def bring(self, table: str, *rows: dict[str, Any]) -> None:
        """The shop's systems bring records."""
        assert stall.bring(self.portal, table, *rows) == []

    def orders_are_imported(self) -> None:
        for number, who, sku, units in (
            ("700001", self.who, self.sku, self.units),
            ("700002", self.other, stall.MUG, 1),
        ):
            word, lines = stall.WORDS[who], [(1, sku, units)]
            self.bring("orders", {"order_number": number, "customer_id": who, "placed_at": self.began, "status": "open",
                                  "payment_method": f"{word} card", "ship_name": f"{word} Holder",
                                  "ship_line1": f"1 {word} Lane", "ship_city": "York", "ship_postcode": "YO1 7AA",
                                  "ship_country": "GB"})  # fmt: skip
            self.bring("order_lines", *({"order_number": number, "line": line, "sku": sku, "quantity": units,
                                         "description": stall.NAMES[sku], "unit_price": stall.PRICES[sku],
                                         "tax_rate": stall.TAX} for line, sku, units in lines))  # fmt: skip
            total = round(1.2 * sum(stall.PRICES[sku] * units for _, sku, units in lines))
            self.bring("payments", {"payment_id": f"P-{number}", "order_number": number, "kind": "payment",
                                    "amount": total, "method": f"{word} card", "method_id": f"card-{word}",
                                    "paid_at": self.began})  # fmt: skip

    def parcels_are_sent(self) -> None:
        self.bring("parcels", {"tracking_number": "T1", "order_number": "700001", "carrier": "Post",
                               "shipped_at": self.began})  # fmt: skip
        self.bring("parcel_lines", {"tracking_number": "T1", "line": 1, "quantity": self.units})
        self.bring("scans", {"tracking_number": "T1", "scanned_at": self.began, "status": "picked_up"})

    def parcels_arrive(self) -> None:
        there = self.began + timedelta(minutes=7)
        self.bring("scans", {"tracking_number": "T1", "scanned_at": there, "status": "delivered"})
        row = next(row for row in self.world.read()["orders"] if row["order_number"] == "700001")
        self.bring("orders", {**row, "status": "delivered"})

    def a_return_is_asked_for(self) -> None:
        name = stall.NAMES[self.sku]
        self.talk("return", self.who, f"I want to return 2 of the {name} of order 700001", "return_item")

    def an_order_is_cancelled(self) -> None:
        self.talk("cancel", self.other, "cancel order 700002", "cancel_order")

    def an_order_is_placed_again(self) -> None:
        self.talk("again", self.other, "order the goods of 700002 once more", "reorder")

    def talk(self, chat: str, who: str, words: str, act: str) -> None:
        """A conversation up to its receipt; every message is delivered again until it is answered, then once more."""
        speaker, reply, text, button = Speaker(customer_id=who, proof=3), Reply(""), words, None
        for turn in range(8):
            incoming = Incoming("web", f"customer:{who}/{chat}", f"{chat}-{turn}", text, speaker, button)
            reply = self.portal.converse(incoming)
            assert self.portal.converse(incoming) == reply
            if any(action.name == act for action in reply.actions):
                self.said[chat] = reply
                return
            pressed = next(one for one in reply.buttons if reply.asks != "confirm" or one.label.startswith("Yes"))
            text, button = pressed.label, pressed.value
        raise AssertionError(f"“{words}” came to nothing: {reply.text}")

    def post_goes_out(self) -> None:
        """One letter after the other: side by side no two days would come to the same boundaries."""
        while self.portal.deliver():
            pass

    def the_plan_is_made(self) -> None:
        """The clock rings, and rings again where whoever took the run died over it."""
        due_at = self.began
        jobs.plan(self.portal, due_at)
        while not any(row["job"] == "plan" and row["finished_at"] for row in self.world.read()["runs"]):
            self.world.clock.forward(_NEXT_RING)
            jobs.plan(self.portal, due_at)

    def it_is_approved(self) -> None:
        """Two planners press, each until told that it is done."""
        for email in (stall.PLANNER, stall.BOSS):
            shown = self.portal.proposal(person(email), self.world.read()["proposals"][0]["proposal_id"])
            with suppress(Conflict):
                self.portal.approve(person(email), shown.proposal_id, shown.content_hash)
        assert self.world.read().of("proposals", status="approved")

    def a_message_comes_from_a_platform(self) -> None:
        """Stored before it is thanked for, delivered again, answered by post."""
        incoming = Incoming(PLATFORM, "room", "update-1", "what is your return policy?", Speaker())
        self.portal.receive(incoming)
        self.portal.receive(incoming)
        while self.portal.answer_next(PLATFORM, "room", lambda said, reply: [{"to": said.chat, "text": reply.text}]):
            pass

    def goods_arrive(self) -> None:
        """What came is booked by its receipt, and booked again."""
        for row in self.world.read()["purchase_orders"]:
            number = row["purchase_order_number"]
            lines = self.world.read().of("purchase_order_lines", purchase_order_number=number)
            came = Delivered(f"delivery of {number}", {line["line"]: line["quantity"] for line in lines})
            for _ in range(2):
                with suppress(Conflict):
                    self.portal.receive_goods(person(stall.BOSS), number, came)
        assert {row["status"] for row in self.world.read().of("purchase_orders")} == {"received"}

    def the_return_is_settled(self) -> None:
        sam, number = person(stall.SUPPORT), self.said["return"].actions[0].result["return_number"]
        for verb in (
            lambda: self.portal.approve_return(sam, number),
            lambda: self.portal.receive_return(sam, number, {1: Checked(self.accepted, 1)}),
            lambda: self.portal.settle_return(sam, number),
        ):
            for _ in range(2):
                with suppress(Conflict):
                    verb()

    def the_house_is_kept(self) -> None:
        jobs.tell_those_who_wait(self.portal)
        jobs.housekeep(self.portal)

    def somebody_looks_up_what_is_unknown(self) -> None:
        """A planner asks the supplier: an order that arrived is put away, one that did not is sent."""
        arrived = {one.key for one in self.world.office.taken}
        keys = {row["outbox_id"]: row["key"] for row in self.world.read()["outbox"]}
        for letter in self.portal.dead_letters(person(stall.BOSS)):
            if keys[letter.outbox_id] in arrived:
                self.portal.discard_letter(person(stall.BOSS), letter.outbox_id)
            else:
                self.portal.retry_letter(person(stall.BOSS), letter.outbox_id)


@dataclass(frozen=True)
class Left:
    """What a day leaves behind, without its moments."""

    effects: Counter[str]
    told: Counter[str]
    arrived: Counter[str]
    longest_s: float


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
    waited = [(row["settled_at"] - row["created_at"]).total_seconds() for row in books["outbox"] if row["settled_at"]]
    return Left(effects, told, arrived, max(waited, default=0.0))


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
    excused = Counter(map(_plain, world.office.excuses().elements()))
    for key, times in left.arrived.items():
        most = 1 if key.startswith("purchase_order:") else 1 + excused[key]
        if times > most:
            doubled.append(f"arrived {times} times: {key}")
    return lost, doubled


def moods_of(seed: int, length: int = 12) -> list[str]:
    """What a courier meets with on the day of a seed; on day 0 all goes well."""
    chosen = random.Random(seed)  # noqa: S311 a seeded draw, not a secret
    return [] if seed == 0 else [chosen.choice(MOODS) for _ in range(length)]
