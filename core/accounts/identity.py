"""Showing who one is: codes by mail, sessions of browsers, and the limits on both.

An address that nobody has is treated in every step like one on file, so that asking tells nothing.
"""

import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.accounts import limits
from core.accounts.model import (
    ADDRESSES_PER_DAY,
    CODE_DIGITS,
    CODE_LIFETIME,
    CODES_PER_DAY,
    CODES_PER_HOUR,
    FRESH_PROOF,
    SESSION_IDLE,
    SESSION_LONGEST,
    TRIES_PER_CODE,
    TRIES_PER_DAY,
    Visitor,
    is_relayed,
)
from core.accounts.rows import CodeRow, InvitationRow, SessionRow
from core.accounts.service import customer, customer_by_email, member, member_by_email, staff_by_email
from core.database.engine import one_at_a_time
from core.errors import InvalidInput, NotFound, PortalError, Refused, TooMany
from core.mailroom.outbox import Outgoing

_HOUR_S, _DAY_S = 3600, 86400
_WRONG_CODE = "That code is not right, or no longer valid. Check the latest mail, or ask for a new code."


@dataclass(frozen=True)
class Asked:
    """A code to be mailed; `person` is None where nobody has the address."""

    address: str
    person: str | None
    code: str


@dataclass(frozen=True)
class Proven:
    """Whose mailbox a code came from; `member` is the one of the account's people, empty for its holder."""

    person: str
    member: str = ""


@dataclass(frozen=True)
class Drawn:
    """A code and what is kept of it."""

    code: str
    digest: str


@dataclass
class CodesAtHand:
    """Codes drawn ahead: hashing one takes long on purpose, and that must not happen inside a transaction."""

    _drawn: deque[Drawn] = field(default_factory=deque)

    def refill(self) -> None:
        """Draw one if there is none; to be called outside transactions."""
        if not self._drawn:
            self._drawn.append(draw())

    def take(self) -> Drawn:
        """A code nobody else gets."""
        try:
            return self._drawn.popleft()
        except IndexError:
            return draw()


@dataclass(frozen=True)
class Typed:
    """A typed code, hashed with the salt of the one that was mailed, before the transaction that checks it."""

    salt: str
    hashed: str


