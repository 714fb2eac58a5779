"""What may be told: kinds of notices, how long each is worth telling, and when the phone shall stay silent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

KINDS = {"orders": True, "returns": True, "tickets": True, "back_in_stock": True, "offers": False}
"""Kinds of notices that may be switched off and on, with what counts as long as nothing was chosen."""

SECURITY = "security"
"""What nobody can switch off: who has got at the account, or tried to."""

CHATS = ("telegram", "slack")
"""Channels whose chats a customer links."""

CHANNELS = ("email", *CHATS, "web")
"""Where notices may go; in the web chat they are only shown where somebody chose it."""

WORTH = {
    "back_in_stock": timedelta(hours=24),
    "offers": timedelta(hours=72),
    "tickets": timedelta(hours=48),
}
"""How long a notice of a kind is tried; a day where nothing else is said."""

BUTTONS = Callable[[str, str], list[dict[str, str]]]
"""The buttons under a notice in a chat, by its channel and chat: each a label and an opaque value."""


@dataclass(frozen=True)
class Notice:
    """What a notice is about: `cause` makes it unique, so that a repeat tells nobody twice.

    `kind` is what a customer may switch off; a receipt of something they did themselves is never switched off, and
    neither is `security`, which goes to every linked chat as well but the one it was done `in_chat`. An `urgent` one
    overtakes others and rings at any hour; one that goes `to_many` lets others pass. A newer notice of the same `topic`
    takes the place of an older one that was not sent yet. What is `passing` is withdrawn where it could not be sent
    within its `worth`.
    """

    cause: str
    subject: str
    kind: str = "receipt"
    topic: str = ""
    urgent: bool = False
    to_many: bool = False
    passing: bool = False
    worth: timedelta | None = None
    buttons: BUTTONS | None = None
    in_chat: tuple[str, str] = ("", "")

    @property
    def is_optional(self) -> bool:
        """Whether a customer may switch it off."""
        return self.kind in KINDS

    @property
    def lifetime(self) -> timedelta:
        """How long it is tried."""
        return self.worth or WORTH.get(self.kind, timedelta(hours=24))


@dataclass(frozen=True)
class Unwanted:
    """Why post is not sent after all."""

    reason: str


Addressed = dict[str, Any] | Unwanted


@dataclass(frozen=True)
class Quiet:
    """Hours of the day in which nothing rings, on the clock of a zone; from 21:00 until 08:00 spans midnight."""

    begins: time
    ends: time
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        """Whether a moment is within them."""
        on_the_clock = moment.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= on_the_clock < self.ends
        return on_the_clock >= self.begins or on_the_clock < self.ends

    def release(self, moment: datetime) -> datetime:
        """The first moment from then on at which they are over; the same moment where they are not on.

        On a night when clocks are put back an hour comes twice, and the end that lies ahead counts; where the end
        falls into the hour that is left out, it is an hour later on the clock.

        >>> quiet = Quiet(time(21), time(8), ZoneInfo("Europe/Berlin"))
        >>> quiet.release(datetime(2026, 7, 1, 22, tzinfo=UTC)).isoformat()
        '2026-07-02T06:00:00+00:00'
        """
        if not self.holds(moment):
            return moment
        day = moment.astimezone(self.zone).date()
        ends = [
            datetime.combine(day + timedelta(days=later), self.ends, self.zone).replace(fold=fold).astimezone(UTC)
            for later in (0, 1)
            for fold in (0, 1)
        ]
        return min((end for end in ends if end > moment and not self.holds(end)), default=moment)
