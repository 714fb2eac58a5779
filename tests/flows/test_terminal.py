"""The same conversation in a terminal, as JSON, on both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import Config
from core.database.engine import Database
from core.portal import Portal
from tests import shop
from tests.conftest import SettableClock

ROOT = Path(__file__).parents[2]
KEYS = {
    "text",
    "intents",
    "slots",
    "confidence",
    "asks",
    "buttons",
    "attachments",
    "actions",
    "speaker_proof",
    "handed_off",
}


def conversation(url: str, email: str, *lines: str) -> list[dict[str, object]]:
    """What the terminal answers, line by line."""
    environment = {**os.environ, "STOREKEEPER__DATABASE__URL": url, "STOREKEEPER__WEB__SECRET": "only-for-this-test"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--as", email, "--json"],
        cwd=ROOT,
        env=environment,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_the_thread_runs_in_a_terminal(
    database: Database, database_url: str, config: Config, clock: SettableClock
) -> None:
    shop.open_shop(Portal(database, config, clock))
    said = conversation(
        database_url,
        "ada@example.org",
        "where is order 1001?",
        "and the invoice?",
        "is the brass door bell in stock?",
        "what is the capital of France?",
    )
    assert [set(reply) for reply in said] == [KEYS] * 4
    tracked, invoiced, stocked, unknown = said
    assert (tracked["intents"], tracked["speaker_proof"]) == (["track_order"], 3)
    assert "TRK-1001" in str(tracked["text"])
    assert "£61.20" in str(invoiced["text"])
    assert [attached["name"] for attached in invoiced["attachments"]] == ["invoice-51001.pdf"]  # type: ignore[attr-defined]
    assert "500" in str(stocked["text"])
    assert (unknown["intents"], unknown["actions"]) == ([], [])
    planned = Portal(database, config).plan(run="test", as_of=clock.now.date())
    assert planned.proposals == 1
    decided = conversation(database_url, shop.BOSS, "what needs approving?", "approve all Acme", "yes")
    assert "Acme Ceramics" in str(decided[0]["text"])
    assert [action["name"] for action in decided[2]["actions"]] == ["approve_proposal"]  # type: ignore[attr-defined]
