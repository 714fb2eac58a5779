"""The exchange desk: connected systems are read page by page, and what they deliver is stored first."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import intake, privacy
from core.accounts.service import customer, is_known
from core.canonical import Fault
from core.conversation.understanding import storable_throughout
from core.database import audit
from core.errors import Conflict, NotFound, PortalError, Unavailable
from core.exchange import feeds, listings, origins
from core.exchange.model import Drift, Page, Standing
from core.exchange.origins import Told
from core.exchange.ports import Admitted, Backend, Delivery, Feed, Found, Outcome, Reader, Trouble
from core.mailroom import inbox, leases, letters, outbox
from core.mailroom.inbox import Waiting
from core.mailroom.outbox import WRITE_BACK, Outgoing
from core.notifications.model import Notice
from core.notifications.service import notify
from core.portal.arrivals import Arrivals
from core.portal.case_desk import CaseDesk
from core.portal.hearing_systems import storable_pages, storable_records
from core.portal.telling_desk import for_sale

log = logging.getLogger(__name__)
_SOURCE = "system:"
_PAGE = 200
_LEASE = timedelta(minutes=3)
_OF_THE_PLACE = frozenset({Outcome.REFUSED, Outcome.MALFORMED})
"""What may come of the place that a reading goes on from."""
_LOOKS_BACK = timedelta(days=7)
Progress = Callable[[str, int], None]


@dataclass
class Synced:
    """What a reading of a system brought: records seen, news and pages by feed, rows left out, and troubles by feed."""

    seen: dict[str, int] = field(default_factory=dict)
    fresh: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    troubles: dict[str, Trouble] = field(default_factory=dict)


class ExchangeDesk(Arrivals, CaseDesk):
    """Verbs of connected systems."""

    def connect(self, backend: Backend) -> None:
        """Work with a system from now on."""
        self._backends[backend.system.name] = backend
        if backend.courier is not None:
            self._couriers[backend.system.name] = backend.courier

    def hang_up(self) -> None:
        """Close the connections to all systems."""
        for backend in self._backends.values():
            if backend.close is not None:
                backend.close()

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that are connected."""
        return tuple(self._backends)

    def backend(self, name: str) -> Backend:
        """A connected system.

        Raises:
            NotFound: none of that name is connected.
        """
        if name not in self._backends:
            known = ", ".join(self._backends) or "none"
            raise NotFound(f"No system “{name[:40]}” is connected; connected: {known}.")
        return self._backends[name]

    def sync(self, name: str, *, whole: bool = False, told: Progress = lambda _feed, _seen: None) -> Synced:
        """Read what changed in a system, or (`whole`) compare everything; a page and its cursor are kept together.

        Feeds whose system does not answer are noted as failing, and the others are read.

        Raises:
            Conflict: it is being read already.
            NotFound: it is not connected.
        """
        backend, owner, outcome = self.backend(name), secrets.token_hex(8), Synced()
        self._hold(name, owner)
        try:
            for feed in backend.feeds:
                try:
                    self._read(backend, feed, owner, outcome, told, whole=whole)
                except Trouble as trouble:
                    outcome.troubles[feed.name] = trouble
                    log.warning("%s of %s: %s", feed.name, name, trouble)
                    with self._database.unit_of_work() as session:
                        stuck = trouble.outcome in _OF_THE_PLACE and not outcome.pages.get(feed.name)
                        feeds.fail(session, name, feed.name, str(trouble), self._clock(), is_stuck=stuck)
        finally:
            with self._database.unit_of_work() as session:
                leases.give_back(session, f"sync {name}", owner)
        return outcome

    def _read(self, backend: Backend, feed: Feed, owner: str, outcome: Synced, told: Progress, *, whole: bool) -> None:
        system, now = backend.system, self._clock()
        with self._database.unit_of_work() as session:
            feeds.introduce(session, system)
            cursor = feeds.begin(session, system.name, feed.name, now, whole=whole)
            is_whole = whole or cursor is None
            if is_whole and not whole:
                cursor = feeds.begin(session, system.name, feed.name, now, whole=True)
        for page in storable_pages(system.label, feed, cursor, now):
            self._hold(system.name, owner)
            self._take_page(backend, feed.name, page, outcome, began=now, whole=is_whole)
            outcome.pages[feed.name] = outcome.pages.get(feed.name, 0) + 1
            told(feed.name, outcome.seen[feed.name])
        with self._database.unit_of_work() as session:
            if is_whole:
                began = feeds.began(session, system.name, feed.name) or now
                extra = origins.unseen(session, system.name, feed.name, began)
                not_offered = listings.forget_unseen(session, system.name, feed.name, began)
                feeds.add_drift(session, system.name, feed.name, Drift(extra=extra + not_offered))
                if extra:
                    origins.look_for_unseen(session, system.name, feed.name, began, self._clock())
            feeds.succeed(session, system.name, feed.name, self._clock(), whole=is_whole)

    def _take_page(
        self, backend: Backend, feed: str, page: Page, outcome: Synced, *, began: datetime, whole: bool
    ) -> None:
        system, told = backend.system.name, Told(feed, asked=True, whole=whole)
        records, echoes = listings.own_counts(backend.shelves, page.records)
        with self._database.unit_of_work() as session:
            taken = intake.take_records(session, system, records, told, self._config, self._clock())
            origins.see(session, system, echoes, self._clock())
            offered = self._take_levels(session, backend, feed, page, began)
            for one in page.hints:
                origins.hint(session, system, one.table, one.external_id, self._clock())
            self._take_cases(session, system, page.cases, self._clock())
            feeds.keep(session, system, feed, page.cursor, whole=whole)
            if whole:
                for drift in (taken.drift, offered):
                    feeds.add_drift(session, system, feed, drift)
        if any("products" in record.rows for record in page.records):
            self._shelf.forget()
        seen = len(page.records) + len(page.cases) + len(page.levels)
        outcome.seen[feed] = outcome.seen.get(feed, 0) + seen
        outcome.fresh[feed] = outcome.fresh.get(feed, 0) + taken.fresh
        outcome.faults += [*taken.faults, *(Fault(feed, 0, "", sentence) for sentence in page.faults)]

    def _take_levels(self, session: Session, backend: Backend, feed: str, page: Page, began: datetime) -> Drift:
        """Keep what a system offers of what it is told of, to be told what is for sale instead."""
        if backend.shelves is None or not page.levels:
            return Drift()
        offered = for_sale(session, backend.shelves, sorted({one.sku for one in page.levels}))
        return listings.note(session, backend.system.name, feed, page.levels, offered, began, self._clock())

    def _hold(self, name: str, owner: str) -> None:
        with self._database.unit_of_work() as session:
            if not leases.take(session, f"sync {name}", owner, self._clock(), _LEASE):
                raise Conflict(f"{name} is being read by another process; try again in a moment.")

    def hear(self, name: str, admitted: Admitted, payload: Mapping[str, Any]) -> bool:
        """Store what a system delivered, to be taken in by `take_deliveries`; False where it was stored before.

        Raises:
            Unavailable: nothing was stored; whoever delivered it must not be thanked.
        """
        now, admitted = self._clock(), Admitted(**storable_throughout(vars(admitted)))
        content = {"payload": storable_throughout(dict(payload)), "headers": dict(admitted.headers)}
        with self._database.unit_of_work() as session:
            if admitted.also and not inbox.store_settled(session, f"also:{name}", admitted.also, admitted.topic, now):
                return False
            return inbox.store(
                session, source=f"{_SOURCE}{name}", delivery_id=admitted.delivery_id, kind=admitted.topic,
                content=content, now=now,
            )  # fmt: skip

    def take_deliveries(self) -> int:
        """Take in what was delivered, each delivery in a transaction of its own; how many there were.

        One that fails is tried again after a pause, and in the end left to a person. Until then what else was
        delivered about the same records waits behind it, and nothing else does.
        """
        after, taken, held = 0, 0, set[tuple[str, str, str]]()
        while True:
            with self._database.reading() as session:
                page = inbox.waiting_under(session, _SOURCE, after, _PAGE)
            for delivery in page:
                taken += self._in_turn_of(delivery, held)
            if len(page) < _PAGE:
                return taken
            after = page[-1].inbox_id

    def _in_turn_of(self, delivery: Waiting, held: set[tuple[str, str, str]]) -> bool:
        """One delivery; `held` are the records that one before it failed with."""
        system = delivery.source.removeprefix(_SOURCE)
        backend = self._backends.get(system)
        if backend is None or backend.reader is None:
            return False
        pauses, about = delivery.pauses(self._clock()), set[tuple[str, str, str]]()
        try:
            said = self._understood(backend.reader, delivery)
            if said is None:
                return True
            about |= {(system, *one) for one in said.about}
            waits = pauses or not held.isdisjoint(about)
            if not waits:
                self._take_in(backend, delivery, said)
        except Unavailable:
            raise
        except Exception as fault:
            waits = True
            if not pauses:
                reference = secrets.token_hex(4)
                log.exception("a delivery could not be taken in", extra={"reference": reference})
                self._try_later(delivery, fault, reference)
        if waits:
            held |= about
        return not waits

    def _understood(self, reader: Reader, delivery: Waiting) -> Delivery | None:
        """What a delivery says; one of another shape than is documented is settled, and says nothing."""
        try:
            return reader.read(delivery.kind, delivery.content["payload"], delivery.content["headers"])
        except (ValueError, LookupError, TypeError) as fault:
            system = delivery.source.removeprefix(_SOURCE)
            log.warning("a delivery of %s about %s could not be read: %s", system, delivery.kind, type(fault).__name__)
            with self._database.unit_of_work() as session:
                inbox.settle(session, delivery.inbox_id, {"unreadable": True})
            return None

    def _take_in(self, backend: Backend, delivery: Waiting, said: Delivery) -> None:
        system, now = backend.system, self._clock()
        if said.asks:
            self._heed(system.name, said, now)
        records, _ = listings.own_counts(backend.shelves, said.records)
        with self._database.unit_of_work() as session:
            feeds.introduce(session, system)
            taken = intake.take_records(session, system.name, records, Told(), self._config, now)
            for one in said.hints:
                origins.hint(session, system.name, one.table, one.external_id, now)
            inbox.settle(session, delivery.inbox_id, {"fresh": taken.fresh, "faults": len(taken.faults)})
        if any("products" in record.rows for record in said.records):
            self._shelf.forget()
        for fault in taken.faults:
            log.warning("%s left out of a delivery of %s about %s", fault.table, system.name, delivery.kind)

    def _heed(self, system: str, said: Delivery, now: datetime) -> None:
        """What a person asked of their data by way of the system: to be erased, or handed over."""
        with self._database.reading() as session:
            everybody = origins.keys(session, system, "customers") if said.asks == "erase_all" else []
        for customer_id in everybody or [said.customer_id]:
            with self._database.unit_of_work() as session:
                if not customer_id or not is_known(session, customer_id):
                    continue
                if said.asks == "export":
                    self._ask_for_export(session, system, customer_id, now)
                else:
                    privacy.erase(session, customer_id, f"system:{system}", now)

    def _ask_for_export(self, session: Session, system: str, customer_id: str, now: datetime) -> None:
        """Have the shop's people hand over what is kept of a customer; they answer for it, within thirty days."""
        text = (
            f"By way of {system}, customer {customer_id} asked for all data kept about them. "
            f"`storekeeper export-customer {customer_id}` writes it down; hand it over within 30 days."
        )
        content = {"to": self._config.shop.email, "subject": "A customer asks for their data", "text": text}
        outbox.post(session, Outgoing(f"export:{system}:{customer_id}:{now:%Y-%m-%d}", "email", "shop", "notice",
                                      content), now)  # fmt: skip
        audit.record(session, now, f"system:{system}", "export_asked", f"customer:{customer_id}")

    def look_up(self, name: str, most: int = 50) -> int:
        """Look up what was hinted at in a system, and what was missing when all was read; how many records there were.

        Raises:
            Trouble: it does not answer; what is left is looked up another time.
        """
        backend = self.backend(name)
        if backend.refetch is None:
            return 0
        with self._database.reading() as session:
            hinted = origins.hinted(session, name, most)
        for table, external_id, since in hinted:
            records, _ = listings.own_counts(backend.shelves, storable_records(backend.refetch(table, external_id)))
            with self._database.unit_of_work() as session:
                told = Told(asked=True)
                taken = intake.take_records(session, name, records, told, self._config, self._clock())
                origins.looked_up(session, name, table, external_id, since)
                if any(one.gone for one in records) and not origins.key_of(session, name, table, external_id):
                    for feed in origins.feeds_of(session, name, table):
                        feeds.compare_soon(session, name, feed)
            if table == "products":
                self._shelf.forget()
            for fault in taken.faults:
                log.warning("%s left out of what %s said: %s", fault.table, name, fault.sentence)
        return len(hinted)

    def tell_of_write_backs(self) -> int:
        """Tell customers whose change did not get through to the shop's system, each once; how many were told."""
        now = self._clock()
        with self._database.reading() as session:
            failed = letters.failed_since(session, WRITE_BACK, now - _LOOKS_BACK)
        of_orders = [one for one in failed if one[2].get("order_number")]
        return sum(self._tell_failed(number, system, content, now) for number, system, content in of_orders)

    def _tell_failed(self, number: int, system: str, content: Mapping[str, Any], now: datetime) -> bool:
        customer_id = str(content.get("customer_id") or "")
        with self._database.unit_of_work() as session:
            if not customer_id or not is_known(session, customer_id):
                return False
            person, words = customer(session, customer_id), self._house.wording
            order = str(content["order_number"])
            act = words.say(person.language, "", f"written_back_{content['act']}")
            subject = words.say(person.language, "", "not_written_back_subject", order=order)
            text = words.say(person.language, "", "not_written_back", order=order, act=act)
            told = notify(session, person, Notice(f"write-back:{number}:failed", subject), text, now)
            if told:
                origins.hint(session, system, "orders", str(content["to"]), now)
                who, change = f"system:{system}", str(content["act"])
                audit.record(session, now, who, "write_back_failed", f"order:{order}", change=change)
            return told

    def standings(self) -> list[Standing]:
        """How each feed of the connected systems stands."""
        with self._database.reading() as session:
            return feeds.standings(session)

    def inspect(self, name: str) -> Sequence[Found]:
        """Try a system out: what is well, and what to do about what is not."""
        backend = self.backend(name)
        try:
            return backend.inspector(self._clock()) if backend.inspector else ()
        except PortalError as trouble:
            return (Found(False, f"{backend.system.label}: {trouble}"),)
