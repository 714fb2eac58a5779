"""What a platform delivers is stored, answered once and in order, and the answer leaves by post."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts import links
from core.accounts.model import Customer, Visitor
from core.chat import Incoming, Reply, Speaker, Upload
from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Gone, Post
from core.mailroom.rows import InboxRow, OutboxRow
from core.portal import Portal
from tests.conftest import SettableClock
from tests.shop import ADA, open_shop

CHANNEL, CHAT = "pigeon", "7"


class Dovecote:
    """A courier that keeps what it carried, and refuses what it is told to."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.refusal: Exception | None = None

    def send(self, post: Post) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.carried.append(str(post.content["text"]))
        return "flown"


@pytest.fixture
def cote() -> Dovecote:
    return Dovecote()


@pytest.fixture
def portal(database: Database, config: Config, clock: SettableClock, cote: Dovecote) -> Portal:
    portal = Portal(database, config, clock, couriers={CHANNEL: cote})
    open_shop(portal)
    return portal


class Slow(Database):
    """A database that waits, when told to, before its next transaction begins."""

    def __init__(self, of: Database) -> None:
        super().__init__(of.engine.url.render_as_string(hide_password=False))
        self.is_next_held, self.held, self.let_go = False, threading.Event(), threading.Event()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """As everywhere, perhaps later."""
        if self.is_next_held:
            self.is_next_held = False
            self.held.set()
            self.let_go.wait(20)
        with super().unit_of_work() as session:
            yield session


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def draw(incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
    return [{"to": incoming.chat, "text": reply.text}]


def said(delivery: str, text: str, **more: Any) -> Incoming:
    return Incoming(CHANNEL, CHAT, delivery, text, Speaker(), **more)


def answer_all(portal: Portal) -> int:
    answered = 0
    while portal.answer_next(CHANNEL, CHAT, draw) is not None:
        answered += 1
        portal.send_due(CHANNEL)
    return answered


def link(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        links.link(session, (CHANNEL, CHAT), ADA, clock())


@on_sqlite
def test_what_was_stored_is_answered_in_the_order_it_came(portal: Portal, cote: Dovecote, clock: SettableClock) -> None:
    for delivery, words in enumerate(("how many brass door bells do you have?", "how do you deliver?")):
        assert portal.receive(said(str(delivery), words))
    assert portal.unanswered_chats(CHANNEL) == []
    clock.forward(timedelta(seconds=2))
    assert portal.unanswered_chats(CHANNEL) == [CHAT]
    assert answer_all(portal) == 2
    assert "500" in cote.carried[0]
    assert "Express" in cote.carried[1]
    assert portal.unanswered_chats(CHANNEL) == []


@on_sqlite
def test_a_delivery_that_comes_again_is_answered_once(portal: Portal, cote: Dovecote) -> None:
    for _ in range(2):
        portal.receive(said("1", "hello"))
        answer_all(portal)
    assert not portal.receive(said("1", "hello"))
    assert len(cote.carried) == 1


def test_two_who_answer_the_same_at_once_post_one_answer(portal: Portal, cote: Dovecote, database: Database) -> None:
    portal.receive(said("1", "is the brass door bell in stock?"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: portal.answer_next(CHANNEL, CHAT, draw), range(4)))
    portal.send_due(CHANNEL)
    assert len(cote.carried) == 1
    with database.reading() as session:
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.kind == "reply")).all()) == 1


def test_a_stop_between_storing_and_answering_loses_nothing(
    portal: Portal, database: Database, config: Config, clock: SettableClock, cote: Dovecote
) -> None:
    hostile = "hello \x00 there \ud800"
    portal.receive(said("1", hostile, button="a\x00b", files=(Upload(hostile, reference="1"),)))
    another = Portal(database, config, clock, couriers={CHANNEL: cote})
    assert answer_all(another) == 1
    assert cote.carried


@on_sqlite
def test_what_cannot_be_drawn_is_answered_with_a_reference_and_does_not_come_up_again(
    portal: Portal, cote: Dovecote
) -> None:
    fails: list[Callable[[], None]] = [lambda: (_ for _ in ()).throw(RuntimeError("no ink"))]

    def clumsy(incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
        if fails:
            fails.pop()()
        return draw(incoming, reply)

    portal.receive(said("1", "hello"))
    portal.answer_next(CHANNEL, CHAT, clumsy)
    assert answer_all(portal) == 0
    portal.send_due(CHANNEL)
    assert "reference" in cote.carried[0]


@on_sqlite
def test_an_answer_is_withdrawn_where_the_chat_no_longer_speaks_for_the_customer(
    portal: Portal, cote: Dovecote, database: Database, clock: SettableClock
) -> None:
    link(database, clock)
    portal.receive(said("1", "where is order 1001?"))
    portal.answer_next(CHANNEL, CHAT, draw)
    with database.unit_of_work() as session:
        links.unlink(session, ADA, clock())
    portal.send_due(CHANNEL)
    assert cote.carried == []


@on_sqlite
def test_a_chat_that_unlinked_itself_hears_that_it_did(
    portal: Portal, cote: Dovecote, database: Database, clock: SettableClock
) -> None:
    link(database, clock)
    for delivery, words in enumerate(("unlink this chat", "yes", "where is order 1001?")):
        portal.receive(said(str(delivery), words))
    answer_all(portal)
    assert "ended" in cote.carried[1]
    assert "TRK-1001" not in cote.carried[2]


@on_sqlite
def test_a_chat_that_takes_nothing_gets_nothing_until_somebody_writes_there(
    portal: Portal, cote: Dovecote, database: Database
) -> None:
    cote.refusal = Gone("blocked")
    portal.receive(said("1", "hello"))
    portal.receive(said("2", "hello again"))
    answer_all(portal)
    cote.refusal = None
    portal.send_due(CHANNEL)
    with database.reading() as session:
        states = list(session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "reply")))
    assert states == ["dead", "withdrawn"]
    portal.receive(said("3", "how many brass door bells do you have?"))
    answer_all(portal)
    assert len(cote.carried) == 1


