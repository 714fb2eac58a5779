"""The plan-table command on a small shop: what it writes, in what files, and what it says of rows it cannot use."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot.plan_table import kernel
from tests.bot.command_line import Ended, run

DAYS = 200
FIRST = date(2026, 1, 5)
HEAD = "sku,location,supplier,unit_cost,order_cost,lead_time_days,on_hand,pack,price_breaks"
COLUMNS = ["sku", "location", "supplier", "quantity", "unit_cost", "line_total", "order_on", "expected_on",
           "reorder_point", "order_up_to", "forecast_mean", "forecast_sd", "expected_cost", "reason"]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with 24 items of four suppliers at two places, and what sold in 200 days."""
    chance = np.random.default_rng(7)
    breaks = '"[{""quantity"": 60, ""unit_cost"": 3.9}]"'
    items = [HEAD]
    demand = ["sku,location,date,units"]
    for at in range(24):
        sku, place = f"S{at // 2:02d}", "NORTH" if at % 2 else "SOUTH"
        items.append(
            f"{sku},{place},V{at % 4},4.5,12,{7 + at % 9},{at % 5},{(1, 6)[at % 2]},{breaks if at % 3 else ''}"
        )
        sold = chance.poisson(0.2 + 0.15 * at, DAYS)
        sold[0] = 1
        demand += [f"{sku},{place},{FIRST + timedelta(days=day)},{sold[day]}" for day in np.flatnonzero(sold).tolist()]
    (tmp_path / "items.csv").write_text("\n".join(items) + "\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("\n".join(demand) + "\n", encoding="utf-8")
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return tmp_path


def plan(folder: Path, *more: str, out: str = "out.csv", items: str = "items.csv", demand: str = "demand.csv") -> Ended:
    files = ("--items", str(folder / items), "--demand", str(folder / demand), "--out", str(folder / out))
    return run("plan-table", *files, "--config", str(folder / "config.toml"), *more)


def proposed(folder: Path, out: str = "out.csv") -> list[dict[str, Any]]:
    with (folder / out).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def edit(path: Path, line: int, **changes: str) -> None:
    """Change cells of one line of a CSV file; the head is line 1."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[line - 2].update(changes)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def test_a_proposal_has_every_column_and_its_numbers_add_up(shop: Path) -> None:
    assert plan(shop).code == 0
    rows = proposed(shop)
    assert list(rows[0]) == COLUMNS
    assert len(rows) > 12
    for row in rows:
        reason = json.loads(row["reason"])
        assert sum(reason["parts"].values()) == float(row["quantity"]) == reason["quantity"]
        cost = reason["cost"]
        assert cost["total"] == pytest.approx(sum(value for name, value in cost.items() if name != "total"), abs=0.01)
        assert float(row["line_total"]) == pytest.approx(float(row["quantity"]) * float(row["unit_cost"]))


def test_the_plan_is_for_the_day_after_the_last_demand_unless_told(shop: Path) -> None:
    found = json.loads(plan(shop, "--json").out)
    assert found["as_of"] == (FIRST + timedelta(days=DAYS)).isoformat()
    assert json.loads(plan(shop, "--json", "--as-of", "2026-05-01").out)["as_of"] == "2026-05-01"
    assert {row["order_on"] for row in proposed(shop)} == {"2026-05-01"}


def test_packs_within_packs_are_filled_where_it_pays(shop: Path) -> None:
    before = {(row["sku"], row["location"]): row for row in proposed(shop)} if plan(shop).code == 0 else {}
    levels = '[{"quantity": 6, "handling": 3}, {"quantity": 24, "handling": 4}, {"quantity": 240, "handling": 5}]'
    for at in range(24):
        edit(shop / "items.csv", at + 2, pack="6", price_breaks="", packs=levels if at != 5 else "[6, 24]")
    edit(shop / "items.csv", 4, packs="[6, 50]")
    edit(shop / "items.csv", 5, packs="6, 50")
    ended = plan(shop, "--json")
    assert ended.code == 1
    assert [(one["line"], one["sentence"][:30]) for one in json.loads(ended.out)["left_out"]] == [
        (4, "its packs are not each a whole"),
        (5, "its packs are not read; write "),
    ]
    rows = proposed(shop)
    reasons = [json.loads(row["reason"]) for row in rows]
    assert any(one["parts"]["to_level"] for one in reasons)
    for row, reason in zip(rows, reasons, strict=True):
        assert sum(size * count for size, count in reason["made_of"]) == float(row["quantity"])
        assert sum(reason["parts"].values()) == float(row["quantity"])
    assert before


def test_what_a_supplier_has_too_little_of_is_shared_among_its_places(shop: Path) -> None:
    for line in range(2, 26):
        at = line - 2
        edit(shop / "items.csv", line, supplier=f"V{at // 2 % 4}", available="40" if at // 2 % 2 else "")
    assert plan(shop).code == 0
    for row in proposed(shop):
        reason = json.loads(row["reason"])
        assert sum(reason["parts"].values()) == float(row["quantity"])
        if "supply" in reason:
            assert reason["supply"]["there"] == 40
    sums: dict[str, float] = {}
    for row in proposed(shop):
        sums[row["sku"]] = sums.get(row["sku"], 0.0) + float(row["quantity"])
    assert all(units <= 40 for sku, units in sums.items() if int(sku[1:]) % 2)
    assert any(json.loads(row["reason"])["parts"]["to_supply"] < 0 for row in proposed(shop))
    edit(shop / "items.csv", 4, available="39")
    ended = plan(shop, "--json")
    assert [one["line"] for one in json.loads(ended.out)["left_out"]] == [4, 5]
    (shop / "places.csv").write_text("location,budget\nNORTH,500\n", encoding="utf-8")
    refused = plan(shop, "--locations", str(shop / "places.csv"))
    assert refused.code == 2
    assert "cannot be shared together with --locations" in refused.out + refused.err


def test_parquet_and_csv_give_the_same_proposals(shop: Path) -> None:
    for name in ("items", "demand"):
        with (shop / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns: dict[str, Any] = {key: [row[key] for row in rows] for key in rows[0]}
        for key in ("unit_cost", "order_cost", "lead_time_days", "on_hand", "pack", "units"):
            if key in columns:
                columns[key] = [float(value) for value in columns[key]]
        if "price_breaks" in columns:
            columns["price_breaks"] = [json.loads(value) if value else None for value in columns["price_breaks"]]
        if "date" in columns:
            columns["date"] = [date.fromisoformat(value) for value in columns["date"]]
        pq.write_table(pa.table(columns), shop / f"{name}.parquet")
    assert plan(shop).code == plan(shop, items="items.parquet", demand="demand.parquet", out="out.parquet").code == 0
    ours, theirs = proposed(shop), pq.read_table(shop / "out.parquet").to_pylist()
    assert [(row["sku"], row["location"], float(row["quantity"])) for row in ours] == [
        (row["sku"], row["location"], row["quantity"]) for row in theirs
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_chunks_and_processes_change_nothing(shop: Path, workers: str) -> None:
    plan(shop, "--all")
    together = proposed(shop)
    assert plan(shop, "--all", "--workers", workers, "--chunk", "1").code == 0
    assert proposed(shop) == together


def test_weekly_demand_is_learnt_as_such(shop: Path) -> None:
    """Totals of weeks on one day each must not pass for days of wild demand."""
    plan(shop, "--all")
    daily = {(row["sku"], row["location"]): float(row["forecast_sd"]) for row in proposed(shop)}
    with (shop / "demand.csv").open(newline="", encoding="utf-8") as file:
        weeks: dict[tuple[str, str, date], float] = {}
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            week = (row["sku"], row["location"], day - timedelta(days=(day - FIRST).days % 7))
            weeks[week] = weeks.get(week, 0) + float(row["units"])
    lines = [f"{sku},{place},{day},{units}" for (sku, place, day), units in weeks.items()]
    (shop / "demand.csv").write_text("\n".join(["sku,location,date,units", *lines]) + "\n", encoding="utf-8")
    plan(shop, "--all")
    for row in proposed(shop):
        assert 0.6 < float(row["forecast_sd"]) / daily[row["sku"], row["location"]] < 1.6


def test_every_row_that_cannot_be_used_is_named_and_the_rest_is_planned(shop: Path) -> None:
    items, demand = shop / "items.csv", shop / "demand.csv"
    edit(items, 3, unit_cost="much")
    edit(items, 4, lead_time_days="-1")
    edit(items, 5, sku="")
    edit(items, 6, on_hand="2.5")
    edit(items, 7, price_breaks='[{"quantity": 60, "unit_cost": 9}]')
    edit(items, 8, price_breaks="[60]")
    edit(items, 9, pack="6", maximum="5")
    edit(items, 10, service_level="95")
    edit(items, 11, holding_rate="900")
    edit(items, 12, sku="S00", location="SOUTH")
    edit(demand, len(demand.read_text().splitlines()), units="-3")
    with demand.open("a", encoding="utf-8") as file:
        file.write("S11,NORTH,soon,1\nS99,NORTH,2026-02-02,1\nS11,NORTH,2026-01-05,1\nS11,NORTH,2026-01-06,x\n")
    ended = plan(shop, "--json")
    assert ended.code == 1
    found = json.loads(ended.out)
    said = {(one["file"], one["line"]): one["sentence"] for one in found["left_out"]}
    assert {line for name, line in said if name == "items.csv"} == {*range(3, 13)}
    assert "below 0" in said["items.csv", 4]
    assert "line 2 already" in said["items.csv", 12]
    assert "95" in said["items.csv", 10]
    last = [sentence for (name, _), sentence in said.items() if name == "demand.csv"]
    for words in ("units are -3", "“soon”", "S99 at NORTH is not among", "“x” is not a number", "that day already"):
        assert sum(words in sentence for sentence in last) == 1, words
    assert found["items"] == 14
    assert found["lines"] > 5


def test_columns_without_effect_are_named(shop: Path) -> None:
    edit(shop / "items.csv", 2, colour="blue")
    assert "colour" in plan(shop).err


def test_what_is_on_its_way_is_not_ordered_again(shop: Path) -> None:
    plan(shop)
    before = {(row["sku"], row["location"]): float(row["quantity"]) for row in proposed(shop)}
    lines = [f"{sku},{place},{int(quantity) + 500},2026-08-01" for (sku, place), quantity in before.items()]
    (shop / "open.csv").write_text("\n".join(["sku,location,quantity,due_on", *lines]) + "\n", encoding="utf-8")
    assert plan(shop, "--open-orders", str(shop / "open.csv")).code == 0
    assert not {(row["sku"], row["location"]) for row in proposed(shop)} & set(before)


def test_an_order_reaches_the_suppliers_minimum_value_or_is_not_placed(shop: Path) -> None:
    (shop / "suppliers.csv").write_text("supplier,minimum_order_value\nV0,900\nV1,1000000\n", encoding="utf-8")
    assert plan(shop, "--suppliers", str(shop / "suppliers.csv")).code == 0
    worth: dict[tuple[str, str], float] = {}
    for row in proposed(shop):
        key = row["supplier"], row["location"]
        worth[key] = worth.get(key, 0.0) + float(row["line_total"])
    assert all(value >= 900 for (supplier, _), value in worth.items() if supplier == "V0")
    assert "V1" not in {supplier for supplier, _ in worth}


def test_vehicles_leave_full_or_not_at_all(shop: Path) -> None:
    for line in range(2, 26):
        edit(shop / "items.csv", line, weight_kg="2")
    plan(shop)
    before = {(row["supplier"], row["location"]): 0.0 for row in proposed(shop)}
    terms = "supplier,vehicle_weight_kg,trip_cost\nV0,400,60\nV1,50000,9000\n"
    (shop / "suppliers.csv").write_text(terms, encoding="utf-8")
    assert plan(shop, "--suppliers", str(shop / "suppliers.csv")).code == 0
    loads: dict[tuple[str, str], float] = {}
    for row in proposed(shop):
        key = row["supplier"], row["location"]
        loads[key] = loads.get(key, 0.0) + 2 * float(row["quantity"])
    assert "V0" in {supplier for supplier, _ in loads}
    for (supplier, _), load in loads.items():
        if supplier == "V0":
            assert 0.85 < load / 400 / np.ceil(load / 400) <= 1
    assert "V1" not in {supplier for supplier, _ in loads}
    assert "V1" in {supplier for supplier, _ in before}


def taken_up(rows: list[dict[str, Any]], column: str) -> float:
    """Cubic metres of what is there and ordered, or what the order costs."""
    if column == "budget":
        return sum(float(row["line_total"]) for row in rows)
    there = [float(json.loads(row["reason"])["stock"]["position"]) for row in rows]
    return sum(0.02 * (float(row["quantity"]) + position) for row, position in zip(rows, there, strict=True))


@pytest.mark.parametrize(("column", "price"), [("storage_m3", "cubic_metre"), ("budget", "money")])
def test_a_place_never_gets_more_than_it_has_room_or_money_for(shop: Path, column: str, price: str) -> None:
    for line in range(2, 26):
        edit(shop / "items.csv", line, volume_m3="0.02")
    plan(shop, "--all")
    before = {place: [row for row in proposed(shop) if row["location"] == place] for place in ("NORTH", "SOUTH")}
    limit = 0.8 * taken_up(before["SOUTH"], column)
    (shop / "locations.csv").write_text(f"location,{column}\nSOUTH,{limit}\n", encoding="utf-8")
    ended = plan(shop, "--all", "--locations", str(shop / "locations.csv"), "--json")
    assert ended.code == 0
    after = {place: [row for row in proposed(shop) if row["location"] == place] for place in ("NORTH", "SOUTH")}
    assert 0.85 * limit < taken_up(after["SOUTH"], column) <= limit + 1e-9
    assert {row["sku"]: row["quantity"] for row in after["NORTH"]} == {
        row["sku"]: row["quantity"] for row in before["NORTH"]
    }
    prices = json.loads(ended.out)["shadow_prices"]
    assert [one["location"] for one in prices] == ["SOUTH"]
    assert prices[0][price] > 0


def test_a_place_that_is_full_already_is_told_of(shop: Path) -> None:
    for line in range(2, 26):
        edit(shop / "items.csv", line, volume_m3="1")
    (shop / "locations.csv").write_text("location,storage_m3\nSOUTH,1\nWEST,5\n", encoding="utf-8")
    ended = plan(shop, "--locations", str(shop / "locations.csv"))
    assert ended.code == 1
    assert "WEST is not among the items" in ended.err
    assert "nothing is ordered unless there is more room" in ended.out
    assert {row["location"] for row in proposed(shop)} == {"NORTH"}


def test_a_minimum_that_cannot_be_reached_is_told_of(shop: Path) -> None:
    for line in range(2, 26):
        edit(shop / "items.csv", line, maximum="12")
    (shop / "suppliers.csv").write_text("supplier,minimum_order_value\nV2,100000\n", encoding="utf-8")
    ended = plan(shop, "--suppliers", str(shop / "suppliers.csv"))
    assert "V2 at SOUTH: no order reaches its minimum value of 100,000.00" in ended.out


def test_a_higher_fill_rate_keeps_more(shop: Path) -> None:
    points = []
    for target in ("0.8", "0.99"):
        for line in range(2, 26):
            edit(shop / "items.csv", line, fill_rate=target)
        plan(shop, "--all")
        points.append(sum(float(row["reorder_point"]) for row in proposed(shop)))
    assert points[0] < points[1]


def test_what_spoils_is_not_ordered_for_longer_than_it_keeps(shop: Path) -> None:
    plan(shop)
    before = {(row["sku"], row["location"]): float(row["quantity"]) for row in proposed(shop)}
    for line in range(2, 26):
        edit(shop / "items.csv", line, shelf_life_days="3")
    plan(shop)
    after = {(row["sku"], row["location"]): float(row["quantity"]) for row in proposed(shop)}
    assert all(after.get(key, 0.0) <= quantity for key, quantity in before.items())
    assert sum(after.values()) < 0.7 * sum(before.values())


def test_demand_of_other_items_alone_is_refused(shop: Path) -> None:
    (shop / "demand.csv").write_text("sku,location,date,units\nS77,NORTH,2026-01-05,1\n", encoding="utf-8")
    ended = plan(shop)
    assert ended.code == 2
    assert "S77 at NORTH is not among the items" in ended.err


@pytest.mark.parametrize("missing", ["items.csv", "demand.csv"])
def test_a_file_that_is_not_there_is_one_sentence(shop: Path, missing: str) -> None:
    (shop / missing).unlink()
    ended = plan(shop)
    assert ended.code == 2
    assert "cannot be read" in ended.err


def test_a_missing_column_is_named(shop: Path) -> None:
    (shop / "demand.csv").write_text("sku,day,units\nS00,2026-01-05,1\n", encoding="utf-8")
    assert "has no column date" in plan(shop).err


def test_the_kernel_gives_a_supplier_the_same_alone_as_in_company(shop: Path) -> None:
    plan(shop, "--all")
    rows = proposed(shop)
    for name in ("items.csv", "demand.csv"):
        text = (shop / name).read_text(encoding="utf-8").splitlines()
        kept = [row for row in csv.DictReader(text) if name == "demand.csv" or row["supplier"] == "V2"]
        with (shop / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(kept[0]))
            writer.writeheader()
            writer.writerows(kept)
    plan(shop, "--all")
    assert proposed(shop) == [row for row in rows if row["supplier"] == "V2"]
    assert [field.name for field in kernel.schema()] == COLUMNS


def seasonal(folder: Path, weeks: int, *suppliers: str) -> None:
    """Two and more years of weekly demand, which with these suppliers is highest in the weeks after the last."""
    items = [HEAD]
    demand = ["sku,location,date,units"]
    chance = np.random.default_rng(5)
    for at in range(20):
        supplier = f"V{at % 2}"
        items.append(f"S{at:02d},,{supplier},4.5,12,14,20,1,")
        peak = 0.7 if supplier in suppliers else 0.0
        mean = 14.0 * (1.0 + peak * np.cos(2 * np.pi * (np.arange(weeks, 0, -1) + 4) / 52.18))
        for week, units in enumerate(chance.poisson(mean).tolist()):
            demand.append(f"S{at:02d},,{FIRST + timedelta(days=7 * (week - weeks))},{units}")
    (folder / "items.csv").write_text("\n".join(items) + "\n", encoding="utf-8")
    (folder / "demand.csv").write_text("\n".join(demand) + "\n", encoding="utf-8")


def test_a_season_of_a_suppliers_goods_is_ordered_for_in_time(shop: Path) -> None:
    seasonal(shop, 130, "V1")
    assert plan(shop, "--all", "--chunk", "1").code == 0
    told = {row["sku"]: json.loads(row["reason"])["demand"] for row in proposed(shop)}
    for at in range(20):
        demand = told[f"S{at:02d}"]
        assert (demand.get("season", 1.0) > 1.3) == (at % 2 == 1)
        assert demand["per_day"] * demand["days"] * demand.get("season", 1.0) == pytest.approx(demand["mean"], rel=0.02)
    alone = proposed(shop)
    plan(shop, "--all")
    assert proposed(shop) == alone


def test_less_than_sixty_weeks_have_no_season_nor_has_who_wants_none(shop: Path) -> None:
    seasonal(shop, 58, "V0", "V1")
    plan(shop, "--all")
    assert not any("season" in json.loads(row["reason"])["demand"] for row in proposed(shop))
    seasonal(shop, 130, "V0", "V1")
    (shop / "config.toml").write_text("[planning]\nseason_weeks = 0\n", encoding="utf-8")
    plan(shop, "--all")
    assert not any("season" in json.loads(row["reason"])["demand"] for row in proposed(shop))


def promoted(folder: Path, *coming: str, lift: float = 4.0, price: bool = False) -> None:
    """Demand with two promotions that are over, or two cuts of the price to four fifths, and rows of days to come."""
    demand = ["sku,location,date,units,price,event"]
    chance, over = np.random.default_rng(6), {*range(60, 67), *range(150, 157)}
    for at in range(20):
        for day in range(DAYS):
            is_held = day in over
            units = chance.poisson(2.0 * (lift if is_held else 1.0))
            said = ("3.20," if price else "4.00,sale") if is_held else "4.00,"
            demand.append(f"S{at:02d},,{FIRST + timedelta(days=day)},{units},{said}")
    (folder / "demand.csv").write_text("\n".join([*demand, *coming]) + "\n", encoding="utf-8")


def days_to_come(sku: str, first: int, last: int, said: str) -> list[str]:
    """Rows without units of days after the last that was sold, counted from the plan's."""
    return [f"{sku},,{FIRST + timedelta(days=DAYS + day)},,{said}" for day in range(first, last + 1)]


def of_item(folder: Path, sku: str) -> dict[str, Any]:
    return next(json.loads(row["reason"]) for row in proposed(folder) if row["sku"] == sku)


@pytest.mark.parametrize(("said", "name"), [(",sale", "sale"), ("3.20,", "Price")])
def test_what_is_known_of_days_to_come_is_ordered_for(shop: Path, said: str, name: str) -> None:
    seasonal(shop, 3)
    promoted(shop, *days_to_come("S03", 4, 10, said), price=name == "Price")
    assert plan(shop, "--all").code == 0
    assert {row["order_on"] for row in proposed(shop)} == {str(FIRST + timedelta(days=DAYS))}
    told, other = of_item(shop, "S03"), of_item(shop, "S05")
    event = told["events"][0]
    days = [str(FIRST + timedelta(days=DAYS + day)) for day in (4, 10)]
    assert [event["name"], event["first_on"], event["last_on"]] == [name, *days]
    assert event["factor"] == pytest.approx(4.0, rel=0.25)
    assert told["demand"]["extra"] == pytest.approx(event["extra"], rel=0.01)
    assert told["demand"]["mean"] > other["demand"]["mean"] + 30
    assert "events" not in other
    assert other["demand"]["per_day"] == pytest.approx(2.0, rel=0.2)  # what was sold on sale does not count as usual


def test_chunks_change_nothing_of_what_is_to_come(shop: Path) -> None:
    seasonal(shop, 3)
    promoted(shop, *days_to_come("S03", 4, 10, ",sale"), *days_to_come("S04", 2, 2, ",sale"))
    plan(shop, "--all")
    whole = proposed(shop)
    plan(shop, "--all", "--chunk", "1", "--workers", "2")
    assert proposed(shop) == whole
    assert sum("events" in json.loads(row["reason"]) for row in whole) == 2


def test_a_row_without_units_needs_a_day_to_come_and_something_known_of_it(shop: Path) -> None:
    seasonal(shop, 3)
    promoted(shop, *days_to_come("S03", 4, 4, ","), *days_to_come("S04", 5, 5, "0,"))
    path = shop / "demand.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + f"S01,,{FIRST - timedelta(days=1)},,4.00,sale\n", encoding="utf-8"
    )
    ended = plan(shop, "--json")
    assert ended.code == 1
    left = sorted(one["sentence"] for one in json.loads(ended.out)["left_out"])
    assert left == [
        "its price is 0; give more, or leave it empty",
        "its units are empty though its day is over; give 0 or more",
        "its units are nan; give 0 or more, and count what came back apart",
    ]
