"""Where a conversation stands: the stack of flows it is in, and what was last talked about."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.conversation.rows import ConversationRow
from core.database.upsert import direct, insert_new

FORGOTTEN_AFTER = timedelta(minutes=30)
DEEPEST = 4
_ONE_CHAT = (ConversationRow.channel == bindparam("of_channel"), ConversationRow.chat == bindparam("of_chat"))
_STANDING = (
    select(ConversationRow.person, ConversationRow.standing, ConversationRow.updated_at)
    .where(*_ONE_CHAT)
    .with_for_update()
)
_KEEP = (
    update(ConversationRow)
    .where(*_ONE_CHAT)
    .values({name: bindparam(name) for name in ("person", "standing", "updated_at", "handed_off")})
)


@dataclass
class Frame:
    """One flow under way: what it wants to know (`asks`), or the plan that waits for a yes.

    `resumed` counts how often it was taken up again after something else was asked in between; `question` is what
    was asked last, for the slot `asked` while so much was `known`, and `clarified` how often in a row it was put again.
    """

    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    asks: str | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    plan: dict[str, Any] | None = None
    resumed: int = 0
    question: str = ""
    asked: str = ""
    known: int = 0
    clarified: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the person was asked something and has not answered."""
        return self.asks is not None or self.plan is not None


@dataclass
class Standing:
    """A conversation between two turns; `focus` is what was last talked about, `turn` counts what the person said.

    `language` is what was spoken last, empty as long as nothing told it; what was chosen in words stays. `thread` is
    the thread of the chat that the person wrote in last, where it has such.
    """

    turn: int = 0
    frames: list[Frame] = field(default_factory=list)
    focus: dict[str, Any] = field(default_factory=dict)
    misses: int = 0
    last: dict[str, Any] | None = None
    handed_off: bool = False
    language: str = ""
    chose_language: bool = False
    thread: str = ""

    @property
    def top(self) -> Frame | None:
        """The flow the person is in."""
        return self.frames[-1] if self.frames else None

    def push(self, frame: Frame) -> None:
        """Begin a flow on top of those under way; the oldest gives way when there are too many."""
        self.frames.append(frame)
        del self.frames[:-DEEPEST]

    def forget_flows(self) -> None:
        """End all flows."""
        self.frames = []

    def drop(self, frame: Frame) -> None:
        """End a flow."""
        self.frames = [other for other in self.frames if other is not frame]


def resume(session: Session, channel: str, chat: str, person: str | None, now: datetime) -> Standing:
    """Where the chat stands, locked until the turn is over; flows of somebody else or long ago are forgotten."""
    where = {"of_channel": channel, "of_chat": chat}
    row = direct(session).execute(_STANDING, where).first()
    if row is None:
        opened: dict[str, Any] = {
            "channel": channel,
            "chat": chat,
            "person": person,
            "standing": {},
            "handed_off": False,
        }
        insert_new(session, ConversationRow, {**opened, "updated_at": now})
        row = direct(session).execute(_STANDING, where).one()
    kept = dict(row.standing)
    frames = [Frame(**frame) for frame in kept.pop("frames", [])]
    standing = Standing(**kept, frames=frames)
    if row.person != person:
        return Standing(turn=standing.turn)
    if now - row.updated_at > FORGOTTEN_AFTER:
        standing.frames, standing.focus, standing.misses = [], {}, 0
    return standing


def hand_back(session: Session, channel: str, chat: str, person: str | None, now: datetime) -> None:
    """Let the bot answer a chat again that somebody of the shop had, if the same person still has it."""
    row = session.get(ConversationRow, (channel, chat), with_for_update=True, populate_existing=True)
    if row is not None and row.person == person:
        row.standing, row.handed_off, row.updated_at = {**row.standing, "handed_off": False}, False, now


def take(session: Session, channel: str, chat: str, person: str | None, now: datetime) -> bool:
    """Let a person of the shop have a chat: the bot is silent there from the next message on.

    The chat is held until the end of the transaction, so that a turn of the bot is either over or comes after. False
    where somebody else is in that chat by now; it is left alone then.
    """
    row = session.get(ConversationRow, (channel, chat), with_for_update=True, populate_existing=True)
    if row is None:
        new: dict[str, Any] = {
            "channel": channel,
            "chat": chat,
            "person": person,
            "standing": {},
            "handed_off": False,
        }
        insert_new(session, ConversationRow, {**new, "updated_at": now})
        row = session.get_one(ConversationRow, (channel, chat), with_for_update=True, populate_existing=True)
    if row.person != person:
        return False
    if not row.standing.get("handed_off"):
        row.standing, row.handed_off, row.updated_at = {**row.standing, "handed_off": True, "frames": []}, True, now
    return True


def spoken(session: Session, channel: str, chat: str) -> str:
    """The language spoken last in a chat; empty where nothing told it."""
    row = session.get(ConversationRow, (channel, chat))
    return str(row.standing.get("language", "")) if row is not None else ""


def place_of(session: Session, channel: str, chat: str, person: str | None) -> str:
    """Where in a chat a person reads: `CHAT/THREAD` where they wrote in a thread last, else the chat."""
    row = session.get(ConversationRow, (channel, chat))
    thread = str(row.standing.get("thread", "")) if row is not None and row.person == person else ""
    return f"{chat}/{thread}" if thread else chat


def choose_language(session: Session, channel: str, chat: str, language: str) -> None:
    """Speak a language in a chat from now on; one that has not begun yet begins in it anyway."""
    row = session.get(ConversationRow, (channel, chat), with_for_update=True, populate_existing=True)
    if row is not None:
        row.standing = {**row.standing, "language": language, "chose_language": True}


def keep(session: Session, channel: str, chat: str, person: str | None, standing: Standing, now: datetime) -> None:
    """Write down where the chat stands after a turn."""
    kept = {"person": person, "standing": asdict(standing), "updated_at": now, "handed_off": standing.handed_off}
    direct(session).execute(_KEEP, {"of_channel": channel, "of_chat": chat, **kept})
