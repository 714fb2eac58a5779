"""A whole plan from Parquet to proposals: wall time and peak memory, and how both grow with the number of items.

python -m benchmarks.scale [--items 10000 100000 1000000] [--workers 2]

Each item has 40 weeks of demand; about nine in ten of a large shop's items are slow. The tables are drawn, written to a
temporary folder, and planned by `storekeeper plan-table` as a program of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.machine import machine

WEEKS, PLACES, FIRST_DAY = 40, 10, 20_300


def write_tables(count: int, folder: Path) -> int:
    """Items of a supplier for every 100 of them, at ten places, and their demand; how many rows of demand."""
    chance = np.random.default_rng(3)
    mean = np.clip(chance.lognormal(-0.5, 1.4, count), 0.02, 200.0)  # a week
    cost = np.maximum(chance.lognormal(2.0, 1.0, count), 0.1).round(2)
    sku = pa.array([f"S{at // PLACES:07d}" for at in range(count)])
    place = pa.array([f"L{at % PLACES}" for at in range(count)])
    suppliers = max(count // 100, 1)
    has_break = (chance.random(count) < 0.3) & (cost > 1)
    tiers = [
        [{"quantity": float(max(12, round(10 * rate))), "unit_cost": round(0.94 * price, 4)}] if has else None
        for rate, price, has in zip(mean.tolist(), cost.tolist(), has_break.tolist(), strict=True)
    ]
    items = {
        "sku": sku, "location": place,
        "supplier": pa.array([f"V{at // PLACES % suppliers:05d}" for at in range(count)]),
        "unit_cost": cost, "order_cost": np.full(count, 40.0), "line_cost": np.full(count, 1.5),
        "stockout_cost": (0.4 * cost).round(2), "lead_time_days": chance.integers(3, 45, count).astype(float),
        "lead_time_sd_days": chance.uniform(0, 5, count).round(1), "review_days": np.full(count, 7.0),
        "on_hand": chance.poisson(mean * chance.uniform(0.5, 8, count)).astype(float),
        "pack": chance.choice([1.0, 6.0, 12.0], count), "price_breaks": tiers,
    }  # fmt: skip
    pq.write_table(pa.table(items), folder / "items.parquet")
    schema = pa.schema(
        [("sku", pa.string()), ("location", pa.string()), ("date", pa.date32()), ("units", pa.float64())]
    )
    rows = 0
    with pq.ParquetWriter(folder / "demand.parquet", schema) as writer:
        for week in range(WEEKS):
            units = chance.poisson(mean)
            sold = np.flatnonzero((units > 0) | (week == 0))
            day = pa.array(np.full(len(sold), FIRST_DAY + 7 * week, dtype=np.int32)).cast(pa.date32())
            parts = [sku.take(pa.array(sold)), place.take(pa.array(sold)), day, pa.array(units[sold].astype(float))]
            writer.write_table(pa.table(parts, schema=schema))
            rows += len(sold)
    return rows


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    asked.add_argument("--workers", type=int, default=2)
    wanted = asked.parse_args()
    print(machine(), f"pyarrow {pa.__version__}, {wanted.workers} processes")
    head = f"{'items':>10}{'demand rows':>14}{'wall s':>9}{'items/s':>9}{'peak MiB':>10}{'lines':>10}"
    print(f"{head}  seconds of each step")
    for count in wanted.items:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows = write_tables(count, folder)
            files = [f"--{kind}={folder / f'{kind}.parquet'}" for kind in ("items", "demand", "out")]
            began = time.perf_counter()
            command = [sys.executable, "-m", "bot", "plan-table", *files, "--workers", str(wanted.workers), "--json"]
            ended = subprocess.run(command, capture_output=True, check=True)
            wall = time.perf_counter() - began
            told = json.loads(ended.stdout)
        spent = ", ".join(f"{what} {seconds:.1f}" for what, seconds in told["seconds"].items())
        figures = f"{count:>10,}{rows:>14,}{wall:>9.1f}{count / wall:>9,.0f}"
        print(f"{figures}{told['peak_memory_mib']:>10,}{told['lines']:>10,}  {spent}")


if __name__ == "__main__":
    main()
