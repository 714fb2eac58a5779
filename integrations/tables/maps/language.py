"""What a column map may say: their tables, our tables, and where each of our columns comes from.

docs/import-maps.md explains it to those who write one.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from core.canonical import BY_NAME
from core.errors import InvalidInput

FOLDER = Path(__file__).parent
_ORIGINS = ("column", "constant", "template", "either", "number_within", "options", "file_time")


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _as_cell(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Lookup(_Strict):
    """Another of their tables, the column of it that has to equal the value, and what is taken of the rows found."""

    table: str = Field(alias="in")
    by: str
    take: "Cell"
    of: Literal["first", "last", "least", "most", "mean", "sum"] = "first"
    only: dict[str, Annotated[list[str], BeforeValidator(_as_list)]] = {}


class CellMap(_Strict):
    """Where a value comes from, and what is done to it, in the order in which this is written."""

    column: str | None = None
    constant: str | None = None
    template: str | None = None
    either: list["Cell"] | None = None
    number_within: Annotated[list[str] | None, BeforeValidator(lambda value: value and _as_list(value))] = None
    options: list[tuple["Cell", "Cell"]] | None = None
    file_time: bool | None = None

    lookup: Lookup | None = None
    words: dict[str, str] | None = None
    country: bool = False
    date: str | None = None
    decimal: Literal[".", ","] | None = None
    times: "Factors" = []
    per: "Factors" = []
    round: int | None = Field(None, ge=0, le=9)
    otherwise: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "CellMap":
        given = [name for name in _ORIGINS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has to say exactly one of {', '.join(_ORIGINS)}")
        return self


def _as_factor(value: Any) -> Any:
    return {"constant": str(value)} if isinstance(value, int | float) else _as_cell(value)


Cell = Annotated[CellMap, BeforeValidator(_as_cell)]
Factors = Annotated[
    list[Annotated[CellMap, BeforeValidator(_as_factor)]], BeforeValidator(_as_list)
]  # numbers, columns of numbers, or cells


class Carry(_Strict):
    """Columns that are filled in once for several rows, which are told by another column."""

    by: str
    columns: list[str]


class Found(_Strict):
    """Rows whose value is to be found in another of their tables."""

    column: str
    table: str = Field(alias="in")
    by: str


class TableMap(_Strict):
    """One of our tables out of one of theirs."""

    ours: str
    theirs: str
    only: dict[str, Annotated[list[str], BeforeValidator(_as_list)]] = {}
    without: dict[str, Annotated[list[str], BeforeValidator(_as_list)]] = {}
    found_in: Found | None = None
    may_lack: list[str] = []
    carry: Carry | None = None
    once: bool = False
    sum: list[str] = []
    columns: dict[str, Cell]

    @model_validator(mode="after")
    def _is_ours(self) -> "TableMap":
        table = BY_NAME.get(self.ours)
        if table is None:
            raise ValueError(f"{self.ours} is none of our tables; they are {', '.join(BY_NAME)}")
        for name in [*self.columns, *self.sum]:
            if table.column(name) is None:
                raise ValueError(f"{self.ours} has no column {name}")
        missing = [one.name for one in table.columns if one.required and one.name not in self.columns]
        if missing:
            raise ValueError(f"{self.ours} wants {', '.join(missing)}")
        return self


class Map(_Strict):
    """A whole column map."""

    about: str
    time_zone: str | None = None
    currency: str | None = None
    tables: list[TableMap] = Field(alias="table", min_length=1)


def shipped() -> list[str]:
    """The names of the maps that come along."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_file: str) -> Map:
    """A map by its name, or from a file of one's own.

    Raises:
        InvalidInput: there is none, or it says something that no map can say; every fault is named.
    """
    path = FOLDER / f"{name_or_file}.toml" if name_or_file in shipped() else Path(name_or_file)
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        return Map.model_validate(written)
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(shipped())
        raise InvalidInput(f"There is no map “{name_or_file}”; give a file, or one of {known}.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is no TOML that can be read: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(_sentence(written, one) for one in error.errors())
        raise InvalidInput(f"{path.name} cannot be followed: {faults}.") from error


def _sentence(written: dict[str, Any], fault: Any) -> str:
    """Where a fault stands, in the words of the map, and what it is."""
    where = [str(part) for part in fault["loc"]]
    if where[:1] == ["table"] and len(where) > 1 and where[1].isdigit():
        table = written["table"][int(where[1])]
        where = [str(table.get("ours", f"table {where[1]}") if isinstance(table, dict) else where[1]), *where[2:]]
    is_unknown = fault["type"] == "extra_forbidden"
    said = "is no word of a map" if is_unknown else str(fault["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(where)}: {said[:1].lower()}{said[1:]}"
