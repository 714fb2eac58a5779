"""Conversation: a turn in process, and turns a second through HTTP beside bare inserts: python -m benchmarks.turns."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

from benchmarks.machine import machine, quantile, table
from benchmarks.served import CONNECTIONS, SECONDS, WORKERS, Running, inserting, serving
from benchmarks.served import load as load_server
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
    cookie = f"storekeeper_session={_session(folder)}"
    served, bare = serving({"STOREKEEPER__DATABASE__URL": _url(folder)}), inserting(f"sqlite:///{folder / 'bare.db'}")
    with served as port, bare as inserts:
        for _ in range(3):
            for name, running in (("turns", Running(port, "/api/chat", cookie)), ("inserts", inserts)):
                times = asyncio.run(load_server(running, ASKED[:3]))
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
