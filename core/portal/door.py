"""The door: showing who one is, and being let in."""

from core.accounts import identity, staff_links
from core.accounts.model import Staff, Visitor
from core.accounts.service import language_of
from core.conversation import security, wrong_code
from core.errors import PortalError
from core.mailroom import outbox
from core.portal.rooms import Rooms


class Door(Rooms):
    """Verbs of signing in and out."""

    def ask_for_code(self, address: str, browser: str) -> None:
        """Mail a sign-in code to an address on file; says and takes the same whether there is one.

        `browser` is the random id in the asking browser's cookie; only that browser can use the code.

        Raises:
            InvalidInput: not an e-mail address.
            TooMany: asked too often.
        """
        now, house, drawn = self._clock(), self._house, identity.draw()
        with self._database.unit_of_work() as session:
            asked = identity.ask_for_code(session, address, browser, now, drawn)
            say, spoken = house.wording.say, language_of(session, asked.person)
            text = say(spoken, "", "code_mail", code=asked.code, shop=self._config.shop.name)
            content = {"to": asked.address, "subject": say(spoken, "", "code_subject"), "text": text}
            outbox.post(session, identity.letter(asked, content), now)

    def sign_in(self, browser: str, code: str) -> str:
        """Exchange a mailed code for the token of a new session.

        Raises:
            Refused: wrong, used or expired; the sentence says what to do.
            TooMany: too many tries.
        """
        now, house = self._clock(), self._house
        with self._database.reading() as session:
            salt = identity.salt_for(session, browser)
        hashed = identity.typed(code[:40], salt)  # outside the transaction: it takes long on purpose
        with self._database.unit_of_work() as session:
            outcome = identity.redeem(session, browser, code[:40], now, hashed)
            if isinstance(outcome, PortalError):
                wrong_code.note(session, house, browser, now)
            elif (found := identity.visitor(session, outcome, now)) is not None and found[0].customer is not None:
                whose = (f"customer:{found[0].customer.customer_id}", found[0].member.email if found[0].member else "")
                security.tell_chats(session, house, whose, "signed_in_chat", f"signed-in:{now.isoformat()}", now)
        if isinstance(outcome, PortalError):
            raise outcome
        return outcome

    def staff_in(self, channel: str, sender: str) -> Staff | None:
        """Who of the shop a channel's user is, with the rights of this moment; None for everybody else."""
        with self._database.reading() as session:
            return staff_links.staff_of(session, channel, sender, self._config.staff_named(channel))

    def unlink_staff(self, channel: str, sender: str) -> bool:
        """Let a channel's user speak for nobody of the shop any more; False where they did not by a code."""
        with self._database.unit_of_work() as session:
            return staff_links.unlink(session, channel, sender, self._clock())

    def visitor(self, token: str, *, keeps_alive: bool = True) -> Visitor | None:
        """Whose session it is, or None where it has ended; seeing it keeps it alive, unless told not to."""
        now = self._clock()
        with self._database.reading() as session:
            found = identity.visitor(session, token, now)
        if found is None:
            return None
        visitor, is_due = found
        if is_due and keeps_alive:
            with self._database.unit_of_work() as session:
                identity.note_seen(session, token, now)
        return visitor

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.unit_of_work() as session:
            identity.close_session(session, token)
