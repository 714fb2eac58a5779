"""The first load from a stand-in, killed and resumed: python -m benchmarks.sync [ORDERS] [shopify|salesforce]."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.machine import machine, table
from tests.integrations.salesforce import standin
from tests.integrations.salesforce.standin import CLIENT_ID, USERNAME, Org, key_pair
from tests.integrations.shopify.mock import TOKEN, MockShop, serving

_ORDERS, _AFTER_S = 100_000, (12, 20, 30)


def shop(orders: int) -> MockShop:
    """A shop whose bulk result has that many orders of two lines, a payment and a parcel."""
    made = MockShop(copies=orders - 1)
    made.add_location()
    kettle = made.add_variant("KETTLE", "Copper Kettle", "30.00", 10)
    mug = made.add_variant("MUG", "Blue Mug", "5.00", 40)
    order = made.add_order(made.add_customer("ada@example.org"), (kettle, 1), (mug, 2))
    number = order["id"].rpartition("/")[2]
    order["transactions"][0]["id"] = f"gid://shopify/OrderTransaction/{number}"
    made.deliver(order, made.fulfil(order, f"TRACK{number}"))
    return made


def org(orders: int) -> Org:
    """An org with that many orders of two lines and a shipment."""
    now = datetime.now(UTC)
    made = Org(now=now - timedelta(seconds=10 * orders + 100))
    kettle, mug = made.add_product("KETTLE", "Copper Kettle", 30.0), made.add_product("MUG", "Blue Mug", 5.0)
    account = made.add_account("Byron & Sons", "ada@example.org")
    for number in range(orders):
        made.ship(made.add_order(account, (kettle, 1), (mug, 2)), f"TRACK{number}", (kettle, 1), (mug, 2))
    made.now, made.allowed = now, 10_000_000
    return made


def _shopify(orders: int, out: Connection) -> None:
    with serving(shop(orders)) as address:
        out.send({"SHOP": "lantern.myshopify.com", "TOKEN": TOKEN, "URL": f"{address}/graphql"})
        out.recv()


def _salesforce(orders: int, out: Connection) -> None:
    with standin.serving(org(orders)) as address:
        section = {"URL": address, "LOGIN_URL": address, "CLIENT_ID": CLIENT_ID, "USERNAME": USERNAME}
        out.send({**section, "PRIVATE_KEY": key_pair()[0]})
        out.recv()


_SYSTEMS = {"shopify": _shopify, "salesforce": _salesforce}


@contextmanager
def connected(system: str, orders: int) -> Iterator[dict[str, str]]:
    """The section that connects a stand-in, which has a process of its own: who starts one lends it its size."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=_SYSTEMS[system], args=(orders, theirs), daemon=True)
    process.start()
    try:
        yield {"ON": "true", **ours.recv()}
    finally:
        ours.send("done")
        process.join()


def measure(orders: int, system: str) -> list[tuple[str, str, str]]:
    """Read everything by the command line, killed at some moments, and count what is there at the end."""
    with tempfile.TemporaryDirectory() as folder, connected(system, orders) as section:
        path = Path(folder) / "shop.db"
        environment = {**os.environ, "STOREKEEPER__DATABASE__URL": f"sqlite:///{path}"}
        environment |= {f"STOREKEEPER__{system.upper()}__{name}": value for name, value in section.items()}
        command = [sys.executable, "-m", "bot"]
        subprocess.run([*command, "db", "upgrade"], env=environment, check=True, capture_output=True, cwd=folder)
        killed_at, spent = [], 0.0
        for after_s in (*_AFTER_S, None):
            began = time.perf_counter()
            reading = subprocess.Popen([*command, "sync", system, "--once"], env=environment, cwd=folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
            try:
                _, complaint = reading.communicate(timeout=after_s)
                spent += time.perf_counter() - began
                if reading.returncode:
                    sys.exit(f"The reading failed: {complaint.decode()[-500:]}")
                break
            except subprocess.TimeoutExpired:
                reading.send_signal(signal.SIGKILL)
                reading.communicate()
                spent += time.perf_counter() - began
                killed_at.append(_count(path, "orders"))
                _free(path)
        peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        kept = {name: _count(path, name) for name in ("orders", "order_lines", "payments", "parcels")}
    return [
        ("orders", f"{kept['orders']:,}", f"of {orders:,}"),
        ("lines, payments, parcels", f"{kept['order_lines']:,}, {kept['payments']:,}, {kept['parcels']:,}", ""),
        ("killed with so many orders there", ", ".join(f"{one:,}" for one in killed_at) or "never", ""),
        ("time, starts included", f"{spent:.0f} s", f"{kept['orders'] / spent:,.0f} orders/s"),
        ("peak memory of the largest process", f"{peak_mib:.0f} MiB", "grows not with the shop"),
    ]


def _count(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 names of our own


def _free(path: Path) -> None:
    """Whoever was killed can give nothing back; the lease would run out by itself after three minutes."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM leases")


if __name__ == "__main__":
    print(machine())
    orders, system = (int(sys.argv[1]) if len(sys.argv) > 1 else _ORDERS), (sys.argv[2:] or ["shopify"])[0]
    table(f"First load of {system}", measure(orders, system))
