"""What a figure was measured on, and how figures are printed."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from importlib.metadata import version


def machine() -> str:
    """One line: processor count, system, Python and the versions that matter."""
    parts = [
        f"{os.cpu_count()} processors",
        platform.system(),
        f"Python {sys.version.split()[0]}",
        f"SQLite {sqlite3.sqlite_version}",
        *(f"{name} {version(name)}" for name in ("SQLAlchemy", "numpy", "fastapi", "uvicorn")),
    ]
    return ", ".join(parts)


def table(heading: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """Print what was measured beside what was aimed at."""
    print(f"\n{heading}")
    wide = max(len(row[0]) for row in rows)
    middle = max(len(row[1]) for row in rows)
    for what, measured, aim in rows:
        print(f"  {what:<{wide}}  {measured:>{middle}}  {aim}")


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """The value below which a share of the sorted values lies."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]