@on_sqlite
def test_answers_that_come_faster_than_a_platform_takes_them_are_waited_for(
    portal: Portal, cote: Dovecote, clock: SettableClock
) -> None:
    portal.engage("telegram", cote)
    for delivery in range(8):
        portal.receive(replace(said(str(delivery), "hello"), channel="telegram"))
        portal.answer_next("telegram", CHAT, draw)
    portal.send_due("telegram")
    assert len(cote.carried) < 8
    portal.send_due("telegram", 2.0, wait=lambda pause_s: clock.forward(timedelta(seconds=pause_s)))
    assert len(cote.carried) == 8


@on_sqlite
def test_edited_or_forwarded_words_never_say_yes(portal: Portal, cote: Dovecote, database: Database,
                                                 clock: SettableClock) -> None:  # fmt: skip
    link(database, clock)
    portal.receive(said("1", "return 1 red mug of order 1001, I do not want it any more"))
    portal.receive(said("2", "yes", is_second_hand=True))
    answer_all(portal)
    assert "Nothing was changed" in cote.carried[1]
    portal.receive(said("3", "yes"))
    answer_all(portal)
    assert "R-000001" in cote.carried[2]


@on_sqlite
def test_a_command_asks_by_its_name_and_takes_what_is_typed_after_it(
    portal: Portal, cote: Dovecote, database: Database, clock: SettableClock
) -> None:
    link(database, clock)
    portal.receive(said("1", "1001", intent="track_order"))
    portal.receive(said("2", "", intent="order_history"))
    answer_all(portal)
    assert "TRK-1001" in cote.carried[0]
    assert "1002" in cote.carried[1]


@on_sqlite
def test_an_invitation_shown_in_a_group_is_worth_nothing_any_more(portal: Portal, cote: Dovecote) -> None:
    ada = Customer(ADA, "Ada", "ada@example.org", "", "en", "GB")
    code = portal.invite_chat(Visitor(ada, None, 3, "", ""))
    portal.receive(said("1", code, is_group=True))
    portal.receive(said("2", code))
    answer_all(portal)
    assert "Others read along" in cote.carried[0]
    assert "not valid" in cote.carried[1]


@on_sqlite
def test_what_a_channel_cannot_hand_on_is_said(portal: Portal, cote: Dovecote) -> None:
    portal.receive(said("1", "", unread="voice"))
    portal.receive(said("2", "how many brass door bells do you have?", unread="file"))
    answer_all(portal)
    assert "voice message" in cote.carried[0]
    assert "500" in cote.carried[1]


def test_a_message_survives_being_stored() -> None:
    incoming = replace(said("1", "hello", is_second_hand=True), speaker=Speaker(language="de"))
    assert Incoming.from_dict(incoming.as_dict()) == incoming


def test_a_lease_is_one_process_at_a_time(portal: Portal, clock: SettableClock) -> None:
    lasts = timedelta(seconds=60)
    assert portal.take_lease("polling", "one", lasts)
    assert not portal.take_lease("polling", "two", lasts)
    assert portal.take_lease("polling", "one", lasts)
    clock.forward(lasts)
    assert portal.take_lease("polling", "two", lasts)
    portal.give_lease_back("polling", "two")
    assert portal.take_lease("polling", "one", lasts)


def test_erasing_a_customer_takes_what_was_said_and_answered_in_their_chat(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    link(database, clock)
    portal.receive(said("1", "where is order 1001?"))
    portal.answer_next(CHANNEL, CHAT, draw)
    portal.erase_customer(ADA, "operator")
    with database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.channel == CHANNEL)).all() == []
        assert {str(row.content) for row in session.scalars(select(InboxRow))} == {"{}"}


@on_sqlite
def test_answers_that_arrived_are_kept_for_a_day(portal: Portal, database: Database, clock: SettableClock) -> None:
    portal.receive(said("1", "hello"))
    answer_all(portal)
    clock.forward(timedelta(hours=25))
    portal.housekeep()
    with database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.channel == CHANNEL)).all() == []


def test_a_message_that_is_being_stored_goes_before_answers_but_holds_them_up_no_longer_than_half_a_second(
    database: Database, config: Config, clock: SettableClock
) -> None:
    slow = Slow(database)
    open_shop(Portal(database, config, clock))
    door = Portal(slow, config, clock, couriers={CHANNEL: Dovecote()})
    door.warm()
    door.receive(said("1", "hello"))
    slow.is_next_held = True
    with ThreadPoolExecutor(1) as pool:
        storing = pool.submit(door.receive, said("2", "hello again"))
        assert slow.held.wait(20)
        began = time.monotonic()
        answered = door.answer_next(CHANNEL, CHAT, draw)
        assert time.monotonic() - began >= 0.5
        assert answered is not None
        assert answered.delivery_id == "1"
        slow.let_go.set()
        assert storing.result()
    slow.close()
