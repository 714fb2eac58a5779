"""What marketplaces have in common: read by what changed, asked for single orders, tried out."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from core.exchange.model import Cursor, Hint, Page, Record
from core.exchange.ports import Found, Inspector, Outcome, Trouble
from integrations.connected import inspector
from integrations.reading import Json, after, records, span

log = logging.getLogger(__name__)
Pages = Iterator[tuple[Json, str]]  # answers, each with the place of the next


@dataclass(frozen=True)
class Changed:
    """Records by when they were last changed.

    `ask` gives the answers of a span from a place on, `found` what an answer holds and `read` the records of one of
    these, which `names` name; `owed` is what has to be looked up after it. What changed within `lag` is not shown yet.
    """

    system: str
    name: str
    days: int
    names: Sequence[str]
    ask: Callable[[Mapping[str, str]], Pages]
    found: Callable[[Json], Iterable[Json]]
    read: Callable[[Json], Iterable[Record]]
    lag: timedelta = timedelta()
    owed: Callable[[], Sequence[Hint]] = tuple

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything changed since; at first as far back as `days`."""
        reading = span(cursor, now - self.lag, self.days)
        answers = self.ask(reading)
        try:
            first = next(answers)
        except Trouble as trouble:
            if trouble.outcome is not Outcome.REFUSED or not reading["at"]:
                raise
            log.info(
                "%s takes the place in its %s no more where reading stopped; it begins anew", self.system, self.name
            )
            reading = {**reading, "at": ""}
            answers = self.ask(reading)
            first = next(answers)
        for answer, at in chain([first], answers):
            taken, faults = records(self.system, self.found(answer), self.names, self.read)
            yield Page(taken, after(reading, at), faults, self.owed())


@dataclass(frozen=True)
class Again:
    """Looks single records up, of the tables that can be."""

    readers: Mapping[str, Callable[[str], Sequence[Record]]]

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is now; nothing of what cannot be looked up singly."""
        reader = self.readers.get(table)
        return reader(external_id) if reader is not None else ()


def word_for(name: str, words: Iterable[str]) -> str:
    """The one of a marketplace's own words that a name is, whatever its capitals and blanks; nothing if none is."""
    folded = name.casefold().replace(" ", "")
    return next((one for one in words if one.casefold().replace(" ", "") == folded), "")


def tried(ask: Callable[[datetime], object], well: str, lacking: str = "") -> Inspector:
    """Tries a marketplace out by one call; `well` is said if it succeeds, `lacking` of a permission that is missing."""

    def look(now: datetime) -> Iterator[Found]:
        ask(now)
        yield Found(is_well=True, text=well)

    return inspector(look, lacking, {Outcome.FORBIDDEN})
