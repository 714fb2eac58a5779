"""Stopped in the middle, overtaken by another, and awake again: nothing is doubled, nothing is lost."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.chat import Incoming, Speaker
from core.config import Config
from core.database.audit import AuditRow
from core.database.engine import Database
from core.mailroom import runs
from core.mailroom.rows import OutboxRow, RunRow
from core.portal import Portal
from core.purchasing.rows import ProposalLineRow, ProposalRow
from scheduler import jobs
from tests import shop
from tests.conftest import SettableClock
from tests.core.database.side_by_side import until
from tests.flows.stopped import CHANNEL, CHAT, drawn

ROOT = Path(__file__).parents[2]
ASKED = Speaker(customer_id=shop.GRACE, proof=3)


@contextmanager
def stopped(database: Database, folder: Path, what: str, clock: SettableClock) -> Iterator[None]:
    """While another process sleeps in the middle of it; afterwards it has gone on to its end."""
    folder.mkdir()
    (folder / "hold").touch()
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-m", "tests.flows.stopped", url, str(folder), what, clock.now.isoformat()]
    other = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    until((folder / "reached").exists, patience_s=120)
    other.send_signal(signal.SIGSTOP)
    yield
    (folder / "hold").unlink()
    other.send_signal(signal.SIGCONT)
    _, trouble = other.communicate(timeout=120)
    assert (other.returncode, trouble.decode()) == (0, "")


def proposed(database: Database) -> tuple[int, int]:
    """How many proposals there are, and how many units of all goods."""
    with database.reading() as session:
        heads = session.scalar(select(func.count()).select_from(ProposalRow))
        return heads or 0, session.scalar(select(func.sum(ProposalLineRow.quantity))) or 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "overtake",
    [jobs.plan, lambda portal, _due_at: portal.plan(run="by hand")],
    ids=["whoever takes the run over", "a plan by hand"],
)
def test_a_plan_that_slept_past_its_lease_proposes_nothing_a_second_time(
    database: Database, config: Config, clock: SettableClock, tmp_path: Path, overtake: Callable[..., object]
) -> None:
    portal, due_at = Portal(database, config, clock), clock.now
    shop.open_shop(portal)
    with stopped(database, tmp_path / "plan", "plan", clock):
        clock.forward(runs.LEASE + timedelta(seconds=1))
        overtake(portal, due_at)
        there = proposed(database)
        assert there[0] == 1
    assert proposed(database) == there
    jobs.plan(portal, due_at)
    assert proposed(database) == there
    with database.reading() as session:
        assert session.scalars(select(RunRow.finished_at).where(RunRow.job == "plan")).one() is not None


@pytest.mark.slow
def test_an_answer_that_slept_while_another_gave_it_does_and_says_nothing_a_second_time(
    database: Database, config: Config, clock: SettableClock, tmp_path: Path
) -> None:
    portal = Portal(database, config, clock)
    shop.open_shop(portal)
    portal.receive(Incoming(CHANNEL, CHAT, "1", "cancel order 2001", ASKED))
    portal.answer_next(CHANNEL, CHAT, drawn)
    shown = portal.transcript(CHANNEL, CHAT, f"customer:{shop.GRACE}")[-1].reply
    yes = next(one for one in shown.buttons if one.label.startswith("Yes"))
    portal.receive(Incoming(CHANNEL, CHAT, "2", yes.label, ASKED, yes.value))
    with stopped(database, tmp_path / "answer", "answer", clock):
        clock.forward(timedelta(minutes=5))
        assert portal.unanswered_chats(CHANNEL) == [CHAT]
        portal.answer_next(CHANNEL, CHAT, drawn)
    with database.reading() as session:
        posted = session.scalars(select(OutboxRow.key).where(OutboxRow.channel == CHANNEL)).all()
        done = session.scalars(select(AuditRow.act).where(AuditRow.subject == "order:2001")).all()
    assert sorted(posted) == [f"reply:chat:{CHANNEL}:{CHAT}:{number}:1" for number in (1, 2)]
    assert [act for act in done if "cancel" in act] == ["order_cancel"]
    assert portal.answer_next(CHANNEL, CHAT, drawn) is None
