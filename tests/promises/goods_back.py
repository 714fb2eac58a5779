"""Goods that come back: asked for by customers, seen to by people of the shop."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.portal import Portal
from core.returns.handling import Checked
from tests.promises import stall
from tests.promises.steps import ASKED, PLACE, Asked, Steps
from tests.promises.world import person

WORDS = {
    "return": "I want to return {units} of the {name} of order {number}",
    "exchange": "I want to exchange the {name} of order {number} for the {colour} one",
    "claim": "the {name} of order {number} arrived broken",
    "withdrawal": "I withdraw from order {number}",
}
ENDED = {"refunded", "exchanged", "rejected", "cancelled"}
ACTS = {"return": "return_item", "exchange": "exchange_item", "claim": "claim_item", "withdrawal": "withdraw"}


class GoodsBack(Steps):
    """Returns, exchanges, claims and withdrawals."""

    @precondition(lambda self: self.number(0, "delivered", "shipped"))
    @rule(asked=ASKED, kind=st.sampled_from(sorted(ACTS)))
    def a_customer_sends_back(self, asked: Asked, kind: str) -> None:
        self.sends_back(asked, kind)

    @precondition(lambda self: self.of_kind(30, "return", "withdrawal"))
    @rule(asked=ASKED, kind=st.sampled_from(["return", "exchange", "withdrawal"]))
    def a_customer_sends_back_what_may_come(self, asked: Asked, kind: str) -> None:
        self.sends_back(replace(asked, units=1), kind, self.of_kind(asked.place, kind))

    @precondition(lambda self: not ENDED.issuperset(self.model.returns.values()))
    @rule(place=PLACE, accepted=st.integers(1, 3), sellable=st.integers(0, 3), replica=st.integers(0, 1))
    def a_return_is_settled(self, place: int, accepted: int, sellable: int, replica: int) -> None:
        waiting = [number for number, status in sorted(self.model.returns.items())
                   if status not in ENDED]  # fmt: skip
        at = sorted(self.model.returns).index(waiting[place % len(waiting)])
        self.a_return_moves_on(at, "rush", accepted, sellable, replica)

    def of_kind(self, place: int, *kinds: str) -> str | None:
        """An order of which something may come back in one of these ways."""
        today = self.world.clock.now.date()
        numbers = [number for number, one in sorted(self.model.orders.items()) if one.customer not in self.model.erased
                   and any(one.returnable(line, kind, today) > 0 for line in one.units for kind in kinds)]  # fmt: skip
        return numbers[place % len(numbers)] if numbers else None

    def sends_back(self, asked: Asked, kind: str, number: str | None = None) -> None:
        number = number or self.number(asked.place, "shipped", "delivered") or self.number(asked.place)
        assert number is not None
        order = self.model.orders[number]
        line = self.books.of("order_lines", order_number=number)[0]
        colour = "red" if line["sku"] == stall.BLUE else "blue"
        words = WORDS[kind].format(units=asked.units, name=line["description"], number=number, colour=colour)
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

    def follow(self, number: str) -> None:
        """Take over lines and status of an open order that was changed instead of sent back."""
        order, books = self.model.orders[number], self.world.read()
        assert order.status == "open"
        order.units = {line["line"]: line["quantity"] for line in books.of("order_lines", order_number=number)}
        order.status = books.by("orders", "order_number")[number]["status"]
