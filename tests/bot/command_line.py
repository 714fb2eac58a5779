"""Running commands as a shell does: in this process, or as a program of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from bot.__main__ import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: str, typed: str = "") -> Ended:
    """Run a command in this process, as `storekeeper` would."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv, stdin = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["storekeeper", *arguments], io.StringIO(typed)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    finally:
        sys.argv, sys.stdin = argv, stdin
    return Ended(code, out.getvalue(), err.getvalue())


def start(*arguments: str, typed: bytes = b"", environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command as a program of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], input=typed, cwd=ROOT, capture_output=True, timeout=60, check=False,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
