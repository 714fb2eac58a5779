"""Killed in the middle and started again: nothing is lost, nothing is doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from core.chat import Incoming, Speaker
from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from core.purchasing.rows import ProposalLineRow, ProposalRow
from scheduler import jobs
from tests import shop
from tests.conftest import SettableClock
from tests.core.database.side_by_side import until

ROOT = Path(__file__).parents[2]
CUSTOMERS = 12_000


class Crash(BaseException):
    """The process is gone; nothing that follows is done."""


class Mailbox:
    """Keeps what arrives; crashes before or after taking the letters named."""

    def __init__(self, before: set[str], after: set[str]) -> None:
        self.got: list[str] = []
        self._before, self._after = before, after

    def send(self, post: Post) -> str:
        """Take a letter, or die over it, once each."""
        if post.key in self._before:
            self._before.discard(post.key)
            raise Crash
        self.got.append(post.key)
        if post.key in self._after:
            self._after.discard(post.key)
            raise Crash
        return post.key


@pytest.mark.parametrize("seed", range(10))
def test_a_sender_that_dies_between_call_and_mark_loses_nothing(
    database: Database, config: Config, clock: SettableClock, seed: int
) -> None:
    chosen = random.Random(seed)  # noqa: S311 a seeded draw, not a secret
    keys = [f"notice:{number}" for number in range(8)] + [f"po:{number}" for number in range(4)]
    with database.unit_of_work() as session:
        for number, key in enumerate(keys):
            kind = "purchase_order" if key.startswith("po") else "notice"
            content = {"to": "a@example.org", "number": key}
            outbox.post(session, Outgoing(key, "email", f"chat:{number % 5}", kind, content), clock.now)
    before, after = set(chosen.sample(keys, 3)), set(chosen.sample(keys, 3))
    mailbox, crashes = Mailbox(set(before), set(after)), 0
    for _ in range(60):
        try:
            Portal(database, config, clock, {"email": mailbox}).deliver(3)
        except Crash:
            crashes += 1
        clock.forward(outbox.LEASE / 2)
    with database.reading() as session:
        states = {row.key: row.state for row in session.scalars(select(OutboxRow))}
    assert crashes >= 3
    for key in keys:
        if key.startswith("po"):
            assert mailbox.got.count(key) <= 1
            assert states[key] == ("unknown" if key in before | after else "sent")
        else:
            assert states[key] == "sent"
            assert 1 <= mailbox.got.count(key) <= 1 + (key in after)


def start(arguments: Sequence[str], url: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "STOREKEEPER__DATABASE__URL": url}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def customers(folder: Path) -> Path:
    """A folder to import that takes a few seconds."""
    folder.mkdir()
    with (folder / "customers.csv").open("w", encoding="utf-8") as file:
        file.write("customer_id,name,email,country\n")
        file.writelines(f"c{number},Name {number},c{number}@example.org,GB\n" for number in range(CUSTOMERS))
    return folder


@pytest.mark.slow
def test_an_import_killed_half_way_is_whole_after_it_is_run_again(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    folder, seen = customers(tmp_path / "records"), 0
    importing = start(["import", "csv", str(folder)], database_url)
    while seen == 0 and importing.poll() is None:
        with database.reading() as session:
            seen = session.scalar(text("SELECT count(*) FROM customers")) or 0
        time.sleep(0.01)
    importing.send_signal(signal.SIGKILL)
    importing.communicate()
    with database.reading() as session:
        left = session.scalar(text("SELECT count(*) FROM customers")) or 0
    assert left > 0
    again = start(["import", "csv", str(folder), "--json"], database_url)
    out, _ = again.communicate(timeout=120)
    assert again.returncode == 0
    assert json.loads(out)["taken"] == {"customers": CUSTOMERS}
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM customers")) == CUSTOMERS


@pytest.mark.slow
def test_a_plan_killed_at_any_moment_leaves_whole_proposals_once(
    database: Database, database_url: str, config: Config, clock: SettableClock
) -> None:
    shop.open_shop(Portal(database, config, clock))
    chosen = random.Random(7)  # noqa: S311 a seeded draw, not a secret
    for _ in range(6):
        planning = start(["plan", "--as-of", "2026-06-15"], database_url)
        time.sleep(chosen.uniform(0.3, 1.5))
        planning.send_signal(signal.SIGKILL)
        planning.communicate()
    last = start(["plan", "--as-of", "2026-06-15", "--json"], database_url)
    last.communicate(timeout=120)
    assert last.returncode == 0
    with database.reading() as session:
        heads = session.scalars(select(ProposalRow)).all()
        totals = dict(
            session.execute(
                select(ProposalLineRow.proposal_id, func.sum(ProposalLineRow.quantity * ProposalLineRow.unit_cost))
                .group_by(ProposalLineRow.proposal_id)
            ).all()
        )  # fmt: skip
    assert len(heads) == 1
    assert {head.proposal_id: head.total for head in heads} == totals


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["notice", "purchase_order"])
def test_a_sender_stopped_past_its_lease_and_awake_again_marks_nothing(
    database: Database, config: Config, clock: SettableClock, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "sender"
    folder.mkdir()
    (folder / "hold").touch()
    (folder / "now").write_text(clock.now.isoformat(), encoding="utf-8")
    with database.unit_of_work() as session:
        content = {"to": "a@example.org", "number": "PO-1", "subject": "s", "text": "t"}
        outbox.post(session, Outgoing("key", "email", "chat:1", kind, content), clock.now)
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-m", "tests.flows.sender", url, str(folder)]
    sender = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    until((folder / "taken").exists, patience_s=90)
    sender.send_signal(signal.SIGSTOP)
    later = clock.forward(outbox.LEASE + timedelta(seconds=1))
    other = Mailbox(set(), set())
    Portal(database, config, clock, {"email": other}).deliver()
    (folder / "now").write_text(later.isoformat(), encoding="utf-8")
    (folder / "hold").unlink()
    sender.send_signal(signal.SIGCONT)
    sender.communicate(timeout=60)
    with database.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
    assert sender.returncode == 0
    assert other.got == (["key"] if kind == "notice" else [])
    assert (row.state, row.reference) == (("sent", "key") if kind == "notice" else ("unknown", ""))


@pytest.mark.slow
def test_two_replicas_share_the_post_and_the_plan(database: Database, config: Config, clock: SettableClock) -> None:
    shop.open_shop(Portal(database, config, clock))
    with database.unit_of_work() as session:
        for number in range(40):
            content = {"to": "a@example.org", "subject": "s", "text": "t"}
            outbox.post(session, Outgoing(f"n{number}", "email", f"chat:{number}", "notice", content), clock.now)
    boxes = [Mailbox(set(), set()), Mailbox(set(), set())]
    replicas = [Portal(database, config, clock, {"email": box}) for box in boxes]

    def live(replica: Portal) -> None:
        jobs.plan(replica, clock.now)
        while replica.deliver(3):
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(live, replicas))
    assert sorted(boxes[0].got + boxes[1].got) == sorted(f"n{number}" for number in range(40))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProposalRow)) == 1


@pytest.mark.slow
def test_two_processes_share_the_chats_the_post_and_the_plan(
    database: Database, config: Config, clock: SettableClock, tmp_path: Path
) -> None:
    portal = Portal(database, config, clock)
    shop.open_shop(portal)
    with database.unit_of_work() as session:
        for number in range(30):
            content = {"to": "a@example.org", "subject": "s", "text": "t"}
            outbox.post(session, Outgoing(f"n{number}", "email", f"chat:{number}", "notice", content), clock.now)
    for number in range(6):
        portal.receive(Incoming("console", f"room-{number}", "1", "what is your return policy?", Speaker()))
    now = clock.forward(timedelta(minutes=1)).isoformat()
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-m", "tests.flows.replica", url]
    replicas = [subprocess.Popen([*command, str(tmp_path / f"{one}.txt"), now], cwd=ROOT) for one in range(2)]
    assert [replica.wait(timeout=120) for replica in replicas] == [0, 0]
    written = [tmp_path / f"{one}.txt" for one in range(2)]
    took = sorted(key for file in written if file.exists() for key in file.read_text(encoding="utf-8").split())
    replies = [f"reply:chat:console:room-{number}:1:1" for number in range(6)]
    assert took == sorted([*(f"n{number}" for number in range(30)), *replies])
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProposalRow)) == 1
