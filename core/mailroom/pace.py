"""How fast a platform may be sent to: counted in the database, so that replicas share what there is.

Each count is a moment from which on the next message may go (the generic cell rate algorithm): a bot, a chat and a
group have one each. A platform that asks for a pause moves the moment of that chat, and of no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.database.upsert import add_missing, direct, insert_new
from core.mailroom.rows import OutboxRow, PaceRow

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """At most `count` messages in any `seconds`, of which `burst` may go at once.

    >>> Rate(20, 60, burst=3).interval
    datetime.timedelta(seconds=3, microseconds=333333)
    """

    count: int
    seconds: float
    burst: int = 1

    @property
    def interval(self) -> timedelta:
        """Time between messages once the burst is used up."""
        return timedelta(seconds=self.seconds / (self.count - self.burst + 1))

    def fresh(self, now: datetime) -> datetime:
        """From when on the next might have gone, where nothing went lately."""
        return now - (self.burst - 1) * self.interval

    def room(self, free_at: datetime, now: datetime) -> int:
        """How many may go now."""
        if free_at > now:
            return 0
        return min(self.burst, (now - free_at) // self.interval + 1)

    def after(self, free_at: datetime, taken: int, now: datetime) -> datetime:
        """From when on the next may go, after so many went now."""
        whole_again = max(free_at + (self.burst - 1) * self.interval, now)
        return whole_again + (taken - self.burst + 1) * self.interval


@dataclass(frozen=True)
class Pace:
    """The limits of one platform; None where it has no such limit."""

    bot: Rate | None
    chat: Rate
    group: Rate | None = None

    def rates(self, channel: str, place: str) -> dict[str, Rate]:
        """What counts for one place, by the name of its row."""
        found = {f"{channel}:{place}": self.chat}
        if self.group is not None and place.startswith("-"):
            found[f"{channel}:{place}:group"] = self.group
        return found


# A message a second for each chat, with the short bursts that both platforms say they let pass: an answer in parts.
_CHAT = Rate(63, 60.0, burst=4)
# A bot may send thirty a second; it is counted when post is taken, and what is taken evenly may still leave in a heap.
PACES: Mapping[str, Pace] = {
    "telegram": Pace(bot=Rate(28, 1.0, burst=2), chat=_CHAT, group=Rate(20, 60.0, burst=3)),
    "slack": Pace(bot=None, chat=_CHAT),
}


_COUNTS = (
    select(PaceRow.name, PaceRow.free_at)
    .where(PaceRow.name.in_(bindparam("names", expanding=True)))
    .order_by(PaceRow.name)  # whoever counts the same waits here, and never in a circle
    .with_for_update()
)
_FREE_AT = select(PaceRow.free_at).where(PaceRow.name.in_(bindparam("names", expanding=True)))
_MOVE = update(PaceRow).where(PaceRow.name == bindparam("of_name")).values(free_at=bindparam("until"))


def place_of(channel: str, content: Mapping[str, Any]) -> str:
    """Where the platform counts a message: its chat, whatever thread of it; empty where nobody counts."""
    return str(content.get("to", "")).partition("/")[0] if channel in PACES else ""


def room(session: Session, channel: str, most: int, now: datetime) -> int:
    """How many messages a channel may be sent now; whoever asks next waits until this transaction is over."""
    pace = PACES.get(channel)
    if pace is None or pace.bot is None:
        return most
    insert_new(session, PaceRow, {"name": channel, "free_at": pace.bot.fresh(now)})
    free_at = direct(session).execute(_COUNTS, {"names": [channel]}).one().free_at
    return min(most, pace.bot.room(free_at, now))


def is_resting(channel: ColumnElement[str], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the place of a letter may not be sent anything yet."""
    name = channel + ":" + OutboxRow.place
    waits = select(PaceRow.name).where(PaceRow.name.in_([name, name + ":group"]), PaceRow.free_at > now)
    return (OutboxRow.place != "") & waits.exists()


def take(session: Session, channel: str, places: Sequence[str], now: datetime) -> None:
    """Count one message to each of these places, and all of them for the bot."""
    pace = PACES.get(channel)
    if pace is None:
        return
    counted: dict[str, tuple[Rate, int]] = {} if pace.bot is None else {channel: (pace.bot, len(places))}
    for place in filter(None, places):
        counted |= {name: (rate, 1) for name, rate in pace.rates(channel, place).items()}
    if not counted:
        return
    connection, names = direct(session), sorted(counted)
    add_missing(session, PaceRow, [{"name": name, "free_at": counted[name][0].fresh(now)} for name in names])
    free_at = {row.name: row.free_at for row in connection.execute(_COUNTS, {"names": names})}
    moved = [(name, rate.after(free_at[name], taken, now)) for name, (rate, taken) in counted.items()]
    connection.execute(_MOVE, [{"of_name": name, "until": until} for name, until in moved])


def rest(session: Session, channel: str, place: str, until: datetime) -> None:
    """Leave one chat alone until then, as its platform asked."""
    if channel not in PACES or not place:
        return
    name = f"{channel}:{place}"
    if insert_new(session, PaceRow, {"name": name, "free_at": until}) is None:
        session.execute(update(PaceRow).where(PaceRow.name == name, PaceRow.free_at < until).values(free_at=until))


def free_at(session: Session, channel: str, place: str = "") -> datetime | None:
    """From when on a bot, or one of its chats, may be sent to; None where nobody counted yet."""
    names = [f"{channel}:{place}", f"{channel}:{place}:group"] if place else [channel]
    found = direct(session).scalars(_FREE_AT, {"names": names}).all()
    return max(found, default=None)


def forget_old(session: Session, now: datetime) -> None:
    """Remove counts that limit nobody any more."""
    session.execute(delete(PaceRow).where(PaceRow.free_at < now - KEPT_FOR))
