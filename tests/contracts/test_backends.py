"""Every back-end found is asked alike, and hands over what the core takes."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table

import integrations
from core.canonical import BY_NAME, Batch
from core.errors import InvalidInput
from core.intake import KEPT_BY

FOLDER = Path(str(integrations.__file__)).parent
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
CLIENTS: dict[str, ModuleType] = {
    name: import_module(f"integrations.{name}.client") for name in NAMES if (FOLDER / name / "client.py").is_file()
}
SOURCES = sorted(name for name, client in CLIENTS.items() if hasattr(client, "batches"))
COURIERS = [
    thing
    for client in CLIENTS.values()
    for _, thing in inspect.getmembers(client, inspect.isclass)
    if thing.__module__ == client.__name__ and hasattr(thing, "send")
]


def test_there_are_back_ends_to_look_at() -> None:
    assert {"demo", "email", "tables", "online_retail"} <= set(NAMES)
    assert {"tables", "online_retail"} <= set(SOURCES)
    assert len(COURIERS) >= 2


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_asked_for_its_batches_like_every_other(name: str) -> None:
    asked = inspect.signature(CLIENTS[name].batches)
    annotations = inspect.get_annotations(CLIENTS[name].batches, eval_str=True)
    assert list(asked.parameters) == ["path", "currency", "zone", "shift_days"]
    assert all(
        asked.parameters[one].kind is inspect.Parameter.KEYWORD_ONLY for one in ("currency", "zone", "shift_days")
    )
    assert asked.parameters["shift_days"].default == 0
    assert annotations == {
        "path": Path, "currency": str, "zone": ZoneInfo, "shift_days": int, "return": Iterator[Batch],
    }  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_is_not_there_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        list(CLIENTS[name].batches(tmp_path / "none", currency="GBP", zone=ZoneInfo("Europe/London")))


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.__name__)
def test_a_courier_takes_post_and_gives_a_reference(courier: type) -> None:
    send = inspect.signature(courier.send)  # type: ignore[attr-defined]  # every one listed has it
    assert list(send.parameters) == ["self", "post"]
    assert send.return_annotation in {str, "str"}


@pytest.mark.parametrize("name", NAMES)
def test_mappings_are_pure(name: str) -> None:
    for path in FOLDER.joinpath(name).glob("mapping.py"):
        words = path.read_text(encoding="utf-8")
        assert not any(
            word in words for word in ("import httpx", "import requests", "import smtplib", "urllib.request")
        )


def test_the_core_keeps_every_table_that_may_be_brought() -> None:
    assert set(BY_NAME) == {*KEPT_BY, "stock"}


@pytest.mark.parametrize("table", sorted(KEPT_BY))
def test_the_columns_that_may_be_brought_are_columns_of_the_table(table: str) -> None:
    kept = cast("Table", KEPT_BY[table].__table__)
    columns = {column.key for column in kept.columns}
    assert {column.name for column in BY_NAME[table].columns} <= columns
    assert set(BY_NAME[table].key) == {column.key for column in kept.primary_key.columns}
