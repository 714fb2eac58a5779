"""The front door: every verb that a channel, a page, a webhook or a job may call; one verb is one transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from core.accounts.model import Staff, Visitor
from core.chat import Incoming, Reply
from core.clock import Clock, utc_now
from core.config import Config
from core.database.engine import Database
from core.money import Money
from core.orders.model import Order
from core.purchasing.model import Proposal, PurchaseOrder, Repriced
from core.returns.model import Return
from core.shipments.model import Parcel


@dataclass(frozen=True)
class Said:
    """One thing said in a chat; `speaker` is "person", "shop" or "staff", and the shop speaks Replies."""

    message_id: int
    speaker: str
    said_at: datetime
    reply: Reply


@dataclass(frozen=True)
class InvoiceSummary:
    """An invoice or credit note in a list; `open_amount` is what is still to be paid."""

    invoice_number: str
    kind: str
    order_number: str | None
    issued_on: date
    due_on: date | None
    total: Money
    open_amount: Money


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

    def __init__(self, database: Database, config: Config, clock: Clock = utc_now) -> None:
        self._database = database
        self._config = config
        self._clock = clock

    # the door

    def ask_for_code(self, address: str, browser: str) -> None:
        """Mail a sign-in code to an address on file; says and takes the same whether there is one.

        `browser` is the random id in the asking browser's cookie; only that browser can use the code.

        Raises:
            InvalidInput: not an e-mail address.
            TooMany: asked too often.
        """
        raise NotImplementedError

    def sign_in(self, browser: str, code: str) -> str:
        """Exchange a mailed code for the token of a new session.

        Raises:
            Refused: wrong, used or expired; the sentence says what to do.
            TooMany: too many tries.
        """
        raise NotImplementedError

    def visitor(self, token: str) -> Visitor | None:
        """Whose session it is, or None where it has ended; seeing it keeps it alive."""
        raise NotImplementedError

    def sign_out(self, token: str) -> None:
        """End a session."""
        raise NotImplementedError

    # the counter

    def converse(self, incoming: Incoming) -> Reply:
        """Answer one message or button press; the same delivery twice gets the same answer and acts once."""
        raise NotImplementedError

    def transcript(self, channel: str, chat: str, *, after: int = 0, limit: int = 100) -> list[Said]:
        """What was said in a chat since message `after`, oldest first, the last `limit` of it."""
        raise NotImplementedError

    def orders(self, customer_id: str) -> list[Order]:
        """A customer's orders, latest first."""
        raise NotImplementedError

    def order(self, customer_id: str, order_number: str) -> OrderPage:
        """One order of a customer's.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        raise NotImplementedError

    def invoices(self, customer_id: str) -> list[InvoiceSummary]:
        """A customer's invoices and credit notes, latest first."""
        raise NotImplementedError

    def invoice_link(self, customer_id: str, invoice_number: str) -> str:
        """The path (`/files/…`) under which the invoice's PDF can be fetched for a quarter of an hour.

        Raises:
            NotFound: there is none of that number, or it is somebody else's.
        """
        raise NotImplementedError

    def file(self, token: str, visitor: Visitor | None) -> File:
        """The document a link opens; a signed-in visitor opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired; the sentence says how to get a new one.
        """
        raise NotImplementedError

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
