"""One turn of a conversation in the making: who speaks where, and what is going to be answered."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.chat import Action, Attachment, Incoming
from core.conversation.offers import Holder, Offer
from core.conversation.standing import Frame, Standing
from core.conversation.turn import Choice, House, Turn


@dataclass
class Scene:
    """One turn in the making."""

    session: Session
    house: House
    incoming: Incoming
    standing: Standing
    now: datetime
    texts: list[str] = field(default_factory=list)
    choices: list[Offer] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    asks: str | None = None
    begun: list[Frame] = field(default_factory=list)

    def say(self, key: str, intent: str = "", **values: Any) -> str:
        """A sentence in the speaker's language."""
        return self.house.wording.say(self.incoming.speaker.language, intent, key, **values)

    @property
    def audience(self) -> str:
        """Whether a customer (or guest) or somebody of the shop is talking."""
        return "staff" if self.incoming.speaker.staff_id else "customer"


def person_of(incoming: Incoming) -> str | None:
    """The person a speaker is, as `customer:…` or `staff:…`; None for a guest."""
    speaker = incoming.speaker
    if speaker.staff_id:
        return f"staff:{speaker.staff_id}"
    return f"customer:{speaker.customer_id}" if speaker.customer_id else None


def speak(scene: Scene, language: str) -> None:
    """From here on answer in this language, if it is one."""
    if language:
        scene.incoming = replace(scene.incoming, speaker=replace(scene.incoming.speaker, language=language))


def turn_of(scene: Scene, frame: Frame, text: str) -> Turn:
    """What a flow gets to work with."""
    return Turn(
        scene.session,
        scene.house,
        scene.incoming.speaker,
        scene.incoming.channel,
        scene.incoming.chat,
        text,
        frame.intent,
        frame.slots,
        scene.standing.focus,
        scene.now,
        scene.incoming.sender,
        scene.incoming.is_group,
    )


def holder_of(scene: Scene) -> Holder:
    """Whose buttons are shown and pressed."""
    return Holder(scene.incoming.channel, scene.incoming.chat, person_of(scene.incoming))


def as_offer(choice: Choice, intent: str) -> Offer:
    """A choice of a flow as a button."""
    return Offer(choice.label, {"for": intent, "intent": choice.intent, "slots": choice.slots})