def draw() -> Drawn:
    """A new code; takes some hundredths of a second on purpose."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    return Drawn(code, _hashed(code))


def browser_of_chat(channel: str, chat: str) -> str:
    """What stands for the browser where a code is asked for in a chat."""
    return f"chat:{channel}:{chat}"


def salt_for(session: Session, browser: str) -> str:
    """The salt of the code this browser was mailed last; one as good as any where there was none."""
    latest = select(CodeRow.digest).where(CodeRow.browser == browser).order_by(CodeRow.code_id.desc()).limit(1)
    return (session.scalar(latest) or secrets.token_hex(16)).partition(":")[0]


def typed(code: str, salt: str) -> Typed:
    """A typed code as it is compared; takes some hundredths of a second on purpose."""
    return Typed(salt, _scrypt(_digits(code), bytes.fromhex(salt)))


def ask_for_code(session: Session, address: str, browser: str, now: datetime, drawn: Drawn | None = None) -> Asked:
    """Make a code for an address, voiding the one this browser had; `drawn` is one drawn ahead.

    Raises:
        InvalidInput: not an e-mail address.
        TooMany: more codes than an address or a browser may ask for.
    """
    folded = _folded(address)
    one_at_a_time(session, f"code for {folded}")
    one_at_a_time(session, f"code of {browser}")
    _check_asking(session, folded, browser, now)
    fresh = drawn or draw()
    proven = _person(session, folded)
    who = {"person": proven.person if proven else None, "member": proven.member if proven else ""}
    session.add(CodeRow(browser=browser, address=folded, digest=fresh.digest, asked_at=now, tries=0, **who))
    return Asked(folded, who["person"], fresh.code)


def redeem(session: Session, browser: str, code: str, now: datetime, hashed: Typed | None = None) -> str | PortalError:
    """Exchange a code for a session's token.

    A refusal is returned, not raised: the try has to be counted, and raising would undo the counting.
    """
    outcome = person_of_code(session, browser, code, now, hashed)
    if isinstance(outcome, PortalError):
        return outcome
    return open_session(session, outcome.person, now, outcome.member)


def letter(asked: Asked, content: dict[str, str]) -> Outgoing:
    """The mail with a code; one to nobody is written as well and expires at once, so that both take the same time."""
    lifetime = CODE_LIFETIME if asked.person else timedelta(0)
    return Outgoing(f"code:{secrets.token_hex(8)}", "email", asked.person or f"nobody:{asked.address}", "code",
                    content, lifetime)  # fmt: skip


def person_of_code(
    session: Session, browser: str, code: str, now: datetime, hashed: Typed | None = None
) -> Proven | PortalError:
    """Who a code was for (`customer:…`, `staff:…`); it is used up by this. A refusal is returned, not raised."""
    row = session.scalar(select(CodeRow).where(CodeRow.browser == browser).order_by(CodeRow.code_id.desc()).limit(1))
    if row is None or row.used_at is not None or now >= row.asked_at + CODE_LIFETIME:
        return Refused(_WRONG_CODE, "code-wrong")
    one_at_a_time(session, f"code for {row.address}")
    if _tries_today(session, row.address, now) >= TRIES_PER_DAY:
        return TooMany(
            "Too many wrong codes for this address today. Try again tomorrow, or write to the shop.", "code-locked"
        )
    if not _count_try(session, row.code_id):
        return TooMany("This code was tried too often. Ask for a new one.", "code-worn-out")
    if not _matches(code, row.digest, hashed) or row.person is None or not _use(session, row.code_id, now):
        return Refused(_WRONG_CODE, "code-wrong")
    return Proven(row.person, row.member)


def wrong_codes(session: Session, now: datetime) -> int:
    """Note a wrong code, whoever typed it; how many there were in this hour."""
    return limits.count(session, "wrong codes", now, limits.HOUR)


def just_locked(session: Session, browser: str, now: datetime) -> Asked | None:
    """The address that this browser's tries have locked for the day, if somebody has it."""
    row = session.scalar(select(CodeRow).where(CodeRow.browser == browser).order_by(CodeRow.code_id.desc()).limit(1))
    is_locked = row is not None and _tries_today(session, row.address, now) >= TRIES_PER_DAY
    return Asked(row.address, row.person, "") if row is not None and is_locked and row.person is not None else None


def open_session(session: Session, person: str, now: datetime, of_member: str = "") -> str:
    """The token of a new session for somebody who just showed who they are."""
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            token_digest=_token_digest(token),
            person=person,
            proved_at=now,
            seen_at=now,
            form_token=secrets.token_urlsafe(24),
            member=of_member,
        )
    )
    return token


def visitor(session: Session, token: str, now: datetime) -> tuple[Visitor, bool] | None:
    """Whose session a token is, and whether it is time to note that it was seen; None where it ended."""
    row = session.get(SessionRow, _token_digest(token))
    if row is None or now - row.seen_at >= SESSION_IDLE or now - row.proved_at >= SESSION_LONGEST:
        return None
    kind, _, key = row.person.partition(":")
    proof = 3 if now - row.proved_at < FRESH_PROOF else 2
    staff = staff_by_email(session, key) if kind == "staff" else None
    try:
        account = customer(session, key) if kind == "customer" else None
    except NotFound:
        return None
    colleague = member(session, account.customer_id, row.member) if account and row.member else None
    if (staff is None and account is None) or (row.member and colleague is None):
        return None
    chat = f"{row.person}/{_token_digest(row.member)[:12]}" if row.member else row.person
    found = Visitor(account, staff, proof, row.form_token, chat, colleague)
    return found, (now - row.seen_at).total_seconds() > 60


