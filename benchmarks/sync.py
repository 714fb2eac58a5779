"""The first load from a stand-in, killed and resumed: python -m benchmarks.sync [ORDERS] [SYSTEM]."""

import os
import resource
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

from benchmarks import markets
from benchmarks.ledger import Ledger
from benchmarks.machine import machine, table
from tests.integrations import marketplace
from tests.integrations.odoo import erp
from tests.integrations.salesforce import standin
from tests.integrations.salesforce.standin import CLIENT_ID, USERNAME, Org, key_pair
from tests.integrations.shopify.mock import TOKEN, MockShop, serving

_ORDERS, _KILLED_AT = 100_000, (0.1, 0.3, 0.6)
_LOOKED_EVERY_S = 0.2


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


def _amazon(orders: int, out: Connection) -> None:
    with marketplace.serving(market := markets.Amazon(count=orders)) as address:
        keys = {"CLIENT_ID": "amzn1.app", "CLIENT_SECRET": "a-long-secret", "REFRESH_TOKEN": market.refresh_token}
        out.send({**keys, "URL": address, "LOGIN_URL": f"{address}/auth/o2/token"})
        out.recv()


def _walmart(orders: int, out: Connection) -> None:
    with marketplace.serving(markets.Walmart(count=orders)) as address:
        out.send({"CLIENT_ID": "seller", "CLIENT_SECRET": "a-long-secret", "URL": address})
        out.recv()


def _odoo(orders: int, out: Connection) -> None:
    with erp.serving(Ledger(count=orders)) as address:
        out.send({"URL": address, "DATABASE": erp.DATABASE, "USER": erp.USER, "KEY": erp.KEY})
        out.recv()


_SYSTEMS = {
    "shopify": _shopify, "salesforce": _salesforce, "amazon": _amazon, "walmart": _walmart, "odoo": _odoo,
}  # fmt: skip


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
        path, complaint = Path(folder) / "shop.db", Path(folder) / "complaint"
        environment = {**os.environ, "STOREKEEPER__DATABASE__URL": f"sqlite:///{path}"}
        environment |= {f"STOREKEEPER__{system.upper()}__{name}": value for name, value in section.items()}
        command = [sys.executable, "-m", "bot"]
        subprocess.run([*command, "db", "upgrade"], env=environment, check=True, capture_output=True, cwd=folder)
        killed_at: list[int] = []
        began = time.perf_counter()
        for share in (*_KILLED_AT, None):
            with complaint.open("wb") as stderr:
                reading = subprocess.Popen([*command, "sync", system, "--once"], env=environment, cwd=folder,
                                           stdout=subprocess.DEVNULL, stderr=stderr)  # fmt: skip
            if share is not None and _reaches(path, int(share * orders), reading):
                reading.kill()
                reading.wait()
                killed_at.append(_count(path, "orders"))
                _free(path)
                continue
            if reading.wait():
                sys.exit(f"The reading failed: {complaint.read_text(encoding='utf-8')[-500:]}")
            break
        spent = time.perf_counter() - began
        peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        kept = {name: _count(path, name) for name in ("orders", "order_lines", "payments", "parcels")}
    return [
        ("orders", f"{kept['orders']:,}", f"of {orders:,}"),
        ("lines, payments, parcels", f"{kept['order_lines']:,}, {kept['payments']:,}, {kept['parcels']:,}", ""),
        ("killed with so many orders there", ", ".join(f"{one:,}" for one in killed_at) or "never", ""),
        ("time, starts included", f"{spent:.0f} s", f"{kept['orders'] / spent:,.0f} orders/s"),
        ("peak memory of the largest process", f"{peak_mib:.0f} MiB", "grows not with the shop"),
    ]


def _reaches(path: Path, orders: int, reading: subprocess.Popen[bytes]) -> bool:
    """Whether so many orders are there before the reading ends."""
    while reading.poll() is None:
        if _count(path, "orders") >= orders:
            return True
        time.sleep(_LOOKED_EVERY_S)
    return False


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
