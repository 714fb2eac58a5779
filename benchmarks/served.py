"""Servers under load: started with two workers, and asked over a number of connections at once."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count

SECONDS = 8.0
CONNECTIONS = 16
WORKERS = 2


@dataclass(frozen=True)
class Running:
    """A server under load."""

    port: int
    path: str
    cookie: str = ""


@contextlib.contextmanager
def serving(settings: dict[str, str]) -> Iterator[int]:
    """The product itself, configured by these settings; the port it listens on."""
    port = free_port()
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port), "--workers", str(WORKERS)]
    with _started(command, {**os.environ, **settings}, port):
        yield port


@contextlib.contextmanager
def inserting(url: str) -> Iterator[Running]:
    """The bare ceiling: one insert in one transaction for each request."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--factory", "--port", str(port)]
    command += ["--workers", str(WORKERS), "--log-level", "warning"]
    with _started(command, {**os.environ, "BENCH_DATABASE": url}, port):
        yield Running(port, "/insert")


@contextlib.contextmanager
def _started(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        patience = time.perf_counter() + 60
        while not _answers(port):
            if running.poll() is not None or time.perf_counter() > patience:
                sys.exit(f"{' '.join(command)} did not come up.")
            time.sleep(0.1)
        time.sleep(2)
        yield
    finally:
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=15)
        running.kill()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def load(running: Running, words: tuple[str, ...], seconds: float = SECONDS) -> list[float]:
    """Seconds of each request that was answered within the time, over a number of connections at once."""
    numbers, end = count(), time.perf_counter() + seconds

    async def one() -> list[float]:
        times = []
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        async for request in _requests(running, words, numbers, end):
            began = time.perf_counter()
            writer.write(request)
            status = await _answer(reader)
            if status != 200:
                sys.exit(f"{running.path} answered {status}.")
            times.append(time.perf_counter() - began)
        writer.close()
        return times

    return [spent for times in await asyncio.gather(*(one() for _ in range(CONNECTIONS))) for spent in times]


async def _requests(
    running: Running, words: tuple[str, ...], numbers: "count[int]", end: float
) -> AsyncIterator[bytes]:
    while time.perf_counter() < end:
        number = next(numbers)
        said = {"text": words[number % len(words)], "delivery_id": f"{running.port}-{end}-{number}"}
        body = json.dumps(said).encode()
        head = f"POST {running.path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Type: application/json\r\n"
        yield f"{head}Cookie: {running.cookie}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(" ")[1])
