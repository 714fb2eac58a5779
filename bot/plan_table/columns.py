"""Columns read from Parquet or CSV as numbers and names, with a sentence for every row that does not hold one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.replenishment import Table, Vector
from core.replenishment.items import padded

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 262_144
FIRST_LINE = 2
"""The line of a table's first row; the first row of Parquet counts as line 2, as it is in CSV."""


@dataclass(frozen=True)
class Left:
    """A row that was left out: its file and line, and what to do."""

    file: str
    line: int
    sentence: str


Faults = dict[int, str]
"""Why rows cannot be used, by their place from 0; the first reason found."""


def arrow() -> Any:
    """The library that reads and writes tables.

    Raises:
        InvalidInput: it is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise InvalidInput(
            'Planning from tables wants pyarrow; install it with: pip install "storekeeper[parquet]"'
        ) from error
    return pa


def batches(path: Path, required: Sequence[str]) -> Iterator["pa.RecordBatch"]:
    """A table's rows in batches; the cells of CSV are text.

    Raises:
        InvalidInput: it cannot be read, or a column is missing.
    """
    pa = arrow()
    try:
        reader = _parquet(path) if path.suffix == ".parquet" else _csv(path)
        for batch in reader:
            missing = [name for name in required if name not in batch.schema.names]
            if missing:
                raise InvalidInput(f"{path} has no column {', '.join(missing)}; add it.")
            yield batch
    except (OSError, pa.ArrowException) as error:
        raise InvalidInput(f"{path} cannot be read: {error}. Give a CSV or Parquet file.") from error


def table(path: Path, required: Sequence[str]) -> "pa.Table":
    """A table as a whole.

    Raises:
        InvalidInput: it cannot be read, is empty, or a column is missing.
    """
    read = list(batches(path, required))
    if not read:
        raise InvalidInput(f"{path} has no rows.")
    return arrow().Table.from_batches(read)


def _parquet(path: Path) -> Iterator["pa.RecordBatch"]:
    import pyarrow.parquet as pq

    yield from pq.ParquetFile(path).iter_batches(batch_size=_BATCH)


def _csv(path: Path) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa
    from pyarrow import csv

    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig", errors="replace")
    names = [name.strip().strip('"') for name in header.rstrip("\r\n").split(",")]
    as_text = csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False)
    yield from csv.open_csv(path, read_options=csv.ReadOptions(block_size=1 << 24), convert_options=as_text)


def words(column: Any) -> list[str]:
    """Names without blanks around them; nothing is an empty one."""
    import pyarrow as pa

    values = column.cast(pa.string()).to_pylist()
    return [value.strip() if value else "" for value in values]


def numbers(column: Any, name: str, faults: Faults) -> Vector:
    """Cells as floats: nan where there is none, and a fault where it is no number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        trimmed = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
    try:
        values = column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = pa.array(
            [_number(cell, row, name, faults) for row, cell in enumerate(column.to_pylist())], pa.float64()
        )
    found: Vector = values.to_numpy(zero_copy_only=False).astype(np.float64)
    given = ~np.asarray(values.is_null().to_numpy(zero_copy_only=False))
    for row in np.flatnonzero(given & ~np.isfinite(found)).tolist():
        faults.setdefault(row, f"its {name} is not a number; correct it")
    return found


def _number(cell: Any, row: int, name: str, faults: Faults) -> float | None:
    if cell is None:
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        faults.setdefault(row, f"its {name} “{cell}” is not a number; correct it")
        return None


def days(column: Any, faults: Faults) -> NDArray[np.int64]:
    """Cells as days since 1970; 0 with a fault where it is no day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(column), 0, 10)
    try:
        found = column.cast(pa.date32()).cast(pa.int32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        found = pa.array([_day(cell, row, faults) for row, cell in enumerate(column.to_pylist())], pa.int32())
    for row in np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False)).tolist():
        faults.setdefault(row, "it has no date; write one like 2026-03-31")
    numbered: NDArray[np.int64] = found.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbered


def _day(cell: Any, row: int, faults: Faults) -> int | None:
    if cell is None or cell == "":
        return None
    try:
        return int((np.datetime64(str(cell)[:10], "D") - np.datetime64("1970-01-01", "D")).astype(int))
    except ValueError:
        faults.setdefault(row, f"its date “{cell}” is not read; write it like 2026-03-31")
        return 0


def breaks(column: Any, unit_cost: Vector, faults: Faults) -> tuple[Table, Table]:
    """Price breaks as padded tables of quantity and cost, shape (n, tiers); a list of {quantity, unit_cost} each.

    A break that begins with the first unit and says the base price says nothing new and is left away.
    """
    cells = column.to_pylist()
    read = [_tiers(cell, row, float(unit_cost[row]), faults) for row, cell in enumerate(cells)]
    return padded(read)


def _tiers(cell: Any, row: int, base: float, faults: Faults) -> list[tuple[float, float]]:
    if cell is None or cell in ("", "[]") or (isinstance(cell, list) and not cell):
        return []
    try:
        given = json.loads(cell) if isinstance(cell, str) else cell
        tiers = [(float(one["quantity"]), float(one["unit_cost"])) for one in given]
    except (TypeError, ValueError, KeyError):
        faults.setdefault(row, 'its price_breaks are not read; write [{"quantity": 100, "unit_cost": 1.9}, …]')
        return []
    return [(quantity, cost) for quantity, cost in tiers if quantity > 1 or cost != base]


def packs(column: Any, faults: Faults) -> tuple[Table, Table]:
    """Levels of packs as padded tables of units and handling, shape (n, levels); a list of {quantity, handling}, or of
    numbers where handling is not counted."""
    read = [_levels(cell, row, faults) for row, cell in enumerate(column.to_pylist())]
    return padded(read)


def _levels(cell: Any, row: int, faults: Faults) -> list[tuple[float, float]]:
    if cell is None or cell in ("", "[]") or (isinstance(cell, list) and not cell):
        return []
    try:
        given = json.loads(cell) if isinstance(cell, str) else cell
        named = [one if isinstance(one, dict) else {"quantity": one} for one in given]
        return [(float(one["quantity"]), float(one.get("handling") or 0.0)) for one in named]
    except (TypeError, ValueError, KeyError):
        faults.setdefault(row, 'its packs are not read; write [{"quantity": 12, "handling": 0.2}, …] or [12, 144]')
        return []


def left_out(path: Path, faults: Mapping[int, str], offset: int = 0) -> list[Left]:
    """The rows at fault with their lines."""
    return [Left(path.name, offset + row + FIRST_LINE, sentence) for row, sentence in sorted(faults.items())]
