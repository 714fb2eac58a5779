"""The case desk: tickets that a connected system keeps as well, in step with it both ways.

What is said and done here goes there by post; what is said and done there is taken with the page that tells of it.
Words carry where they came from, and a state is passed on only where it is not the one that was heard last: nothing
echoes.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.service import is_known
from core.conversation import standing, telling
from core.database.audit import record
from core.errors import NotFound
from core.exchange import origins
from core.exchange.model import DeskCase, Remark
from core.exchange.writing_back import TICKET
from core.mailroom import outbox
from core.mailroom.outbox import WRITE_BACK, Outgoing
from core.portal.rooms import Rooms
from core.portal.said_before import discreetly, said_before
from core.support import elsewhere, service, thread
from core.support.model import CUSTOMER, STAFF, Entry, Ticket
from core.support.thread import Words

log = logging.getLogger(__name__)
_LONGEST_TRANSCRIPT = 20_000
_JUST_NOW = timedelta(hours=1)
Posts = list[tuple[str, Ticket, dict[str, Any]]]


class CaseDesk(Rooms):
    """Verbs of tickets that are kept in a connected system as well."""

    def pass_tickets_on(self) -> int:
        """Post what is new in tickets to the systems that keep them; how many letters.

        Two replicas may look at once: each piece of news has one key.
        """
        now, names = self._clock(), [name for name, one in self._backends.items() if one.keeps_tickets]
        posted = 0
        for name in names:
            with self._database.reading() as session:
                if not _news(session, name, now):
                    continue
            with self._database.unit_of_work() as session:
                posted += sum(self._post_one(session, name, one, now) for one in _news(session, name, now))
        return posted

    def _post_one(self, session: Session, system: str, news: tuple[str, Ticket, dict[str, Any]], now: datetime) -> int:
        """In the order of the ticket, and gone with its customer; a new case begins with what was said before."""
        key, found, content = news
        if content["act"] == TICKET:
            content["text"] = said_before(session, found, self._house.wording, self._config.shop.zone)
            content["text"] = content["text"][-_LONGEST_TRANSCRIPT:]
        chat = f"{found.person or 'guest'}:ticket:{found.ticket_number}"
        return int(outbox.post(session, Outgoing(key, system, chat, WRITE_BACK, content), now))

    def _take_cases(self, session: Session, system: str, cases: Sequence[DeskCase], now: datetime) -> None:
        """Take what a system's people said and did in tickets, in the transaction of the page that tells of it."""
        for case in cases:
            found, is_new = _ticket_of(session, system, case, now)
            if found is None:
                continue
            for remark in case.remarks:
                is_aloud = not is_new or remark.said_at > now - _JUST_NOW
                self._hear(session, system, found, remark, now, is_aloud=is_aloud)
            stands = origins.standing(session, system, "tickets", [found.ticket_number])[found.ticket_number]
            if stands.state != case.state:
                self._move(session, system, found, is_closed=case.is_closed, now=now)
                origins.stand(session, system, "tickets", case.external_id, case.state, now)

    def _hear(
        self, session: Session, system: str, found: Ticket, remark: Remark, now: datetime, *, is_aloud: bool
    ) -> None:
        """What was said there, in the thread, and to the customer in their chat, which a person has from then on.

        What was said long before we heard of the case is in its thread alone, as of then.
        """
        key = f"{system}:{remark.external_id}"
        if thread.is_said(session, key):
            return
        speaker, author = (CUSTOMER, "") if remark.is_customer else (STAFF, remark.author)
        thread.say(
            session, found.ticket_number, Words(speaker, remark.text, key, author), now if is_aloud else remark.said_at
        )
        if remark.is_customer:
            return
        record(session, now, f"system:{system}", "ticket_answered", f"ticket:{found.ticket_number}")
        if found.is_open and is_aloud and standing.take(session, *found.where, now):
            telling.say(session, found.where, "staff", remark.text[: thread.LONGEST], f"ticket:{key}", now)

    def _move(self, session: Session, system: str, found: Ticket, *, is_closed: bool, now: datetime) -> None:
        who = f"system:{system}"
        if is_closed and found.is_open:
            standing.hand_back(session, *found.where, now)
            service.close_ticket(session, found.ticket_number, who, now)
            cause = f"{found.ticket_number}:closed:{now.isoformat()}"
            telling.say_back(session, self._house.wording, found.where, cause, now)
        elif not is_closed and not found.is_open:
            service.reopen_ticket(session, found.ticket_number, who, now)


