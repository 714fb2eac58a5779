"""The demo shop as it lies in the package: its files, the day its records end, and people worth a visit."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Featured:
    """Somebody to sign in as, and what to try."""

    email: str
    about: str


def shop_folder() -> Path:
    """The folder of CSV files that `storekeeper import csv` takes."""
    return Path(__file__).parent / "data"


def last_day() -> date:
    """The day the records end; the demo moves it to yesterday."""
    day: date = _written()["last_day"]
    return day


def featured() -> list[Featured]:
    """Customers with something to ask about, then the people of the shop."""
    return [Featured(one["email"], one["about"]) for one in _written()["featured"]]


def _written() -> dict[str, Any]:
    return tomllib.loads((shop_folder() / "featured.toml").read_text(encoding="utf-8"))
