"""The same is said and done at every door: eleven conversations, heard and written down alike."""

from datetime import datetime
from typing import Any

import pytest

from core.database.base import Base
from core.database.engine import Database
from core.database.migrate import upgrade
from tests.conftest import POSTGRESQL, SQLITE
from tests.flows.every_door import DOORS, Heard, open_orders
from tests.promises.books import read

CONVERSATIONS = (
    ("where is my last order?", "and the invoice?", "I want to return something from order 1001",
     "the red polka dot mug", "2", "I no longer want it", "▸ Yes, do it"),
    ("where is order 1002?",),
    ("what do I owe?", "please send me the invoice of order 1001"),
    ("cancel order 1003", "▸ Yes, do it"),
    ("send order 1004 to 5 Quay Street, Leeds LS1 4AA", "yes"),
    ("I want to return the blue lamp from order 1001", "▸ It arrived damaged", "▸ Go on without", "▸ My money back",
     "yes"),
    ("do you have the brass door bell?", "when is the blue glass lamp back?"),
    ("is the blue glass lamp in stock?", "▸ Tell me when"),
    ("order 1004 again", "yes"),
    ("I want to talk to a person", "the bell does not ring", "▸ Back to the bot"),
    ("STOP", "START", "show me my orders"),
)  # fmt: skip
DONE = ("return_item", "cancel_order", "change_address", "claim_item", "back_in_stock_alert", "reorder",
        "notification_settings", "notification_settings")  # fmt: skip
TRIED = [*((name, SQLITE) for name in DOORS if name != "terminal"), ("Telegram by webhook", POSTGRESQL),
         ("Slack by signed HTTP", POSTGRESQL)]  # fmt: skip
_OF_THE_DOOR = {"conversations", "desk_cards", "inbox", "leases", "messages", "offers", "outbox", "paces",
                "post_places"}  # fmt: skip
"""Tables of how something is heard and sent; what is said is compared by ear, and letters by what they say."""
_OF_THE_CHAT = {"audit_id", "act_id", "position", "digest", "who", "channel", "chat", "transcript", "key", "snapshot"}


def written(database: Database) -> dict[str, list[dict[str, Any]]]:
    """What a database holds, without its moments and without what belongs to one door; of letters what they say."""
    kept = read(database, sorted(Base.metadata.tables)).tables
    rows = {name: [_comparable(row) for row in kept[name]] for name in kept if name not in _OF_THE_DOOR}
    letters = [row for row in kept["outbox"] if row["channel"] == "email" and row["kind"] == "notice"]
    return {**rows, "letters": [{"key": row["key"], **row["content"]} for row in letters]}


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OF_THE_CHAT and not isinstance(value, datetime)}


Day = tuple[list[list[Heard]], dict[str, list[dict[str, Any]]]]


def day_at(door: str, database: Database) -> Day:
    """All conversations at one door: what was heard, and what was written by it."""
    with DOORS[door](database) as house:
        open_orders(house.portal)
        before = written(database)
        heard = [house.chat.hold(said) for said in CONVERSATIONS]
    after = written(database)
    return heard, {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}


@pytest.fixture(scope="module")
def in_terminal(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day in a terminal, which all others are held against."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('terminal') / 'storekeeper.db'}")
    upgrade(database)
    try:
        return day_at("terminal", database)
    finally:
        database.close()


def test_the_day_leaves_behind_what_was_asked_for(in_terminal: Day) -> None:
    heard, rows = in_terminal
    assert tuple(row["intent"] for row in rows["done_acts"]) == DONE
    documents = [name for answers in heard for answer in answers for name in answer.documents]
    assert documents == ["invoice-51002.pdf", "invoice-51001.pdf"]
    assert not [answer for answers in heard for answer in answers if "did not get that" in answer.words]
    assert (len(rows["returns"]), len(rows["tickets"]), len(rows["letters"])) == (2, 1, 5)


@pytest.mark.slow
@pytest.mark.parametrize(("door", "database_url"), TRIED, indirect=["database_url"])
def test_every_door_says_and_does_what_the_terminal_does(door: str, database: Database, in_terminal: Day) -> None:
    heard, rows = day_at(door, database)
    for said, here, there in zip(CONVERSATIONS, heard, in_terminal[0], strict=True):
        assert dict(zip(said, here, strict=True)) == dict(zip(said, there, strict=True))
    assert rows == in_terminal[1]
