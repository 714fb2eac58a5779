"""What customers ask for in chats."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.promises import stall
from tests.promises.model import Order
from tests.promises.steps import ASKED, Asked, Steps

TALKS = ("cancels", "changes_how_many", "moves", "pays_another_way", "orders_again", "only_asks")
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


class Customers(Steps):
    """Cancelling, changing, ordering again, asking."""

    @precondition(lambda self: self.model.orders)
    @rule(act=st.sampled_from(TALKS), asked=ASKED)
    def a_customer_talks(self, act: str, asked: Asked) -> None:
        getattr(self, act)(asked)

    @precondition(lambda self: self.acted)
    @rule(place=st.integers(0, 3))
    def a_customer_thinks_again(self, place: int) -> None:
        chat = self.acted[place % len(self.acted)]
        who = str(chat.speaker.customer_id)
        if who in self.model.erased:
            return
        reply = self.fulfil(chat, "undo that")
        if reply.actions:
            self.done["undone"] += 1
            self.take_over(who)
            if reply.actions[0].arguments["intent"] == "link_account":
                self.one_chat_less(who)
        self.look("customer")

    def one_chat_less(self, who: str) -> None:
        """Take over which of a customer's chats was linked last, and is not any more."""
        linked = self.world.read().by("chat_links", "chat")
        gone = [room for room, of in self.model.links.items() if of == who and room not in linked]
        assert len(gone) == 1, f"model: one chat of {who} is taken back, not {gone}"
        del self.model.links[gone[0]]

    def take_over(self, who: str) -> None:
        """Take over what was taken back: which steps an order or a return may take, its promises say."""
        books = self.world.read()
        rows, returns = books.by("orders", "order_number"), books.by("returns", "return_number")
        for number, order in self.model.orders.items():
            if order.customer != who:
                continue
            order.status = rows[number]["status"]
            order.units = {line["line"]: line["quantity"] for line in books.of("order_lines", order_number=number)}
            self.take_money_of(number)
            for back in order.back:
                self.model.returns[back] = returns[back]["status"]
                if self.model.returns[back] == "cancelled":
                    order.back[back] = {}

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
        for action in (one for one in reply.actions if one.name == "change_order"):  # too few there: it is only noted
            for changed in action.arguments["lines"]:
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
        for action in (one for one in reply.actions if one.name == "reorder"):
            new = str(action.result["order_number"])
            lines = {place: line["quantity"] for place, line in enumerate(action.arguments["lines"], 1)}
            self.model.orders[new] = Order(customer, "open", lines)
            self.take_money_of(new)
        self.look("customer")

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
