"""The counter: conversations, and what customers see of their own."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from core.accounts import identity
from core.accounts import service as accounts
from core.accounts.model import CODE_DIGITS, Staff, Visitor
from core.billing import e_invoice, statement
from core.billing import service as billing
from core.billing.links import FileClaim
from core.billing.model import Invoice
from core.billing.pdf import invoice_pdf
from core.billing.service import InvoiceSummary
from core.billing.statement_pdf import statement_pdf
from core.chat import Incoming, Reply
from core.conversation import advice, dialogue, standing, transcript
from core.conversation.transcript import Said
from core.conversation.turn import HAS_SIGN_IN, House, Unread
from core.errors import InvalidInput, NotFound, PortalError, Unavailable
from core.orders import service as orders
from core.orders.model import Order
from core.portal.rooms import Rooms
from core.purchasing.overstock import lying
from core.returns import service as returns
from core.returns.model import Return
from core.shipments import service as shipments
from core.shipments.model import Parcel
from core.tracing import step
from core.uploads import cleaning

log = logging.getLogger(__name__)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # no link had expired by then
FRESH = 3  # the highest proof: whoever has it waits for no code


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


class Counter(Rooms):
    """Verbs of customers, and of everybody who talks."""

    def converse(self, incoming: Incoming) -> Reply:
        """Answer one message or button press; the same delivery twice gets the same answer and acts once."""
        incoming = self._with_photos_cleaned(incoming)
        try:
            return self._turn(incoming)
        except Unavailable as outage:
            log.warning("a turn of conversation found no database: %s", outage)
            text = self._house.wording.say(incoming.speaker.language, "", "unavailable")
            return Reply(text, speaker_proof=incoming.speaker.proof)
        except PortalError as refusal:
            return Reply(str(refusal), speaker_proof=incoming.speaker.proof)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a turn of conversation failed", extra={"reference": reference})
            return self._apology(incoming, reference)

    def _turn(
        self, incoming: Incoming, post: Callable[[Session, Reply], None] = lambda _session, _reply: None
    ) -> Reply:
        """One turn, with what is posted of it in the same transaction; the books are read ahead for one that asks."""
        with step("turn", channel=incoming.channel):
            house = self._advised(self._prepared(incoming), incoming)
            try:
                return self._converse(house, incoming, post)
            except Unread:
                with self._database.reading() as session:
                    found = tuple(lying(session, self._config, self._clock()))
                return self._converse(replace(house, overstock=found), incoming, post)

    def _converse(self, house: House, incoming: Incoming, post: Callable[[Session, Reply], None]) -> Reply:
        with self._database.unit_of_work() as session:
            reply = dialogue.converse(session, house, incoming, self._clock())
            post(session, reply)
            return reply

    def _with_photos_cleaned(self, incoming: Incoming) -> Incoming:
        """The message with its photos as they may be kept, drawn anew before the transaction begins."""
        most, limits = self._config.uploads.per_message, self._config.uploads
        fresh = [cleaning.cleaned(one, limits) for one in incoming.files[:most]]
        return replace(incoming, files=(*fresh, *incoming.files[most:]))

    def _apology(self, incoming: Incoming, reference: str) -> Reply:
        """What is said where a turn failed in a way nobody expected; the reference leads to the log."""
        text = self._house.wording.say(incoming.speaker.language, "", "broken", reference=reference)
        return Reply(text, speaker_proof=incoming.speaker.proof)

    def choose_language(self, customer_id: str | None, channel: str, chat: str, language: str) -> None:
        """Speak a language in a chat from now on, and to the customer, where one asks, anywhere.

        Raises:
            InvalidInput: the shop does not speak it.
        """
        if language not in self._house.wording.languages:
            raise InvalidInput("The shop does not speak that language.")
        with self._database.unit_of_work() as session:
            standing.choose_language(session, channel, chat, language)
            if customer_id is not None:
                accounts.speak(session, customer_id, language, self._clock())

    def _prepared(self, incoming: Incoming) -> House:
        """What the conversation works with; where codes are typed in chats, hashed before the transaction begins."""
        house = self._house
        speaker = incoming.speaker
        if incoming.channel in HAS_SIGN_IN or speaker.staff_id or speaker.proof >= FRESH:
            return house
        house.codes.refill()
        if sum(character.isdigit() for character in incoming.text[:100]) < CODE_DIGITS:
            return house
        try:
            with self._database.reading() as session:
                salt = identity.salt_for(session, identity.browser_of_chat(incoming.channel, incoming.chat))
        except Unavailable:
            return house
        return replace(house, typed=identity.typed(incoming.text[:100], salt))

    def _advised(self, house: House, incoming: Incoming) -> House:
        """With what an adviser makes of a message that is not understood, asked before the transaction begins."""
        if self._adviser is None or incoming.button:
            return house
        speaker = incoming.speaker
        today = self._clock().astimezone(house.zone).date()
        understood = house.reader.read(incoming.text, today=today, language=speaker.language)
        if not advice.is_wanted(understood):
            return house
        intents = advice.intents_for("staff" if speaker.staff_id else "customer")
        return replace(house, advice=self._adviser.advise(understood.text, intents, advice.SLOTS))

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

    def invoice_xml(self, customer_id: str, invoice_number: str) -> File:
        """The invoice or credit note for programs to read, by EN 16931.

        Raises:
            NotFound: there is none of that number, it is somebody else's, or the shop issues none.
            InvalidInput: the standard wants something that it does not say.
        """
        if self._config.billing.e_invoice == "off":
            raise NotFound("Invoices are issued as PDF here.")
        with self._database.reading() as session:
            found = billing.document(session, self._config.shop, customer_id, invoice_number)
        return File(f"{found.number}.xml", "application/xml", e_invoice.xml(found))

    def file(self, token: str, visitor: Visitor | None) -> File:
        """The document a link opens; a signed-in visitor opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired; the sentence says how to get a new one.
        """
        return self._drawn(_granted(billing.claimed(self._config, token, self._clock()), visitor))

    def statement(self, token: str, visitor: Visitor | None) -> File:
        """The statement of account a link opens; a signed-in visitor opens only their own.

        Raises:
            NotFound: not a link of ours, or somebody else's.
            Refused: the link expired.
        """
        return self._account(_granted(statement.claimed(self._config, token, self._clock()), visitor))

    def statement_link(self, customer_id: str, first: date, last: date) -> str:
        """The path of a customer's statement of account."""
        return statement.link(self._config, customer_id, first, last, self._clock())

    def enclosed(self, path: str) -> File:
        """The document that a letter of ours encloses, however long the letter had to wait for its turn.

        Whether its reader may have it was checked when the letter was addressed.

        Raises:
            NotFound: not a link of ours.
        """
        if path.startswith(statement.PATH):
            claim = statement.claimed(self._config, path.removeprefix(statement.PATH), _LONG_AGO)
            return self._account(claim)
        return self._drawn(billing.claimed(self._config, path.removeprefix("/files/"), _LONG_AGO))

    def _account(self, claim: FileClaim) -> File:
        shop = self._config.shop
        with self._database.reading() as session:
            found = statement.linked(session, self._config, claim)
        content = statement_pdf(found, locale=shop.locale, extra_font=shop.invoice_font)
        return File(statement.file_name(found[0].first, found[0].last), "application/pdf", content)

    def _drawn(self, claim: FileClaim) -> File:
        shop = self._config.shop
        with self._database.reading() as session:
            found = billing.linked(session, shop, claim)
        content = invoice_pdf(found.invoice, locale=shop.locale, extra_font=shop.invoice_font)
        if self._config.billing.e_invoice == "factur-x":
            content = _with_xml(content, found.invoice, shop.locale)
        return File(found.name, "application/pdf", content)


def _granted(claim: FileClaim, visitor: Visitor | None) -> FileClaim:
    """The claim, if it is the visitor's own; asked before any record is read, so that time tells nothing either."""
    if visitor is not None and (visitor.customer is None or visitor.customer.customer_id != claim.customer_id):
        raise NotFound("This link is not valid. Ask for the document again and use the new link.")
    return claim


def _with_xml(content: bytes, invoice: Invoice, locale: str) -> bytes:
    """The PDF with its XML inside; plain where the invoice does not say what the standard wants."""
    try:
        return e_invoice.embedded(content, e_invoice.xml(invoice), invoice, locale)
    except InvalidInput as lacking:
        log.warning("%s", lacking)
        return content
