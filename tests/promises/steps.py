"""What every rule of the machine stands on: doing one thing, saying one thing, and looking at what came of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from core.chat import Reply, Speaker
from core.errors import PortalError
from core.portal import Portal
from tests.promises import stall
from tests.promises.books import Books, Evidence
from tests.promises.kept import broken
from tests.promises.model import Model
from tests.promises.world import Chat, World

SKUS = st.sampled_from(sorted(stall.NAMES))
WHO = st.sampled_from(stall.CUSTOMERS)
PLACE = st.integers(0, 30)


@dataclass(frozen=True)
class Asked:
    """What a customer wants: about which order, how many, and which of the answers that are offered."""

    place: int
    units: int
    choice: int
    who: str


ASKED = st.builds(Asked, PLACE, st.integers(1, 6), PLACE, WHO)


class Steps(RuleBasedStateMachine):
    """The shop, its model, and what is looked at after every step."""

    fresh: ClassVar[Callable[[], str]]
    done: ClassVar[Counter[str]] = Counter()
    world: World
    model: Model
    books: Books
    visits: dict[str, str]
    runs: list[str]
    acted: list[Chat]
    doors: int

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
        assert reply.text, f"45: “{text}” was not answered"
        before, now = self.books.business("chat_links"), self.world.read().business("chat_links")
        if not reply.actions:
            assert now == before, f"46: “{text}” changed something"
        chat.replica = 1 - chat.replica
        assert chat.deliver(incoming) == reply, "39: the same message was answered twice"
        assert self.world.read().business("chat_links") == now, "39: the same message acted twice"
        if reply.actions and chat.channel == "web":
            self.acted = [*[one for one in self.acted if one.chat != chat.chat], chat][-4:]
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
            stored = self.world.read().by("payments", "payment_id")
            back: Counter[str] = Counter()  # what goes back by several payments the same way is said as one sum
            for settled in action.result.get("refunds", []):
                if settled.get("reference") in stored:
                    back[stored[settled["reference"]]["method"]] += stored[settled["reference"]]["amount"]
            assert all(f"{amount / 100:.2f}" in reply.text.replace(",", "") for amount in back.values()), "49"

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

    def take_money_of(self, number: str) -> None:
        """Take over what was charged and given back; that it is not too much is a promise of its own."""
        books = self.world.read()
        self.model.orders[number].paid = books.paid(number)
        self.model.orders[number].refunded = books.paid(number, "refund")
