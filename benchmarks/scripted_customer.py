"""A customer who wants things done, says so in words, answers what is asked, and agrees to the first complete plan.

It drives the conversation through nothing but the Reply: `asks` names what is wanted, `buttons` what may be chosen,
`actions` what was done. Two ways of speaking: explicit names orders, items and methods of payment by their numbers;
vague names none, says why, and corrects itself.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.chat import Button, Reply

Say = Callable[[str, str | None], Reply]  # text, the value of a button or None
_MOST_TURNS = 14
_ADDRESS = ("line1", "line2", "city", "region", "postcode", "country")


@dataclass(frozen=True)
class Item:
    """One item of an order as the customer knows it, and what it should become where it should be changed."""

    sku: str
    name: str
    options: dict[str, str]
    new_sku: str = ""
    new_options: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> dict[str, str]:
        """The options that should be others."""
        return {name: value for name, value in self.new_options.items() if self.options.get(name) != value}


@dataclass(frozen=True)
class Wish:
    """One thing to be done; `kind` is the name of the action that does it."""

    kind: str
    order_number: str = ""
    items: tuple[Item, ...] = ()
    method_id: str = ""
    method_words: str = ""
    method_label: str = ""
    reason: str = ""
    address: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()  # names of what else is in the order

    @property
    def address_text(self) -> str:
        """The address on one line, as people type it."""
        street = ", ".join(filter(None, (self.address["line1"], self.address["line2"])))
        return f"{street}, {self.address['city']}, {self.address['region']} {self.address['postcode']}"


@dataclass
class Outcome:
    """What came of one wish: the actions that were done, and what was said."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Customer:
    """Somebody in front of the counter."""

    say: Say
    explicit: bool
    seed: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 words, not secrets

    def ask_for(self, wish: Wish) -> Outcome:
        """Have one thing done, or give it up after some turns."""
        outcome = Outcome()
        text, button = self._opening(wish), None
        retried, before = False, ""
        for _ in range(_MOST_TURNS):
            reply = self.say(text, button)
            if reply.text == before and reply.asks is not None:
                self.say("stop", None)  # it is no use: the shop says the same again
                break
            before = reply.text
            outcome.said += [("customer", text), ("shop", reply.text)]
            outcome.actions += [
                {"name": one.name, "arguments": one.arguments, "result": one.result} for one in reply.actions
            ]
            if any(one.name == wish.kind for one in reply.actions) or reply.handed_off:
                break
            if reply.asks is None:
                if retried:
                    break
                retried, text, button = True, self._opening(wish), None
                continue
            text, button = self._answer(wish, reply)
        return outcome

    # ------------------------------------------------------------------ what is said first

    def _opening(self, wish: Wish) -> str:
        return _EXPLICIT[wish.kind](self, wish) if self.explicit else _VAGUE[wish.kind](self, wish)

    def one_of(self, *choices: str) -> str:
        """One of several ways of putting it."""
        return self._dice.choice(choices)

    def the_order(self, wish: Wish) -> str:
        """The order as somebody names it who has no number at hand: by what is in it."""
        names = [item.name for item in wish.items] or list(wish.others)
        first = names[0].lower() if names else "things"
        return self.one_of(f"the order with the {first}", f"my order with the {first} in it", f"the {first} order")

    def the_items(self, items: tuple[Item, ...], twins: frozenset[str] = frozenset()) -> str:
        """The items by name, with what tells them apart where the order has two of a kind."""
        if not items:
            return "all of it"
        said = [
            f"the {', '.join(item.options.values())} {item.name.lower()}" if item.name in twins
            else f"the {item.name.lower()}"
            for item in items
        ]  # fmt: skip
        return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]

    # ------------------------------------------------------------------ what is answered

    def _answer(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        answers: dict[str, Callable[[Wish, Reply], tuple[str, str | None]]] = {
            "confirm": self._confirm,
            "order_number": self._which_order,
            "product": self._which_product,
            "line": self._which_product,
            "variant": self._which_variant,
            "payment_method": self._which_method,
            "reason": self._why,
            "address": self._where,
            "more": self._anything_else,
            "quantity": lambda *_: ("1", None),
        }
        known = answers.get(str(reply.asks))
        if known is not None:
            return known(wish, reply)
        parts = {"postcode": "postcode", "city": "city", "country": "country", "region": "region"}
        if reply.asks in parts and wish.address:
            return wish.address[parts[reply.asks]], None
        return "that I could not say", None

    def _confirm(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        if not self._is_complete(wish, reply.text):
            return self.one_of("no, that is not what I asked for", "no, leave it"), None
        if self._dice.random() < 0.5 and reply.buttons:
            return _pressed(reply.buttons[0])
        return self.one_of("yes", "yes please", "yes, that is right, go ahead"), None

    def _is_complete(self, wish: Wish, text: str) -> bool:
        """Whether a plan names everything that was asked for."""
        told = text.casefold()
        wanted = [item.name for item in wish.items]
        wanted += [wish.order_number] if wish.order_number else []
        wanted += [", ".join(item.new_options.values()) for item in wish.items if item.new_sku not in {"", item.sku}]
        is_paid = any(words in told for words in (" more, by ", "goes back to you", " goes to "))
        if is_paid and wish.method_label and wish.kind in {"change_order", "exchange_item", "return_item"}:
            wanted.append(wish.method_label)
        wanted += [wish.address["line1"], wish.address["postcode"]] if wish.address else []
        return all(one.casefold() in told for one in wanted)

    def _which_order(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        offered = next((one for one in reply.buttons if wish.order_number in one.label), None)
        return _pressed(offered) if offered else (f"#{wish.order_number}", None)

    def _which_product(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        left = [item for item in wish.items if item.sku not in reply.text]
        for item in left or wish.items:
            named = [one for one in reply.buttons if item.name.casefold() in one.label.casefold()]
            exact = [one for one in named if item.sku in one.label or _has(one.label, item.options.values())]
            if exact or len(named) == 1:
                return _pressed((exact or named)[0])
        if self.explicit:
            return " and ".join(item.sku for item in wish.items), None
        return self.the_items(wish.items, frozenset(item.name for item in wish.items)), None

    def _which_variant(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        told = reply.text.casefold()
        about = [item for item in wish.items if item.name.casefold() in told] or list(wish.items)
        for item in about:
            exact = [one for one in reply.buttons if item.new_sku and item.new_sku in one.label]
            exact += [one for one in reply.buttons if _has(one.label, item.new_options.values())]
            if exact:
                return _pressed(exact[0])
        if not about:
            return "that I could not say", None
        item = about[0]
        return (item.new_sku if self.explicit else ", ".join(item.new_options.values())), None

    def _which_method(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        exact = [one for one in reply.buttons if wish.method_id and wish.method_id in one.label]
        exact += [one for one in reply.buttons if wish.method_words.casefold() in one.label.casefold()]
        if exact:
            return _pressed(exact[0])
        return (wish.method_id if self.explicit else wish.method_words), None

    def _why(self, wish: Wish, reply: Reply) -> tuple[str, str | None]:
        exact = [one for one in reply.buttons if wish.reason and wish.reason.casefold() in one.label.casefold()]
        if exact:
            return _pressed(exact[0])
        return (wish.reason or self.one_of("I changed my mind", "I do not want it any more")), None

    def _where(self, wish: Wish, _: Reply) -> tuple[str, str | None]:
        return wish.address_text, None

    def _anything_else(self, _: Wish, reply: Reply) -> tuple[str, str | None]:
        done = next((one for one in reply.buttons if one.label.casefold().startswith("no")), None)
        return _pressed(done) if done else ("no, that is all", None)


def _pressed(button: Button) -> tuple[str, str | None]:
    return button.label, button.value


def _has(label: str, values: Any) -> bool:
    told = label.casefold()
    return bool(values) and all(str(value).casefold() in told for value in values)


def _twins(wish: Wish) -> frozenset[str]:
    names = [item.name for item in wish.items] + list(wish.others)
    return frozenset(name for name in names if names.count(name) > 1)


# ---------------------------------------------------------------------- explicit


def _cancel(who: Customer, wish: Wish) -> str:
    why = {"no longer needed": "I no longer need it", "ordered by mistake": "it was ordered by mistake"}[wish.reason]
    return who.one_of(f"Please cancel order #{wish.order_number}, {why}.",
                      f"I want to cancel my order #{wish.order_number} because {why}.")  # fmt: skip


def _address_of(who: Customer, wish: Wish) -> str:
    what = f"the shipping address of order #{wish.order_number}" if wish.order_number else "my default address"
    return who.one_of(f"Please change {what} to {wish.address_text}, USA.", f"Change {what}: {wish.address_text}")


def _payment_of(who: Customer, wish: Wish) -> str:
    return who.one_of(f"Change the payment method of order #{wish.order_number} to {wish.method_id}.",
                      f"I would like to pay order #{wish.order_number} with {wish.method_id} instead.")  # fmt: skip


def _items_of(who: Customer, wish: Wish) -> str:
    told = " and ".join(f"the {item.name} {item.sku} to {item.new_sku}" for item in wish.items)
    return who.one_of(f"In order #{wish.order_number}, please change {told}. Use {wish.method_id} for the difference.",
                      f"Please modify order #{wish.order_number}: {told}, paid with {wish.method_id}.")  # fmt: skip


def _return_of(who: Customer, wish: Wish) -> str:
    told = " and ".join(f"the {item.name} {item.sku}" for item in wish.items)
    return who.one_of(f"I want to return {told} from order #{wish.order_number}, refund to {wish.method_id}.",
                      f"Please take back {told} of order #{wish.order_number}. "
                      f"The money goes to {wish.method_id}.")  # fmt: skip


def _exchange_of(who: Customer, wish: Wish) -> str:
    told = " and ".join(f"the {item.name} {item.sku} for {item.new_sku}" for item in wish.items)
    return who.one_of(f"I want to exchange {told} from order #{wish.order_number}, difference via {wish.method_id}.",
                      f"For order #{wish.order_number}, exchange {told}; use {wish.method_id}.")  # fmt: skip


# ---------------------------------------------------------------------- vague


def _vague_cancel(who: Customer, wish: Wish) -> str:
    why = {
        "no longer needed": who.one_of("I don't need it any more", "I found another, so it is no longer needed"),
        "ordered by mistake": who.one_of("I ordered it by mistake", "that was a slip of mine, ordered by mistake"),
    }[wish.reason]
    return who.one_of(f"hi, {why}. can you cancel {who.the_order(wish)}?",
                      f"I'd like {who.the_order(wish)} cancelled please, {why}")  # fmt: skip


def _vague_address(who: Customer, wish: Wish) -> str:
    what = who.the_order(wish) if wish.order_number else "me from now on, as my default address"
    return who.one_of(f"I'm moving house. {what} has to go to {wish.address_text} please",
                      f"could you send {what} to {wish.address_text} instead") if wish.order_number else (
        f"I have moved, please save {wish.address_text} as my default address")  # fmt: skip


def _vague_payment(who: Customer, wish: Wish) -> str:
    return who.one_of(f"can I pay {who.the_order(wish)} with my {wish.method_words} instead?",
                      f"please switch {who.the_order(wish)} over to my {wish.method_words}")  # fmt: skip


def _becomes(who: Customer, item: Item) -> str:
    if not item.changed:
        return "another one of the very same"
    return who.one_of("one with ", "one in ", "") + ", ".join(
        f"{name} {value}" if value in {"yes", "no"} else value for name, value in item.changed.items()
    )


def _vague_items(who: Customer, wish: Wish) -> str:
    told = "; ".join(f"{who.the_items((item,), _twins(wish))} to {_becomes(who, item)}" for item in wish.items)
    return who.one_of(f"I haven't got {who.the_order(wish)} yet and would like to change {told}",
                      f"can you still change something in {who.the_order(wish)}? {told} please")  # fmt: skip


def _vague_return(who: Customer, wish: Wish) -> str:
    told = who.the_items(wish.items, _twins(wish))
    return who.one_of(f"I'm not happy with {told}, can I send that back?",
                      f"we don't really use {told} so I'd like to return that, "
                      f"money to my {wish.method_words}")  # fmt: skip


def _vague_exchange(who: Customer, wish: Wish) -> str:
    told = "; ".join(f"{who.the_items((item,), _twins(wish))} for {_becomes(who, item)}" for item in wish.items)
    return who.one_of(f"I'd like to swap {told}", f"could I exchange {told}? it turned out not to be what I wanted")


Opening = Callable[[Customer, Wish], str]
_EXPLICIT: dict[str, Opening] = {
    "cancel_order": _cancel, "change_address": _address_of, "change_payment": _payment_of,
    "change_order": _items_of, "return_item": _return_of, "exchange_item": _exchange_of,
}  # fmt: skip
_VAGUE: dict[str, Opening] = {
    "cancel_order": _vague_cancel, "change_address": _vague_address, "change_payment": _vague_payment,
    "change_order": _vague_items, "return_item": _vague_return, "exchange_item": _vague_exchange,
}  # fmt: skip
