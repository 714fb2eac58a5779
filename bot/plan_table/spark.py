"""The same plan on a Spark cluster, for shops that outgrow one machine: the same function, handed to Spark.

Items and demand meet on the supplier, many suppliers at a time, so that each call of the kernel has enough to do.
Every executor needs this package and its `[spark]` extra installed.
"""

import json
import os
import sys
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.plan_table import columns, kernel, local, shelves, spill
from bot.plan_table.forecast import Known, Span
from bot.plan_table.kernel import PLACES
from core.config import Planning, Tables
from core.errors import InvalidInput
from core.replenishment.agreement import TERMS

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_KEY = ["sku", "location"]
_NEVER = date(1, 1, 1)
_RESULT = ("sku string, location string, supplier string, quantity double, unit_cost double, line_total double, "
           "order_on date, expected_on date, reorder_point double, order_up_to double, forecast_mean double, "
           "forecast_sd double, expected_cost double, reason string, fault string, told string")  # fmt: skip


_PROPOSED = "fault is null and told is null"
_MOST_TOLD = 10_000


@dataclass(frozen=True)
class Cluster:
    """Where the plan runs; `master` as Spark writes it, such as spark://host:7077 or local[2]."""

    master: str
    planning: Planning
    defaults: Tables
    chunk: int


