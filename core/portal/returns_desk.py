"""The returns desk: goods that come back, as people of the shop take them in, and as customers send them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.model import Role, Staff
from core.accounts.service import customer
from core.billing import links
from core.billing.correcting import further
from core.billing.credit import credit
from core.billing.issuing import Shared
from core.billing.service import LINK_LIFETIME
from core.billing.settlement import Settled
from core.errors import NotFound, Refused
from core.money import Money
from core.notifications.service import Notice, notify
from core.portal.desk import Desk
from core.returns import handling
from core.returns.handling import Case, Checked
from core.returns.label import Slip, slip_pdf
from core.returns.model import ReturnKind
from core.returns.swapping import swapped
from core.uploads.model import Kept
from core.uploads.service import uploads_of_return

_INTENT = "return_status"
_LABEL = "return label"


class ReturnsDesk(Desk):
    """Verbs of whoever takes goods in and gives money back."""

    def returns(self, staff: Staff) -> list[Case]:
        """Returns that wait for somebody, oldest first, then the latest that ended.

        Raises:
            NotFound: not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            return handling.cases(session)

    def return_photos(self, staff: Staff, one: Case) -> tuple[tuple[Kept, ...], bool]:
        """The files that came with a return, and whether one is missing that the rules ask for.

        Raises:
            NotFound: not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            found = uploads_of_return(session, one.found.return_number)
        asked = {reason.replace("_", " ") for reason in self._config.returns.photo_for}
        is_asked = any(line.reason.replace("_", " ") in asked for line in one.found.lines)
        return found, one.found.kind is ReturnKind.CLAIM and is_asked and not found

    def return_case(self, staff: Staff, number: str) -> tuple[Case, Money]:
        """One return with its order, and the money that settling it would give back.

        Raises:
            NotFound: there is none of that number, or not somebody of the shop.
        """
        with self._database.reading() as session:
            self._at_work(session, staff)
            one = handling.case(session, number)
            return one, handling.value(session, one)

    def approve_return(self, staff: Staff, number: str) -> None:
        """Agree to a return and tell the customer.

        Raises:
            Conflict: it stands elsewhere by now.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        self._handle(staff, number, "approved", lambda session, one, who: handling.approve(
            session, one, who, self._clock()))  # fmt: skip

    def receive_return(self, staff: Staff, number: str, checked: Mapping[int, Checked]) -> None:
        """Take goods in, with what was found of each line of the order.

        Raises:
            Conflict: it was received or ended before.
            InvalidInput: counts that cannot be.
            NotFound: there is none of that number, or not somebody of the shop.
        """
        self._handle(staff, number, "received", lambda session, one, who: handling.receive(
            session, one, checked, who, self._clock()))  # fmt: skip

    def reject_return(self, staff: Staff, number: str, reason: str) -> None:
        """Turn a return down; the customer is told why.

        Raises:
            Conflict: it came to its end before.
            InvalidInput: no reason.
            NotFound: there is none of that number, or not somebody of the shop.
            Refused: this person does not decide about money.
        """
        self._handle(staff, number, "rejected", lambda session, one, who: handling.reject(
            session, one, reason, who, self._clock()), decides=True)  # fmt: skip

    def settle_return(self, staff: Staff, number: str) -> tuple[Settled, ...]:
        """Give the money back, with a credit note, or send the other goods out; what moved.

        Raises:
            Conflict: not received, settled before, or the other goods are not on the shelf.
            NotFound: there is none of that number, or not somebody of the shop.
            Refused: this person does not decide about money.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            person = self._deciding(session, staff)
            one = handling.case(session, number)
            settled, goods = handling.settle(session, one, f"staff:{person.email}", now)
            notes = self._documents(session, one, goods)
            step = "exchanged" if one.found.is_swap else "refunded"
            total = sum((part.amount for part in settled), Money(0, one.order.currency))
            self._tell(session, one, step, notes, amount=total)
            return settled

    def _documents(self, session: Session, one: Case, goods: Sequence[Shared]) -> list[str]:
        """Credit what came back, and invoice what went out for it."""
        why, now = f"Return {one.found.return_number}", self._clock()
        if not one.found.is_swap:
            return credit(session, self._config.shop, one.order, goods, why, now)
        swap = swapped(session, one)
        notes = credit(session, self._config.shop, one.order, swap.back, why, now)
        return notes + further(session, self._config.shop, one.order, swap.out, swap.gross, why, now)

    def call_off_return(self, customer_id: str, number: str) -> None:
        """Keep the goods after all.

        Raises:
            Conflict: it is too late for that.
            NotFound: there is none of that number, or it is somebody else's.
            Refused: money of an exchange has moved already.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            one = handling.own_case(session, customer_id, number)
            handling.call_off(session, one, f"customer:{customer_id}", now)
            self._tell(session, one, "cancelled")

    def return_label_link(self, customer_id: str, number: str) -> str:
        """The path under which the slip for the parcel can be fetched for a quarter of an hour.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        with self._database.reading() as session:
            one = handling.own_case(session, customer_id, number)
        secret = self._config.web.secret.get_secret_value().encode()
        until = self._clock() + LINK_LIFETIME
        return f"/returns/label/{links.sign(secret, _LABEL, one.found.return_number, customer_id, until)}"

    def return_label(self, token: str, visitor_id: str | None = None) -> tuple[str, bytes]:
        """File name and PDF of the slip a link opens; a signed-in customer opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired, or the parcel is under way already.
        """
        given = (self._config.web.secret, self._config.web.previous_secret)
        kept = [secret.get_secret_value().encode() for secret in given if secret.get_secret_value()]
        claim = links.verify(kept, token, purpose=_LABEL, now=self._clock())
        if visitor_id is not None and visitor_id != claim.customer_id:
            raise NotFound("This link is not valid. Ask for the document again and use the new link.")
        with self._database.reading() as session:
            one = handling.own_case(session, claim.customer_id, claim.file_id)
            language = customer(session, claim.customer_id).language
        if not one.found.is_sendable:
            raise Refused("This return needs no label any more; look at where it stands.", "return-no-label")
        return f"return-{one.found.return_number}.pdf", slip_pdf(self._slip(one, language), self._font)

    @property
    def _font(self) -> Any:
        return self._config.shop.invoice_font

    def _slip(self, one: Case, language: str) -> Slip:
        shop, wording = self._config.shop, self._house.wording

        def say(key: str) -> str:
            return wording.say(language, _INTENT, key)

        return Slip(
            number=one.found.return_number,
            title=say("slip_title"),
            to_label=say("slip_to"),
            to=(shop.name, *shop.address),
            from_label=say("slip_from"),
            sender=one.order.ship_to.lines,
            contents_label=say("slip_contents"),
            contents=tuple(f"{line.quantity} × {line.description}" for line in one.found.lines),
            note=say("slip_note"),
            dated=one.found.requested_at.astimezone(shop.zone).date(),
            language=language,
        )

    def _handle(
        self, staff: Staff, number: str, step: str, act: Callable[[Session, Case, str], None], *, decides: bool = False
    ) -> None:
        with self._database.unit_of_work() as session:
            person = self._deciding(session, staff) if decides else self._at_work(session, staff)
            act(session, handling.case(session, number), f"staff:{person.email}")
            self._tell(session, handling.case(session, number), step)

    def _deciding(self, session: Session, staff: Staff) -> Staff:
        """The same person, if their role at this moment goes with money of customers."""
        person = self._at_work(session, staff)
        if person.role not in {Role.SUPPORT, Role.ADMIN}:
            raise Refused("This is decided by support; ask them or an admin.", "return-role")
        return person

    def _tell(self, session: Session, one: Case, step: str, notes: Sequence[str] = (), **values: Any) -> None:
        """Mail the customer that a return moved on, and which credit notes were issued, in their language."""
        person = customer(session, one.order.customer_id or "")
        number = one.found.return_number

        def say(key: str, **more: Any) -> str:
            return self._house.wording.say(person.language, _INTENT, key, number=number, **more)

        notice = Notice(f"return:{number}:{step}", say("mail_subject"), "returns")
        lines = ", ".join(f"{line.quantity} × {line.description}" for line in one.found.lines)
        text = say(f"mail_{step}", lines=lines, why=one.found.why_not, **values)
        papers = "mail_documents" if len(notes) > 1 and one.found.is_swap else "mail_credit_note"
        if notes:
            text = f"{text}\n{say(papers, notes=', '.join(notes))}"
        notify(session, person, notice, text, self._clock())
