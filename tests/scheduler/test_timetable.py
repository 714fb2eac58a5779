"""The clock rings, a plan that fell due is made once, and trouble in a job stops nothing but that job."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.config import Config, SchedulerSettings
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow, RunRow
from core.portal import Portal
from core.purchasing.rows import ProposalRow
from scheduler import jobs
from scheduler.timetable import Timetable, start
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.shop import open_shop

DUE_AT = datetime(2026, 6, 15, 1, 30, tzinfo=UTC)  # 02:30 in London
Opening = Callable[[Portal], Timetable]


@pytest.fixture
def often(config: Config) -> Config:
    """A configuration whose clock rings all the time."""
    return config.model_copy(update={"scheduler": SchedulerSettings(deliver_every_s=0.1, housekeep_every_s=1)})


@pytest.fixture
def opening(often: Config, clock: SettableClock) -> Iterator[Opening]:
    """Starts timetables, and stops them in the end."""
    running: list[Timetable] = []

    def starting(portal: Portal) -> Timetable:
        running.append(start(portal, often, clock))
        return running[-1]

    yield starting
    for timetable in running:
        timetable.stop()


class Postman:
    """Keeps what it is given; `waits` lets the test hold it up, `stumbles` makes it fail so many times."""

    def __init__(self, *, stumbles: int = 0) -> None:
        self.got: list[str] = []
        self.began, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()
        self._stumbles = stumbles

    def send(self, post: Post) -> str:
        """Take a letter."""
        self.began.set()
        self.may_go_on.wait(20)
        if self._stumbles:
            self._stumbles -= 1
            raise RuntimeError("stumbled")
        self.got.append(post.key)
        return post.key


def until(comes_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not comes_true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def finished_plans(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(RunRow.job == "plan", RunRow.finished_at.is_not(None))) or 0


def proposals(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ProposalRow)) or 0


def write(database: Database, key: str, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        letter = Outgoing(key, "email", key, "notice", {"to": "ada@example.org", "text": key})
        outbox.post(session, letter, clock.now)


def test_a_plan_that_fell_due_while_nothing_ran_is_made_once_by_two_timetables(
    portal: Portal, database: Database, opening: Opening
) -> None:
    open_shop(portal)
    for _ in range(2):
        opening(portal)
    until(lambda: finished_plans(database) == 1)
    with database.reading() as session:
        run = session.scalars(select(RunRow).where(RunRow.job == "plan")).one()
    assert run.due_at == DUE_AT
    assert run.outcome == "1 proposals, 2 lines"
    assert proposals(database) == 1


@ON_SQLITE
def test_a_plan_made_before_a_restart_is_not_made_again(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    open_shop(portal)
    for _ in range(2):
        jobs.plan(portal, DUE_AT)
    clock.forward(timedelta(hours=2))
    jobs.plan(portal, DUE_AT)
    assert (finished_plans(database), proposals(database)) == (1, 1)


@ON_SQLITE
def test_a_plan_whose_process_died_is_made_by_another_and_not_twice(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    open_shop(portal)
    assert portal.claim_run("plan", DUE_AT, "dead")
    portal.plan(run=f"plan:{DUE_AT.isoformat()}")
    jobs.plan(portal, DUE_AT)
    assert finished_plans(database) == 0
    clock.forward(timedelta(minutes=11))
    jobs.plan(portal, DUE_AT)
    assert (finished_plans(database), proposals(database)) == (1, 1)


@ON_SQLITE
def test_letters_leave_by_themselves(database: Database, often: Config, clock: SettableClock, opening: Opening) -> None:
    postman = Postman()
    opening(Portal(database, often, clock, {"email": postman}))
    write(database, "notice:1", clock)
    until(lambda: postman.got == ["notice:1"])


@ON_SQLITE
def test_one_delivery_takes_more_letters_than_a_batch_holds(
    database: Database, often: Config, clock: SettableClock
) -> None:
    postman = Postman()
    for number in range(45):
        write(database, f"notice:{number}", clock)
    jobs.deliver(Portal(database, often, clock, {"email": postman}))
    assert len(postman.got) == 45


@ON_SQLITE
def test_a_courier_that_fails_stops_neither_the_clock_nor_the_letter(
    database: Database, often: Config, clock: SettableClock, opening: Opening
) -> None:
    postman = Postman(stumbles=1)
    opening(Portal(database, often, clock, {"email": postman}))
    write(database, "notice:1", clock)
    until(postman.began.is_set)
    until(lambda: attempts(database) == 1)
    clock.forward(timedelta(minutes=1))
    until(lambda: postman.got == ["notice:1"])


def attempts(database: Database) -> int:
    with database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
    return row.attempt if row.state in {"ready", "sent"} else 0


@ON_SQLITE
def test_a_job_that_cannot_reach_its_database_is_tried_again_when_it_rings_next(
    portal: Portal, database: Database, clock: SettableClock, opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    tables = "ALTER TABLE {} RENAME TO {}"
    move(database, tables.format("outbox", "away"))
    opening(portal)
    until(lambda: sum("job deliver could not run" in record.getMessage() for record in caplog.records) >= 2)
    move(database, tables.format("away", "outbox"))
    write(database, "notice:1", clock)
    seen = len(caplog.records)
    until(lambda: portal.health().last_runs.get("plan") is not None)
    assert seen > 0


def move(database: Database, statement: str) -> None:
    with database.unit_of_work() as session:
        session.connection().exec_driver_sql(statement)


@ON_SQLITE
def test_stopping_waits_for_the_letter_in_hand(database: Database, often: Config, clock: SettableClock) -> None:
    postman = Postman()
    postman.may_go_on.clear()
    write(database, "notice:1", clock)
    timetable = start(Portal(database, often, clock, {"email": postman}), often, clock)
    until(postman.began.is_set)
    stopping = threading.Thread(target=timetable.stop)
    stopping.start()
    assert stopping.is_alive()
    postman.may_go_on.set()
    stopping.join(20)
    assert not stopping.is_alive()
    with database.reading() as session:
        assert session.scalars(select(OutboxRow.state)).all() == ["sent"]
