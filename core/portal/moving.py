"""Moving: stock that goes from one place of the shop to another."""

from core.accounts.model import Staff
from core.accounts.service import staff_by_email
from core.portal.rooms import Rooms
from core.purchasing import moves
from core.purchasing.decisions import Decider
from core.purchasing.moves import Move


class Moving(Rooms):
    """Verbs of planners about moves between places."""

    def moves(self, staff: Staff) -> list[Move]:
        """Moves to decide, to send and to receive, and those done with lately.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            return moves.moves(session, staff, self._clock())

    def approve_move(self, staff: Staff, move_id: int) -> Move:
        """Have a move sent.

        Raises:
            Conflict: it was decided before, has expired, or the units are no longer there.
            NotFound: there is none, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            moves.approve(session, self._moving(staff), move_id)
            return moves.move(session, staff, move_id)

    def reject_move(self, staff: Staff, move_id: int, why: str) -> Move:
        """Leave the goods where they are; the next plan buys instead.

        Raises:
            Conflict: it was decided before, or has expired.
            InvalidInput: no reason.
            NotFound: there is none, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            moves.reject(session, self._moving(staff), move_id, why)
            return moves.move(session, staff, move_id)

    def send_move(self, staff: Staff, move_id: int) -> Move:
        """The goods have left their shelf.

        Raises:
            Conflict: it is not approved, was sent before, or fewer units are there.
            NotFound: there is none, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            moves.send(session, self._moving(staff), move_id)
            return moves.move(session, staff, move_id)

    def receive_move(self, staff: Staff, move_id: int, units: int) -> Move:
        """The goods are on the other shelf, all of them or as many as arrived.

        Raises:
            Conflict: it was not sent, or received before.
            InvalidInput: more than was sent.
            NotFound: there is none, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            moves.receive(session, self._moving(staff), move_id, units)
            return moves.move(session, staff, move_id)

    def move_card(self, move_id: int) -> tuple[Move, str]:
        """A move as the planners' channel is shown it, and the name of whoever decided it.

        Raises:
            NotFound: there is none.
        """
        with self._database.reading() as session:
            shown = moves.known_move(session, move_id)
            decider = staff_by_email(session, shown.decided_by)
            return shown, decider.name if decider else shown.decided_by

    def _moving(self, staff: Staff) -> Decider:
        return Decider(staff, self._config, self._clock())
