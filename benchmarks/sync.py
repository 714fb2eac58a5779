"""The first load of a shop from the mock, killed and resumed: python -m benchmarks.sync [ORDERS]."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.machine import machine, table
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


def measure(orders: int) -> list[tuple[str, str, str]]:
    """Read everything by the command line, killed at some moments, and count what is there at the end."""
    with tempfile.TemporaryDirectory() as folder, serving(shop(orders)) as address:
        path = Path(folder) / "shop.db"
        section = {"ON": "true", "SHOP": "lantern.myshopify.com", "TOKEN": TOKEN, "URL": f"{address}/graphql"}
        environment = {**os.environ, "STOREKEEPER__DATABASE__URL": f"sqlite:///{path}"}
        environment |= {f"STOREKEEPER__SHOPIFY__{name}": value for name, value in section.items()}
        command = [sys.executable, "-m", "bot"]
        subprocess.run([*command, "db", "upgrade"], env=environment, check=True, capture_output=True, cwd=folder)
        killed_at, spent = [], 0.0
        for after_s in (*_AFTER_S, None):
            began = time.perf_counter()
            reading = subprocess.Popen([*command, "sync", "shopify", "--once"], env=environment, cwd=folder,
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
    table("First load of a shop", measure(int(sys.argv[1]) if len(sys.argv) > 1 else _ORDERS))
