"""The parcel desk: what carriers say is stored when they say it, and taken in by the clock."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.errors import Unavailable
from core.mailroom import inbox
from core.mailroom.inbox import Waiting
from core.portal.arrivals import Arrivals
from core.shipments import booking, scanning
from core.shipments.model import Heard, ParcelStatus, Scan

log = logging.getLogger(__name__)
_SOURCE, _KIND, _WAITS = "carrier:", "scans", "scans of unknown parcels"
_PAGE = 200
_KEPT = timedelta(days=7)


class ParcelDesk(Arrivals):
    """Verbs of parcels: hearing of them, taking in what was heard, and passing on what was booked here."""

    def hear_of_parcels(self, name: str, delivery_id: str, parcels: Sequence[Heard]) -> bool:
        """Store what was said of parcels, to be taken in by `take_scans`; False where this delivery was stored before.

        Raises:
            Unavailable: nothing was stored; whoever said it must not be thanked.
        """
        content = {"parcels": [_written(one) for one in parcels]}
        with self._database.unit_of_work() as session:
            return inbox.store(
                session,
                source=f"{_SOURCE}{name}",
                delivery_id=delivery_id,
                kind=_KIND,
                content=content,
                now=self._clock(),
            )

    def take_scans(self) -> int:
        """Take in what was heard of parcels there are; how many scans were new.

        What is said of a parcel there is not is kept for a week, and taken in if the parcel comes.
        """
        after, new = 0, 0
        while True:
            with self._database.reading() as session:
                page = inbox.waiting_under(session, _SOURCE, after, _PAGE)
                numbers = {one["number"] for delivery in page for one in delivery.content["parcels"]}
                known = scanning.known(session, sorted(numbers))
            for delivery in page:
                new += self._take_in_turn(delivery, known)
            if len(page) < _PAGE:
                return new
            after = page[-1].inbox_id

    def _take_in_turn(self, delivery: Waiting, known: set[str]) -> int:
        """One delivery; trouble with it is no trouble of the others, and is tried again after a pause.

        Raises:
            Unavailable: the database takes nothing, which is no trouble of the delivery's.
        """
        if delivery.pauses(self._clock()):
            return 0
        try:
            return self._take_delivery(delivery, known)
        except Unavailable:
            raise
        except Exception as fault:
            reference = secrets.token_hex(4)
            log.exception("scans could not be taken in", extra={"reference": reference})
            self._try_later(delivery, fault, reference)
            return 0

    def _take_delivery(self, delivery: Waiting, known: set[str]) -> int:
        now = self._clock()
        parcels = [_read(one) for one in delivery.content["parcels"]]
        unknown = sum(one.tracking_number not in known for one in parcels)
        is_over = delivery.received_at < now - _KEPT
        if delivery.kind == _WAITS and unknown == len(parcels) and not is_over:
            return 0
        with self._database.unit_of_work() as session:
            ordered = sorted(parcels, key=lambda one: one.tracking_number)
            new = sum(scanning.take(session, one, now) for one in ordered if one.tracking_number in known)
            if not unknown or is_over:
                inbox.settle(session, delivery.inbox_id, {"new": new, "unknown": unknown})
            elif delivery.kind != _WAITS:
                inbox.mark(session, delivery.inbox_id, _WAITS)
        if unknown and delivery.kind != _WAITS:
            log.warning("%s spoke of %d parcels there are not", delivery.source.removeprefix(_SOURCE), unknown)
        return new

    def pass_on_parcels(self) -> int:
        """Have the systems that orders came from told of parcels booked here; how many there were."""
        with self._database.reading() as session:
            due = booking.due(session, self._clock())
        told = 0
        for number in due:
            with self._database.unit_of_work() as session:
                told += booking.pass_on(session, number, self._clock())
        return told


def _written(heard: Heard) -> dict[str, Any]:
    scans = [[scan.scanned_at.isoformat(), scan.status.value, scan.place, scan.note] for scan in heard.scans]
    return {"number": heard.tracking_number, "scans": scans}


def _read(written: dict[str, Any]) -> Heard:
    scans = [
        Scan(datetime.fromisoformat(at), ParcelStatus(status), place, note)
        for at, status, place, note in written["scans"]
    ]
    return Heard(written["number"], tuple(scans))
