"""Nothing that the program prints holds a secret or a word about a person, not even while it is debugged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.command_line import ROOT


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_loud_day_prints_no_secret_and_nobodys_data(form: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.flows.loud_day", form, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, timeout=300, check=False)
    printed = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 0, printed[-3000:]
    canaries = json.loads((tmp_path / "canaries").read_text(encoding="utf-8"))
    assert len(canaries) > 15
    leaks = {word: next(line for line in printed.splitlines() if word in line)[:300]
             for word in canaries if word in printed}  # fmt: skip
    assert leaks == {}
    for said in ("storekeeper_letters", "debug", "a courier failed", "database"):
        assert said in printed  # there was something to find it in
