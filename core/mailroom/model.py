"""What the mailroom knows of letters that came back, and of the mailbox they lie in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounce:
    """A mail server's word that a letter of ours did not arrive: which one, to whom, and its code (RFC 3463)."""

    letter: str
    address: str
    code: str
    diagnosis: str

    @property
    def is_dead(self) -> bool:
        """Whether there is no such mailbox; a full one, or one that took our letter for advertising, may take the next.

        >>> Bounce("<1@x>", "a@x", "5.1.1", "").is_dead, Bounce("<1@x>", "a@x", "5.2.2", "").is_dead
        (True, False)
        """
        return self.code.startswith("5.1.") or self.code in {"5.2.1", "5.4.4"}


@dataclass(frozen=True)
class Bookmark:
    """How far a folder of a mailbox was read: the number of a message, in the count of `validity` (RFC 9051, 2.3.1)."""

    validity: int
    number: int
