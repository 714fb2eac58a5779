"""Post that leaves only if the transaction that wrote it commits: claimed with a lease, sent outside, settled after.

A row goes ready -> leased -> sending -> sent. `sending` is committed before the call, so that a crash in between is
known afterwards: what may be said twice is sent again and says so; what must not (a purchase order) is held as
`unknown` for a person. Trouble that may pass goes back to ready with a later `not_before`; what is refused for good or
has become too old is `dead`, and a person sees it. Post that a rule no longer wants is `withdrawn`.

Each chat hears things in the order they were committed in; only what is urgent overtakes. Of what waits in different
chats the urgent goes first and what goes to many last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, inspect, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from core.database.engine import one_at_a_time
from core.database.upsert import direct, insert_new
from core.mailroom import pace
from core.mailroom.ports import Later, Post, Unclear
from core.mailroom.retry import next_try
from core.mailroom.rows import OutboxRow, PaceRow

LIFETIME = timedelta(hours=24)
LEASE = timedelta(seconds=60)
ONCE_ONLY = frozenset({"purchase_order"})
WRITE_BACK = "write_back"  # a change to be made in a connected system
STOCK = "stock"  # how many units a connected system may sell
REPLY = "reply"  # the answer to what somebody said in a chat
WITHDRAWN_WHEN_OLD = frozenset({"code", "passing", STOCK})
URGENT, NORMAL, BROADCAST = 0, 1, 2
_AT_ONCE = frozenset({"code", "answer", REPLY})  # somebody sits and waits for it
SUPERSEDED = "superseded by a newer state of the same"
IN_HAND = ("leased", "sending")
_UNSETTLED = ("ready", *IN_HAND)


@dataclass(frozen=True)
class Outgoing:
    """Something to send: `key` names its cause, so that the same cause is told once; `chat` keeps its order.

    `content["to"]` is where it goes, `content["customer_id"]` whose it is. What is of kind `passing` is worth nothing
    once it is too old. A newer `topic` takes the place of an unsent older one of the same chat.
    """

    key: str
    channel: str
    chat: str
    kind: str
    content: dict[str, Any]
    lifetime: timedelta = LIFETIME
    lane: int = NORMAL
    topic: str = ""


def post(session: Session, outgoing: Outgoing, now: datetime) -> bool:
    """Write post down in the transaction of its cause; False where the same key was posted before.

    Whoever writes to the same chat at the same time waits, so that rows of a chat are numbered as they are committed.
    """
    one_at_a_time(session, f"outbox {outgoing.channel} {outgoing.chat}")
    written = {
        "key": outgoing.key,
        "channel": outgoing.channel,
        "chat": outgoing.chat,
        "kind": outgoing.kind,
        "content": outgoing.content,
        "created_at": now,
        "not_before": now,
        "expires_at": now + outgoing.lifetime,
        "state": "ready",
        "attempt": 0,
        "reason": "",
        "reference": "",
        "may_be_repeat": False,
        "lane": URGENT if outgoing.kind in _AT_ONCE else outgoing.lane,
        "place": pace.place_of(outgoing.channel, outgoing.content),
        "topic": outgoing.topic,
        "held": False,
        "customer_id": outgoing.content.get("customer_id"),
    }
    outbox_id = insert_new(session, OutboxRow, written)
    if outbox_id is not None and outgoing.topic:
        _supersede(session, outgoing, outbox_id, now)
    return outbox_id is not None


def under_way(session: Session, channel: str, states: Sequence[str] = _UNSETTLED) -> set[str]:
    """The chats of a channel that something is still to be sent to, or (`IN_HAND`) is being sent to."""
    waiting = select(OutboxRow.chat).where(OutboxRow.channel == channel, OutboxRow.state.in_(states))
    return set(session.scalars(waiting.distinct()))


def _supersede(session: Session, outgoing: Outgoing, outbox_id: int, now: datetime) -> None:
    _all(
        session,
        OutboxRow.topic == outgoing.topic,
        OutboxRow.channel == outgoing.channel,
        OutboxRow.chat == outgoing.chat,
        OutboxRow.state == "ready",
        OutboxRow.outbox_id < outbox_id,
        state="withdrawn",
        reason=SUPERSEDED,
        settled_at=now,
    )


def not_wanted(session: Session, outgoing: Outgoing, reason: str, now: datetime) -> bool:
    """Write down why somebody is not told; False where the same key was posted before."""
    if not post(session, replace(outgoing, lifetime=timedelta(0)), now):
        return False
    _all(session, OutboxRow.key == outgoing.key, state="withdrawn", reason=reason, settled_at=now)
    return True


def posted(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys under which something was posted."""
    return set(session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(keys)))) if keys else set()


