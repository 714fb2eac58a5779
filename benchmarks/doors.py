"""Load of the doors with two workers: acknowledgements, answers and a broadcast, beside one insert a request.

    python -m benchmarks.doors [--quick] [--on SQLite] [--whole-broadcast]

Everything runs on this machine: the workers, the database, the people who write and the platforms that answer them.
Each message comes from a chat of its own, which is linked to a customer with orders; the platforms take 50 ms a call.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import text

from benchmarks.bell import Taking, broadcast, databases
from benchmarks.machine import machine, quantile, table
from benchmarks.platforms import SECRET, TEAM, TOKEN, Heard, Letters, Platform, steadily
from benchmarks.served import inserting, load, serving
from core.accounts.rows import ChatLinkRow
from core.clock import utc_now
from core.config import Config, Web
from core.config import load as configured
from core.database.engine import Database
from core.database.upsert import upsert
from core.portal import Portal

ASKED = ("where is my last order?", "show me my orders", "is the {product} in stock?", "when is the {product} back?")
DOORS = ("slack", "telegram")
_FIRST_CHAT = 1_000_000
_CHATS = 12_000
_CUSTOMERS = "SELECT customer_id FROM orders GROUP BY customer_id ORDER BY count(*) DESC LIMIT 20"


@dataclass(frozen=True)
class Measure:
    """How much is measured: rates to try in messages a second, for how long each, and how many letters go to all."""

    rates: dict[str, tuple[int, ...]]
    seconds: float
    broadcast_s: float
    rush: int = 100


_DRAINS_S = 20.0
"""What was too much is answered by then, and in the way of nothing that is measured afterwards."""
FULL = Measure({"slack": (20, 40, 60, 80), "telegram": (10, 20, 25)}, 8.0, 60.0)
QUICK = Measure({"slack": (20, 40), "telegram": (20,)}, 4.0, 15.0)


def prepare(url: str) -> tuple[str, ...]:
    """The demo shop, with chats on both doors that are linked to its best customers; what people ask there."""
    from bot.assembly import build
    from bot.demo import set_up

    config = configured()
    house = build(config.model_copy(update={"database": config.database.model_copy(update={"url": url})}))
    set_up(house)
    now = utc_now()
    with house.database.unit_of_work() as session:
        people = [str(one) for one in session.scalars(text(_CUSTOMERS))]
        product = str(session.scalar(text("SELECT name FROM products ORDER BY sku LIMIT 1")))
        links = [
            {"channel": door, "chat": chat, "customer_id": people[number % len(people)], "linked_at": now,
             "proved_at": now, "member": ""}
            for door in DOORS for number, chat in zip(range(_CHATS), chats(door), strict=False)
        ]  # fmt: skip
        upsert(session, ChatLinkRow, links)
    house.close()
    return tuple(one.format(product=product) for one in ASKED)


def chats(door: str) -> Iterator[str]:
    """Chats of a door, one after the other."""
    return (f"D{number}" if door == "slack" else str(number) for number in count(_FIRST_CHAT))


def settings(url: str, platform: str) -> dict[str, str]:
    """What makes the product open both doors towards the platform that stands in for Telegram and Slack."""
    told = {
        "DATABASE__URL": url,
        "TELEGRAM__MODE": "webhook",
        "TELEGRAM__TOKEN": TOKEN,
        "TELEGRAM__WEBHOOK_SECRET": SECRET,
        "TELEGRAM__API_URL": platform,
        "SLACK__MODE": "http",
        "SLACK__TOKEN": "xoxb-of-the-benchmark",
        "SLACK__SIGNING_SECRET": SECRET,
        "SLACK__API_URL": f"{platform}/api/",
        "SLACK__TEAMS": f'["{TEAM}"]',
    }
    return {f"STOREKEEPER__{name}": value for name, value in told.items()}


async def rushed(url: str, words: tuple[str, ...], measure: Measure) -> list[tuple[str, str, str]]:
    """Both doors at growing rates until answers are late, and then at a hundred messages a second."""
    platform = Platform()
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0, backlog=512)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    rows = []
    with serving(settings(url, address)) as port:
        letters = {door: Letters(door, port, words, chats(door)) for door in DOORS}
        for door in DOORS:
            await steadily(platform, letters[door], 5, 2, 10)  # what is loaded by the first
            rows.append(await _as_fast_as_it_goes(platform, letters[door], measure))
        for door in DOORS:
            heard = await steadily(platform, letters[door], measure.rush, measure.seconds, 0)
            late = f"{1000 * quantile(heard.acknowledged, 0.99):.0f} ms"
            rows.append((f"{door}: acknowledged at {measure.rush}/s, 99 of 100 within", late, "150 ms"))
            await asyncio.sleep(_DRAINS_S)
    server.close()
    return rows


async def _as_fast_as_it_goes(platform: Platform, letters: Letters, measure: Measure) -> tuple[str, str, str]:
    best, heard = 0, Heard([], [], 0)
    for rate in measure.rates[letters.door]:
        tried = await steadily(platform, letters, rate, measure.seconds, 20)
        if tried.unanswered or quantile(tried.answered, 0.99) > 1.0:
            await asyncio.sleep(_DRAINS_S)
            break
        best, heard = rate, tried
    told = f"99 of 100 answers within {1000 * quantile(heard.answered, 0.99):.0f} ms" if best else "none within 1 s"
    aim = "28/s is what a bot may send" if letters.door == "telegram" else ""
    return (f"{letters.door}: messages a second, answers within 1 s", f"{best}/s, {told}", aim)


def ceiling(url: str, seconds: float) -> tuple[str, str, str]:
    """One insert transaction for each request, by two workers."""
    with inserting(url) as running:
        times = sorted(asyncio.run(load(running, ("where is my last order?",), seconds)))
    told = f"{len(times) / seconds:,.0f}/s, 99 of 100 within {1000 * quantile(times, 0.99):.0f} ms"
    return ("bare: one insert transaction a request", told, "")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="about four minutes instead of ten")
    asked.add_argument("--on", choices=["SQLite", "PostgreSQL"])
    asked.add_argument("--whole-broadcast", action="store_true", help="to the last of the 10,000 letters")
    given = asked.parse_args()
    measure = QUICK if given.quick else FULL
    print(machine())
    for kind in ("SQLite", "PostgreSQL"):
        if given.on in {None, kind}:
            with databases() as kinds, tempfile.TemporaryDirectory(prefix="doors-") as folder:
                url = kinds[kind]() if kind == "PostgreSQL" else f"sqlite:///{Path(folder) / 'doors.db'}"
                began = time.perf_counter()
                words = prepare(url)
                rows = [ceiling(url, measure.seconds), *asyncio.run(rushed(url, words, measure))]
                rows += _broadcast(url, None if given.whole_broadcast else measure.broadcast_s)
                table(f"{kind}, measured in {time.perf_counter() - began:.0f} s", rows)


def _broadcast(url: str, seconds: float | None) -> list[tuple[str, str, str]]:
    """A broadcast of 10,000, for so many seconds or to its end."""
    database, courier = Database(url), Taking()
    with database.unit_of_work() as session:
        session.execute(text("UPDATE outbox SET state = 'withdrawn' WHERE state IN ('ready', 'leased', 'sending')"))
    portal = Portal(database, Config(web=Web(secret=SECRET)), utc_now, {})
    portal.engage("telegram", courier)
    rows = broadcast(portal, database, courier, 10_000, seconds)
    database.close()
    return rows


if __name__ == "__main__":
    main()
