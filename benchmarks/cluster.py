"""A whole plan on a standalone Spark cluster, one master and two workers of a core each, beside one without it.

python -m benchmarks.cluster [--items 100000 1000000] [--memory 1g]

The tables are those of `benchmarks.scale`. Processor time is that of every process that takes part, read twice a second
from /proc, so that it says the same on a machine that others use as well; `pip install -e ".[spark]"` and Java 17.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import __version__ as spark_version

from benchmarks.machine import machine
from benchmarks.scale import write_tables
from tests.spark import standalone

_EVERY_S = 0.5
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass
class Watch:
    """What processes of some sessions have used: processor time of each, and the most memory of all at once."""

    sessions: set[int]
    seconds: dict[int, float] = field(default_factory=dict)
    peak_mib: float = 0.0

    def look(self) -> None:
        """Read what there is of every process."""
        resident = 0.0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) in self.sessions:
                self.seconds[int(path.parent.name)] = (int(fields[11]) + int(fields[12])) * _TICK_S
                resident += int(fields[21]) * _PAGE_MIB
        self.peak_mib = max(self.peak_mib, resident)

    @property
    def total_s(self) -> float:
        """Processor time of all of them."""
        return sum(self.seconds.values())


@contextmanager
def watched(sessions: set[int]) -> Iterator[Watch]:
    """What is used meanwhile by sessions, which may be added to."""
    watch, over = Watch(sessions), threading.Event()

    def keep_looking() -> None:
        while not over.wait(_EVERY_S):
            watch.look()

    watch.look()
    looking = threading.Thread(target=keep_looking)
    looking.start()
    try:
        yield watch
    finally:
        over.set()
        looking.join()


@dataclass(frozen=True)
class Run:
    """What a plan took."""

    lines: int
    wall_s: float
    processor_s: float
    peak_mib: float


def planned(folder: Path, environment: dict[str, str], sessions: set[int], *engine: str) -> Run:
    """Plan the tables of a folder as a program of its own."""
    files = [f"--{kind}={folder / f'{kind}.parquet'}" for kind in ("items", "demand", "out")]
    with watched(sessions) as watch:
        before, began = watch.total_s, time.perf_counter()
        command = [sys.executable, "-m", "bot", "plan-table", *files, "--json", *engine]
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, start_new_session=True)
        watch.sessions.add(running.pid)
        out, _ = running.communicate()
        wall = time.perf_counter() - began
    if running.returncode:
        raise SystemExit(f"plan-table ended with {running.returncode}")
    return Run(json.loads(out.splitlines()[-1])["lines"], wall, watch.total_s - before, watch.peak_mib)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--items", type=int, nargs="+", default=[100_000, 1_000_000])
    asked.add_argument("--memory", default="1g", help="of a worker, as Spark writes it")
    wanted = asked.parse_args()
    print(f"{machine()}, pyarrow {pa.__version__}, pyspark {spark_version}; load {os.getloadavg()[0]:.1f}")
    head = f"{'items':>10}{'engine':>8}{'wall s':>9}{'processor s':>13}{'items/s of a core':>19}"
    print(f"{head}{'peak MiB':>10}{'lines':>10}")
    for count in wanted.items:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_tables(count, folder)
            runs = {"local": planned(folder, dict(os.environ), set(), "--workers", "2")}
            here = pq.read_table(folder / "out.parquet").num_rows
            (folder / "out.parquet").unlink()
            with standalone.standing(folder, memory=wanted.memory) as cluster:
                sessions = {one.pid for one in cluster.workers}
                on_cluster = ("--engine", "spark", "--master", cluster.master)
                runs["spark"] = planned(folder, cluster.environment, sessions, *on_cluster)
            assert pq.read_table(folder / "out.parquet").num_rows == here
        for engine, run in runs.items():
            rate = count / run.processor_s
            figures = f"{count:>10,}{engine:>8}{run.wall_s:>9.1f}{run.processor_s:>13.1f}{rate:>19,.0f}"
            print(f"{figures}{run.peak_mib:>10,.0f}{run.lines:>10,}", flush=True)


if __name__ == "__main__":
    main()
