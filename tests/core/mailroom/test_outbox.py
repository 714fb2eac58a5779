"""The outbox loses nothing, sends nothing it should not, and keeps the order of each chat."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database.engine import Database
from core.errors import Conflict
from core.mailroom import letters, outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Later, Post, Unclear
from core.mailroom.rows import OutboxRow
from tests.conftest import SettableClock


def post(database: Database, clock: SettableClock, key: str, chat: str = "customer:1", kind: str = "notice") -> bool:
    with database.unit_of_work() as session:
        return outbox.post(session, Outgoing(key, "email", chat, kind, {"to": "a@example.org", "text": key}), clock.now)


def claim(database: Database, clock: SettableClock, owner: str = "one") -> list[Post]:
    with database.unit_of_work() as session:
        outbox.tidy(session, clock.now)
        return outbox.claim(session, owner, ["email"], clock.now)


def begin(database: Database, clock: SettableClock, taken: Post, owner: str = "one") -> bool:
    with database.unit_of_work() as session:
        return outbox.begin(session, owner, taken, taken.content, clock.now)


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.key: row.state for row in session.scalars(select(OutboxRow))}


def test_the_same_cause_is_posted_once(database: Database, clock: SettableClock) -> None:
    assert post(database, clock, "order:1:shipped")
    assert not post(database, clock, "order:1:shipped")
    assert len(claim(database, clock)) == 1


def test_post_written_in_a_transaction_that_fails_never_existed(database: Database, clock: SettableClock) -> None:
    def fail_half_way() -> None:
        with database.unit_of_work() as session:
            outbox.post(session, Outgoing("lost", "email", "customer:1", "notice", {}), clock.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert states(database) == {}


def test_a_chat_hears_one_thing_after_the_other(database: Database, clock: SettableClock) -> None:
    for key in ("first", "second"):
        post(database, clock, key)
    post(database, clock, "elsewhere", chat="customer:2")
    taken = claim(database, clock)
    assert [one.key for one in taken] == ["first", "elsewhere"]
    assert claim(database, clock, "two") == []
    begin(database, clock, taken[0])
    with database.unit_of_work() as session:
        assert outbox.sent(session, "one", taken[0], "ref", clock.now)
    assert [one.key for one in claim(database, clock)] == ["second"]


def test_what_a_crashed_sender_had_claimed_is_sent_by_the_next(database: Database, clock: SettableClock) -> None:
    post(database, clock, "claimed")
    claim(database, clock)
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    assert [(one.key, one.may_be_repeat) for one in claim(database, clock, "two")] == [("claimed", False)]


def test_a_notice_that_may_have_gone_out_is_sent_again_and_says_so(database: Database, clock: SettableClock) -> None:
    post(database, clock, "sending")
    begin(database, clock, claim(database, clock)[0])
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    assert [(one.key, one.may_be_repeat) for one in claim(database, clock, "two")] == [("sending", True)]


def test_a_purchase_order_that_may_have_gone_out_waits_for_a_person(database: Database, clock: SettableClock) -> None:
    post(database, clock, "po", kind="purchase_order")
    begin(database, clock, claim(database, clock)[0])
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    assert claim(database, clock, "two") == []
    with database.reading() as session:
        assert [letter.state for letter in letters.dead_letters(session)] == ["unknown"]


def test_a_sender_that_slept_past_its_lease_settles_nothing(database: Database, clock: SettableClock) -> None:
    post(database, clock, "slow")
    slow = claim(database, clock)[0]
    begin(database, clock, slow)
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    fast = claim(database, clock, "two")[0]
    with database.unit_of_work() as session:
        assert not outbox.sent(session, "one", slow, "late", clock.now)
    assert begin(database, clock, fast, "two")
    with database.unit_of_work() as session:
        assert outbox.sent(session, "two", fast, "ref", clock.now)


def test_a_sender_that_lost_its_lease_before_the_call_does_not_call(database: Database, clock: SettableClock) -> None:
    post(database, clock, "slow")
    slow = claim(database, clock)[0]
    clock.forward(outbox.LEASE + timedelta(seconds=1))
    claim(database, clock, "two")
    assert not begin(database, clock, slow)


def test_trouble_that_may_pass_is_tried_later_and_given_up_at_the_end(database: Database, clock: SettableClock) -> None:
    post(database, clock, "stubborn")
    tries = 0
    while states(database)["stubborn"] == "ready":
        taken = claim(database, clock)
        if taken:
            tries += 1
            begin(database, clock, taken[0])
            with database.unit_of_work() as session:
                outbox.failed(session, "one", taken[0], Later("no answer"), clock.now)
        clock.forward(timedelta(minutes=10))
    assert states(database)["stubborn"] == "dead"
    assert 10 < tries < 60
    with database.reading() as session:
        assert "no answer" in letters.dead_letters(session)[0].reason


def test_the_wait_that_the_other_side_asks_for_is_kept(database: Database, clock: SettableClock) -> None:
    post(database, clock, "limited")
    taken = claim(database, clock)[0]
    begin(database, clock, taken)
    with database.unit_of_work() as session:
        outbox.failed(session, "one", taken, Later("too many", after_s=37), clock.now)
    clock.forward(timedelta(seconds=36))
    assert claim(database, clock) == []
    clock.forward(timedelta(seconds=1))
    assert len(claim(database, clock)) == 1


def test_a_code_nobody_can_use_any_more_is_withdrawn_not_dead(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        letter = Outgoing("code:1", "email", "customer:1", "code", {}, timedelta(minutes=10))
        outbox.post(session, letter, clock.now)
    post(database, clock, "notice")
    clock.forward(timedelta(hours=25))
    assert claim(database, clock) == []
    assert states(database) == {"code:1": "withdrawn", "notice": "dead"}


def test_a_person_sends_a_dead_letter_after_all_or_puts_it_away_once(database: Database, clock: SettableClock) -> None:
    for key in ("again", "away"):
        post(database, clock, key, chat=key)
    clock.forward(timedelta(hours=25))
    claim(database, clock)
    with database.unit_of_work() as session:
        again, away = sorted(letter.outbox_id for letter in letters.dead_letters(session))
        letters.retry(session, again, clock.now)
        letters.discard(session, away, "ada@example.org", clock.now)
    assert [one.key for one in claim(database, clock)] == ["again"]
    for settle in (lambda s: letters.retry(s, away, clock.now), lambda s: letters.discard(s, away, "x", clock.now)):
        with pytest.raises(Conflict), database.unit_of_work() as session:
            settle(session)


def test_what_may_have_gone_out_is_sent_again_as_what_may_be_a_repeat(database: Database, clock: SettableClock) -> None:
    post(database, clock, "notice")
    taken = claim(database, clock)[0]
    begin(database, clock, taken)
    with database.unit_of_work() as session:
        outbox.failed(session, "one", taken, Unclear("the connection broke"), clock.now)
    clock.forward(timedelta(minutes=1))
    assert [(one.key, one.may_be_repeat) for one in claim(database, clock)] == [("notice", True)]


def test_an_order_to_a_supplier_that_may_have_gone_out_waits_for_a_person(
    database: Database, clock: SettableClock
) -> None:
    post(database, clock, "order", kind="purchase_order")
    taken = claim(database, clock)[0]
    begin(database, clock, taken)
    with database.unit_of_work() as session:
        outbox.failed(session, "one", taken, Unclear("the connection broke"), clock.now)
    clock.forward(timedelta(hours=1))
    assert claim(database, clock) == []
    assert states(database) == {"order": "unknown"}