def is_posted(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether something was posted under a key that a query makes."""
    return exists().where(OutboxRow.key == key)


def claim(session: Session, owner: str, channels: Sequence[str], now: datetime, limit: int = 20) -> list[Post]:
    """Take due post for sending, of each channel as much as may go now; the urgent first, then the oldest.

    Of each chat only the oldest is taken, or what is urgent, so that a chat hears things in order.
    """
    taken: list[Any] = []
    for channel in channels:
        room = pace.room(session, channel, limit, now)
        taken += _claim(session, owner, channel, room, now) if room else []
    return [_post(row) for row in sorted(taken, key=lambda row: (row.lane, row.outbox_id))]


def _claim(session: Session, owner: str, channel: str, room: int, now: datetime) -> Sequence[Any]:
    connection = direct(session)
    found = connection.execute(_due(), {"of_channel": channel, "now": now, "room": room}).all()
    chosen = {place or str(outbox_id): outbox_id for outbox_id, place in reversed(found)}  # the first of each place
    if not chosen:
        return ()
    pace.take(session, channel, [place for outbox_id, place in found if outbox_id in chosen.values()], now)
    taking = {"chosen": list(chosen.values()), "new_owner": owner, "until": now + LEASE}
    return connection.execute(_claiming(), taking).all()


@cache
def _due() -> Any:
    """Built once, as the others: building such a statement takes longer than running it."""
    return (
        select(OutboxRow.outbox_id, OutboxRow.place)
        .where(_is_due(), ~pace.is_resting(bindparam("of_channel"), bindparam("now")))
        .order_by(OutboxRow.lane, OutboxRow.outbox_id)
        .limit(bindparam("room"))
        .with_for_update(skip_locked=True)  # SQLite leaves it out; there one transaction writes at a time
    )


@cache
def _claiming() -> Any:
    return (
        update(OutboxRow)
        .where(OutboxRow.outbox_id.in_(bindparam("chosen", expanding=True)))
        .values(
            state="leased", owner=bindparam("new_owner"), leased_until=bindparam("until"), attempt=OutboxRow.attempt + 1
        )
        .returning(*inspect(OutboxRow).columns)
    )


def _is_due() -> ColumnElement[bool]:
    """What is the next to be sent in its chat of a channel, and its time has come."""
    earlier = aliased(OutboxRow)
    waits_behind = exists().where(
        earlier.chat == OutboxRow.chat,
        earlier.channel == OutboxRow.channel,
        earlier.outbox_id < OutboxRow.outbox_id,
        earlier.state.in_(_UNSETTLED),
        or_(OutboxRow.lane > URGENT, earlier.lane == URGENT),
    )
    return and_(
        OutboxRow.channel == bindparam("of_channel"),
        OutboxRow.state == "ready",
        OutboxRow.not_before <= bindparam("now"),
        OutboxRow.expires_at > bindparam("now"),
        ~waits_behind,
    )


def is_before(row: OutboxRow) -> ColumnElement[bool]:
    """What has to leave before this letter, because it is of the same chat and older."""
    return and_(
        OutboxRow.chat == row.chat,
        OutboxRow.channel == row.channel,
        OutboxRow.outbox_id < row.outbox_id,
        OutboxRow.state.in_(_UNSETTLED),
        OutboxRow.lane == URGENT if row.lane == URGENT else true(),
    )


def next_turn(session: Session, channel: str, now: datetime) -> datetime | None:
    """From when on more of what is due may go, as far as the platform's limits are known; None where nothing is due."""
    asked = {"of_channel": channel, "now": now}
    if direct(session).scalar(_may_go(), asked):
        return pace.free_at(session, channel) or now
    return cast("datetime | None", direct(session).scalar(_rests(), asked))


@cache
def _may_go() -> Any:
    is_free = ~pace.is_resting(bindparam("of_channel"), bindparam("now"))
    return select(OutboxRow.outbox_id).where(_is_due(), is_free).limit(1)


@cache
def _rests() -> Any:
    is_of_place = PaceRow.name == bindparam("of_channel") + ":" + OutboxRow.place
    return select(func.min(PaceRow.free_at)).join(OutboxRow, is_of_place).where(_is_due())


def begin(session: Session, owner: str, taken: Post, content: dict[str, Any], now: datetime) -> bool:
    """Mark post as being sent, with the content it is sent with; False where the lease was lost meanwhile."""
    return _from_state(session, owner, taken, "leased", state="sending", content=content, leased_until=now + LEASE)


def hold(session: Session, owner: str, taken: Post, until: datetime, now: datetime) -> bool:
    """Put claimed post back until quiet hours are over; it has as long to be sent as it had before."""
    row = session.get_one(OutboxRow, taken.outbox_id, populate_existing=True)
    return _from_state(
        session, owner, taken, "leased", state="ready", held=True, not_before=until, attempt=OutboxRow.attempt - 1,
        expires_at=row.expires_at + (until - now),
    )  # fmt: skip


def give_back(session: Session, owner: str) -> None:
    """Let others have at once what was claimed and not begun; it counts as no try."""
    claimed = (OutboxRow.owner == owner, OutboxRow.state == "leased")
    _all(session, *claimed, state="ready", owner=None, attempt=OutboxRow.attempt - 1)


def sent(session: Session, owner: str, taken: Post, reference: str, now: datetime) -> bool:
    """Settle post that went out; False where somebody else settled it meanwhile."""
    return _from_state(session, owner, taken, "sending", state="sent", reference=reference, settled_at=now, reason="")


def failed(session: Session, owner: str, taken: Post, trouble: Later, now: datetime) -> bool:
    """Put post back for another try, or give it up where that would be too late.

    What may have gone out is sent again as what may be a repeat; what must not go twice is held for a person.
    """
    again_at = next_try(taken.attempt, now, trouble.after_s)
    row = session.get_one(OutboxRow, taken.outbox_id)
    if trouble.after_s is not None:
        pace.rest(session, taken.channel, row.place, again_at)
    is_unclear = isinstance(trouble, Unclear)
    if is_unclear and row.kind in ONCE_ONLY:
        return _from_state(session, owner, taken, "sending", state="unknown", reason=str(trouble)[:500])
    if again_at >= row.expires_at and row.kind in WITHDRAWN_WHEN_OLD:
        return _from_state(
            session, owner, taken, "sending", state="withdrawn", reason=f"too old after {trouble}", settled_at=now
        )
    if again_at >= row.expires_at:
        return refused(session, owner, taken, f"given up after {taken.attempt} tries: {trouble}", now)
    again = {"state": "ready", "not_before": again_at, "may_be_repeat": row.may_be_repeat or is_unclear}
    return _from_state(session, owner, taken, "sending", reason=str(trouble)[:500], **again)


def refused(session: Session, owner: str, taken: Post, reason: str, now: datetime) -> bool:
    """Settle post that will never go out as a dead letter."""
    is_dead = _from_state(session, owner, taken, "sending", state="dead", reason=reason[:500], settled_at=now)
    _withdraw_behind_dead(session, now)
    return is_dead


def withdraw(session: Session, owner: str, taken: Post, reason: str, now: datetime) -> bool:
    """Settle claimed post that a rule no longer wants sent."""
    return _from_state(session, owner, taken, "leased", state="withdrawn", reason=reason[:500], settled_at=now)


def tidy(session: Session, now: datetime) -> None:
    """Free what a crashed sender held, and settle what has become too old."""
    stale = (OutboxRow.leased_until < now,)
    _all(session, OutboxRow.state == "leased", *stale, state="ready", owner=None)
    _all(
        session,
        OutboxRow.state == "sending",
        OutboxRow.kind.in_(ONCE_ONLY),
        *stale,
        state="unknown",
        reason="The sender stopped while sending; look up whether it arrived.",
    )
    _all(session, OutboxRow.state == "sending", *stale, state="ready", may_be_repeat=True, owner=None)
    old = (OutboxRow.state == "ready", OutboxRow.expires_at <= now)
    _all(session, *old, OutboxRow.kind.in_(WITHDRAWN_WHEN_OLD), state="withdrawn", reason="too old", settled_at=now)
    _all(session, *old, state="dead", reason="could not be sent in time", settled_at=now)
    _withdraw_behind_dead(session, now)


def _withdraw_behind_dead(session: Session, now: datetime) -> None:
    """Withdraw what was written back behind a change that did not get through: no refund without its cancellation."""
    earlier = aliased(OutboxRow)
    behind = exists().where(
        earlier.chat == OutboxRow.chat,
        earlier.channel == OutboxRow.channel,
        earlier.outbox_id < OutboxRow.outbox_id,
        earlier.state == "dead",
        earlier.settled_at >= OutboxRow.created_at,
    )
    waits = (OutboxRow.kind == WRITE_BACK, OutboxRow.state == "ready", behind)
    reason = "the change before it did not get through"
    _all(session, *waits, state="withdrawn", reason=reason, settled_at=now)


def forget_old(session: Session, before: datetime) -> int:
    """Remove letters settled before a day; what waits for a person stays. How many there were."""
    old = delete(OutboxRow).where(OutboxRow.state.in_(("sent", "withdrawn")), OutboxRow.settled_at < before)
    return len(session.scalars(old.returning(OutboxRow.outbox_id)).all())


def forget_codes(session: Session, now: datetime) -> None:
    """Take the codes out of letters that are of no use any more; that they were sent stays known."""
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "code", OutboxRow.expires_at <= now))
    for row in rows:
        if row.content.get("text"):
            row.content = {**row.content, "text": ""}


