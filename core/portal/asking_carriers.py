"""Asking carriers where parcels are: a round at a time, within what each allows, and never twice at once."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.exchange.ports import Outcome, Trouble
from core.mailroom import runs
from core.portal.parcel_desk import ParcelDesk
from core.shipments import asking
from core.shipments.model import Heard
from core.shipments.ports import Tracker

log = logging.getLogger(__name__)
_AGAIN = timedelta(minutes=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWERED = {Outcome.REFUSED, Outcome.MALFORMED}  # about this parcel; the next one may fare better


@dataclass(frozen=True)
class Round:
    """What came of a round: how many parcels were asked about, how many were told of, and what stopped it."""

    asked: int = 0
    heard: int = 0
    trouble: str = ""


class AskingCarriers(ParcelDesk):
    """Verbs of those carriers that do not call us."""

    _trackers: tuple[Tracker, ...] = ()

    def know_trackers(self, trackers: Sequence[Tracker]) -> None:
        """Ask these from now on; where several know of a parcel, the first."""
        self._trackers = tuple(trackers)

    @property
    def trackers(self) -> tuple[str, ...]:
        """Whom parcels are asked of."""
        return tuple(one.name for one in self._trackers)

    def ask_carriers(self) -> dict[str, Round]:
        """Ask each carrier whose next round is due about parcels that are due; what came of it, by carrier."""
        return {one.name: done for one in self._trackers if (done := self._round(one)) is not None}

    def _round(self, tracker: Tracker) -> Round | None:
        now, owner = self._clock(), secrets.token_hex(8)
        due_at, job = now - (now - _EPOCH) % tracker.every, f"ask-{tracker.name}"
        with self._database.unit_of_work() as session:
            if not runs.claim(session, job, due_at, owner, now):
                return None
            mine = [one for one in asking.carriers(session, now) if self._asked_of(one) is tracker]
            due = asking.claim(session, mine, tracker.calls, now) if mine else []
        done = self._ask_all(tracker, due)
        with self._database.unit_of_work() as session:
            runs.finish(session, job, due_at, owner, f"{done.asked} asked, {done.heard} told", self._clock())
        return done

    def _asked_of(self, carrier: str) -> Tracker | None:
        return next((one for one in self._trackers if one.is_for(carrier)), None)

    def _ask_all(self, tracker: Tracker, due: Sequence[tuple[str, str]]) -> Round:
        heard = 0
        for place, (number, carrier) in enumerate(due):
            try:
                parcels = [one for one in tracker.track(number, carrier) if one.scans]
            except Trouble as trouble:
                if trouble.outcome not in _ANSWERED:
                    self._put_off(tracker, [number for number, _ in due[place:]], trouble)
                    return Round(place, heard, str(trouble))
                log.warning("%s", trouble)
                parcels = []
            if parcels:
                self.hear_of_parcels(f"asked:{tracker.name}", _digest(parcels), parcels)
                heard += 1
            with self._database.unit_of_work() as session:
                asking.note(session, number, is_heard=bool(parcels), now=self._clock())
        return Round(len(due), heard)

    def _put_off(self, tracker: Tracker, numbers: Sequence[str], trouble: Trouble) -> None:
        log.warning("%s; %d parcels are asked about later", trouble, len(numbers), extra={"carrier": tracker.name})
        wait = max(_AGAIN, timedelta(seconds=trouble.after_s or 0))
        with self._database.unit_of_work() as session:
            asking.put_off(session, numbers, self._clock() + wait)


def _digest(parcels: Sequence[Heard]) -> str:
    """What names an answer: the same one again is known."""
    return hashlib.sha256(repr(parcels).encode()).hexdigest()