def note_seen(session: Session, token: str, now: datetime) -> None:
    """Keep a session alive."""
    session.execute(update(SessionRow).where(SessionRow.token_digest == _token_digest(token)).values(seen_at=now))


def close_session(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(SessionRow).where(SessionRow.token_digest == _token_digest(token)))


def forget_old(session: Session, now: datetime) -> None:
    """Remove sessions and codes that can no longer be used."""
    session.execute(delete(SessionRow).where(SessionRow.proved_at < now - SESSION_LONGEST))
    session.execute(delete(CodeRow).where(CodeRow.asked_at < now - 2 * SESSION_LONGEST))
    session.execute(delete(InvitationRow).where(InvitationRow.made_at < now - 2 * SESSION_LONGEST))
    limits.forget_old(session, now)


def _folded(address: str) -> str:
    try:
        return validate_email(address.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput("That does not look like an e-mail address; write it like name@example.org.") from error


def _person(session: Session, address: str) -> Proven | None:
    staff, account = staff_by_email(session, address), customer_by_email(session, address)
    colleague = member_by_email(session, address)
    if staff:
        return Proven(f"staff:{staff.email}")
    if account and not is_relayed(address):
        return Proven(f"customer:{account.customer_id}")
    return Proven(f"customer:{colleague.customer_id}", colleague.email) if colleague else None


def _check_asking(session: Session, address: str, browser: str, now: datetime) -> None:
    asked = session.scalars(select(CodeRow.asked_at).where(CodeRow.address == address)).all()
    ages = [(now - at).total_seconds() for at in asked]
    if sum(age < _DAY_S for age in ages) >= CODES_PER_DAY:
        raise TooMany("Too many codes were asked for with this address today. Use the latest mail, or try tomorrow.")
    if sum(age < _HOUR_S for age in ages) >= CODES_PER_HOUR:
        raise TooMany(
            "Several codes were asked for with this address lately. Use the latest mail, or try again in an hour."
        )
    others = session.execute(
        select(CodeRow.address, func.max(CodeRow.asked_at)).where(CodeRow.browser == browser).group_by(CodeRow.address)
    ).all()
    recent = {other for other, at in others if (now - at).total_seconds() < _DAY_S}
    if len(recent - {address}) >= ADDRESSES_PER_DAY:
        raise TooMany("This browser asked for codes for several addresses today. Try again tomorrow.")


def _tries_today(session: Session, address: str, now: datetime) -> int:
    rows = session.execute(
        select(CodeRow.tries, CodeRow.asked_at, CodeRow.used_at).where(CodeRow.address == address)
    ).all()
    recent = [(tries, used_at) for tries, asked_at, used_at in rows if (now - asked_at).total_seconds() < _DAY_S]
    return sum(tries - (used_at is not None) for tries, used_at in recent)


def _count_try(session: Session, code_id: int) -> bool:
    counting = update(CodeRow).where(CodeRow.code_id == code_id, CodeRow.tries < TRIES_PER_CODE)
    return session.scalar(counting.values(tries=CodeRow.tries + 1).returning(CodeRow.code_id)) is not None


def _use(session: Session, code_id: int, now: datetime) -> bool:
    using = update(CodeRow).where(CodeRow.code_id == code_id, CodeRow.used_at.is_(None))
    return session.scalar(using.values(used_at=now).returning(CodeRow.code_id)) is not None


def _hashed(code: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(code, salt)}"


def _matches(code: str, digest: str, hashed: Typed | None) -> bool:
    salt, _, expected = digest.partition(":")
    ready = hashed if hashed and hashed.salt == salt else typed(code, salt)  # another code was mailed meanwhile
    return hmac.compare_digest(ready.hashed, expected)


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdigit())


def _scrypt(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=2**14, r=8, p=1).hex()


def _token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
