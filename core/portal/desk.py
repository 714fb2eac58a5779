"""The desk: conversations that were handed to a person of the shop.

A page and a chat of the shop's people call the same verbs. One person at a time answers a customer: who claims a ticket
has the chat it was opened in, and the bot is silent there until it is given back.
"""

import hashlib

from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.service import staff_by_email
from core.conversation import standing, telling, transcript
from core.database.audit import record
from core.errors import InvalidInput, NotFound
from core.portal.rooms import Rooms
from core.support import service as support
from core.support import thread
from core.support.model import STAFF, Ticket, TicketPage
from core.support.thread import Words


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

    def ticket_page(self, staff: Staff, number: str) -> TicketPage:
        """One ticket with its thread, and the name of who has it.

        Raises:
            NotFound: there is none of that number, or not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            found = support.ticket(session, number)
            said = thread.entries(session, found.ticket_number)
            return TicketPage(found, said, support.holder(session, found.claimed_by))

    def claim_ticket(self, staff: Staff, number: str) -> Ticket:
        """Look after a ticket, and have its chat; claiming twice is claiming once.

        Raises:
            Conflict: somebody else has it, and the sentence says who; or it is closed.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            found = support.ticket(session, number)
            standing.take(session, *found.where, now)
            support.claim_ticket(session, found, person, now)
            return support.ticket(session, number)

    def release_ticket(self, staff: Staff, number: str) -> Ticket:
        """Let somebody else look after a ticket; the bot goes on, unless the customer asked for a person.

        Raises:
            Conflict: it is not this person's (an admin may release anybody's), or closed.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            found = support.ticket(session, number)
            if not found.is_live:
                standing.hand_back(session, *found.where, now)
            support.release_ticket(session, found.ticket_number, person, now)
            if not found.is_live:
                telling.say_back(
                    session, self._house.wording, found.where, f"{found.ticket_number}:released:{now.isoformat()}", now
                )
            return support.ticket(session, number)

    def answer_ticket(self, staff: Staff, number: str, text: str, key: str = "") -> Ticket:
        """Say something to the customer, in the ticket's thread and in its chat; a ticket nobody has is claimed by it.

        The same answer to the same words is said once; a caller that knows its own deliveries names them by `key`.

        Raises:
            Conflict: somebody else has it, and the sentence says who; or it is closed.
            InvalidInput: nothing to say.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        said, now = text.strip()[: thread.LONGEST], self._clock()
        if not said:
            raise InvalidInput("Write an answer first.")
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            found = support.ticket(session, number)
            has_chat = standing.take(session, *found.where, now)
            support.claim_ticket(session, found, person, now)
            support.require_claim(session, found.ticket_number, person, now)
            cause = key or self._cause(session, found, said)
            words = Words(STAFF, said, f"{found.ticket_number}:{cause}", person.email)
            if thread.say(session, found.ticket_number, words, now):
                record(session, now, f"staff:{person.email}", "ticket_answered", f"ticket:{found.ticket_number}")
                if has_chat:
                    telling.say(session, found.where, "staff", said, f"ticket:{words.key}", now)
            return support.ticket(session, number)

    def close_ticket(self, staff: Staff, number: str) -> Ticket:
        """Close a ticket and let the bot answer again.

        Raises:
            Conflict: it is closed already.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            found = support.ticket(session, number)
            standing.hand_back(session, *found.where, now)  # the chat before its ticket
            support.close_ticket(session, found.ticket_number, f"staff:{person.email}", now)
            telling.say_back(
                session, self._house.wording, found.where, f"{found.ticket_number}:closed:{now.isoformat()}", now
            )
            return support.ticket(session, number)

    def reopen_ticket(self, staff: Staff, number: str) -> Ticket:
        """Open a closed ticket again; the bot goes on in its chat until somebody claims it.

        Raises:
            Conflict: it is open.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            person = self._at_work(session, staff)
            found = support.ticket(session, number)
            support.reopen_ticket(session, found.ticket_number, f"staff:{person.email}", now)
            return support.ticket(session, number)

    @staticmethod
    def _cause(session: Session, found: Ticket, said: str) -> str:
        """What tells one answer from another: its words, and what they are an answer to."""
        asked = thread.last_of_customer(session, found.ticket_number)
        heard = transcript.last_of_person(session, *found.where)
        return f"{asked}:{heard}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"

    @staticmethod
    def _at_work(session: Session, staff: Staff) -> Staff:
        """The same person, if they still are of the shop at this moment."""
        found = staff_by_email(session, staff.email)
        if found is None:
            raise NotFound("There is no such page for you.")
        return found
