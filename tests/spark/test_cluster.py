"""A standalone cluster, one master and two workers as processes of their own: the same proposals as on this machine,
with vehicles, room and budgets shared."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.spark import standalone

pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark installs it")
if shutil.which("java") is None:
    pytest.skip("Spark wants Java 17", allow_module_level=True)

ITEMS, DAYS, COMING = 1_200, 560, 20


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[standalone.Cluster]:
    with standalone.standing(tmp_path_factory.mktemp("cluster"), standalone.QUICK_TO_START) as started:
        yield started


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Items of 30 suppliers, one of them faulty, and their demand with a season, promotions and prices, one row of it
    of nobody's, and days of promotions and prices to come."""
    folder, chance = tmp_path_factory.mktemp("tables"), np.random.default_rng(2)
    sku, place = [f"S{at // 3:04d}" for at in range(ITEMS)], [("NORTH", "SOUTH", "EAST")[at % 3] for at in range(ITEMS)]
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
    year = 1.0 + 0.8 * np.cos(2 * np.pi * (np.arange(DAYS) - DAYS - 30) / 365.25)
    sold = chance.poisson(0.45 * rates[:, None] * year)
    sold[:, 0] = 1
    row, day = np.nonzero(sold)
    row, day = (
        np.append(row, np.repeat(np.arange(0, ITEMS, 7), COMING)),
        np.append(day, np.tile(np.arange(DAYS, DAYS + COMING), len(range(0, ITEMS, 7)))),
    )
    units = [*sold[row[day < DAYS], day[day < DAYS]].astype(float), *([None] * int(np.sum(day >= DAYS)))]
    is_held = (row % 7 == 0) & (day % 40 < 6)
    demand = {
        "sku": [*(sku[at] for at in row), "S9999"], "location": [*(place[at] for at in row), "NORTH"],
        "date": pa.array(np.append(day, 3).astype(np.int32) + 20_500).cast(pa.date32()),
        "units": pa.array([*units, 5.0], pa.float64()),
        "price": np.append(np.where(is_held & (row % 2 == 0), 8.0, 10.0), 10.0),
        "event": [*np.where(is_held & (row % 2 == 1), "sale", "").tolist(), ""],
    }  # fmt: skip
    pq.write_table(pa.table(demand), folder / "demand.parquet")
    driven = "".join(f"V{at:02d},,300,60\n" for at in range(10, 20))
    (folder / "suppliers.csv").write_text(
        f"supplier,minimum_order_value,vehicle_weight_kg,trip_cost\nV03,3500,,\nV04,90000000,,\n{driven}",
        encoding="utf-8",
    )
    (folder / "locations.csv").write_text("location,storage_m3,budget\nNORTH,60,\nSOUTH,,60000\n", encoding="utf-8")
    return folder


def command(tables: Path, out: str, *more: str) -> list[str]:
    files = ("--items", "items.parquet", "--demand", "demand.parquet", "--suppliers", "suppliers.csv",
             "--locations", "locations.csv")  # fmt: skip
    return [sys.executable, "-m", "bot", "plan-table", *files, "--out", str(tables / out), "--json", *more]


def planned(tables: Path, out: str, environment: dict[str, str], *more: str) -> tuple[pa.Table, dict[str, Any]]:
    ended = subprocess.run(
        command(tables, out, *more),
        cwd=tables,
        env=environment,
        capture_output=True,
        timeout=standalone.LONGEST_S,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr[-3000:]  # a faulty item and a row of demand of nobody's
    return in_order(tables / out), json.loads(ended.stdout.splitlines()[-1])


def in_order(path: Path) -> pa.Table:
    return pq.read_table(path).sort_by([("sku", "ascending"), ("location", "ascending")]).combine_chunks()


def test_the_cluster_proposes_the_same_row_for_row_though_a_worker_dies(
    cluster: standalone.Cluster, tables: Path
) -> None:
    here, told_here = planned(tables, "here.parquet", cluster.environment, "--workers", "1")
    on_cluster = ("--engine", "spark", "--master", cluster.master, "--chunk", "200")
    with (cluster.folder / "driver.log").open("wb") as errors:
        asked = command(tables, "there.parquet", *on_cluster)
        running = subprocess.Popen(asked, cwd=tables, env=cluster.environment, stdout=subprocess.PIPE, stderr=errors)
    cluster.wait_for("activeapps", 1)
    time.sleep(2)
    assert running.poll() is None, "it was over before a worker could die"
    standalone.end(cluster.workers[0])
    out, _ = running.communicate(timeout=standalone.LONGEST_S)
    assert running.returncode == 1, (cluster.folder / "driver.log").read_text(errors="replace")[-3000:]
    told_there = json.loads(out.splitlines()[-1])
    there = in_order(tables / "there.parquet")
    assert len(here) > 200
    changed = {part for row in here["reason"].to_pylist() for part, units in json.loads(row)["parts"].items() if units}
    assert {"to_load", "to_room", "to_budget"} <= changed
    reasons = [json.loads(row) for row in here["reason"].to_pylist()]
    assert any("season" in one["demand"] for one in reasons)
    assert {event["name"] for one in reasons for event in one.get("events", ())} == {"sale", "Price"}
    assert here.equals(there.cast(here.schema))
    for figure in ("as_of", "lines", "orders", "notes", "trips", "shadow_prices"):
        assert told_here[figure] == told_there[figure]
    assert told_there["total"] == pytest.approx(told_here["total"])
    sentences = [one["sentence"] for one in told_there["left_out"]]
    assert len(sentences) == 2
    assert any("unit cost is -1" in one for one in sentences)
    assert any("S9999" in one for one in sentences)
    assert told_there["trips"]
    (note,) = told_there["notes"]
    assert (note["supplier"], note["location"]) == ("V03", "NORTH")
    assert "room or money leave less than its minimum value" in note["sentence"]
