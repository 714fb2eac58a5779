"""What was delivered and could not be taken in: put off by those who tried, settled by a person."""

from core.accounts.model import Staff
from core.database import audit
from core.mailroom import failed
from core.mailroom.failed import Failed
from core.mailroom.inbox import Waiting
from core.portal.rooms import Rooms
from core.purchasing.service import planner


class Arrivals(Rooms):
    """Verbs of deliveries that failed."""

    def failed_deliveries(self, staff: Staff | None) -> list[Failed]:
        """Deliveries that need a person, latest first; nobody of the staff is the operator at the command line.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            if staff is not None:
                planner(session, staff)
            return failed.failed(session)

    def retry_delivery(self, staff: Staff | None, inbox_id: int) -> None:
        """Take a failed delivery in after all, with the next round of the clock.

        Raises:
            Conflict: it is not waiting for anybody any more.
            NotFound: not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            who = f"staff:{planner(session, staff).email}" if staff else "operator"
            failed.retry(session, inbox_id)
            audit.record(session, self._clock(), who, "delivery_retried", f"inbox:{inbox_id}")

    def discard_delivery(self, staff: Staff | None, inbox_id: int) -> None:
        """Put a failed delivery away for good.

        Raises:
            Conflict: it is not waiting for anybody any more.
            NotFound: not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            who = f"staff:{planner(session, staff).email}" if staff else "operator"
            failed.discard(session, inbox_id, who)
            audit.record(session, self._clock(), who, "delivery_discarded", f"inbox:{inbox_id}")

    def _try_later(self, delivery: Waiting, fault: Exception, reference: str) -> None:
        """Try a delivery again after a pause; what went wrong is in the log under the reference.

        Raises:
            Unavailable: the database takes nothing; the others will fare no better.
        """
        with self._database.unit_of_work() as session:
            failed.put_off(session, delivery, f"{type(fault).__name__}, reference {reference}", self._clock())
