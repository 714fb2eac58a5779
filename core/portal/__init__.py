"""The front door: every verb that a channel, a page, a webhook or a job may call; one verb is one transaction."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.accounts import identity
from core.accounts import service as accounts
from core.accounts.model import CODE_LIFETIME, Staff, Visitor
from core.billing import service as billing
from core.billing.pdf import invoice_pdf
from core.billing.service import InvoiceSummary
from core.chat import Incoming, Reply
from core.clock import Clock, utc_now
from core.config import Config
from core.conversation import dialogue, transcript, wording
from core.conversation.shelf import ShelfKeeper
from core.conversation.transcript import Said
from core.conversation.turn import House
from core.conversation.understanding import Reader
from core.database.engine import Database
from core.errors import NotFound, PortalError
from core.mailroom import outbox
from core.mailroom.ports import Courier
from core.orders import service as orders
from core.orders.model import Order
from core.purchasing.model import Proposal, PurchaseOrder, Repriced
from core.returns import service as returns
from core.returns.model import Return
from core.shipments import service as shipments
from core.shipments.model import Parcel

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderPage:
    """An order and everything that hangs on it."""

    order: Order
    parcels: tuple[Parcel, ...]
    returns: tuple[Return, ...]
    invoices: tuple[InvoiceSummary, ...]


@dataclass(frozen=True)
class File:
    """A document to hand over."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail as it stands in the outbox."""

    to: str
    subject: str
    text: str
    state: str
    created_at: datetime


@dataclass(frozen=True)
class Health:
    """What `/readyz` tells: which things are not well, and some ages in seconds."""

    faults: tuple[str, ...]
    oldest_unsent_s: float | None
    last_runs: dict[str, datetime]


