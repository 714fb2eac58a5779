"""What every channel speaks: an Incoming goes to the portal, a Reply comes back."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Speaker:
    """Who is talking, as far as the channel could prove it.

    `proof` is 0 anonymous, 1 identified, 2 in possession of the account's mailbox or linked chat, 3 the same within
    the last fifteen minutes. At most one of `customer_id` and `staff_id` is set.
    `member` is the address of the one of a company account's people who is talking; empty for its holder.
    """

    customer_id: str | None = None
    staff_id: str | None = None
    proof: int = 0
    language: str = "en"
    member: str = ""


@dataclass(frozen=True)
class Upload:
    """A file somebody sent; once it is kept it has an `upload_id` and a `media_type`, and its content is dropped.

    `fault` is the key of the sentence that says why it could not be kept. `reference` is the channel's own id of a file
    whose content is still to be fetched, `size` how large the channel says it is.
    """

    name: str
    content: bytes = b""
    upload_id: str = ""
    fault: str = ""
    media_type: str = ""
    reference: str = ""
    size: int = 0

    @property
    def is_to_be_fetched(self) -> bool:
        """Whether its content is with the channel still."""
        return bool(self.reference) and not (self.content or self.upload_id or self.fault)


@dataclass(frozen=True)
class Incoming:
    """One message or button press, as a channel received it.

    `delivery_id` is the channel's own id of this delivery: the same one twice is a repeat and gets the stored answer.
    `is_group` where others read along: nothing personal is said there.
    `sender` is the channel's own id of whoever wrote, `thread` that of the thread they wrote in, where it has such.
    `button` is the opaque value of a pressed button; `text` is then only what the person saw on it.
    `intent` is what a command of the channel asks for outright; `text` is then what was typed after it.
    `is_second_hand` where the words were edited afterwards, forwarded or put together by a program: they may ask, and
    never say yes to anything.
    `unread` names what the message held that the channel cannot hand on, such as a voice message.
    `files` came with the message; what they are is found out from their content.
    """

    channel: str
    chat: str
    delivery_id: str
    text: str
    speaker: Speaker
    button: str | None = None
    is_group: bool = False
    intent: str = ""
    is_second_hand: bool = False
    unread: str = ""
    sender: str = ""
    thread: str = ""
    files: tuple[Upload, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The message as JSON values, to be stored until it is answered; of files only what tells which they are.

        A file has to be kept first: its content is not written twice.
        """
        names = ("name", "upload_id", "fault", "media_type", "reference", "size")
        kept = [{name: getattr(one, name) for name in names} for one in self.files]
        return {**asdict(replace(self, files=())), "files": kept}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Incoming":
        """The message that `as_dict` was taken of."""
        files = tuple(Upload(**one) for one in stored.get("files", ()))
        return cls(**{**stored, "speaker": Speaker(**stored["speaker"]), "files": files})


@dataclass(frozen=True)
class Button:
    """A choice to press; `value` is opaque, single-use and bound to the chat it was shown in."""

    label: str
    value: str


@dataclass(frozen=True)
class Attachment:
    """A file behind a signed, expiring link."""

    name: str
    media_type: str
    url: str


@dataclass(frozen=True)
class Action:
    """Something that really changed state in this turn."""

    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """The answer to one Incoming, the same for every channel.

    `text` is empty where a person of the shop has the chat: the bot is silent then, and a channel shows nothing.
    """

    text: str
    intents: tuple[str, ...] = ()
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    asks: str | None = None
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    actions: tuple[Action, ...] = ()
    speaker_proof: int = 0
    handed_off: bool = False

    @property
    def is_told(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.text or self.buttons or self.attachments)

    def as_dict(self) -> dict[str, Any]:
        """The Reply as the JSON object that `POST /api/chat` and `storekeeper chat --json` give."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Reply":
        """The Reply that `as_dict` was taken of."""
        return cls(
            **{
                **stored,
                "intents": tuple(stored["intents"]),
                "buttons": tuple(Button(**button) for button in stored["buttons"]),
                "attachments": tuple(Attachment(**attachment) for attachment in stored["attachments"]),
                "actions": tuple(Action(**action) for action in stored["actions"]),
            }
        )
