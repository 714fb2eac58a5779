"""Standing in: who decides while somebody is away.

Whoever stands in decides in their own right, with their own limit, and is one person: they do not count twice where
two pairs of eyes are wanted. Standing in says who is asked, and the decision says in whose place it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.accounts.model import Role, Staff
from core.accounts.service import staff_by_email
from core.database.audit import record
from core.errors import InvalidInput, NotFound, Refused
from core.purchasing.rows import DelegationRow
from core.purchasing.service import planner

_LONGEST_DAYS = 365


@dataclass(frozen=True)
class Delegation:
    """Somebody is away from the first day to the last, and the deputy decides."""

    delegation_id: int
    absent: str
    absent_name: str
    deputy: str
    deputy_name: str
    first_on: date
    last_on: date

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True)
class Away:
    """From when until when somebody is away, both days included."""

    first_on: date
    last_on: date


def delegate(session: Session, staff: Staff, deputy: str, away: Away, now: datetime, absent: str = "") -> Delegation:
    """Let somebody decide in one's place; an admin may say so for others. What was agreed before for then ends.

    Raises:
        InvalidInput: the days make no sense, or it is oneself.
        NotFound: the deputy does not plan, or whoever asks does not.
        Refused: it is for somebody else and not an admin who asks, or the deputy is away then and comes back to us.
    """
    person = planner(session, staff)
    missing, other = _both(session, person, absent, deputy)
    if away.last_on < away.first_on or (away.last_on - away.first_on).days > _LONGEST_DAYS:
        raise InvalidInput("Say a first and a last day, in this order and within a year.", "delegation-days")
    if _leads_back(session, other.email, missing.email, away):
        sentence = f"{other.name} is away then and has named {missing.name}; name somebody else."
        raise Refused(sentence, "delegation-circle")
    _end(session, missing.email, away, now)
    row = DelegationRow(
        absent=missing.email,
        deputy=other.email,
        first_on=away.first_on,
        last_on=away.last_on,
        made_by=person.email,
        made_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"deputy": other.email, "first_on": away.first_on.isoformat(), "last_on": away.last_on.isoformat()}
    record(session, now, f"staff:{person.email}", "delegated", f"staff:{missing.email}", **detail)
    return _read(session, row)


def end_delegation(session: Session, staff: Staff, delegation_id: int, now: datetime) -> None:
    """Decide oneself again.

    Raises:
        NotFound: there is none of one's own (for an admin: none at all).
    """
    person = planner(session, staff)
    ending = update(DelegationRow).where(DelegationRow.delegation_id == delegation_id, DelegationRow.ended_at.is_(None))
    if person.role is not Role.ADMIN:
        ending = ending.where(DelegationRow.absent == person.email)
    absent = session.scalar(ending.values(ended_at=now).returning(DelegationRow.absent))
    if absent is None:
        raise NotFound("There is no such delegation of yours.")
    record(session, now, f"staff:{person.email}", "delegation_ended", f"staff:{absent}", delegation=delegation_id)


def delegations(session: Session, staff: Staff, today: date) -> list[Delegation]:
    """Who is or will be away, and who decides then.

    Raises:
        NotFound: not somebody who plans.
    """
    planner(session, staff)
    return [_read(session, row) for row in _holding(session) if row.last_on >= today]


def holding_on(session: Session, day: date) -> list[Delegation]:
    """Who is away on a day, and who decides."""
    return [_read(session, row) for row in _holding(session) if row.first_on <= day <= row.last_on]


def deputy_of(session: Session, absent: str, today: date) -> str | None:
    """Who decides in somebody's place on a day: the deputy, or the deputy's own; None where nobody has to."""
    named = {row.absent: row.deputy for row in _holding(session) if row.first_on <= today <= row.last_on}
    who, seen = named.get(absent), {absent}
    while who in named and who not in seen:
        seen.add(who)
        who = named[who]
    return who


def stood_in_for(session: Session, deputy: str, today: date) -> list[str]:
    """Those in whose place somebody decides on a day."""
    absent = sorted({row.absent for row in _holding(session) if row.first_on <= today <= row.last_on})
    return [one for one in absent if deputy_of(session, one, today) == deputy]


def _both(session: Session, person: Staff, absent: str, deputy: str) -> tuple[Staff, Staff]:
    missing = staff_by_email(session, absent) if absent and absent != person.email else person
    if missing is not person and person.role is not Role.ADMIN:
        raise Refused("Only an admin names a deputy for somebody else.", "delegation-other")
    other = staff_by_email(session, deputy)
    if missing is None or other is None or not missing.may_plan or not other.may_plan:
        raise NotFound("Name a planner: somebody who may decide proposals.")
    if missing.email == other.email:
        raise InvalidInput("Name somebody other than who is away.", "delegation-self")
    return missing, other


def _leads_back(session: Session, deputy: str, absent: str, away: Away) -> bool:
    rows = [row for row in _holding(session) if row.first_on <= away.last_on and away.first_on <= row.last_on]
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault(row.absent, set()).add(row.deputy)
    reached, ahead = {deputy}, [deputy]
    while ahead:
        further = named.get(ahead.pop(), set()) - reached
        reached |= further
        ahead += further
    return absent in reached


def _end(session: Session, absent: str, away: Away, now: datetime) -> None:
    session.execute(
        update(DelegationRow)
        .where(
            DelegationRow.absent == absent,
            DelegationRow.ended_at.is_(None),
            DelegationRow.first_on <= away.last_on,
            DelegationRow.last_on >= away.first_on,
        )
        .values(ended_at=now)
    )


def _holding(session: Session) -> Sequence[DelegationRow]:
    return session.scalars(
        select(DelegationRow).where(DelegationRow.ended_at.is_(None)).order_by(DelegationRow.first_on)
    ).all()


def _read(session: Session, row: DelegationRow) -> Delegation:
    absent, deputy = staff_by_email(session, row.absent), staff_by_email(session, row.deputy)
    return Delegation(
        row.delegation_id,
        row.absent,
        absent.name if absent else row.absent,
        row.deputy,
        deputy.name if deputy else row.deputy,
        row.first_on,
        row.last_on,
    )
