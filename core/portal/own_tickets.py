"""A customer's own tickets: their thread, and a word in it from a page."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.chat import Speaker, Upload
from core.conversation import standing
from core.errors import InvalidInput
from core.portal.rooms import Rooms
from core.support import service as support
from core.support import thread
from core.support.model import CUSTOMER, Ticket, TicketPage
from core.support.service import Handover
from core.support.thread import Words
from core.uploads import cleaning
from core.uploads import service as uploads


class OwnTickets(Rooms):
    """Verbs of whoever opened a ticket."""

    def my_tickets(self, customer_id: str) -> list[Ticket]:
        """A customer's tickets, latest first."""
        with self._database.reading() as session:
            return support.tickets_of(session, customer_id, limit=200)

    def my_ticket(self, customer_id: str, number: str) -> TicketPage:
        """One of a customer's tickets with its thread, and the name of who has it.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        with self._database.reading() as session:
            found = support.ticket_of(session, customer_id, number)
            said = thread.entries(session, found.ticket_number)
            return TicketPage(found, said, support.holder(session, found.claimed_by))

    def may_reopen(self, ticket: Ticket) -> bool:
        """Whether a word of the customer still opens a closed ticket again."""
        return ticket.may_reopen(self._clock(), self._config.support.reopen_days)

    def open_my_ticket(
        self, speaker: Speaker, chat: tuple[str, str], text: str, key: str, files: Sequence[Upload] = ()
    ) -> Ticket:
        """Have somebody look into something, from a page; it belongs to the customer's chat there.

        Raises:
            InvalidInput: nothing to look into, or a file that is not taken.
            TooMany: as many files were sent today as a day allows.
        """
        said, now, files = self._said(text), self._clock(), self._cleaned(files)
        with self._database.unit_of_work() as session:
            channel, where = chat
            sent = self._kept(session, speaker, files)
            handover = Handover(
                speaker.customer_id, channel, where, said.splitlines()[0][:200], "", said,
                proof=speaker.proof, member=speaker.member, key=key, files=sent,
            )  # fmt: skip
            return support.open_ticket(session, handover, now)

    def reply_to_ticket(
        self, speaker: Speaker, number: str, text: str, key: str, files: Sequence[Upload] = ()
    ) -> Ticket:
        """Add to one's own ticket; a closed one opens again by it as long as that may be. A file needs no words.

        Raises:
            InvalidInput: nothing to say, or a file that is not taken.
            TooMany: as many files were sent today as a day allows.
            NotFound: there is none of that number, or it is somebody else's.
            Refused: it was closed too long ago.
        """
        said = text.strip()[: thread.LONGEST] if files else self._said(text)
        now, days, files = self._clock(), self._config.support.reopen_days, self._cleaned(files)
        with self._database.unit_of_work() as session:
            found = support.ticket_of(session, speaker.customer_id or "", number)
            cause = f"page:{found.ticket_number}:{key}"
            sent = () if thread.is_said(session, cause) else self._kept(session, speaker, files)
            words = Words(CUSTOMER, said, cause, speaker.member, sent)
            support.reply_of_customer(session, found, words, days, now)
            return support.ticket(session, found.ticket_number)

    def close_my_ticket(self, customer_id: str, number: str) -> Ticket:
        """Be done with one's own ticket; its chat is the bot's again.

        Raises:
            Conflict: it is closed already.
            NotFound: there is none of that number, or it is somebody else's.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            found = support.ticket_of(session, customer_id, number)
            standing.hand_back(session, *found.where, now)
            support.close_ticket(session, found.ticket_number, f"customer:{customer_id}", now)
            return support.ticket(session, found.ticket_number)

    def _cleaned(self, files: Sequence[Upload]) -> list[Upload]:
        """The files as they may be kept, photos drawn anew before the transaction begins."""
        limits = self._config.uploads
        if len(files) > limits.per_message:
            raise InvalidInput(f"Up to {limits.per_message} files are taken at once.")
        return [cleaning.cleaned(one, limits) for one in files]

    def _kept(self, session: Session, speaker: Speaker, files: Sequence[Upload]) -> tuple[str, ...]:
        limits = self._config.uploads
        whose = speaker.customer_id or ""
        return tuple(uploads.keep(session, whose, one, limits, self._clock()).upload_id for one in files)

    @staticmethod
    def _said(text: str) -> str:
        said = text.strip()
        if not said:
            raise InvalidInput("Write something first.")
        return said[: thread.LONGEST]
