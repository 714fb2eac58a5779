"""Parquet files, read and written a part at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from core.canonical import Batch, Kind, Table
from core.errors import InvalidInput
from integrations.tables.values import canonical

_PART = 5_000
_AS_TEXT = {Kind.BREAKS, Kind.PACKS, Kind.OPTIONS}


def rows(path: Path) -> Iterator[tuple[int, list[Any] | str]]:
    """The names of the columns, then each row with its number; a sentence in place of what cannot be read.

    Raises:
        InvalidInput: the file cannot be opened, or pyarrow is missing.
    """
    pa, pq = _pyarrow()
    row = 0
    try:
        with pq.ParquetFile(path) as file:
            yield 0, list(file.schema_arrow.names)
            for batch in file.iter_batches(_PART, use_threads=False):
                columns = [_to_microseconds(pa, column).to_pylist() for column in batch.columns]
                for values in zip(*columns, strict=True):
                    row += 1
                    yield row, list(values)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error
    except (pa.ArrowException, ValueError) as error:
        yield row + 1, f"The file is no Parquet that can be read; nothing from here on was read ({str(error)[:80]})."


class ParquetWriter:
    """Writes pages of one table into a file: amounts as decimals, days and moments as such."""

    ending = ".parquet"

    def __init__(self, path: Path, table: Table) -> None:
        pa, pq = _pyarrow()
        kinds = {
            Kind.INTEGER: pa.int64(), Kind.MONEY: pa.decimal128(22, 4), Kind.RATE: pa.float64(),
            Kind.DECIMAL: pa.float64(), Kind.DATE: pa.date32(), Kind.TIME: pa.timestamp("us", "UTC"),
            Kind.FLAG: pa.bool_(),
        }  # fmt: skip
        self._table, self._pa = table, pa
        self._schema = pa.schema([(column.name, kinds.get(column.kind, pa.string())) for column in table.columns])
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, batch: Batch) -> None:
        """Add the rows of a page."""
        columns = {
            one.name: [canonical(row[one.name], one, str(row.get("currency") or "")) for row in batch.rows]
            for one in self._table.columns
        }
        self._file.write_table(self._pa.Table.from_pydict(columns, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _to_microseconds(pa: ModuleType, column: Any) -> Any:
    """Finer moments than are kept are cut."""
    if not pa.types.is_timestamp(column.type):
        return column
    return column.cast(pa.timestamp("us", column.type.tz), safe=False)


def _pyarrow() -> Sequence[ModuleType]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput('Parquet wants pyarrow; install it with: pip install "storekeeper[parquet]"') from error
    return pa, pq
