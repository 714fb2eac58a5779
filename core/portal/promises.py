"""Keeping our word: what customers were told of when something is back is scored, and corrected before it breaks."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.conversation import slips
from core.portal.rooms import Rooms
from core.purchasing import promises
from core.purchasing.promises import Record
from core.purchasing.service import planner

_RECORD_OF = timedelta(days=180)


class Promises(Rooms):
    """Verbs of the clock and of planners about what customers were promised."""

    def keep_promises(self) -> int:
        """Score promises whose goods have landed, and tell those whose promise slips; how many were told."""
        with self._database.unit_of_work() as session:
            return self._keep_promises(session)

    def promise_record(self, staff: Staff) -> Record:
        """How the promises of the last half year fared.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            return promises.record_of(session, self._clock() - _RECORD_OF)

    def _keep_promises(self, session: Session) -> int:
        """The same within a unit of work: for whoever has just moved, cut or cancelled a purchase order."""
        return slips.keep(session, self._house, self._clock())
