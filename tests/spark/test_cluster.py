"""A standalone cluster, one master and two workers as processes of their own: the same proposals as on this machine,
with vehicles, room and budgets shared."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark installs it")
if shutil.which("java") is None:
    pytest.skip("Spark wants Java 17", allow_module_level=True)

ROOT = Path(__file__).parents[2]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class" if pyspark.__file__ else Path()
LONGEST_S = 240
ITEMS, DAYS = 1_200, 60


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Cluster:
    """A master and its workers on loopback."""

    port: int
    page: int
    environment: dict[str, str]
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0].rsplit('.', 1)[-1]}-{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(
                [str(SPARK_CLASS), *arguments], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait_for(self, what: str, count: int) -> None:
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            try:
                if len([one for one in self.state()[what] if one.get("state") in {"ALIVE", "RUNNING"}]) >= count:
                    return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"no {count} {what} within {LONGEST_S} s")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    environment = {
        **os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
        "SPARK_WORKER_DIR": str(folder / "work"), "SPARK_LOCAL_DIRS": str(folder / "local"),
    }  # fmt: skip
    started = Cluster(free_port(), free_port(), environment, folder)
    name = "org.apache.spark.deploy"
    where = ("--host", "127.0.0.1", "--port", str(started.port), "--webui-port", str(started.page))
    processes = [started.start(f"{name}.master.Master", *where)]
    try:
        for _ in range(2):
            own = ("--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1", "--memory", "1g")
            started.workers.append(started.start(f"{name}.worker.Worker", *own, started.master))
        processes += started.workers
        started.wait_for("workers", 2)
        yield started
    finally:
        for process in processes:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(timeout=30)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Items of 30 suppliers, one of them faulty, and their demand, one row of it of nobody's."""
    folder, chance = tmp_path_factory.mktemp("tables"), np.random.default_rng(2)
    sku, place = [f"S{at // 2:04d}" for at in range(ITEMS)], [("NORTH", "SOUTH")[at % 2] for at in range(ITEMS)]
    rates = chance.lognormal(-1.0, 1.0, ITEMS)
    items = {
        "sku": sku, "location": place, "supplier": [f"V{at % 30:02d}" for at in range(ITEMS)],
        "unit_cost": [*chance.uniform(1, 30, ITEMS - 1).round(2), -1.0], "order_cost": np.full(ITEMS, 25.0),
        "lead_time_days": chance.integers(2, 30, ITEMS).astype(float),
        "on_hand": chance.poisson(rates * 8).astype(float),
        "pack": chance.choice([1.0, 6.0, 12.0], ITEMS), "weight_kg": chance.uniform(0.1, 5.0, ITEMS).round(2),
        "volume_m3": chance.uniform(0.001, 0.02, ITEMS).round(4),
    }  # fmt: skip
    pq.write_table(pa.table(items), folder / "items.parquet")
    sold = chance.poisson(rates[:, None], (ITEMS, DAYS))
    sold[:, 0] = 1
    row, day = np.nonzero(sold)
    demand = {
        "sku": [*(sku[at] for at in row), "S9999"], "location": [*(place[at] for at in row), "NORTH"],
        "date": pa.array(np.append(day, 3).astype(np.int32) + 20_500).cast(pa.date32()),
        "units": np.append(sold[row, day], 5).astype(float),
    }  # fmt: skip
    pq.write_table(pa.table(demand), folder / "demand.parquet")
    driven = "".join(f"V{at:02d},,300,60\n" for at in range(10, 20))
    (folder / "suppliers.csv").write_text(
        f"supplier,minimum_order_value,vehicle_weight_kg,trip_cost\nV03,4000,,\nV04,90000000,,\n{driven}",
        encoding="utf-8",
    )
    (folder / "locations.csv").write_text("location,storage_m3,budget\nNORTH,90,\nSOUTH,,60000\n", encoding="utf-8")
    return folder


def command(tables: Path, out: str, *more: str) -> list[str]:
    files = ("--items", "items.parquet", "--demand", "demand.parquet", "--suppliers", "suppliers.csv",
             "--locations", "locations.csv")  # fmt: skip
    return [sys.executable, "-m", "bot", "plan-table", *files, "--out", str(tables / out), "--json", *more]


def planned(tables: Path, out: str, environment: dict[str, str], *more: str) -> tuple[pa.Table, dict[str, Any]]:
    ended = subprocess.run(
        command(tables, out, *more), cwd=tables, env=environment, capture_output=True, timeout=LONGEST_S, check=False
    )
    assert ended.returncode == 1, ended.stderr[-3000:]  # a faulty item and a row of demand of nobody's
    return in_order(tables / out), json.loads(ended.stdout.splitlines()[-1])


def in_order(path: Path) -> pa.Table:
    return pq.read_table(path).sort_by([("sku", "ascending"), ("location", "ascending")]).combine_chunks()


def test_the_cluster_proposes_the_same_row_for_row_though_a_worker_dies(cluster: Cluster, tables: Path) -> None:
    here, told_here = planned(tables, "here.parquet", cluster.environment, "--workers", "1")
    on_cluster = ("--engine", "spark", "--master", cluster.master, "--chunk", "40")
    with (cluster.folder / "driver.log").open("wb") as errors:
        asked = command(tables, "there.parquet", *on_cluster)
        running = subprocess.Popen(asked, cwd=tables, env=cluster.environment, stdout=subprocess.PIPE, stderr=errors)
    cluster.wait_for("activeapps", 1)
    time.sleep(4)
    assert running.poll() is None, "it was over before a worker could die"
    end(cluster.workers[0])
    out, _ = running.communicate(timeout=LONGEST_S)
    assert running.returncode == 1, (cluster.folder / "driver.log").read_text(errors="replace")[-3000:]
    told_there = json.loads(out.splitlines()[-1])
    there = in_order(tables / "there.parquet")
    assert len(here) > 200
    changed = {part for row in here["reason"].to_pylist() for part, units in json.loads(row)["parts"].items() if units}
    assert {"to_load", "to_room", "to_budget"} <= changed
    assert here.equals(there.cast(here.schema))
    for figure in ("as_of", "lines", "orders"):
        assert told_here[figure] == told_there[figure]
    assert told_there["total"] == pytest.approx(told_here["total"])
    sentences = [one["sentence"] for one in told_there["left_out"]]
    assert len(sentences) == 3
    assert any("unit cost is -1" in one for one in sentences)
    assert any("S9999" in one for one in sentences)
    assert any("V03 at SOUTH: room or money leave less than its minimum value" in one for one in sentences)
