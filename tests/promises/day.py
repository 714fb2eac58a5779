"""A day in the shop, hour by hour, and what is left of it: the same whatever was cut off, wherever.

Each step is what somebody outside does, and does again where nobody answered: the shop's systems bring their records
once more, people press once more, platforms deliver once more, the clock rings once more.
"""

import json
import random
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
from tests.bot.channels.slack.web_api import TEAM
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, STAFF_CHANNEL
from tests.bot.channels.telegram.world import message
from tests.promises import stall
from tests.promises.books import Books, Row, read
from tests.promises.street import BO, PAT, SAM, Street
from tests.promises.world import person

TROUBLES = ("busy", "broken", "silent", "torn")
MOODS = ("well", *TROUBLES)
QUOKKA = 500001
_NEXT_RING = timedelta(minutes=16)


@dataclass
class Day:
    """A scripted day; the seed decides who orders what and what the courier meets with."""

    world: Street
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
            self.an_order_is_cancelled, self.post_goes_out, self.the_plan_is_made, self.it_is_approved_in_slack,
            self.post_goes_out, self.somebody_writes_in_slack,
            self.somebody_on_telegram_wants_a_person, self.the_ticket_is_answered_in_slack, self.some_goods_arrive,
            self.all_goods_arrive, self.the_return_is_settled, self.an_order_is_placed_again, self.post_goes_out,
            self.the_house_is_kept,
        ]  # fmt: skip

    def live(self) -> Books:
        """Live through it, and wait until nothing is left to do."""
        for step in self.steps():
            self.world.surviving(step)
            self.world.clock.forward(timedelta(minutes=5))
        self.world.surviving(self.the_clock_looks_at_the_desk)
        self.world.quiet()
        self.world.surviving(self.somebody_looks_up_what_is_unknown)
        self.world.quiet()
        return self.world.read()

    def the_clock_looks_at_the_desk(self) -> None:
        """As it does every few seconds: what was not told at once is told then."""
        jobs.brief_desk(self.portal)

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
        """The carrier tells of it, more than once, and the shop's own system says so too."""
        there = (self.began + timedelta(minutes=7)).isoformat()
        scans = [{"scanned_at": there, "status": "delivered", "place": "York"}]
        for _ in range(2):
            self.world.carrier_tells("parcel-1", {"tracking_number": "T1", "scans": scans})
        jobs.take_scans(self.portal)
        assert self.world.read().of("scans", status="delivered")
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
            self.world.clock.forward(timedelta(seconds=2))  # a channel is told about one thing a second

    def the_plan_is_made(self) -> None:
        """The clock rings, and rings again where whoever took the run died over it."""
        due_at = self.began
        jobs.plan(self.portal, due_at)
        while not any(row["job"] == "plan" and row["finished_at"] for row in self.world.read()["runs"]):
            self.world.clock.forward(_NEXT_RING)
            jobs.plan(self.portal, due_at)

    def it_is_approved_in_slack(self) -> None:
        """Two planners press on the card as it stands, each until it is done."""
        for user in (PAT, BO):
            self.post_goes_out()
            if self.world.read().of("proposals", status="open"):
                self.world.slack.press(user, self._shown(PLANNER_CHANNEL, "Proposal "), "Approve")
        assert self.world.read().of("proposals", status="approved")

    def _shown(self, channel: str, begins: str) -> dict[str, Any]:
        """The latest message of a channel that begins like this; while it is on its way, it is waited for."""
        for _ in range(100):
            found = [one for one in self.world.slack_api.posted(channel) if one["text"].startswith(begins)]
            if found:
                return found[-1]
            self.portal.deliver()
            self.world.clock.forward(timedelta(minutes=1))
        raise AssertionError(f"nothing in {channel} begins with {begins}")

    def somebody_writes_in_slack(self) -> None:
        """Slack tells of it twice."""
        event = {"type": "message", "channel_type": "im", "channel": "D1EVE", "user": "U1EVE",
                 "team": TEAM, "ts": "1690000000.000001", "text": "what is your return policy?"}  # fmt: skip
        for _ in range(2):
            assert self.world.slack.event(event, event_id="Ev-policy").status_code == 200

    def somebody_on_telegram_wants_a_person(self) -> None:
        """Telegram hands the same update over twice."""
        for number, text in ((1, "hello"), (2, "I want to talk to a person")):
            said = {**message(QUOKKA, {"text": text}), "message_id": number}
            for _ in range(2):
                self.world.telegram_tells({"update_id": number, "message": said})
            self.world.clock.forward(timedelta(seconds=5))

    def the_ticket_is_answered_in_slack(self) -> None:
        """Somebody of the shop claims the card, answers in its thread, and closes it."""
        jobs.brief_desk(self.portal)
        self._press_until("Claim", "claimed")
        card = self._shown(STAFF_CHANNEL, "Ticket ")
        said = {"type": "message", "channel_type": "channel", "channel": STAFF_CHANNEL, "user": SAM,
                "text": "Your parcel is with us.", "thread_ts": card["ts"], "ts": "1690000005.000001"}  # fmt: skip
        for _ in range(2):
            assert self.world.slack.event(said, event_id="Ev-answer").status_code == 200
        self._press_until("Close", "closed")

    def _press_until(self, label: str, state: str) -> None:
        """Press on the ticket's card, unless that was done."""
        self.post_goes_out()
        card = self._shown(STAFF_CHANNEL, "Ticket ")
        if f'"{label}"' in json.dumps(card["blocks"]):
            self.world.slack.press(SAM, card, label)
        told = read(self.world.databases[0], ("tickets",))["tickets"][0]
        assert told["closed_at"] is not None or told[f"{state}_at"] is not None

    def some_goods_arrive(self) -> None:
        """A part of the first line of each order is booked by its receipt, and booked again."""
        self._receive("first", lambda line: line["quantity"] // 2 if line["line"] == 1 else 0)
        assert {row["status"] for row in self.world.read().of("purchase_orders")} != {"received"}

    def all_goods_arrive(self) -> None:
        """The rest came with another."""
        self._receive("second", lambda line: line["quantity"] - (line["quantity"] // 2 if line["line"] == 1 else 0))
        assert {row["status"] for row in self.world.read().of("purchase_orders")} == {"received"}

    def _receive(self, receipt: str, units: Callable[[Row], int]) -> None:
        for row in self.world.read()["purchase_orders"]:
            number = row["purchase_order_number"]
            lines = self.world.read().of("purchase_order_lines", purchase_order_number=number)
            came = Delivered(f"{receipt} of {number}", {line["line"]: units(line) for line in lines if units(line)})
            for _ in range(2):
                with suppress(Conflict):
                    self.portal.receive_goods(person(stall.BOSS), number, came)

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


def moods_of(seed: int, length: int = 12) -> list[str]:
    """What a courier meets with on the day of a seed; on day 0 all goes well."""
    chosen = random.Random(seed)  # noqa: S311 a seeded draw, not a secret
    return [] if seed == 0 else [chosen.choice(MOODS) for _ in range(length)]
