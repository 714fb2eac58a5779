"""Reads CSV text as an import does."""

import gzip
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.canonical import Batch
from integrations.tables.client import batches

Read = Callable[..., Batch]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file and read it: all its rows and faults as one batch."""

    def reading(table: str, content: str | bytes, *, shift_days: int = 0, packed: bool = False) -> Batch:
        raw = content if isinstance(content, bytes) else content.encode()
        path = tmp_path / f"{table}.csv{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(raw) if packed else raw)
        found = list(batches(path, currency="GBP", zone=ZoneInfo("Europe/London"), shift_days=shift_days))
        return Batch(
            table,
            [row for batch in found for row in batch.rows],
            [line for batch in found for line in batch.lines],
            [fault for batch in found for fault in batch.faults],
        )

    return reading