def forget_replies(session: Session, now: datetime) -> None:
    """Remove answers that reached their chat: what was said stands in the transcript."""
    settled = (
        OutboxRow.kind == REPLY,
        OutboxRow.state.in_(("sent", "withdrawn")),
        OutboxRow.settled_at < now - LIFETIME,
    )
    session.execute(delete(OutboxRow).where(*settled))


def waiting_since(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest post that is due has been waiting."""
    return session.scalar(
        select(func.min(OutboxRow.not_before)).where(
            OutboxRow.state.in_(_UNSETTLED),
            OutboxRow.lane < BROADCAST,
            OutboxRow.not_before <= now,
            OutboxRow.expires_at > now,
        )
    )


def _from_state(session: Session, owner: str, taken: Post, left_in: str, **changes: Any) -> bool:
    """Move on only from where this very attempt of this owner left it."""
    at = {"of_id": taken.outbox_id, "of_owner": owner, "of_attempt": taken.attempt, "left_in": left_in}
    plain = {name: value for name, value in changes.items() if not isinstance(value, ColumnElement)}
    moving = _moving(tuple(sorted(plain)))
    if len(plain) < len(changes):
        moving = moving.values({name: changes[name] for name in changes if name not in plain})
    return direct(session).scalar(moving, {**at, **plain}) is not None


@cache
def _moving(changed: tuple[str, ...]) -> Any:
    left = (
        OutboxRow.outbox_id == bindparam("of_id"),
        OutboxRow.owner == bindparam("of_owner"),
        OutboxRow.attempt == bindparam("of_attempt"),
        OutboxRow.state == bindparam("left_in"),
    )
    values: dict[str, Any] = {name: bindparam(name) for name in changed}
    return update(OutboxRow).where(*left).values(values).returning(OutboxRow.outbox_id)


def _all(session: Session, *conditions: Any, **changes: Any) -> None:
    session.execute(update(OutboxRow).where(*conditions).values(**changes))


def _post(row: Any) -> Post:
    content = dict(row.content)
    return Post(
        row.outbox_id,
        row.key,
        row.channel,
        row.chat,
        row.kind,
        content,
        row.attempt,
        may_be_repeat=row.may_be_repeat,
        is_urgent=row.lane == URGENT,
        held=row.held,
    )
