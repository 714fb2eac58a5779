"""Processes that serve: they end with their parent, and whoever is being answered is answered first."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot.command_line import ROOT
from tests.core.database.side_by_side import ON_SQLITE, until

PATIENCE_S = 90
HEAD = b"POST /api/chat HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
Serving = Callable[..., "subprocess.Popen[bytes]"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def is_alive(process_id: int) -> bool:
    """Whether it runs still; one that ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(process_id: int) -> list[int]:
    """Those it started, and those they started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process_id)], capture_output=True, check=False)  # noqa: S607
    mine = [int(one) for one in found.stdout.split()]
    return [*mine, *(other for one in mine for other in children(one))]


@pytest.fixture
def serving(database_url: str) -> Iterator[Serving]:
    """Starts the shop on a port and waits until it answers; whatever is left in the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, *more: str) -> "subprocess.Popen[bytes]":
        own = {"STOREKEEPER__DATABASE__URL": database_url, "STOREKEEPER__WEB__SECRET": "a-secret-that-only-tests-know"}
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", str(port), *more], cwd=ROOT, env={**os.environ, **own},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        until(lambda: answers(port), patience_s=PATIENCE_S)
        return process

    yield start
    for process in started:
        for one in (*children(process.pid), process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
@ON_SQLITE
def test_workers_end_when_their_parent_is_killed(serving: Serving) -> None:
    port = free_port()
    parent = serving(port, "--workers", "2")
    until(lambda: len(children(parent.pid)) >= 2, patience_s=PATIENCE_S)
    mine = children(parent.pid)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    until(lambda: not any(map(is_alive, mine)), patience_s=PATIENCE_S)
    assert not answers(port)


@pytest.mark.slow
@ON_SQLITE
def test_a_request_under_way_is_answered_before_the_end(serving: Serving) -> None:
    port = free_port()
    process = serving(port)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        line.sendall(
            b"POST /api/chat HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
        )
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        line.sendall(b'{"text": "hello"}')
        assert line.recv(64).startswith(b"HTTP/1.1 200")
    assert process.wait(timeout=PATIENCE_S) in {0, -signal.SIGTERM}
