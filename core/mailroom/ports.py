"""What the mailroom needs from outside: couriers, one for each channel."""

from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import PortalError


@dataclass(frozen=True)
class Post:
    """One thing to send. `attempt` counts from 1; `may_be_repeat` after a crash that left open whether it went out.

    `content["to"]` is where to: a mail address, a chat, or a chat and a thread of it (`C123/1699.0001`). `held` is
    post that waited for the end of quiet hours.
    """

    outbox_id: int
    key: str
    channel: str
    chat: str
    kind: str
    content: dict[str, Any]
    attempt: int
    may_be_repeat: bool = False
    is_urgent: bool = False
    held: bool = False


class Later(PortalError):
    """It did not go out but may yet; `after_s` is how long the other side asked us to wait, if it said so."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Unclear(Later):
    """It may have gone out and may not: the connection broke over it. What must not go twice waits for a person."""


class Never(PortalError):
    """It will not go out however often it is tried: no such address, refused for good."""


class Gone(Never):
    """The chat takes nothing more: its owner blocked us, or it is no more. Nothing else will be sent there."""


class Courier(Protocol):
    """Carries post over one channel; called outside any transaction."""

    def send(self, post: Post) -> str:
        """Send, and give the reference it is known by on the other side.

        Raises:
            Later: trouble that may pass; it did not go out.
            Unclear: nobody can tell whether it went out.
            Never: refused for good.
        """
