"""Tables of other systems as ours, by a column map."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.canonical import BY_NAME, TABLES, Batch, Fault, Table
from core.errors import InvalidInput
from integrations.tables.client import Tray, filled
from integrations.tables.kinds import Reading
from integrations.tables.mapping import RowMapping
from integrations.tables.maps.cells import Make, Workshop
from integrations.tables.maps.language import Carry, Map, TableMap
from integrations.tables.maps.origins import Origin, Row, opened

Lines = Iterator[tuple[int, list[str] | str]]
Planned = tuple[TableMap, Origin, Callable[[], Lines]]


def batches(path: Path, plan: Map, *, currency: str, zone: ZoneInfo, shift_days: int = 0) -> Iterator[Batch]:
    """Read what there is for each of the map's tables, parents before children.

    Raises:
        InvalidInput: none of their tables is there, or one has not the columns that the map names.
    """
    reading = Reading(plan.currency or currency, _zone(plan, zone), shift_days, is_guarded=False)
    with opened(path) as there:
        faults, made = _planned(plan, path, there)
        for one, origin, rows in made:
            table = BY_NAME[one.ours]
            tray = Tray(table.name, faults=faults)
            for batch in filled(tray, RowMapping(table, list(one.columns), reading), rows()):
                yield _told(batch, origin)
            yield _told(tray.emptied(), origin)
            faults = []


def _planned(plan: Map, path: Path, there: Sequence[Origin]) -> tuple[list[Fault], list[Planned]]:
    """What is read in which order, and what is not there; faults of the map are found before any record is taken."""
    order = [table.name for table in TABLES]
    wanted = sorted(plan.tables, key=lambda one: order.index(one.ours))
    pairs = [(one, origin) for one in wanted for origin in there if _is_meant(one, origin, len(there))]
    if not pairs:
        names = ", ".join(dict.fromkeys(one.theirs for one in wanted))
        raise InvalidInput(f"{path} holds none of the tables that the map reads: {names}.")
    missing = [one for one in wanted if one not in [found for found, _ in pairs]]
    faults = [Fault(one.ours, 0, "", f"{one.theirs} is not there; {one.ours} was left out.") for one in missing]
    return faults, [(one, origin, _rows(one, _lenient(origin, one.may_lack), there)) for one, origin in pairs]


def _zone(plan: Map, zone: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(plan.time_zone) if plan.time_zone else zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"The map's time_zone “{plan.time_zone}” is none; write it like Europe/London.") from error


def _is_meant(one: TableMap, origin: Origin, there: int) -> bool:
    return there == 1 or fnmatchcase(origin.name.casefold(), one.theirs.casefold())


def _lenient(origin: Origin, may_lack: list[str]) -> Origin:
    """The table with columns that are empty where it lacks them."""
    blank = {name: "" for name in may_lack if name not in origin.columns}
    if not blank:
        return origin

    def rows() -> Iterator[tuple[int, Row | str]]:
        for line, row in origin.rows():
            yield line, row if isinstance(row, str) else row | blank

    return replace(origin, columns=(*origin.columns, *blank), rows=rows)


def _told(batch: Batch, origin: Origin) -> Batch:
    """The batch with faults that say which of their tables their line is of."""
    told = [replace(one, sentence=f"{origin.label}: {one.sentence}") if one.line else one for one in batch.faults]
    return replace(batch, faults=told)


def _rows(one: TableMap, origin: Origin, there: Sequence[Origin]) -> Callable[[], Lines]:
    """What gives our rows as text, in the order of the map's columns."""
    workshop, table = Workshop(there, origin, one.ours), BY_NAME[one.ours]
    kinds = {column.name: column.kind for column in table.columns}
    makers = [(name, workshop.cell(cell, kinds[name])) for name, cell in one.columns.items()]
    keep = _kept(one, workshop)
    if one.carry is not None:
        for name in [one.carry.by, *one.carry.columns]:
            workshop.known(name)

    def lines() -> Lines:
        for line, row in _carried(origin.rows(), one.carry):
            if isinstance(row, str):
                yield line, row
            elif keep(row):
                yield line, _made(row, makers)

    if one.once or one.sum:
        return lambda: _together(lines(), one, table)
    return lines


def _kept(one: TableMap, workshop: Workshop) -> Callable[[Row], bool]:
    only = {workshop.known(name): set(values) for name, values in one.only.items()}
    without = {workshop.known(name): set(values) for name, values in one.without.items()}
    found = one.found_in
    if found is not None:
        only[workshop.known(found.column)] = workshop.values(found.table, found.by)
    return lambda row: (
        all(row[name].strip() in values for name, values in only.items())
        and not any(row[name].strip() in values for name, values in without.items())
    )


def _made(row: Row, makers: Sequence[tuple[str, Make]]) -> list[str] | str:
    cells = []
    for name, make in makers:
        try:
            cells.append(make(row))
        except ValueError as error:
            return f"{name} {error}."
    return cells


def _carried(rows: Iterator[tuple[int, Row | str]], carry: Carry | None) -> Iterator[tuple[int, Row | str]]:
    """The rows with what stands only in the first of those that belong together."""
    before: Row = {}
    for line, row in rows:
        if carry is not None and not isinstance(row, str):
            if row[carry.by] == before.get(carry.by):
                row.update({name: row[name] or before[name] for name in carry.columns})
            before = row
        yield line, row


def _together(lines: Lines, one: TableMap, table: Table) -> Lines:
    """One row for each key: the first, with the sums of those that follow; what cannot be read goes through."""
    names = list(one.columns)
    keys, sums = [names.index(name) for name in table.key if name in names], [names.index(name) for name in one.sum]
    first: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for line, cells in lines:
        if isinstance(cells, str):
            yield line, cells
            continue
        kept = first.setdefault(tuple(cells[at] for at in keys), (line, cells))[1]
        if kept is not cells:
            for at in sums:
                kept[at] = _sum(kept[at], cells[at])
    yield from first.values()


def _sum(one: str, other: str) -> str:
    try:
        return f"{Decimal(one) + Decimal(other):f}"
    except InvalidOperation:
        return f"{one}+{other}"  # which is refused as no number, by its line
