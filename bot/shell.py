"""What commands share: the configuration and the house they work in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.assembly import House
    from core.config import Config

ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="The configuration; config.toml of this folder where left out.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs to read.")]


def load(path: Path | None, port: int | None = None) -> "Config":
    from core.config import load

    config = load(path)
    return config.model_copy(update={"web": config.web.model_copy(update={"port": port})}) if port else config


@contextmanager
def house(config: "Config", *, current: bool = True) -> "Iterator[House]":
    from bot.assembly import build
    from core.database.migrate import require_current

    house = build(config)
    try:
        if current:
            require_current(house.database)
        yield house
    finally:
        house.close()
