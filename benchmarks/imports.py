"""Rows a second and peak memory of imports: python -m benchmarks.imports [ONLINE_RETAIL_II_FILE]."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import machine, table

DEFAULT = Path(__file__).parents[2] / "shared/data/orders/online_retail_ii_to_2011-06.parquet"
_ORDERS, _LINES_EACH = 20_000, 20


@dataclass(frozen=True)
class Run:
    """What one import in a process of its own took."""

    wall_s: float
    processor_s: float
    peak_mib: float
    rows: int
    left_out: int


def import_afresh(source: str, path: Path) -> Run:
    """Import into a new SQLite database, by the command line, start of the program included."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "STOREKEEPER__DATABASE__URL": f"sqlite:///{folder}/import.db"}
        command = [sys.executable, "-m", "bot"]
        subprocess.run([*command, "db", "upgrade"], env=environment, check=True, capture_output=True)
        before, began = _processor_s(), time.perf_counter()
        done = subprocess.run(
            [*command, "import", source, str(path), "--json"],
            env=environment,
            check=False,  # 1 where rows were left out
            capture_output=True,
            text=True,
        )
        wall_s = time.perf_counter() - began
    if not done.stdout:
        sys.exit(f"The import failed: {done.stderr.strip()}")
    outcome = json.loads(done.stdout)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of the largest child so far
    rows = sum(outcome["taken"].values())
    return Run(wall_s, _processor_s() - before, peak_mib, rows, len(outcome["faults"]))


def measure_csv() -> list[tuple[str, str, str]]:
    """Orders with their lines, written for the purpose."""
    with tempfile.TemporaryDirectory() as folder:
        _write_orders(Path(folder))
        run = import_afresh("csv", Path(folder))
    return _rows(run, "rows", run.rows)


def measure_online_retail(file: Path) -> list[tuple[str, str, str]]:
    """The whole file; a line of it becomes two rows and more."""
    import pyarrow.parquet as pq

    lines = pq.ParquetFile(file).metadata.num_rows
    return [("lines of the file", f"{lines:,}", ""), *_rows(import_afresh("online_retail", file), "lines", lines)]


def _rows(run: Run, unit: str, units: int) -> list[tuple[str, str, str]]:
    return [
        ("rows written", f"{run.rows:,}", ""),
        ("left out, each named", f"{run.left_out:,}", ""),
        ("wall time", f"{run.wall_s:.1f} s", ""),
        ("processor time", f"{run.processor_s:.1f} s", ""),
        (f"{unit} a second", f"{units / run.wall_s:,.0f}", "at least 20,000"),
        ("peak memory", f"{run.peak_mib:,.0f} MiB", "within 600 MiB"),
    ]


def _write_orders(folder: Path) -> None:
    with (folder / "orders.csv").open("w", encoding="utf-8") as orders:
        orders.write("order_number,placed_at,status,currency,ship_country\n")
        for order in range(_ORDERS):
            placed_at = f"2026-{order % 12 + 1:02d}-{order % 28 + 1:02d}T{order % 24:02d}:{order % 60:02d}:00Z"
            orders.write(f"SO-{order:06d},{placed_at},delivered,GBP,GB\n")
    with (folder / "order_lines.csv").open("w", encoding="utf-8") as lines:
        lines.write("order_number,line,sku,description,quantity,unit_price,currency,tax_rate\n")
        for order in range(_ORDERS):
            for line in range(1, _LINES_EACH + 1):
                sku = (order * 7 + line * 131) % 5_000
                price = f"{sku % 40}.{sku % 100:02d}"
                lines.write(f"SO-{order:06d},{line},SKU-{sku:05d},Lamp number {sku},{sku % 48 + 1},{price},GBP,0.2\n")


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the tables."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    print(machine())
    table("Import of CSV files into SQLite", measure_csv())
    if file.is_file():
        table("Import of Online Retail II into SQLite", measure_online_retail(file))
    else:
        print(f"\n{file} is not there; give the path of the Online Retail II file to measure its import too.")


if __name__ == "__main__":
    main()
