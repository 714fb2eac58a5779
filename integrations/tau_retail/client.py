"""The shop of the tau-bench retail world, and the policy its agents follow."""

import gzip
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.canonical import TABLES, Batch, completed
from core.errors import InvalidInput
from integrations.tau_retail.mapping import Shop

__all__ = ["batches", "policy", "world"]

_PARTS = ("users", "orders", "products")
_WHOLE = "tau2_db"
_BATCH = 5_000


def batches(path: Path, *, currency: str, zone: ZoneInfo, shift_days: int = 0) -> Iterator[Batch]:  # noqa: ARG001 the world has its own money and clock
    """Read users, orders and products (`.json` or `.json.gz`), or the one file that holds all three.

    The world has no dates: orders are placed, one after the other, in the four weeks before its present day.

    Raises:
        InvalidInput: a part is missing, or is not JSON.
    """
    users, orders, products = world(path)
    shop = Shop(users, orders, products, shift_days)
    rows = shop.tables()
    faults = shop.faults
    for table in TABLES:
        found = rows.get(table.name, [])
        for at in range(0, len(found), _BATCH):
            part = found[at : at + _BATCH]
            yield Batch(table.name, completed(table.name, part), [0] * len(part), faults)
            faults = []


def policy(path: Path) -> dict[str, Any]:  # noqa: ARG001 every copy of the world has the same policy
    """What its agents may do, in the words of config.toml: sections by name."""
    return tomllib.loads(Path(__file__).with_name("policy.toml").read_text(encoding="utf-8"))


def world(path: Path) -> tuple[dict[str, Any], ...]:
    """Users, orders and products, each by id.

    Raises:
        InvalidInput: a part is missing, or is not JSON.
    """
    if not path.is_dir():
        return _parts_of(_json(path), path)
    files = {name: _file(path, name) for name in _PARTS}
    if all(files.values()):
        return tuple(_json(file) for file in files.values() if file)
    if whole := _file(path, _WHOLE):
        return _parts_of(_json(whole), whole)
    missing = ", ".join(f"{name}.json" for name, file in files.items() if file is None)
    raise InvalidInput(f"{path} holds no {missing}; name the folder with users, orders and products as JSON.")


def _parts_of(whole: dict[str, Any], path: Path) -> tuple[dict[str, Any], ...]:
    if not all(isinstance(whole.get(name), dict) for name in _PARTS):
        raise InvalidInput(f"{path} does not hold users, orders and products, each by id.")
    return tuple(whole[name] for name in _PARTS)


def _file(folder: Path, name: str) -> Path | None:
    return next((one for one in (folder / f"{name}.json", folder / f"{name}.json.gz") if one.is_file()), None)


def _json(path: Path) -> dict[str, Any]:
    try:
        packed = path.read_bytes()
        found = json.loads(gzip.decompress(packed) if path.suffix == ".gz" else packed)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, EOFError) as error:
        raise InvalidInput(f"{path} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} does not hold records by id.")
    return found
