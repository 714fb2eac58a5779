"""What an intent gets to work with in one turn, and what it may answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from core.accounts.identity import CodesAtHand, Typed
from core.chat import Action, Attachment, Speaker
from core.config import Config
from core.conversation.ports import Advice
from core.conversation.understanding import Reader
from core.conversation.understanding.names import NameIndex
from core.conversation.understanding.text import fold
from core.conversation.wording import Wording
from core.errors import PortalError
from core.purchasing.overstock import Overstocked


class Unread(Exception):
    """A turn needs what takes too long to be read while others wait: it is read first, and the turn begun anew."""


@dataclass(frozen=True)
class Shelf:
    """Everything on sale, ready to be found by what people type: codes and names at the same positions."""

    skus: tuple[str, ...]
    names: tuple[str, ...]
    index: NameIndex


@dataclass(frozen=True)
class House:
    """What all conversations share; `typed` is the code in the message at hand, hashed before its transaction.

    `advice` is what somebody outside makes of that message, asked before it too. `overstock` is what lies too long,
    for a turn that asks for it.
    """

    config: Config
    reader: Reader
    wording: Wording
    shelf: Callable[[Session], Shelf]
    zone: ZoneInfo
    codes: CodesAtHand = field(default_factory=CodesAtHand)
    typed: Typed | None = None
    advice: Advice | None = None
    overstock: tuple[Overstocked, ...] | None = None


@dataclass(frozen=True)
class Choice:
    """Something to choose: choosing it fills `slots`, or begins `intent` with them."""

    label: str
    slots: dict[str, Any] = field(default_factory=dict)
    intent: str = ""


@dataclass(frozen=True)
class Answer:
    """The flow has come to its end with this text.

    `speaks_for` names the customer whom the chat was just shown to belong to; empty where it belongs to nobody now.
    `member` is the one of that account's people who showed it.
    `language` is what is spoken from here on. `undo` is what taking this back needs to know, where it can be.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    actions: tuple[Action, ...] = ()
    focus: dict[str, Any] = field(default_factory=dict)
    hands_off: bool = False
    speaks_for: str | None = None
    member: str = ""
    language: str = ""
    undo: dict[str, Any] | None = None


@dataclass(frozen=True)
class Ask:
    """The flow needs to know something first."""

    slot: str
    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Confirm:
    """The flow would do this; `text` is the whole of what would change, `plan` what `act` will get."""

    text: str
    plan: dict[str, Any]


@dataclass(frozen=True)
class Instead:
    """Another flow is what is really meant: it takes over with all that was said."""

    intent: str


Step = Answer | Ask | Confirm | Instead
HAS_SIGN_IN = frozenset({"web"})  # channels with a page to sign in on; elsewhere one shows it in the chat


@dataclass(frozen=True)
class Turn:
    """One turn of one flow. `slots` is what the flow knows so far, `focus` what was last talked about.

    `sender` is the channel's own id of whoever wrote; empty where it does not tell.
    """

    session: Session
    house: House
    speaker: Speaker
    channel: str
    chat: str
    text: str
    intent: str
    slots: dict[str, Any]
    focus: dict[str, Any]
    now: datetime
    sender: str = ""
    is_group: bool = False

    @property
    def today(self) -> date:
        """Today in the shop's time zone."""
        return self.now.astimezone(self.house.zone).date()

    @property
    def customer_id(self) -> str:
        """The customer who talks; only for intents that asked for proof of it."""
        if self.speaker.customer_id is None:
            raise AssertionError(f"{self.intent} reads a customer's records without asking for proof")
        return self.speaker.customer_id

    def say(self, key: str, **values: Any) -> str:
        """A sentence of this intent in the speaker's language."""
        return self.house.wording.say(self.speaker.language, self.intent, key, **values)

    def label_of(self, intent: str) -> str:
        """What another intent is called, to be offered."""
        return self.house.wording.say(self.speaker.language, intent, "label")

    def refusal(self, refusal: PortalError) -> str:
        """Why something cannot be done, in the speaker's language."""
        return self.house.wording.refusal(self.speaker.language, refusal)

    def says(self, key: str, text: str) -> bool:
        """Whether a text says any of the words listed under a key, each from the beginning of a word on."""
        folded = fold(text).text
        return any(re.search(rf"(?<!\w){re.escape(fold(one).text)}", folded) for one in self.say(key).split(", "))

    def because(self, rule: str, otherwise: str) -> str:
        """A rule's reason in the speaker's language where somebody wrote it down."""
        key = f"rule_{rule.replace('-', '_')}"
        spoken = self.house.wording.has(self.speaker.language, key)
        return self.say(key) if spoken else otherwise

    def reason(self, reason: str) -> str:
        """A reason of the shop's rules in the speaker's language; one that nobody translated as the rules write it."""
        key = f"reason_{reason.replace(' ', '_')}"
        known = self.house.wording.knows(self.intent, key)
        return self.say(key) if known else reason[:1].upper() + reason[1:]

    def reason_in(self, text: str, reasons: Sequence[str]) -> str:
        """The first of the shop's reasons that the text gives in its own or in like words; empty where none."""
        folded = fold(text).text
        for reason in reasons:
            key = f"words_{reason.replace(' ', '_')}"
            like = self.say(key).split(", ") if self.house.wording.knows(self.intent, key) else []
            if any(re.search(rf"(?<!\w){re.escape(fold(words).text)}", folded) for words in (reason, *like)):
                return reason
        return ""

    @property
    def locale(self) -> str:
        """How people of the speaker's language write days and amounts."""
        return self.house.wording.locale_of(self.speaker.language)

    def weekday(self, day: date) -> str:
        """The name of a day of the week."""
        return str(format_date(day, "EEEE", locale=self.locale))

    def day_of(self, moment: datetime) -> date:
        """The day a moment falls on in the shop's time zone."""
        return moment.astimezone(self.house.zone).date()

    def show(self, value: Any) -> str:
        """Money, a day or a moment in the speaker's language; moments in the shop's time zone."""
        moment = value.astimezone(self.house.zone) if isinstance(value, datetime) else value
        return str(self.house.wording.show(moment, self.speaker.language))


class Intent(Protocol):
    """What a module of `intents/` declares.

    `PROOF` is the proof a speaker needs, `AUDIENCE` who it is for ("customer", "staff"). A module whose `answer`
    gives a Confirm also has `act(turn, plan) -> Answer`, which checks everything again and does it.
    `FOLLOWED_BY`, if it has one, is the intent that “the second one” begins after this one listed things.
    """

    PROOF: int
    AUDIENCE: frozenset[str]

    def answer(self, turn: Turn) -> Step:
        """Answer, ask, or show what would be done."""
