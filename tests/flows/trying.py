"""How a text is tried at a door: what may go wrong there, in what is logged, and with what is kept."""

import json
import logging
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from bot.logs import AsJson, AsText
from core.database.engine import Database
from core.errors import PortalError
from tests.flows.canaries import MARKS
from tests.promises.books import READ, read
from tests.shop import ADA, GRACE

SECRETS = ("a-secret-that-only-tests-know",)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
Door = Callable[[str], list[str]]
_KEPT = [name for name in READ if name not in {"audit", "inbox", "messages", "outbox", "runs"}]
_A_PERSON = {"open_ticket"}  # somebody who asks for a person gets one; nothing of theirs changes by it
_FORMS = (AsText(), AsJson())


@dataclass
class Kept(logging.Handler):
    """Everything that is logged: what each record holds, and the lines it is written as."""

    records: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Be a handler."""
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(f"{self.format(record)} {vars(record)}")
        self.written += [form.format(record) for form in _FORMS]

    __hash__ = logging.Handler.__hash__


class Trying:
    """Doors by name; `CHANGING` names those at which a text may rightly change what is kept, `MACHINES` those at which
    no person types: of what they say a word may be logged.
    """

    database: Database
    CHANGING: ClassVar[Collection[str]] = ()
    MACHINES: ClassVar[Collection[str]] = ()
    _last: dict[str, list[dict[str, Any]]]

    def all(self) -> dict[str, Door]:
        """Every door by its name."""
        raise NotImplementedError

    def tried(self, door: str, text: str) -> list[str]:
        """What goes wrong with a text at a door: there, in the log, or with what is kept of money, stock and orders."""
        before = self._last or self._standing()
        with _logged() as log:
            try:
                faults = self.all()[door](text)
            except PortalError as refusal:
                faults = [] if str(refusal) else ["refused without a word"]
            except Exception as error:  # noqa: BLE001 whatever it is, it is the fault that is looked for
                return [f"{type(error).__name__}: {str(error)[:200]}"]
        faults += _loud(log.records, text, by_machine=door in self.MACHINES)
        faults += [fault for line in log.written for fault in _forged(line)]
        self._last = self._standing()
        if door not in self.CHANGING and self._last != before:
            faults.append("something changed")
        return faults

    def _standing(self) -> dict[str, list[dict[str, Any]]]:
        return read(self.database, _KEPT).tables


@contextmanager
def _logged() -> Iterator[Kept]:
    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    try:
        yield kept
    finally:
        root.removeHandler(kept)
        root.setLevel(level)


def answered(reply: dict[str, object], text: str) -> list[str]:
    """What is wrong with an answer: nothing said, trouble of ours, something done, or a word of somebody else's."""
    said = str(reply["text"])
    faults = [] if said.strip() else ["no answer"]
    acted = [one for one in cast("list[dict[str, object]]", reply["actions"]) if one["name"] not in _A_PERSON]
    faults += [f"did {one}" for one in acted]
    return faults + told(said, repr({**reply, "slots": {}}), text)


def told(said: str, whole: str, text: str) -> list[str]:
    """What is wrong with words that reached somebody: trouble of ours, or a word of somebody else's."""
    faults = []
    if "went wrong" in said or ("reference" in said.casefold() and "log" in said.casefold()):
        faults.append(f"trouble of ours: {said[:80]}")
    others = {MARKS[GRACE].casefold(), *SECRETS}
    faults += [f"told of {word}" for word in others if word in whole.casefold() and word not in text.casefold()]
    if CONTROLS.search(said):
        faults.append("control characters in the answer")
    return faults


def _loud(records: list[str], text: str, *, by_machine: bool) -> list[str]:
    """What of a text, of people or of secrets is logged."""
    words = [MARKS[GRACE], MARKS[ADA], "ada@example.org", *SECRETS]
    words = [one for one in words if not (by_machine and one in text)]  # the code a carrier sent may be logged
    typed = "" if by_machine else text.strip()
    faults = [f"“{word}” in the log" for word in words for one in records if word in one]
    if len(typed) > 12 and any(typed in one for one in records):
        faults.append("what was typed is in the log")
    return faults + [f"trouble in the log: {one[:1600]}" for one in records if "Traceback" in one]


def _forged(written: str) -> Iterator[str]:
    """What of a log line is not of our making: another line, or what moves a cursor."""
    first, *below = written.split("\n")
    if CONTROLS.search(first) or first.splitlines() != [first]:
        yield f"forged in the log: {first[:80]!r}"
    if not all(place.startswith("    /") for place in below):
        yield f"another line in the log: {below[0][:80]!r}"
    if written.startswith("{"):
        json.loads(written)
    written.encode()
