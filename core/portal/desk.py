"""The desk: conversations that were handed to a person of the shop."""

import hashlib

from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.service import language_of, staff_by_email
from core.conversation import standing, transcript
from core.database.audit import record
from core.errors import InvalidInput, NotFound
from core.portal.rooms import Rooms
from core.support import service as support
from core.support.model import Ticket

_LONGEST_ANSWER = 4000


class Desk(Rooms):
    """Verbs of the people who answer customers."""

    def tickets(self, staff: Staff) -> list[Ticket]:
        """Open tickets, oldest first, then the latest closed ones.

        Raises:
            NotFound: not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            return support.tickets(session)

    def ticket(self, staff: Staff, number: str) -> Ticket:
        """One ticket with what was said before.

        Raises:
            NotFound: there is none of that number, or not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            return support.ticket(session, number)

    def answer_ticket(self, staff: Staff, number: str, text: str) -> None:
        """Say something to the customer where they wrote; the same answer to the same words is said once.

        Raises:
            InvalidInput: nothing to say.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        said, now = text.strip()[:_LONGEST_ANSWER], self._clock()
        if not said:
            raise InvalidInput("Write an answer first.")
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            ticket = support.ticket(session, number)
            support.hold_open(session, ticket.ticket_number)
            where = (ticket.channel, ticket.chat, ticket.person)
            asked = transcript.last_of_person(session, *where)
            key = f"ticket:{number}:{asked}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"
            if transcript.tell(session, where, "staff", said, key, now):
                record(session, now, f"staff:{person.email}", "ticket_answered", f"ticket:{number}")

    def close_ticket(self, staff: Staff, number: str) -> None:
        """Close a ticket and let the bot answer again.

        Raises:
            Conflict: it is closed already.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        now, house = self._clock(), self._house
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            ticket = support.ticket(session, number)
            standing.hand_back(session, ticket.channel, ticket.chat, ticket.person, now)  # the chat before its ticket
            support.close_ticket(session, number, f"staff:{person.email}", now)
            spoken = standing.spoken(session, ticket.channel, ticket.chat) or language_of(session, ticket.person)
            text = house.wording.say(spoken, "", "back")
            transcript.tell(
                session, (ticket.channel, ticket.chat, ticket.person), "shop", text, f"ticket:{number}:closed", now
            )

    @staticmethod
    def _at_work(session: Session, staff: Staff) -> Staff:
        """The same person, if they still are of the shop at this moment."""
        found = staff_by_email(session, staff.email)
        if found is None:
            raise NotFound("There is no such page for you.")
        return found
