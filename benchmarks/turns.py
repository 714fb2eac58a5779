"""Conversation: a turn in process, and turns a second through HTTP beside bare inserts: python -m benchmarks.turns."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.machine import machine, quantile, table
from core.config import Config, load

ASKED = (
    "where is my last order?",
    "and the invoice?",
    "show me my orders",
    "is the {product} in stock?",
    "when is the {product} back?",
    "hello",
)
TURNS = 1200
SECONDS = 8.0
CONNECTIONS = 16
WORKERS = 2


@dataclass(frozen=True)
class Running:
    """A server under load."""

    port: int
    path: str
    cookie: str


def in_process(folder: Path) -> list[tuple[str, str, str]]:
    """Turns of several customers against the demo shop, each with its database writes."""
    from bot.assembly import build
    from core.chat import Incoming, Speaker

    house = build(_config(folder))
    people = _customers(folder)
    words = [text.format(product=product) for text in ASKED for product in _products(folder)]
    numbers = count()
    times = []
    for number in range(TURNS):
        person = people[number % len(people)]
        speaker = Speaker(customer_id=person, proof=3)
        incoming = Incoming("bench", f"customer:{person}", str(next(numbers)), words[number % len(words)], speaker)
        began = time.perf_counter()
        house.portal.converse(incoming)
        times.append(1000 * (time.perf_counter() - began))
    house.close()
    times = sorted(times[100:])
    return [
        ("a turn, median", f"{quantile(times, 0.5):.1f} ms", "at most 5 ms"),
        ("a turn, 99 of 100 within", f"{quantile(times, 0.99):.1f} ms", "at most 30 ms"),
    ]


def through_http(folder: Path) -> list[tuple[str, str, str]]:
    """Turns and bare inserts through HTTP, in turn, so that the ratio holds when the machine's speed drifts."""
    rates: dict[str, list[float]] = {"turns": [], "inserts": []}
    late: dict[str, list[float]] = {"turns": [], "inserts": []}
    with _serving(folder) as turns, _inserting(folder) as inserts:
        for _ in range(3):
            for name, running in (("turns", turns), ("inserts", inserts)):
                times = asyncio.run(_load(running))
                rates[name].append(len(times) / SECONDS)
                late[name].append(quantile(sorted(times), 0.99))
    ratio = statistics.median(a / b for a, b in zip(rates["turns"], rates["inserts"], strict=True))
    return [
        ("turns a second", f"{statistics.median(rates['turns']):,.0f}", ""),
        ("  99 of 100 within", f"{1000 * statistics.median(late['turns']):.0f} ms", ""),
        ("bare inserts a second, one transaction each", f"{statistics.median(rates['inserts']):,.0f}", ""),
        ("  99 of 100 within", f"{1000 * statistics.median(late['inserts']):.0f} ms", ""),
        ("turns to bare inserts", f"{ratio:.2f}", ""),
    ]


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'storekeeper.db'}"


def _config(folder: Path) -> Config:
    config = load()
    return config.model_copy(update={"database": config.database.model_copy(update={"url": _url(folder)})})


def _prepare(folder: Path) -> None:
    from bot.assembly import build
    from bot.demo import set_up

    house = build(_config(folder))
    set_up(house)
    house.close()


def _customers(folder: Path) -> list[str]:
    return _column(folder, "SELECT customer_id FROM orders GROUP BY customer_id ORDER BY count(*) DESC LIMIT 20")


def _products(folder: Path) -> list[str]:
    return _column(folder, "SELECT name FROM products ORDER BY sku LIMIT 7")


def _column(folder: Path, query: str) -> list[str]:
    import sqlite3

    with contextlib.closing(sqlite3.connect(folder / "storekeeper.db")) as connection:
        return [str(row[0]) for row in connection.execute(query)]


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[Running]:
    port = _free_port()
    environment = {**os.environ, "STOREKEEPER__DATABASE__URL": _url(folder)}
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port), "--workers", str(WORKERS)]
    with _started(command, environment, port):
        yield Running(port, "/api/chat", f"storekeeper_session={_session(folder)}")


def _session(folder: Path) -> str:
    """Sign a customer in as the web door does, without the mail in between."""
    from core.accounts.identity import open_session
    from core.clock import utc_now
    from core.database.engine import Database

    database = Database(_url(folder))
    with database.unit_of_work() as session:
        token = open_session(session, f"customer:{_customers(folder)[0]}", utc_now())
    database.close()
    return token


@contextlib.contextmanager
def _inserting(folder: Path) -> Iterator[Running]:
    port = _free_port()
    environment = {**os.environ, "BENCH_DATABASE": f"sqlite:///{folder / 'bare.db'}"}
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--factory", "--port", str(port)]
    command += ["--workers", str(WORKERS), "--log-level", "warning"]
    with _started(command, environment, port):
        yield Running(port, "/insert", "")


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _load(running: Running) -> list[float]:
    """Seconds of each request that was answered within the time, over a number of connections at once."""
    numbers, end = count(), time.perf_counter() + SECONDS

    async def one() -> list[float]:
        times = []
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        async for request in _requests(running, numbers, end):
            began = time.perf_counter()
            writer.write(request)
            status = await _answer(reader)
            if status != 200:
                sys.exit(f"{running.path} answered {status}.")
            times.append(time.perf_counter() - began)
        writer.close()
        return times

    return [seconds for times in await asyncio.gather(*(one() for _ in range(CONNECTIONS))) for seconds in times]


async def _requests(running: Running, numbers: "count[int]", end: float) -> AsyncIterator[bytes]:
    while time.perf_counter() < end:
        number = next(numbers)
        text = ASKED[number % 3]
        body = json.dumps({"text": text, "delivery_id": f"{running.port}-{end}-{number}"}).encode()
        head = f"POST {running.path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Type: application/json\r\n"
        yield f"{head}Cookie: {running.cookie}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split(" ")[1])


def main() -> None:
    """Print the tables."""
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder)
        table("Conversation in process, SQLite", in_process(folder))
        heading = f"Conversation through HTTP, {WORKERS} workers, {CONNECTIONS} connections, SQLite"
        table(heading, through_http(folder))


if __name__ == "__main__":
    main()
