"""A hit and a miss read the same and take the same work: statements, hashes and letters are counted, not time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from core.accounts.model import Customer, Visitor
from core.billing import links
from core.chat import Speaker
from core.config import Config
from core.database.engine import Database
from core.errors import NotFound
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.canaries import NUMBERS, open_marked_shop
from tests.flows.talking import Talk
from tests.shop import ADA, GRACE, OPENED

KNOWN, UNKNOWN = "quokka@example.org", "nobody@example.org"


@dataclass
class Work:
    """What was done: statements by their kind and table, hashes of codes, letters written."""

    statements: list[str] = field(default_factory=list)
    hashes: int = 0
    letters: int = 0


@contextmanager
def counted(database: Database) -> Iterator[Work]:
    """Count what is done meanwhile."""
    work, before = Work(), letters(database)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        work.statements.append(" ".join(statement.split()))

    def profile(_frame: Any, happened: str, what: Any) -> None:
        work.hashes += happened == "c_call" and getattr(what, "__name__", "") == "scrypt"

    event.listen(database.engine, "before_cursor_execute", note)
    sys.setprofile(profile)
    try:
        yield work
    finally:
        sys.setprofile(None)
        event.remove(database.engine, "before_cursor_execute", note)
    work.letters = letters(database) - before


def letters(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_marked_shop(portal)
    warm(portal)
    return portal


def warm(portal: Portal) -> None:
    """Let nobody be the first to do something."""
    portal.ask_for_code("somebody@example.org", "warm")
    talk = Talk(portal, Speaker(), "console", "warm")
    talk.say("link this chat to my account")
    talk.say("somebody@example.org")
    guest(portal, "warm", "123456", "somebody@example.org")


def guest(portal: Portal, chat: str, number: str, proof: str) -> str:
    talk = Talk(portal, Speaker(), "web", chat)
    talk.say("where is my order?")
    talk.say(number)
    return talk.say(proof).text


def shapes(work: Work) -> list[str]:
    """The statements without the number of values in their lists."""
    return [statement.split(" IN (")[0] for statement in work.statements]


@ON_SQLITE
def test_asking_for_a_code_is_the_same_work_whether_or_not_somebody_has_the_address(
    shop: Portal, database: Database
) -> None:
    done = {}
    for address in (KNOWN, UNKNOWN):
        with counted(database) as done[address]:
            shop.ask_for_code(address, address)
    assert done[KNOWN].hashes == done[UNKNOWN].hashes == 1
    assert done[KNOWN].letters == done[UNKNOWN].letters == 1
    assert len(done[KNOWN].statements) == len(done[UNKNOWN].statements)


@ON_SQLITE
def test_a_wrong_code_is_the_same_work_whether_or_not_somebody_has_the_address(
    shop: Portal, database: Database
) -> None:
    done, told = {}, {}
    for address in (KNOWN, UNKNOWN):
        shop.ask_for_code(address, address)
        with counted(database) as done[address], pytest.raises(Exception, match="not right") as refusal:
            shop.sign_in(address, "12345678")
        told[address] = str(refusal.value)
    assert told[KNOWN] == told[UNKNOWN]
    assert done[KNOWN].hashes == done[UNKNOWN].hashes == 1
    assert shapes(done[KNOWN]) == shapes(done[UNKNOWN])


@ON_SQLITE
@pytest.mark.parametrize("chat", ["known", "unknown"])
def test_a_chat_that_asks_for_a_code_is_told_the_same(shop: Portal, chat: str) -> None:
    address = KNOWN if chat == "known" else UNKNOWN
    talk = Talk(shop, Speaker(), "console", chat)
    talk.say("link this chat to my account")
    assert talk.say(address).text.replace(address, "…") == asked(shop, "another@example.org").replace(
        "another@example.org", "…"
    )


def asked(shop: Portal, address: str) -> str:
    talk = Talk(shop, Speaker(), "console", "measure")
    talk.say("link this chat to my account")
    return talk.say(address).text


@ON_SQLITE
def test_a_guests_miss_is_the_same_work_whatever_was_wrong(shop: Portal, database: Database) -> None:
    done, told = {}, {}
    tries: dict[str, Callable[[], str]] = {
        "no such order": lambda: guest(shop, "one", "999999", KNOWN),
        "not its address": lambda: guest(shop, "two", NUMBERS[ADA], UNKNOWN),
        "no such order, by postcode": lambda: guest(shop, "six", "999998", "YO1 7AA"),
    }
    for what, trying in tries.items():
        with counted(database) as done[what]:
            told[what] = trying()
    assert len(set(told.values())) == 1
    first, second, third = (shapes(done[what]) for what in tries)
    assert first == second
    assert len(third) == len(first)
    assert {one.letters for one in done.values()} == {0}


@ON_SQLITE
def test_no_record_is_read_for_a_link_to_anothers_file_as_for_a_forged_one(
    shop: Portal, database: Database, config: Config
) -> None:
    number, soon = f"5{NUMBERS[ADA]}", OPENED + timedelta(minutes=9)
    grace = Visitor(Customer(GRACE, "Wombat Holder", "", "", "en", "GB"), None, 3, "", "chat")
    forging = config.web.secret.get_secret_value()[::-1].encode()
    told = {}
    for opening, path in (
        (shop.file, shop.invoice_link(ADA, number)),
        (shop.file, links.sign(forging, "invoice", number, ADA, soon)),
        (shop.statement, shop.statement_link(ADA, OPENED.date(), OPENED.date())),
    ):
        with counted(database) as work, pytest.raises(NotFound) as refusal:
            opening(path.rpartition("/")[2], grace)
        assert work.statements == []
        told[path] = str(refusal.value)
    assert len(set(told.values())) == 1