def _ticket_of(session: Session, system: str, case: DeskCase, now: datetime) -> tuple[Ticket | None, bool]:
    """Our ticket of a case; a new one (and that it is) where an open case of a customer of ours began there."""
    number = origins.key_of(session, system, "tickets", case.external_id) or case.number
    whose = origins.key_of(session, system, "customers", case.customer) if case.customer else None
    if number:
        try:
            found = service.ticket(session, number)
        except NotFound:
            return None, False  # its customer was erased
        if case.customer and found.customer_id not in {None, whose}:
            log.warning("a case of %s is of somebody else by now; ticket %s hears no more of it", system, number)
            return None, False
    elif case.is_closed or not whose or not is_known(session, whose):
        return None, False
    else:
        found = elsewhere.take_in(session, whose, case.subject, system, now)
    if origins.key_of(session, system, "tickets", case.external_id) is None:
        origins.link(session, system, "tickets", case.external_id, found.ticket_number)
        origins.stand(session, system, "tickets", case.external_id, "open", now)  # as each of them begins
    return found, not number


def _news(session: Session, system: str, now: datetime) -> Posts:
    """What a system has not been told yet, in the order it happened."""
    briefs = elsewhere.current(session, now)
    there = origins.standing(session, system, "tickets", [one.ticket_number for one in briefs])
    news: list[tuple[str, str, Entry | None]] = []
    for one in briefs:
        stands = there.get(one.ticket_number)
        if stands is None and one.opened_at > now - elsewhere.LATELY:
            news.append((_key(system, one.ticket_number, "opened"), one.ticket_number, None))
    kept = {number for _, number, _ in news} | set(there)
    news += [
        (key, said.ticket_number, said)
        for key, said in elsewhere.untold(session, now, system)
        if said.ticket_number in kept
    ]
    for one in briefs:
        stands = there.get(one.ticket_number)
        if stands is not None and stands.state and stands.state != one.status:
            news.append((_key(system, one.ticket_number, f"{one.status}:{stands.version}"), one.ticket_number, None))
    posted = outbox.posted(session, [key for key, _, _ in news])
    return [
        (key, found, _content(session, system, found, said, is_new=key.endswith(":opened")))
        for key, number, said in news
        if key not in posted and (found := service.ticket(session, number))
    ]


def _content(session: Session, system: str, found: Ticket, said: Entry | None, *, is_new: bool) -> dict[str, Any]:
    stands = origins.standing(session, system, "tickets", [found.ticket_number]).get(found.ticket_number)
    content: dict[str, Any] = {
        "to": stands.external_id if stands else "", "ticket": found.ticket_number, "customer_id": found.customer_id,
        "subject": f"ticket {found.ticket_number}", "new_key": found.ticket_number,
    }  # fmt: skip
    if said is not None:
        who = "" if said.speaker == CUSTOMER else service.holder(session, said.author or None)
        files = f"\n({len(said.files)} files, on the ticket's page here)" if said.files else ""
        text = f"{who}: {said.text}{files}" if who else f"{said.text}{files}"
        return {**content, "act": "comment", "text": text, "entry": said.entry_id}
    if not is_new:
        return {**content, "act": "ticket_state", "state": found.status}
    whose = origins.places_of(session, "customers", found.customer_id) if found.customer_id else []
    order = str((found.snapshot or {}).get("order_number") or "")
    return {
        **content, "act": TICKET, "state": "open", "about": discreetly(session, found, found.subject), "order": order,
        "customer": dict(whose).get(system, ""),
    }  # fmt: skip


def _key(system: str, number: str, what: str) -> str:
    return f"{system}:ticket:{number}:{what}"
