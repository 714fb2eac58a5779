"""Everything that can happen to the shop, in any order, on two replicas that may die at any boundary."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core.chat import Reply, Speaker
from core.errors import NotFound, PortalError, Refused
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus
from core.returns.handling import Checked
from tests.promises import stall
from tests.promises.books import Evidence
from tests.promises.crashing import SIDES
from tests.promises.kept import broken, unsettled
from tests.promises.model import Model, Order, Parcel
from tests.promises.world import Chat, World, person

SKUS = st.sampled_from(sorted(stall.NAMES))
WHO = st.sampled_from(stall.CUSTOMERS)
PLACE = st.integers(0, 30)
MOODS = st.lists(st.sampled_from(["busy", "broken", "silent", "torn", "well", "gone"]), max_size=3)
PLANNERS = st.sampled_from([stall.BOSS, stall.PLANNER, stall.BOSS, stall.PLANNER, stall.JUNIOR, stall.SUPPORT])
ASKED = {
    "return": "I want to return {units} of the {name} of order {number}",
    "exchange": "I want to exchange the {name} of order {number} for the {colour} one",
    "claim": "the {name} of order {number} arrived broken",
    "withdrawal": "I withdraw from order {number}",
}
ACTS = {"return": "return_item", "exchange": "exchange_item", "claim": "claim_item", "withdrawal": "withdraw"}
TALKS = (*ACTS, "return", "cancels", "changes_how_many", "moves", "pays_another_way", "orders_again", "only_asks")
SCANS = st.sampled_from(["picked_up", "in_transit", "exception", "out_for_delivery", "delivered", "unknown"])
QUESTIONS = (
    "where is my order {number}?",
    "is the {name} in stock?",
    "show my orders",
    "what do I get back for {number}?",
    "the invoice of order {number}",
    "who has access?",
    "how can I pay?",
    "what is your return policy?",
)


@dataclass(frozen=True)
class Asked:
    """What a customer wants: about which order, how many, and which of the answers that are offered."""

    place: int
    units: int
    choice: int
    who: str


class Shop(RuleBasedStateMachine):
    """The machine; `fresh` gives the address of a new database with the stall's records."""

    fresh: ClassVar[Callable[[], str]]
    done: ClassVar[Counter[str]] = Counter()

    @initialize()
    def opened(self) -> None:
        self.world = World(type(self).fresh())
        self.model = Model()
        self.books = self.world.read()
        self.visits: dict[str, str] = {}
        self.runs: list[str] = []
        self.doors = 0
        for who, sku in zip(stall.CUSTOMERS, (stall.BLUE, stall.MUG), strict=True):
            self.an_order_is_placed(who, sku, 2, more=True, discount=100, pays="card")
            self.an_order_is_shipped(0, apart=who == stall.CUSTOMERS[0], arrives=True)
        self.an_order_is_placed(stall.CUSTOMERS[0], stall.MUG, 2, more=False, discount=0, pays="gift_card")

    def teardown(self) -> None:
        """Let everything come to its end, and look at what only the end shows."""
        try:
            self.world.boundaries.disarm()
            self.world.quiet()
            self.look("clock")
            assert unsettled(self.books) == []  # nothing committed is lost
            self._parcels_are_where_their_scans_say()
            self._exports_hold_one_person()
            self._documents_add_up()
            portal = self.world.portals[0]
            portal.housekeep()
            sealed = len(self.world.read()["audit"])
            assert portal.verify_audit() == sealed
        finally:
            self.world.stop()

    # what is looked at after every step

    def look(self, by: str) -> None:
        """Judge the step that was just done."""
        now = self.world.read()
        seen = Evidence(self.books, now, by, self.world.clock.now, self.world)
        faults = [*broken(seen), *self.model.differences(now)]
        self.world.looked_at = len(self.world.office.taken)
        self.books = now
        assert faults == [], "\n".join(faults)

    def act(self, verb: Callable[[Portal], Any], replica: int = 0) -> Any:
        """Do one thing, again where the process died over it; a refusal is given back."""
        self.world.clock.forward(timedelta(seconds=1))
        try:
            return self.world.surviving(lambda: verb(self.world.portals[replica]))
        except PortalError as refusal:
            return refusal
        finally:
            self.world.boundaries.disarm()

    def bring(self, table: str, *rows: dict[str, Any]) -> None:
        """Import rows; none may be left out."""
        left_out = self.act(lambda portal: stall.bring(portal, table, *rows))
        assert left_out == []

    def say(self, chat: Chat, text: str, button: str | None = None) -> Reply:
        """One turn, then the same delivery once more: it acts once, and what does not act changes nothing."""
        incoming = chat.incoming(text, button)
        self.world.clock.forward(timedelta(seconds=1))
        try:
            reply = chat.deliver(incoming)
        finally:
            self.world.boundaries.disarm()
        before, now = self.books.business("chat_links"), self.world.read().business("chat_links")
        if not reply.actions:
            assert now == before, f"46: “{text}” changed something"
        chat.replica = 1 - chat.replica
        assert chat.deliver(incoming) == reply, "39: the same message was answered twice"
        assert self.world.read().business("chat_links") == now, "39: the same message acted twice"
        for action in reply.actions:
            self.done[action.name] += 1
        self.told(reply, chat)
        return reply

    def told(self, reply: Reply, chat: Chat) -> None:
        """What a reply says of money is what is stored; what it says of others is nothing."""
        for other, word in stall.WORDS.items():
            if other not in {chat.speaker.customer_id, self.model.links.get(chat.chat)}:
                assert word not in reply.text, f"48: {chat.speaker.customer_id} was told of {other}"
        for action in reply.actions:
            for settled in action.result.get("refunds", []):
                stored = self.world.read().by("payments", "payment_id").get(settled.get("reference"))
                assert stored is None or f"{stored['amount'] / 100:.2f}" in reply.text.replace(",", ""), "49"

    def fulfil(self, chat: Chat, words: str, choice: int = 0) -> Reply:
        """Ask for something and go through with it: answer what is asked, say yes, and press the yes twice."""
        reply, before = self.say(chat, words), ""
        for _ in range(8):
            if reply.asks is None or reply.handed_off or reply.text == before:
                return reply
            before = reply.text
            buttons = [one for one in reply.buttons if "person" not in one.label]
            if reply.asks == "confirm":
                yes = next(one for one in buttons if one.label.startswith("Yes"))
                done = self.say(chat, yes.label, yes.value)
                assert self.say_unsettled(chat, yes.label, yes.value).actions == (), "3: two clicks did two things"
                return done
            if buttons:
                pressed = buttons[choice % len(buttons)]
                reply = self.say(chat, pressed.label, pressed.value)
            else:
                reply = self.say(chat, "1" if reply.asks == "quantity" else "no longer wanted")
        return reply

    def say_unsettled(self, chat: Chat, text: str, button: str) -> Reply:
        """Press something again, before the model was told what the first time did."""
        return chat.deliver(chat.incoming(text, button))

    def chat_of(self, customer_id: str) -> Chat:
        """A new chat of somebody who just showed who they are."""
        name = f"customer:{customer_id}/{next(self.world.numbers)}"
        return Chat(self.world, Speaker(customer_id=customer_id, proof=3), "web", name)

    def number(self, place: int, *statuses: str) -> str | None:
        """One of the orders, of those statuses where any are named."""
        numbers = [number for number, one in sorted(self.model.orders.items())
                   if not statuses or one.status in statuses]  # fmt: skip
        return numbers[place % len(numbers)] if numbers else None

    # what the shop's own systems bring

    @rule(who=WHO, sku=SKUS, units=st.integers(1, 3), more=st.booleans(), discount=st.sampled_from([0, 0, 100]),
          pays=st.sampled_from(["card", "gift_card", ""]))  # fmt: skip
    def an_order_is_placed(self, who: str, sku: str, units: int, more: bool, discount: int, pays: str) -> None:
        if who in self.model.erased:
            return
        number = f"7{next(self.world.numbers):05d}"
        word = stall.WORDS[who]
        skus = [sku, stall.MUG if sku != stall.MUG else stall.LAMP][: 1 + more]
        head = {"order_number": number, "customer_id": who, "placed_at": self.world.clock.now, "status": "open",
                "payment_method": f"{word} card", "ship_name": f"{word} Holder", "ship_line1": f"1 {word} Lane",
                "ship_city": "York", "ship_postcode": "YO1 7AA", "ship_country": "GB"}  # fmt: skip
        lines = [{"order_number": number, "line": place, "sku": one, "description": stall.NAMES[one],
                  "quantity": units, "unit_price": stall.PRICES[one], "tax_rate": stall.TAX,
                  "discount": discount} for place, one in enumerate(skus, 1)]  # fmt: skip
        self.model.orders[number] = Order(who, "open", dict.fromkeys(range(1, len(skus) + 1), units))
        self.bring("orders", head)
        self.bring("order_lines", *lines)
        self.look("records")
        if pays:
            total = self.books.total_of(self.books.of("order_lines", order_number=number))
            self.model.orders[number].paid = total
            self.bring("payments", {"payment_id": f"P-{number}", "order_number": number, "kind": "payment",
                                    "amount": total, "method": f"{word} {pays}", "method_id": f"{pays}-{word}",
                                    "paid_at": self.world.clock.now})  # fmt: skip
        self.invoiced(number, who, lines)
        self.look("records")

    def invoiced(self, number: str, who: str, lines: list[dict[str, Any]]) -> None:
        """The shop's books issue the invoice."""
        self.bring("invoices", {"invoice_number": f"5{number}", "kind": "invoice", "order_number": number,
                                "customer_id": who, "issued_on": self.world.clock.now.date(),
                                "bill_name": f"{stall.WORDS[who]} Holder"})  # fmt: skip
        self.bring("invoice_lines", *({**line, "invoice_number": f"5{number}"} for line in lines))

    @precondition(lambda self: self.model.orders)
    @rule(place=PLACE, status=st.sampled_from(["open", "packed", "open", "cancelled"]))
    def an_old_or_new_export_of_an_order_arrives(self, place: int, status: str) -> None:
        number = self.number(place)
        assert number is not None
        row = self.books.by("orders", "order_number")[number]
        self.model.orders[number].become(status)
        self.bring("orders", {**row, "status": status})
        self.look("records")

    @precondition(lambda self: self.number(0, "open", "packed"))
    @rule(place=PLACE, apart=st.booleans(), arrives=st.booleans())
    def an_order_is_shipped(self, place: int, apart: bool, arrives: bool) -> None:
        number = self.number(place, "open", "packed")
        assert number is not None
        order, now = self.model.orders[number], self.world.clock.now
        shares = [{line: units} for line, units in order.units.items()] if apart else [dict(order.units)]
        for at, units in enumerate(shares, 1):
            tracking = f"T{number}{at}"
            order.parcels[tracking] = Parcel(units, {(now, "picked_up")})
            self.bring("parcels", {"tracking_number": tracking, "order_number": number, "carrier": "Post",
                                   "shipped_at": now})  # fmt: skip
            self.bring("parcel_lines", *({"tracking_number": tracking, "line": line, "quantity": count}
                                         for line, count in units.items()))  # fmt: skip
            self.bring("scans", {"tracking_number": tracking, "scanned_at": now, "status": "picked_up"})
        order.become("shipped")
        self.bring("orders", {**self.books.by("orders", "order_number")[number], "status": "shipped"})
        self.look("records")
        if arrives:
            for tracking in list(order.parcels):
                self.scanned(number, tracking, "delivered", 60)
            order.become("delivered")
            self.bring("orders", {**self.books.by("orders", "order_number")[number], "status": "delivered"})
            self.look("records")

    def scanned(self, number: str, tracking: str, status: str, minutes: int) -> None:
        """A carrier says something, maybe of long ago, maybe again."""
        at = self.world.clock.now + timedelta(minutes=minutes)
        self.model.orders[number].parcels[tracking].scans.add((at, status))
        scan = {"tracking_number": tracking, "scanned_at": at, "status": status}
        self.bring("scans", scan)
        self.bring("scans", scan)

    @precondition(lambda self: any(one.parcels for one in self.model.orders.values()))
    @rule(place=PLACE, status=SCANS, minutes=st.integers(-3000, 0))
    def a_parcel_is_scanned(self, place: int, status: str, minutes: int) -> None:
        known = [(number, tracking) for number, one in sorted(self.model.orders.items()) for tracking in one.parcels]
        number, tracking = known[place % len(known)]
        self.scanned(number, tracking, status, minutes)
        self.look("records")

    @rule(sku=SKUS, units=st.integers(0, 40))
    def the_shelf_is_counted(self, sku: str, units: int) -> None:
        self.world.clock.forward(timedelta(seconds=1))
        row = {"sku": sku, "location": "main", "on_hand": units, "counted_at": self.world.clock.now}
        self.model.stock[sku] = units
        self.bring("stock", row)
        self.bring("stock", row)
        self.look("records")

    # what customers ask for in chats

    @precondition(lambda self: self.model.orders)
    @rule(act=st.sampled_from(TALKS), asked=st.builds(Asked, PLACE, st.integers(1, 6), PLACE, WHO))
    def a_customer_talks(self, act: str, asked: Asked) -> None:
        if act in ACTS:
            self.sends_back(asked, act)
        else:
            getattr(self, act)(asked)

    def cancels(self, asked: Asked) -> None:
        number = self.number(asked.place)
        assert number is not None
        order = self.model.orders[number]
        asker = asked.who if asked.choice == 0 else order.customer
        reply = self.fulfil(self.chat_of(asker), f"cancel order {number}")
        allowed = order.status == "open" and asker == order.customer and asker not in self.model.erased
        assert bool(reply.actions) == allowed, f"30: {order.status} {reply.text}"
        if allowed:
            order.status, order.refunded = "cancelled", order.paid
        self.look("customer")

    def changes_how_many(self, asked: Asked) -> None:
        number = self.number(asked.place, "open")
        if number is None:
            return
        order = self.model.orders[number]
        line = self.books.of("order_lines", order_number=number)[0]
        words = f"change the quantity of the {line['description']} in order {number} to {asked.units}"
        reply = self.fulfil(self.chat_of(order.customer), words, asked.choice)
        if reply.actions:
            for changed in reply.actions[0].arguments["lines"]:
                order.units[changed["line"]] = changed["quantity"]
            self.take_money_of(number)
        self.look("customer")

    def moves(self, asked: Asked) -> None:
        number = self.number(asked.place, "open", "packed", "shipped")
        if number is None:
            return
        order = self.model.orders[number]
        words = f"send order {number} to {asked.choice} Mill Lane, York YO1 7AB, United Kingdom"
        reply = self.fulfil(self.chat_of(order.customer), words)
        assert not reply.actions or order.status == "open", "31"
        self.look("customer")

    def pays_another_way(self, asked: Asked) -> None:
        number = self.number(asked.place, "open")
        if number is None:
            return
        reply = self.fulfil(
            self.chat_of(self.model.orders[number].customer), f"pay order {number} with another method", asked.choice
        )
        if reply.actions:
            self.take_money_of(number)
        self.look("customer")

    def orders_again(self, asked: Asked) -> None:
        number = self.number(asked.place)
        assert number is not None
        customer = self.model.orders[number].customer
        reply = self.fulfil(self.chat_of(customer), f"order the goods of {number} once more", asked.choice)
        for action in reply.actions:
            new = str(action.result["order_number"])
            lines = {place: line["quantity"] for place, line in enumerate(action.arguments["lines"], 1)}
            self.model.orders[new] = Order(customer, "open", lines)
            self.take_money_of(new)
        self.look("customer")

    def take_money_of(self, number: str) -> None:
        """Take over what was charged and given back; that it is not too much is a promise of its own."""
        books = self.world.read()
        self.model.orders[number].paid = books.paid(number)
        self.model.orders[number].refunded = books.paid(number, "refund")

    def sends_back(self, asked: Asked, kind: str) -> None:
        number = self.number(asked.place, "shipped", "delivered") or self.number(asked.place)
        assert number is not None
        order = self.model.orders[number]
        line = self.books.of("order_lines", order_number=number)[0]
        colour = "red" if line["sku"] == stall.BLUE else "blue"
        words = ASKED[kind].format(units=asked.units, name=line["description"], number=number, colour=colour)
        reply = self.fulfil(self.chat_of(order.customer), words, asked.choice)
        for action in reply.actions:
            if "return_number" not in action.result:
                continue
            done = next(kind for kind, name in ACTS.items() if name == action.name)
            units = {one["line"]: one["quantity"] for one in action.arguments["lines"]}
            for line_number, count in units.items():
                most = order.returnable(line_number, done, self.world.clock.now.date())
                assert count <= most, f"26, 38: {count} of {most} of {number} as {done}"
            order.back[action.result["return_number"]] = units
            self.model.returns[action.result["return_number"]] = "requested"
        if any(action.name in {"change_order", "cancel_order"} for action in reply.actions):
            self.follow(number)
        self.take_money_of(number)
        self.look("customer")

    def follow(self, number: str) -> None:
        """Take over lines and status of an open order that was changed instead of sent back."""
        order, books = self.model.orders[number], self.world.read()
        assert order.status == "open"
        order.units = {line["line"]: line["quantity"] for line in books.of("order_lines", order_number=number)}
        order.status = books.by("orders", "order_number")[number]["status"]

    def only_asks(self, asked: Asked) -> None:
        number, name = (
            self.number(asked.place) or "700000",
            sorted(stall.NAMES.values())[asked.units % len(stall.NAMES)],
        )
        words = QUESTIONS[asked.choice % len(QUESTIONS)].format(number=number, name=name)
        reply = self.say(self.chat_of(asked.who), words)
        assert reply.text, "45"
        assert reply.actions == ()
        self.look("customer")

    # what people of the shop do with goods that come back

    @precondition(lambda self: self.model.returns)
    @rule(place=PLACE, step=st.sampled_from(["approve", "receive", "reject", "settle", "settle", "call off", "rush"]),
          accepted=st.integers(0, 3), sellable=st.integers(0, 3), replica=st.integers(0, 1))  # fmt: skip
    def a_return_moves_on(self, place: int, step: str, accepted: int, sellable: int, replica: int) -> None:
        number = sorted(self.model.returns)[place % len(self.model.returns)]
        stands = self.model.returns[number]
        order_number = next(key for key, one in self.model.orders.items() if number in one.back)
        order, sam = self.model.orders[order_number], person(stall.SUPPORT)
        lines = self.books.of("return_lines", return_number=number)
        is_swap = any(line["new_sku"] for line in lines)
        checked = {line["line"]: Checked(line["quantity"] if is_swap else min(accepted, line["quantity"]),
                                         min(sellable, accepted, line["quantity"])) for line in lines}  # fmt: skip
        acts: dict[str, tuple[Callable[[Portal], Any], str]] = {
            "approve": (lambda portal: portal.approve_return(sam, number), "approved"),
            "receive": (lambda portal: portal.receive_return(sam, number, checked), "received"),
            "reject": (lambda portal: portal.reject_return(sam, number, "too worn"), "rejected"),
            "settle": (lambda portal: portal.settle_return(sam, number), "exchanged" if is_swap else "refunded"),
            "call off": (lambda portal: portal.call_off_return(order.customer, number), "cancelled"),
        }
        for one in ("receive", "settle") if step == "rush" else (step,):
            verb, becomes = acts[one]
            self.act(verb, replica)
            self.act(verb, 1 - replica)  # twice, elsewhere: the second changes nothing
            self.follow_return(number, order_number, becomes, checked)
        assert stands in {"requested", "approved", "received"} or self.model.returns[number] == stands
        self.look("shop")

    def follow_return(self, number: str, order_number: str, becomes: str, checked: dict[int, Checked]) -> None:
        """Take a step over where it was done, with the goods it moves; how much money it may move is promised."""
        books = self.world.read()
        stands = books.by("returns", "return_number")[number]["status"]
        if stands == self.model.returns[number]:
            return
        assert stands == becomes, f"32: {number} became {stands}"
        self.model.returns[number] = stands
        self.done[f"return {stands}"] += 1
        order = self.model.orders[order_number]
        skus = {line["line"]: line["sku"] for line in books.of("order_lines", order_number=order_number)}
        for line in books.of("return_lines", return_number=number):
            if stands == "received":
                self.model.stock[skus[line["line"]]] += checked[line["line"]].sellable
            if stands == "exchanged" and line["new_sku"]:
                self.model.stock[line["new_sku"]] -= line["quantity"]
        if stands in {"rejected", "cancelled"}:
            order.back[number] = {}
        self.take_money_of(order_number)

    # what planners do

    @rule(replica=st.integers(0, 1), again=st.booleans())
    def a_plan_is_made(self, replica: int, again: bool) -> None:
        run = self.runs[-1] if again and self.runs else f"run {next(self.world.numbers)}"
        self.runs.append(run)
        self.act(lambda portal: portal.plan(run=run), replica)
        assert len(self.world.read().of("proposals", run=run)) <= 1, "17: one run wrote twice"
        if not again:
            more = self.act(lambda portal: portal.plan(run=f"{run} again"), 1 - replica)
            assert more.proposals == 0, "17: the same data was planned twice"
        self.look("shop")

    def proposal(self, place: int) -> Proposal | None:
        """One of the proposals as a planner sees it."""
        ids = [row["proposal_id"] for row in self.books["proposals"]]
        return self.world.portals[0].proposal(person(stall.BOSS), ids[place % len(ids)]) if ids else None

    @precondition(lambda self: self.books["proposals"])
    @rule(act=st.sampled_from(["approves", "approves", "edits", "rejects"]), place=PLACE, who=PLANNERS, second=PLANNERS,
          packs=st.integers(0, 9))  # fmt: skip
    def a_planner_decides(self, act: str, place: int, who: str, second: str, packs: int) -> None:
        if act == "approves":
            self.somebody_approves(place, who, second, fresh=packs > 0)
        elif act == "edits":
            self.somebody_edits(place, who, packs)
        else:
            self.somebody_rejects(place, who)

    def somebody_approves(self, place: int, who: str, second: str, fresh: bool) -> None:
        shown = self.proposal(place)
        assert shown is not None
        fingerprint = shown.content_hash if fresh else "0" * 32
        for email, replica in ((who, 0), (second, 1)):
            outcome = self.act(approving(email, shown.proposal_id, fingerprint), replica)
            if isinstance(outcome, Proposal) and outcome.status is ProposalStatus.APPROVED:
                self.done["approved"] += 1
                assert fresh, "6: something was approved that was not shown"
                late = self.act(lambda portal: portal.reject(
                    person(stall.BOSS), shown.proposal_id, fingerprint, "no"), 1)  # fmt: skip
                assert "approved already by" in str(late), "4, 5"
                break
            if "computed anew" in str(outcome):
                self.done["renewed"] += 1
                now = self.proposal(place)
                assert now is not None
                assert now.revision == shown.revision + 1, "7"
        self.look("shop")

    def somebody_rejects(self, place: int, who: str) -> None:
        shown = self.proposal(place)
        assert shown is not None
        outcome = self.act(
            lambda portal: portal.reject(person(who), shown.proposal_id, shown.content_hash, "not now"), 1
        )
        if isinstance(outcome, Proposal):
            late = self.act(lambda portal: portal.approve(person(stall.BOSS), shown.proposal_id, shown.content_hash), 0)
            assert isinstance(late, PortalError), "5: approved what was rejected"
        self.look("shop")

    def somebody_edits(self, place: int, who: str, packs: int) -> None:
        shown = self.proposal(place)
        assert shown is not None
        line = shown.lines[0]
        wanted = {line.line: packs * stall.PACKS[line.sku][0]}
        outcome = self.act(lambda portal: portal.edit(person(who), shown.proposal_id, shown.content_hash, wanted), 1)
        if isinstance(outcome, Proposal) and outcome.revision > shown.revision:
            self.done["edited"] += 1
            assert outcome.approved_by == (), "11: a yes outlived an edit"
        self.look("shop")

    @rule(who=PLANNERS, role=st.sampled_from(["planner", "support", "admin"]), limit=st.sampled_from([None, 100]))
    def rights_change(self, who: str, role: str, limit: int | None) -> None:
        if who not in {stall.BOSS, stall.SUPPORT}:
            self.bring("staff", {"email": who, "name": who, "role": role, "approval_limit": limit})
            self.look("records")

    @precondition(lambda self: self.books["purchase_orders"])
    @rule(place=PLACE, counted=st.booleans())
    def goods_arrive(self, place: int, counted: bool) -> None:
        row = self.books["purchase_orders"][place % len(self.books["purchase_orders"])]
        number = row["purchase_order_number"]
        lines = self.books.of("purchase_order_lines", purchase_order_number=number)
        if row["status"] == "received":
            return
        self.bring("purchase_orders", {**row, "status": "received", "received_at": self.world.clock.now})
        self.bring("purchase_order_lines", *({**line, "received": line["quantity"]} for line in lines))
        self.look("records")
        if counted:
            for line in lines:
                self.the_shelf_is_counted(line["sku"], self.model.stock[line["sku"]] + line["quantity"])

    # who people are

    @precondition(lambda self: self.doors < 3)  # hashing codes takes long on purpose
    @rule(who=WHO, room=st.integers(0, 2))
    def a_chat_is_linked(self, who: str, room: int) -> None:
        self.doors += 1
        chat = Chat(self.world, Speaker(), "console", f"room {room}")
        before = self.model.links.get(chat.chat)
        self.say(chat, "stop")
        reply = self.say(chat, "link this chat to my account")
        if reply.asks == "email":
            reply = self.say(chat, stall.email(who))
        if reply.asks != "code":
            self.look("customer")
            return
        to = stall.email(before or who)
        letters = [one.text for one in self.world.portals[0].letters(3) if one.to == to]
        codes = [code for text in letters for code in re.findall(r"\b\d{8}\b", text)]
        reply = self.say_linking(chat, codes[0] if codes else "12345678", before or who)
        self.look("customer")

    def say_linking(self, chat: Chat, code: str, who: str) -> Reply:
        """Type a code; the chat is the customer's from the moment it is right."""
        incoming = chat.incoming(code)
        reply = chat.deliver(incoming)
        self.world.boundaries.disarm()
        if any(action.name == "link_account" for action in reply.actions):
            assert who not in self.model.erased
            self.model.links[chat.chat] = who
            self.done["linked"] += 1
        assert chat.deliver(incoming) == reply
        self.told(reply, chat)
        return reply

    @precondition(lambda self: self.model.links)
    @rule(place=PLACE)
    def a_chat_is_unlinked(self, place: int) -> None:
        name = sorted(self.model.links)[place % len(self.model.links)]
        who = self.model.links[name]
        chat = Chat(self.world, Speaker(), "console", name)
        for words in ("stop", "unlink this chat", "yes"):
            reply = chat.deliver(chat.incoming(words))
        self.world.boundaries.disarm()
        if any(action.name == "unlink_account" for action in reply.actions):
            self.done["unlinked"] += 1
            self.model.links = {one: of for one, of in self.model.links.items() if of != who}
            asked = chat.deliver(chat.incoming("show my orders"))
            assert all(number not in asked.text for number in self.model.orders), "41"
        self.look("customer")

    @precondition(lambda self: self.doors < 3)
    @rule(who=WHO, right=st.sampled_from([True, True, False]))
    def somebody_signs_in(self, who: str, right: bool) -> None:
        self.doors += 1
        browser = f"browser {next(self.world.numbers)}"
        asked = self.act(lambda portal: portal.ask_for_code(stall.email(who), browser))
        if asked is not None:
            return  # asked too often
        letters = [one.text for one in self.world.portals[0].letters(1) if one.to == stall.email(who)]
        code = next((code for text in letters for code in re.findall(r"\b\d{8}\b", text)), "")
        token = self.act(lambda portal: portal.sign_in(browser, code if right else "00000000"), 1)
        if isinstance(token, str):
            assert right
            assert who not in self.model.erased
            self.visits[token] = who
            again = self.act(lambda portal: portal.sign_in(browser, code))
            assert isinstance(again, PortalError), "a code opened twice"
            self.done["signed in"] += 1
        self.look("customer")

    @precondition(lambda self: self.visits and self.books["invoices"])
    @rule(place=PLACE, minutes=st.sampled_from([1, 16]))
    def a_link_is_opened(self, place: int, minutes: int) -> None:
        invoice = self.books["invoices"][place % len(self.books["invoices"])]
        owner, portal = invoice["customer_id"], self.world.portals[0]
        if owner in self.model.erased:
            return
        path = portal.invoice_link(owner, invoice["invoice_number"])
        self.world.clock.forward(timedelta(minutes=minutes))
        for token, who in self.visits.items():
            visitor = portal.visitor(token, keeps_alive=False)
            if visitor is None:
                continue
            try:
                portal.file(path.removeprefix("/files/"), visitor)
            except NotFound:
                assert who != owner, "50: its owner could not open it"
            except Refused:
                assert minutes > 15
            else:
                assert (who, minutes) == (owner, 1), "50: a link opened for somebody else, or too late"

    @precondition(lambda self: self.visits)
    @rule(place=PLACE)
    def somebody_signs_out(self, place: int) -> None:
        token = sorted(self.visits)[place % len(self.visits)]
        del self.visits[token]
        self.act(lambda portal: portal.sign_out(token))
        assert self.world.portals[1].visitor(token) is None

    @precondition(lambda self: not self.model.erased)
    @rule(who=WHO, sure=st.sampled_from([False, False, True]))
    def somebody_is_erased(self, who: str, sure: bool) -> None:
        if not sure:
            return
        self.act(lambda portal: portal.erase_customer(who, "operator"))
        self.model.erased.add(who)
        self.world.erased[who] = self.world.clock.now
        self.model.links = {chat: of for chat, of in self.model.links.items() if of != who}
        assert all(self.world.portals[0].visitor(token) is None for token, of in self.visits.items() if of == who)
        self.done["erased"] += 1
        self.look("customer")

    # time, post and trouble

    @rule(moods=MOODS, replica=st.integers(0, 1), limit=st.integers(1, 4))
    def post_is_sent(self, moods: list[str], replica: int, limit: int) -> None:
        self.world.office.moods = list(moods)
        self.act(lambda portal: portal.deliver(limit), replica)
        self.world.office.moods = []
        self.look("clock")

    @rule()
    def a_planner_retries_dead_letters(self) -> None:
        for letter in self.world.portals[0].dead_letters(person(stall.BOSS)):
            key = next(row["key"] for row in self.books["outbox"] if row["outbox_id"] == letter.outbox_id)
            self.world.retried[key] += 1
            self.act(retrying(letter.outbox_id))
        self.look("shop")

    @rule(seconds=st.sampled_from([5, 61, 3600, 86_400, 86_400 * 8, 86_400 * 31]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.forward(timedelta(seconds=seconds))
        self.act(lambda portal: portal.housekeep())
        self.act(lambda portal: portal.tell_those_who_wait(), 1)
        self.look("clock")

    @rule()
    def everything_is_restarted(self) -> None:
        self.world.start()

    @rule(ahead=st.integers(0, 4), side=st.sampled_from(SIDES))
    def the_next_thing_will_be_cut_off(self, ahead: int, side: str) -> None:
        self.world.boundaries.arm(ahead, side)

    # what only the end shows

    def _parcels_are_where_their_scans_say(self) -> None:
        """24: whatever order scans came in, however often."""
        for number, order in self.model.orders.items():
            if order.customer in self.model.erased:
                continue
            page = self.world.portals[0].order(order.customer, number)
            told = {one.tracking_number: one.status.value for one in page.parcels}
            assert told == {key: one.status for key, one in order.parcels.items()}, "24"

    def _exports_hold_one_person(self) -> None:
        """48: an export of one holds nothing of the other, and nothing is left of whoever was erased."""
        for customer_id, word in stall.WORDS.items():
            others = [other for one, other in stall.WORDS.items() if one != customer_id]
            if customer_id in self.model.erased:
                assert self.world.portals[0].customer_by_email(stall.email(customer_id)) is None
                continue
            told = str(self.world.portals[0].export_customer(customer_id).as_dict())
            assert word in told
            assert not any(other in told for other in others), "48"

    def _documents_add_up(self) -> None:
        """33: what an invoice comes to is its lines and the tax of each rate, whenever it is computed."""
        for customer_id in set(stall.CUSTOMERS) - self.model.erased:
            for one in self.world.portals[0].invoices(customer_id):
                lines = self.books.of("invoice_lines", invoice_number=one.invoice_number)
                assert one.total.minor == self.books.total_of(lines), "33"


def approving(email: str, proposal_id: int, fingerprint: str) -> Callable[[Portal], Any]:
    """The yes of somebody to what they were shown."""
    return lambda portal: portal.approve(person(email), proposal_id, fingerprint)


def retrying(outbox_id: int) -> Callable[[Portal], Any]:
    """A planner who has a dead letter sent after all."""
    return lambda portal: portal.retry_letter(person(stall.BOSS), outbox_id)
