"""Killed in the middle and started again: nothing is lost, nothing is doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from core.config import Config
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from core.purchasing.rows import ProposalLineRow, ProposalRow
from tests import shop
from tests.conftest import SettableClock

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
