"""The reception: who may see an account, and handing over or erasing what is kept about a customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import privacy
from core.accounts import links
from core.accounts import service as accounts
from core.accounts.links import ChatLink
from core.accounts.model import Customer, Member, Visitor
from core.billing import service as billing
from core.errors import NeedsProof, NotFound, Refused
from core.notifications import hours
from core.notifications import service as notifications
from core.notifications.service import Consent, Notice
from core.portal.rooms import Rooms
from core.privacy import Erased


@dataclass(frozen=True)
class Access:
    """Everything and everybody that can see an account; browsers by when they were seen last."""

    customer: Customer
    people: tuple[Member, ...]
    chats: tuple[ChatLink, ...]
    browsers: tuple[datetime, ...]
    wanted: dict[str, bool]


@dataclass(frozen=True)
class Export:
    """Everything kept about a customer; `files` are the numbers of documents that belong to it."""

    customer_id: str
    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]
    files: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        files = [{"name": number, "kind": "application/pdf"} for number in self.files]
        return {
            "customer_id": self.customer_id,
            "exported_at": self.exported_at.isoformat(),
            "tables": self.tables,
            "files": files,
        }


@dataclass(frozen=True)
class NoticeSettings:
    """What a customer wants to be told, by kind and channel they can be told on, when not, and how that came about."""

    wanted: dict[str, dict[str, bool]]
    channels: tuple[str, ...]
    zone: str
    quiet: tuple[str, str]
    history: tuple[Consent, ...]


class Reception(Rooms):
    """Verbs about accounts themselves."""

    def access(self, visitor: Visitor) -> Access:
        """Who and what can see the visitor's account."""
        customer = self._holder(visitor)
        with self._database.reading() as session:
            key = customer.customer_id
            chats, browsers = links.links_of(session, key), links.sessions_of(session, key)
            people = tuple(accounts.people_of(session, key))
            return Access(customer, people, tuple(chats), tuple(browsers), notifications.choices(session, key))

    def invite_chat(self, visitor: Visitor) -> str:
        """A code that links the chat it is typed or opened in, once and within ten minutes.

        Raises:
            NeedsProof: signed in too long ago.
        """
        customer = self._freshly(visitor)
        with self._database.unit_of_work() as session:
            return links.invite(session, customer.customer_id, visitor.member.email if visitor.member else "",
                                self._clock())  # fmt: skip

    def unlink_chats(self, visitor: Visitor) -> int:
        """End what chats may see of the account; those of a member's own where a member asks. How many ended."""
        customer, now, say = self._holder(visitor), self._clock(), self._house.wording.say
        with self._database.unit_of_work() as session:
            mine = visitor.member.email if visitor.member and not self.may(visitor, "account") else None
            gone = links.unlink(session, customer.customer_id, now, of_member=mine)
            if gone:
                notice = Notice(f"unlinked:{customer.customer_id}:{now.isoformat()}",
                                say(customer.language, "unlink_account", "mail_subject"))  # fmt: skip
                text = say(customer.language, "unlink_account", "mail", count=gone)
                notifications.notify(session, customer, notice, text, now)
        return gone

    def remove_person(self, visitor: Visitor, address: str) -> None:
        """Let one of the account's people no longer act for it.

        Raises:
            NeedsProof: signed in too long ago.
            NotFound: nobody of this account has that address.
            Refused: the visitor's role does not go with it.
        """
        customer = self._freshly(visitor)
        self._require(visitor, "account")
        who = f"customer:{customer.customer_id}"
        with self._database.unit_of_work() as session:
            accounts.remove_person(session, customer.customer_id, address, who, self._clock())

    def notice_settings(self, visitor: Visitor) -> NoticeSettings:
        """What the visitor's account wants to be told, where and when."""
        key = self._holder(visitor).customer_id
        with self._database.reading() as session:
            zone, begins, ends = hours.chosen_hours(session, key)
            history = tuple(notifications.consents(session, key))
            channels = notifications.reachable(session, key)
            return NoticeSettings(notifications.wishes(session, key), channels, zone, (begins, ends), history)

    def choose_notices(
        self, visitor: Visitor, wanted: dict[str, dict[str, bool]], zone: str, quiet: tuple[str, str]
    ) -> None:
        """Keep what the visitor's account wants to be told, by kind and channel, and its quiet hours.

        Raises:
            InvalidInput: not a time zone, or no times of day.
            Refused: the visitor's role does not go with it.
        """
        key, now = self._holder(visitor).customer_id, self._clock()
        self._require(visitor, "account")
        with self._database.unit_of_work() as session:
            standing = notifications.wishes(session, key)
            whole = {kind: {**by_channel, **wanted.get(kind, {})} for kind, by_channel in standing.items()}
            notifications.restore(session, key, whole, now)
            if hours.chosen_hours(session, key) != (zone, *quiet):
                hours.choose_hours(session, key, zone, quiet, now)

    def export_for(self, visitor: Visitor) -> Export:
        """Everything kept about the visitor's account.

        Raises:
            NeedsProof: signed in too long ago.
            Refused: the visitor's role does not go with it.
        """
        customer = self._freshly(visitor)
        self._require(visitor, "account")
        return self.export_customer(customer.customer_id)

    def export_customer(self, customer_id: str) -> Export:
        """Everything kept about a customer, for operators' commands.

        Raises:
            NotFound: there is no such customer.
        """
        with self._database.reading() as session:
            accounts.customer(session, customer_id)
            files = tuple(one.invoice_number for one in billing.summaries(session, customer_id))
            return Export(customer_id, self._clock(), privacy.export(session, customer_id), files)

    def erase_customer(self, customer_id: str, who: str) -> list[Erased]:
        """Erase a customer as far as the law lets it go; what became of each table's rows.

        Raises:
            NotFound: there is no such customer.
        """
        with self._database.unit_of_work() as session:
            accounts.customer(session, customer_id)
            return privacy.erase(session, customer_id, who, self._clock())

    def may(self, visitor: Visitor, right: str) -> bool:
        """Whether a visitor's role in the account goes with a right; its holder has them all."""
        return visitor.member is None or right in self._config.identity.roles.get(visitor.member.role, ())

    def _require(self, visitor: Visitor, right: str) -> None:
        if not self.may(visitor, right):
            raise Refused("Your role in this account does not go with that; ask whoever holds the account.", "role")

    @staticmethod
    def _holder(visitor: Visitor) -> Customer:
        if visitor.customer is None:
            raise NotFound("This page is for customers.")
        return visitor.customer

    def _freshly(self, visitor: Visitor) -> Customer:
        customer = self._holder(visitor)
        if visitor.proof < 3:
            raise NeedsProof("For this we have to be sure that it is still you. Please sign out and in again.", 3)
        return customer