@dataclass(frozen=True)
class Paths:
    """What to read and write, on any path Spark reads; none: there is no such table."""

    items: str
    demand: str
    out: str
    suppliers: str = ""
    open_orders: str = ""
    locations: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the plan came to; `faults` are the first of the rows left out, the last three what `kernel.TOLD` holds."""

    as_of: date
    items: int
    demand_rows: int
    lines: int
    orders: int
    total: float
    expected_cost: float
    faults: tuple[str, ...]
    shadow_prices: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    trips: list[dict[str, Any]] = field(default_factory=list)


def run(cluster: Cluster, paths: Paths, as_of: date | None, *, everything: bool) -> Outcome:
    """Plan on the cluster and write Parquet.

    Raises:
        InvalidInput: pyspark is missing, the cluster does not answer, or tables cannot be used.
    """
    session = _session(cluster.master)
    try:
        items, demand = _items(session, paths), _table(session, paths.demand, spill.REQUIRED)
        count = items.count()
        tasks = max(-(-count // cluster.chunk), 2 * session.sparkContext.defaultParallelism)
        session.conf.set("spark.sql.shuffle.partitions", str(tasks))
        span = _span(demand, as_of, cluster.planning, everything=everything)
        buckets = max(1, -(-count // cluster.chunk))
        result = _planned(cluster, items, demand, span, buckets, by_place=bool(paths.locations)).cache()
        result.where(_PROPOSED).drop("fault", "told").write.mode("overwrite").parquet(paths.out)
        return _outcome(result, span, count, demand.count())
    finally:
        session.stop()


def _session(master: str) -> "SparkSession":
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InvalidInput(
            'Planning on Spark wants pyspark; install it with: pip install "storekeeper[spark]"'
        ) from error
    builder = SparkSession.builder.master(master).appName("storekeeper plan-table")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _table(session: "SparkSession", path: str, required: tuple[str, ...]) -> "DataFrame":
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f

    try:
        if path.endswith(".csv"):
            read = session.read.csv(path, header=True, quote='"', escape='"')
        else:
            read = session.read.parquet(path)
    except PySparkException as error:
        raise InvalidInput(f"{path} cannot be read: {error}. Give a CSV or Parquet file.") from error
    missing = [name for name in required if name not in read.columns]
    if missing:
        raise InvalidInput(f"{path} has no column {', '.join(missing)}; add it.")
    for name in shelves.NAMES:
        if name in read.columns:
            read = read.withColumn(name, f.coalesce(f.trim(f.col(name).cast("string")), f.lit("")))
    return read if "location" in read.columns else read.withColumn("location", f.lit(""))


def _items(session: "SparkSession", paths: Paths) -> "DataFrame":
    """The items with what is on its way and what their suppliers ask of an order."""
    from pyspark.sql import functions as f

    items = _table(session, paths.items, shelves.REQUIRED)
    for name in ("supplier", "on_order"):
        if name not in items.columns:
            items = items.withColumn(name, f.lit("" if name == "supplier" else "0"))
    if paths.open_orders:
        coming = _table(session, paths.open_orders, ("sku", "quantity")).groupBy(*_KEY)
        added = coming.agg(f.sum(f.col("quantity").cast("double")).alias("coming"))
        items = items.join(added, _KEY, "left")
        on_order = f.col("on_order").cast("double") + f.coalesce(f.col("coming"), f.lit(0.0))
        items = items.withColumn("on_order", on_order).drop("coming")
    if paths.locations and "available" in items.columns:
        raise InvalidInput("What suppliers have (available) cannot be shared together with --locations; leave one.")
    items = _with_terms(session, items, "supplier", TERMS, paths.suppliers)
    return _with_terms(session, items, "location", PLACES, paths.locations)


def _with_terms(
    session: "SparkSession", items: "DataFrame", name: str, usual: dict[str, float], path: str
) -> "DataFrame":
    """With what a table says of each supplier, or each location."""
    from pyspark.sql import functions as f

    said = [name]
    if path:
        terms = _table(session, path, (name,))
        said = [name, *(column for column in usual if column in terms.columns)]
        numbers = [f.max(f.col(column).cast("double")).alias(column) for column in said[1:]]
        items = items.join(terms.groupBy(name).agg(*numbers) if numbers else terms.select(name), name, "left")
    for column, value in usual.items():
        given = f.col(column) if column in said else f.lit(None).cast("double")
        items = items.withColumn(column, f.coalesce(given, f.lit(value)))
    return items


def _span(demand: "DataFrame", as_of: date | None, planning: Planning, *, everything: bool) -> Span:
    from pyspark.sql import functions as f

    day = f.to_date(f.substring(f.col("date").cast("string"), 1, 10))
    sold = demand.where(f.col("units").try_cast("double").isNotNull())
    days = sorted(row[0] for row in sold.select(day.alias("day")).distinct().collect() if row[0] is not None)
    if not days:
        raise InvalidInput("No row of the demand has a date that is read; write it like 2026-03-31.")
    ordinals = [one.toordinal() for one in days]
    step = int(np.gcd.reduce(np.diff(ordinals))) if len(days) > 1 else 1
    end = as_of or date.fromordinal(ordinals[-1] + step)
    counts: dict[str, int] = {}
    if "event" in demand.columns:
        named = demand.groupBy(f.trim(f.col("event").cast("string")).alias("event")).count().collect()
        counts = {row[0]: row[1] for row in named if row[0]}
    known = Known(bool(set(spill.BEFOREHAND) & set(demand.columns)), spill.most_frequent(counts))
    return Span.of(end, step, (planning.history_weeks, planning.season_weeks), known, everything=everything)


def _planned(
    cluster: Cluster, items: "DataFrame", demand: "DataFrame", span: Span, buckets: int, *, by_place: bool
) -> "DataFrame":
    from pyspark.sql import functions as f

    planning, defaults = cluster.planning, cluster.defaults

    def plan(left: "pa.Table", right: "pa.Table") -> "pa.Table":
        return _with_the_rest(left, right, planning, defaults, span)

    owner = items.select(*_KEY, "supplier").dropDuplicates(_KEY)
    read = ("sku", "location", "date", "units", "in_stock", *spill.BEFOREHAND)
    wanted = [name for name in read if name in demand.columns]
    owned = demand.select(*wanted).join(owner, _KEY, "left").fillna("", ["supplier"])
    owner_name = "location" if by_place else "supplier"
    bucket = f.pmod(f.xxhash64(owner_name), f.lit(buckets))
    both = [frame.withColumn("bucket", bucket).groupBy("bucket") for frame in (items, owned)]
    return both[0].cogroup(both[1]).applyInArrow(plan, schema=_RESULT)


def _with_the_rest(
    items: "pa.Table", demand: "pa.Table", planning: Planning, defaults: Tables, span: Span
) -> "pa.Table":
    """Proposals of some suppliers, a row with a `fault` for each that was left out, and one of what was `told`."""
    import pyarrow as pa

    table, wrong = shelves.checked(items.drop_columns(["bucket"]), planning, defaults)
    faults = [(items["sku"][row].as_py(), items["location"][row].as_py(), why) for row, why in sorted(wrong.items())]
    for name in (*TERMS, *PLACES):
        table = table.append_column(name, items[name].take(table["row"]))
    table = table.sort_by([(name, "ascending") for name in ("location", "supplier", "sku")]).combine_chunks()
    finder = spill.Finder(table, shelves.dropped(items, wrong))
    planned, bad = _proposed(table, demand.combine_chunks(), finder, span)
    faults += [(demand["sku"][row].as_py(), demand["location"][row].as_py(), why) for row, why in sorted(bad.items())]
    told = (planned.schema.metadata or {}).get(kernel.TOLD, b"").decode()
    for name in ("fault", "told"):
        planned = planned.append_column(name, pa.nulls(len(planned), pa.string()))
    named = {
        "sku": ["", *(one[0] for one in faults)],
        "location": ["", *(one[1] for one in faults)],
        "fault": pa.array([None, *(one[2] for one in faults)], pa.string()),
        "told": pa.array([told, *(None for _ in faults)], pa.string()),
    }
    planned = planned.replace_schema_metadata()
    return pa.concat_tables([planned, pa.table(named)], promote_options="default").cast(planned.schema)


def _proposed(
    table: "pa.Table", demand: "pa.Table", finder: spill.Finder, span: Span
) -> tuple["pa.Table", columns.Faults]:
    bad: columns.Faults = {}
    batches = demand.to_batches()
    events = spill.Events.of(span.known.events)
    found = spill.records(batches[0], finder, bad, 0, events) if batches else np.empty(0, spill.RECORD)
    rows, wrong = spill.once(found, span.day)
    bad |= {line - columns.FIRST_LINE: sentence for line, sentence in wrong.items()}
    if not len(table):
        return kernel.schema().empty_table(), bad
    return kernel.proposals(local.shelf_table(table, rows, span), span), bad


def _outcome(result: "DataFrame", span: Span, items: int, rows: int) -> Outcome:
    from pyspark.sql import functions as f

    ordered = result.where(_PROPOSED).where("quantity > 0")
    sums = ordered.agg(f.count("*"), f.sum("line_total"), f.countDistinct("supplier", "location")).collect()[0]
    cost = result.where(_PROPOSED).agg(f.sum("expected_cost")).collect()[0][0]
    bad = result.where("fault is not null").select("sku", "location", "fault").limit(_MOST_TOLD).collect()
    said = tuple(f"{' at '.join(filter(None, row[:2]))}: {row[2]}" for row in bad)
    figures = int(sums[0]), int(sums[2]), float(sums[1] or 0), float(cost or 0)
    return Outcome(span.as_of, items, rows, *figures, said, *_told(result))


def _told(result: "DataFrame") -> list[list[dict[str, Any]]]:
    """Shadow prices, notes and trips of all calls of the kernel, by location and supplier, the first of each."""
    spoken = [json.loads(row[0]) for row in result.where("told <> ''").select("told").limit(_MOST_TOLD).collect()]
    return [
        sorted((one for told in spoken for one in told[name]), key=lambda one: (one["location"], one.get("supplier")))
        for name in ("prices", "notes", "trips")
    ]