class Portal:
    """The verbs of the product, over one database."""

    def __init__(
        self, database: Database, config: Config, clock: Clock = utc_now, couriers: Mapping[str, Courier] | None = None
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._couriers = dict(couriers or {})
        self._house = House(
            config, Reader.load(wording.FOLDER), wording.load(config.shop.locale), ShelfKeeper(clock), config.shop.zone
        )

    # the door

    def ask_for_code(self, address: str, browser: str) -> None:
        """Mail a sign-in code to an address on file; says and takes the same whether there is one.

        `browser` is the random id in the asking browser's cookie; only that browser can use the code.

        Raises:
            InvalidInput: not an e-mail address.
            TooMany: asked too often.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            asked = identity.ask_for_code(session, address, browser, now)
            say = self._house.wording.say
            text = say("en", "", "code_mail", code=asked.code, shop=self._config.shop.name)
            content = {"to": asked.address, "subject": say("en", "", "code_subject"), "text": text}
            # a letter to nobody is written as well, and expires at once, so that both cases take the same time
            outbox.post(
                session,
                key=f"code:{secrets.token_hex(8)}",
                channel="email",
                chat=asked.person or f"nobody:{asked.address}",
                kind="code",
                content=content,
                now=now,
                lifetime=CODE_LIFETIME if asked.person else timedelta(0),
            )

    def sign_in(self, browser: str, code: str) -> str:
        """Exchange a mailed code for the token of a new session.

        Raises:
            Refused: wrong, used or expired; the sentence says what to do.
            TooMany: too many tries.
        """
        with self._database.unit_of_work() as session:
            outcome = identity.redeem(session, browser, code[:40], self._clock())
        if isinstance(outcome, PortalError):
            raise outcome
        return outcome

    def visitor(self, token: str) -> Visitor | None:
        """Whose session it is, or None where it has ended; seeing it keeps it alive."""
        now = self._clock()
        with self._database.reading() as session:
            found = identity.visitor(session, token, now)
        if found is None:
            return None
        visitor, is_due = found
        if is_due:
            with self._database.unit_of_work() as session:
                identity.note_seen(session, token, now)
        return visitor

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.unit_of_work() as session:
            identity.close_session(session, token)

    # the counter

    def converse(self, incoming: Incoming) -> Reply:
        """Answer one message or button press; the same delivery twice gets the same answer and acts once."""
        try:
            with self._database.unit_of_work() as session:
                return dialogue.converse(session, self._house, incoming, self._clock())
        except PortalError as refusal:
            return Reply(str(refusal), speaker_proof=incoming.speaker.proof)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a turn of conversation failed", extra={"reference": reference})
            text = self._house.wording.say(incoming.speaker.language, "", "broken", reference=reference)
            return Reply(text, speaker_proof=incoming.speaker.proof)

    def transcript(
        self, channel: str, chat: str, person: str | None, *, after: int = 0, limit: int = 100
    ) -> list[Said]:
        """What was said with a person (`customer:…`, `staff:…`, None for a guest) in a chat, oldest first."""
        with self._database.reading() as session:
            return transcript.messages(session, channel, chat, person, after=after, limit=limit)

    def customer_by_email(self, address: str) -> str | None:
        """The id of the customer with that address, for operators' commands."""
        with self._database.reading() as session:
            found = accounts.customer_by_email(session, address)
        return found.customer_id if found else None

    def staff_by_email(self, address: str) -> Staff | None:
        """The person of the shop with that address, for operators' commands."""
        with self._database.reading() as session:
            return accounts.staff_by_email(session, address)

    def orders(self, customer_id: str) -> list[Order]:
        """A customer's orders, latest first."""
        with self._database.reading() as session:
            return orders.orders_of(session, customer_id)

    def order(self, customer_id: str, order_number: str) -> OrderPage:
        """One order of a customer's.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        with self._database.reading() as session:
            order = orders.order_of(session, customer_id, order_number)
            return OrderPage(
                order,
                shipments.parcels_of(session, order),
                returns.returns_of(session, order),
                tuple(billing.documents_of_order(session, customer_id, order_number)),
            )

    def invoices(self, customer_id: str) -> list[InvoiceSummary]:
        """A customer's invoices and credit notes, latest first."""
        with self._database.reading() as session:
            return billing.summaries(session, customer_id)

    def invoice_link(self, customer_id: str, invoice_number: str) -> str:
        """The path (`/files/…`) under which the invoice's PDF can be fetched for a quarter of an hour.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        with self._database.reading() as session:
            found = billing.summary(session, customer_id, invoice_number)
        return billing.link(self._config, customer_id, found.invoice_number, self._clock())

    def file(self, token: str, visitor: Visitor | None) -> File:
        """The document a link opens; a signed-in visitor opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired; the sentence says how to get a new one.
        """
        customer_id = visitor.customer.customer_id if visitor and visitor.customer else None
        with self._database.reading() as session:
            found = billing.linked(session, self._config, token, self._clock())
        if visitor is not None and customer_id != found.customer_id:
            raise NotFound("This link is not valid. Ask for the document again and use the new link.")
        return File(found.name, "application/pdf", invoice_pdf(found.invoice, locale=self._config.shop.locale))

    # the stockroom

    def proposals(self, staff: Staff) -> list[Proposal]:
        """Open proposals, most urgent first, then those decided in the last days; without lines."""
        raise NotImplementedError

    def proposal(self, staff: Staff, proposal_id: int) -> Proposal:
        """One proposal with its lines.

        Raises:
            NotFound: there is none, or this person may not see it.
        """
        raise NotImplementedError

    def reprice(self, staff: Staff, proposal_id: int, quantities: dict[int, int]) -> dict[int, Repriced]:
        """What other quantities (by line number) would cost and risk, by the function that proposed them; no change."""
        raise NotImplementedError

    def edit(self, staff: Staff, proposal_id: int, content_hash: str, quantities: dict[int, int]) -> Proposal:
        """Change quantities (0 drops a line); earlier approvals are void and the proposal has a new revision.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: below the minimum, not whole packs, above the maximum; all faults in one text.
        """
        raise NotImplementedError

    def approve(self, staff: Staff, proposal_id: int, content_hash: str) -> Proposal:
        """Approve what was shown; the purchase order exists afterwards, once, unless four eyes want another yes.

        Raises:
            Conflict: it was changed or decided since it was shown, or by somebody else a moment ago.
            Refused: over this person's limit, expired, or four eyes want somebody else.
        """
        raise NotImplementedError

    def reject(self, staff: Staff, proposal_id: int, content_hash: str, reason: str) -> Proposal:
        """Reject what was shown, with a reason.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: no reason given.
        """
        raise NotImplementedError

    def purchase_orders(self, staff: Staff) -> list[PurchaseOrder]:
        """Purchase orders, latest first, without lines."""
        raise NotImplementedError

    def purchase_order(self, staff: Staff, number: str) -> PurchaseOrder:
        """One purchase order with its lines.

        Raises:
            NotFound: there is none of that number.
        """
        raise NotImplementedError

    # the machine room

    def letters(self, limit: int = 50) -> list[Letter]:
        """The latest mails in the outbox; only the demo shows them."""
        raise NotImplementedError

    def health(self) -> Health:
        """Whether the database answers and is of this version, and how far the post is behind."""
        raise NotImplementedError
