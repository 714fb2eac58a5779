"""Talking to the portal as a channel does, one turn after the other."""

from dataclasses import dataclass, field
from itertools import count

from core.chat import Incoming, Reply, Speaker, Upload
from core.portal import Portal

_numbers = count(1)


@dataclass
class Talk:
    """One chat of one person."""

    portal: Portal
    speaker: Speaker
    channel: str = "web"
    chat: str = "chat"
    said: list[Reply] = field(default_factory=list)

    def say(self, text: str) -> Reply:
        """Type something."""
        return self._send(text, None)

    def press(self, label: str) -> Reply:
        """Press the button of the last answer that begins like this."""
        button = next(button for button in self.said[-1].buttons if button.label.startswith(label))
        return self._send(button.label, button.value)

    def send(self, *files: Upload, text: str = "") -> Reply:
        """Send files, with words or without."""
        return self._send(text, None, files)

    def _send(self, text: str, button: str | None, files: tuple[Upload, ...] = ()) -> Reply:
        delivery_id = f"talk-{next(_numbers)}"
        incoming = Incoming(self.channel, self.chat, delivery_id, text, self.speaker, button, files=files)
        self.said.append(self.portal.converse(incoming))
        return self.said[-1]


def customer(portal: Portal, customer_id: str, *, proof: int = 3) -> Talk:
    """A customer's chat."""
    return Talk(portal, Speaker(customer_id=customer_id, proof=proof), chat=f"customer:{customer_id}")


def staff(portal: Portal, email: str) -> Talk:
    """A chat of somebody of the shop."""
    return Talk(portal, Speaker(staff_id=email, proof=3), chat=f"staff:{email}")


def guest(portal: Portal, chat: str = "guest") -> Talk:
    """A chat of somebody unknown."""
    return Talk(portal, Speaker(), chat=chat)
