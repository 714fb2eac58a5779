"""The backtest command on a small shop: figures, files, and what it says of rows it cannot use."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bot import replay_tables
from core.config import Planning, Tables
from core.replenishment.backtest import OURS
from core.replenishment.rules_of_thumb import NAMES
from tests.bot.command_line import Ended, run

FIGURES = {"total_cost", "holding", "stockout", "ordering", "purchase", "write_off", "fill_rate", "average_stock",
           "orders"}  # fmt: skip


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder with the items and 80 weeks of demand of a small shop."""
    chance = np.random.default_rng(11)
    items = ["sku,unit_cost,lead_time_days,on_hand", *(f"S{at},4.5,10,{5 + at}" for at in range(12))]
    demand = ["sku,date,units"]
    for at in range(12):
        for day in range(80 * 7):
            units = chance.poisson(0.1 + 0.1 * at)
            if units or day == 0:
                demand.append(f"S{at},{date(2024, 1, 1) + timedelta(days=day)},{units}")
    demand.append(f"S0,{date(2024, 1, 1) + timedelta(days=80 * 7 - 1)},0" if "2025-07-13" not in demand[-1] else "")
    (tmp_path / "items.csv").write_text("\n".join(items) + "\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("\n".join(filter(None, demand)) + "\n", encoding="utf-8")
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return tmp_path


def backtest(folder: Path, *more: str) -> Ended:
    files = ("--items", str(folder / "items.csv"), "--demand", str(folder / "demand.csv"))
    return run("backtest", *files, "--config", str(folder / "config.toml"), *more)


def add(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_json_has_every_figure_of_every_rule(tables: Path) -> None:
    found = json.loads(backtest(tables, "--json").out)
    overall = found["overall"]
    assert set(overall["policies"]) == {OURS, *NAMES}
    assert all(set(figures) == FIGURES for figures in overall["policies"].values())
    assert overall["clairvoyant"] <= min(one["total_cost"] for one in overall["policies"].values())
    assert set(overall["gap_closed"]) == {"share", "low", "high"}
    assert sum(part["items"] for name, part in found.items() if isinstance(part, dict) and name != "overall") == 12


def test_costs_add_up_to_the_total(tables: Path) -> None:
    for one in json.loads(backtest(tables, "--json").out)["overall"]["policies"].values():
        parts = one["holding"] + one["stockout"] + one["ordering"] + one["write_off"]
        assert one["total_cost"] == pytest.approx(parts)


def test_table_file_and_picture_show_the_same_rules(tables: Path) -> None:
    ended = backtest(tables, "--out", str(tables / "out.csv"), "--picture", str(tables / "costs.svg"))
    with (tables / "out.csv").open(encoding="utf-8") as file:
        written = {row["policy"] for row in csv.DictReader(file)}
    drawn = (tables / "costs.svg").read_text(encoding="utf-8")
    assert ended.code == 0
    assert written == {OURS, *NAMES}
    assert all(name in ended.out and name in drawn for name in written)


def test_bad_rows_are_named_by_line_and_the_rest_is_replayed(tables: Path) -> None:
    add(tables / "items.csv", "S1,4.5,10,5", "S20,4.5,-1,5", "S21,free,10,5", "S22,nan,10,5")
    add(tables / "demand.csv", "S99,2024-01-01,3", "S1,31.3.2024,3", "S1,2024-01-01,2")
    ended = backtest(tables, "--json")
    found = json.loads(ended.out)
    said = {(one["file"], one["line"]): one["sentence"] for one in found["left_out"]}
    assert ended.code == 1
    assert found["overall"]["items"] == 12
    assert [line for file, line in said if file == "items.csv"] == [14, 15, 16, 17]
    assert "keep one row" in said["items.csv", 14]
    assert "0 to 364" in said["items.csv", 15]
    assert sum(file == "demand.csv" for file, _ in said) == 3


def test_parquet_and_csv_come_to_the_same(tables: Path) -> None:
    arrow_csv = pytest.importorskip("pyarrow.csv")
    parquet = pytest.importorskip("pyarrow.parquet")
    for name in ("items", "demand"):
        parquet.write_table(arrow_csv.read_csv(tables / f"{name}.csv"), tables / f"{name}.parquet")
    files = ("--items", str(tables / "items.parquet"), "--demand", str(tables / "demand.parquet"))
    ended = run("backtest", *files, "--config", str(tables / "config.toml"), "--json")
    assert json.loads(ended.out)["overall"] == json.loads(backtest(tables, "--json").out)["overall"]


@pytest.mark.parametrize(
    ("more", "said"),
    [(("--policy", "guess"), "There is no rule"), (("--out", "/no/such/folder/x.csv"), "cannot be written")],
)
def test_what_cannot_be_done_is_said_before_any_work(tables: Path, more: tuple[str, ...], said: str) -> None:
    ended = backtest(tables, *more)
    assert ended.code == 2
    assert said in ended.err


def test_history_too_short_names_the_setting(tables: Path) -> None:
    (tables / "demand.csv").write_text("sku,date,units\nS1,2024-01-01,2\nS1,2024-02-01,2\n", encoding="utf-8")
    assert "backtest.learn_weeks" in backtest(tables).err


@pytest.fixture
def monthly(tmp_path: Path) -> Path:
    """A folder with eight spare parts and three years of their demand, a row a month."""
    chance = np.random.default_rng(5)
    items = ["sku,unit_cost,lead_time_days,on_hand", *(f"P{at},20,45,{2 + at}" for at in range(8))]
    demand = ["sku,date,units"]
    for at in range(8):
        demand += [
            f"P{at},{2023 + month // 12}-{month % 12 + 1:02d}-01,{chance.poisson(0.5 + at)}" for month in range(36)
        ]
    (tmp_path / "items.csv").write_text("\n".join(items) + "\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("\n".join(demand) + "\n", encoding="utf-8")
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return tmp_path


def test_spare_parts_are_replayed_by_month(monthly: Path) -> None:
    overall = json.loads(backtest(monthly, "--period", "month", "--json").out)["overall"]
    with (monthly / "demand.csv").open(encoding="utf-8") as file:
        asked = sum(float(row["units"]) for row in csv.DictReader(file) if row["date"] >= "2024-01")
    assert set(overall["policies"]) == {OURS, *NAMES}
    for one in overall["policies"].values():
        assert one["fill_rate"] == pytest.approx(1 - round((1 - one["fill_rate"]) * asked) / asked)
        assert one["total_cost"] >= overall["clairvoyant"] > 0


def test_rows_of_a_month_are_added_up_wherever_in_it_they_stand(monthly: Path) -> None:
    whole = json.loads(backtest(monthly, "--period", "month", "--json").out)
    with (monthly / "demand.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    halves = ["sku,date,units"]
    for row in rows:
        half = int(row["units"]) // 2
        halves += [f"{row['sku']},{row['date']},{half}"]
        halves += [f"{row['sku']},{row['date'][:8]}20,{int(row['units']) - half}"]
    (monthly / "demand.csv").write_text("\n".join(halves) + "\n", encoding="utf-8")
    assert json.loads(backtest(monthly, "--period", "month", "--json").out) == whole


def test_lead_times_and_holding_are_by_month(monthly: Path) -> None:
    tables = replay_tables.read(
        monthly / "items.csv", monthly / "demand.csv", Planning(holding_rate=0.24), Tables(), replay_tables.MONTH
    )
    assert tables.demand.shape == (8, 36, 1)
    assert tables.terms.lead_weeks.tolist() == [2.0] * 8
    assert tables.terms.holding.tolist() == pytest.approx([0.4] * 8)


def test_too_few_months_are_said_in_months(monthly: Path) -> None:
    (monthly / "config.toml").write_text("[backtest]\nlearn_weeks = 200\n", encoding="utf-8")
    ended = backtest(monthly, "--period", "month")
    assert "36 whole months of demand are too few to learn 46 months" in ended.err
