"""Whoever runs the shop reads why a letter went, waits or was withdrawn."""

from datetime import timedelta

import pytest

from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Later, Never, Post
from core.portal import Portal
from core.purchasing.model import PurchaseOrderStatus
from tests.conftest import SQLITE, SettableClock
from tests.shop import BOSS, open_shop

pytestmark = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)


class Moody:
    """A courier that does as it is told."""

    def __init__(self) -> None:
        self.mood: Exception | None = None

    def send(self, post: Post) -> str:
        """Take it, or not."""
        if self.mood:
            raise self.mood
        return f"ref-{post.outbox_id}"


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def house(database: Database, config: Config, clock: SettableClock, moody: Moody) -> Portal:
    return Portal(database, config, clock, {"email": moody, "telegram": moody})


def write(database: Database, clock: SettableClock, key: str, channel: str = "telegram", topic: str = "") -> None:
    with database.unit_of_work() as session:
        content = {"to": "7", "text": "secret words"}
        assert outbox.post(session, Outgoing(key, channel, "7", "notice", content, topic=topic), clock.now)


def why(house: Portal) -> dict[str, str]:
    return {one.key: one.why for one in house.explain_letters("order", "1")}


def test_each_state_of_a_letter_has_its_reason(
    house: Portal, database: Database, clock: SettableClock, moody: Moody
) -> None:
    write(database, clock, "order:1:sent")
    house.deliver()
    write(database, clock, "order:1:older", topic="parcel")
    write(database, clock, "order:1:newer", topic="parcel")
    clock.forward(timedelta(seconds=5))
    moody.mood = Later("too many", after_s=30)
    house.deliver()
    write(database, clock, "order:1:behind")
    write(database, clock, "order:1:elsewhere", channel="pigeon")
    told = why(house)
    assert told["order:1:sent"] == "sent, known there as ref-1"
    assert told["order:1:older"] == "not sent: superseded by a newer state of the same"
    assert told["order:1:newer"] == "waits until 2026-06-15 09:30 UTC: tried 1 times, too many"
    assert told["order:1:behind"].startswith("waits behind letter 3")
    assert told["order:1:elsewhere"] == "waits: nothing is sent by pigeon here; switch the channel on"


def test_what_it_says_stays_out_of_it(house: Portal, database: Database, clock: SettableClock) -> None:
    write(database, clock, "order:1:sent")
    assert "secret words" not in str(house.explain_letters("order", "1"))


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999999999999", "1; DROP TABLE outbox", "%"])
def test_a_number_that_is_none_finds_nothing(
    house: Portal, database: Database, clock: SettableClock, number: str
) -> None:
    write(database, clock, "order:1:sent")
    assert house.explain_letters("id", number) == []
    assert house.explain_letters("order", number) == []


def test_an_operator_sends_a_dead_letter_again(
    house: Portal, database: Database, clock: SettableClock, moody: Moody
) -> None:
    write(database, clock, "order:1:shipped")
    moody.mood = Never("no such chat")
    house.deliver()
    (dead,) = house.letters_for_a_person()
    assert dead.why == "waits for a person: no such chat"
    moody.mood = None
    house.retry_letter(None, dead.outbox_id)
    clock.forward(timedelta(seconds=5))
    house.deliver()
    assert why(house)["order:1:shipped"].startswith("sent")


def test_a_purchase_order_whose_letter_is_given_up_is_no_longer_waited_for(house: Portal, moody: Moody) -> None:
    open_shop(house)
    house.plan()
    boss = house.staff_by_email(BOSS)
    assert boss is not None
    proposal = house.proposals(boss)[0]
    house.approve(boss, proposal.proposal_id, proposal.content_hash)
    moody.mood = Never("no such mailbox")
    house.deliver()
    (dead,) = house.letters_for_a_person()
    house.discard_letter(boss, dead.outbox_id)
    (order,) = (one for one in house.purchase_orders(boss) if one.purchase_order_number != "PO-OLD-1")
    assert order.status is PurchaseOrderStatus.CANCELLED


def test_what_was_settled_long_ago_is_forgotten_and_what_waits_for_a_person_is_not(
    house: Portal, database: Database, clock: SettableClock, moody: Moody
) -> None:
    write(database, clock, "order:1:sent")
    house.deliver()
    clock.forward(timedelta(seconds=5))
    moody.mood = Never("no such chat")
    write(database, clock, "order:1:dead")
    house.deliver()
    clock.forward(timedelta(days=91))
    house.housekeep()
    assert list(why(house)) == ["order:1:dead"]
