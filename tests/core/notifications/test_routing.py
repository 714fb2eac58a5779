"""A notice goes where its customer wants it, and is looked at again before it leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts import links
from core.accounts.service import customer
from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow
from core.notifications.model import Notice
from core.notifications.service import choices, choose, consents, notify, wishes
from core.portal import Portal
from tests.conftest import SQLITE, SettableClock
from tests.shop import ADA, GRACE, open_shop

pytestmark = pytest.mark.parametrize("database_url", [SQLITE], indirect=True)


class Postman:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[Post] = []

    def send(self, post: Post) -> str:
        """Take it."""
        self.got.append(post)
        return f"ref-{post.outbox_id}"

    @property
    def places(self) -> list[tuple[str, str]]:
        """Channel and address of all it got."""
        return [(post.channel, post.content["to"]) for post in self.got]

    @property
    def texts(self) -> list[str]:
        """What it got says."""
        return [post.content["text"] for post in self.got]


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def house(database: Database, config: Config, clock: SettableClock, postman: Postman) -> Portal:
    """A shop whose post goes by every channel; Ada has linked a Telegram chat."""
    portal = Portal(database, config, clock, dict.fromkeys(("email", "telegram", "slack", "web"), postman))
    open_shop(portal)
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "77"), ADA, clock.now)
    return portal


def tell(database: Database, clock: SettableClock, notice: Notice, text: str = "text", whom: str = ADA) -> bool:
    with database.unit_of_work() as session:
        return notify(session, customer(session, whom), notice, text, clock.now)


def states(database: Database) -> dict[str, tuple[str, str]]:
    with database.reading() as session:
        return {row.key: (row.state, row.reason) for row in session.scalars(select(OutboxRow))}


SHIPPED = Notice("order:1:shipped", "On its way", "orders")


def test_a_notice_goes_by_mail_and_to_the_linked_chat(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    assert tell(database, clock, SHIPPED)
    house.deliver()
    assert sorted(postman.places) == [("email", "ada@example.org"), ("telegram", "77")]


def test_the_same_cause_is_told_once_on_each_channel(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    assert [tell(database, clock, SHIPPED) for _ in range(3)] == [True, False, False]
    house.deliver()
    assert len(postman.got) == 2


def test_a_receipt_goes_by_mail_alone(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, Notice("done", "Done"))
    house.deliver()
    assert postman.places == [("email", "ada@example.org")]


@pytest.mark.parametrize(
    ("channel", "left"),
    [("email", [("telegram", "77")]), ("telegram", [("email", "ada@example.org")]), ("", [])],
)
def test_a_kind_is_switched_off_on_one_channel_or_on_all(
    house: Portal, database: Database, clock: SettableClock, postman: Postman, channel: str, left: list[tuple[str, str]]
) -> None:
    with database.unit_of_work() as session:
        choose(session, ADA, {"orders": False}, clock.now, channel=channel)
    tell(database, clock, SHIPPED)
    house.deliver()
    assert postman.places == left


def test_what_nobody_wants_to_hear_is_written_down_as_such(
    house: Portal, database: Database, clock: SettableClock
) -> None:
    with database.unit_of_work() as session:
        choose(session, ADA, {"orders": False}, clock.now)
    assert not tell(database, clock, SHIPPED)
    house.deliver()
    assert states(database)["order:1:shipped:email"] == ("withdrawn", "the customer wants to hear nothing about orders")


def test_the_web_chat_shows_notices_to_whoever_chose_that(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    with database.unit_of_work() as session:
        choose(session, GRACE, {"orders": True}, clock.now, channel="web")
        choose(session, GRACE, {"orders": False}, clock.now, channel="email")
    tell(database, clock, SHIPPED, whom=GRACE)
    house.deliver()
    assert postman.places == [("web", f"customer:{GRACE}")]


def test_nothing_goes_to_a_chat_that_was_unlinked_meanwhile(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, SHIPPED)
    with database.unit_of_work() as session:
        links.unlink(session, ADA, clock.now)
    house.deliver()
    assert postman.places == [("email", "ada@example.org")]
    assert states(database)["order:1:shipped:telegram:77"] == (
        "withdrawn", "the chat is no longer linked to this customer",
    )  # fmt: skip


def test_nothing_goes_to_a_chat_that_is_somebody_elses_by_now(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, SHIPPED)
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "77"), GRACE, clock.now)
    house.deliver()
    assert ("telegram", "77") not in postman.places


def test_consent_taken_back_before_sending_counts(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, SHIPPED)
    with database.unit_of_work() as session:
        choose(session, ADA, {"orders": False}, clock.now)
    house.deliver()
    assert postman.got == []
    assert {reason for _, reason in states(database).values()} == {
        "the customer no longer wants to hear about orders here"
    }


def test_nothing_goes_to_somebody_who_was_erased(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, SHIPPED)
    house.erase_customer(ADA, "operator")
    house.deliver()
    assert postman.got == []


def test_a_newer_state_takes_the_place_of_an_unsent_older_one(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    for status in ("shipped", "delivered"):
        tell(database, clock, Notice(f"parcel:1:{status}", status, "orders", topic="parcel:1"), status)
    tell(database, clock, Notice("parcel:2:shipped", "shipped", "orders", topic="parcel:2"), "the other")
    for _ in range(3):
        house.deliver()
        clock.forward(timedelta(seconds=1))
    assert sorted(postman.texts) == ["delivered", "delivered", "the other", "the other"]
    assert states(database)["parcel:1:shipped:email"][0] == "withdrawn"


def test_a_later_message_of_a_chat_never_overtakes_but_an_urgent_one_does(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    for cause, urgent in (("first", False), ("second", False), ("code", True)):
        tell(database, clock, Notice(cause, cause, "orders", urgent=urgent), cause)
    for _ in range(4):
        house.deliver()
        clock.forward(timedelta(seconds=1))
    in_chat = [post.content["text"] for post in postman.got if post.channel == "telegram"]
    assert in_chat == ["code", "first", "second"]


def test_what_is_worth_nothing_later_is_withdrawn_when_it_is_too_old(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    tell(database, clock, Notice("out", "Today", "orders", passing=True, worth=timedelta(hours=10)))
    clock.forward(timedelta(hours=11))
    house.deliver()
    assert postman.got == []
    assert {state for state, _ in states(database).values()} == {"withdrawn"}


@pytest.mark.usefixtures("house")
def test_what_is_chosen_for_one_channel_leaves_the_others(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        choose(session, ADA, {"offers": True}, clock.now, channel="telegram")
    with database.reading() as session:
        assert wishes(session, ADA)["offers"] == {"email": False, "telegram": True, "slack": False, "web": False}
        assert choices(session, ADA)["offers"]


@pytest.mark.usefixtures("house")
def test_the_history_of_consent_names_what_was_chosen_and_when(database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        choose(session, ADA, {"offers": True}, clock.now, channel="email")
    with database.reading() as session:
        (told,) = consents(session, ADA)
    assert (told.chosen_at, told.who, told.kinds, told.channel) == (
        clock.now, f"customer:{ADA}", {"offers": True}, "email",
    )  # fmt: skip


def test_a_colleagues_chat_hears_of_orders_and_not_of_money(
    house: Portal, database: Database, clock: SettableClock, postman: Postman
) -> None:
    with database.unit_of_work() as session:
        links.link(session, ("telegram", "78"), ADA, clock.now, member="bo@example.org")
    tell(database, clock, SHIPPED, "order")
    tell(database, clock, Notice("order:1:refund", "Money back", "returns"), "money")
    for _ in range(3):
        house.deliver()
        clock.forward(timedelta(seconds=1))
    assert [post.content["text"] for post in postman.got if post.content["to"] == "78"] == ["order"]
