"""The tables a shop brings, whatever system they come from: each column, its kind, and what it means.

`docs/import.md` and the templates are printed from here, so that they cannot disagree with what is read.
"""

from core.canonical.columns import Column, Kind, Table
from core.canonical.rows import BY_NAME, TABLES, Batch, Fault, completed

__all__ = ["BY_NAME", "TABLES", "Batch", "Column", "Fault", "Kind", "Table", "completed"]
