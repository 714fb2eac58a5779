"""Who people are: chats linked and unlinked, signing in and out, links to files, and being forgotten."""

import re
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.chat import Reply, Speaker
from core.errors import NotFound, PortalError, Refused
from tests.promises import stall
from tests.promises.steps import PLACE, WHO, Steps
from tests.promises.world import Chat


class People(Steps):
    """Chats, browsers and accounts."""

    @precondition(lambda self: self.doors < 3)  # hashing codes takes long on purpose
    @rule(who=WHO, room=st.integers(0, 2))
    def a_chat_is_linked(self, who: str, room: int) -> None:
        self.doors += 1
        chat = Chat(self.world, Speaker(), stall.ROOMS, f"room {room}")
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
        chat = Chat(self.world, Speaker(), stall.ROOMS, name)
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
