"""Refusals a person may read: every expected failure is a PortalError with one clear sentence."""

from typing import Any


class PortalError(Exception):
    """An expected failure; its text may be shown to whoever asked.

    `key` and `values` let a conversation say the same in another language.
    """

    def __init__(self, message: str, key: str = "", **values: Any) -> None:
        super().__init__(message)
        self.key = key
        self.values = values


class InvalidInput(PortalError):
    """What was given cannot be used as it stands; the sentence says what would be."""


class NotFound(PortalError):
    """It does not exist, or it belongs to somebody else: the two look the same."""


class Refused(PortalError):
    """A rule forbids it. `rule` is the rule's id, for the audit, for tests and for other languages."""

    def __init__(self, message: str, rule: str, **values: Any) -> None:
        super().__init__(message, rule, **values)
        self.rule = rule


class NeedsProof(PortalError):
    """The person has not shown enough of who they are. `level` is the proof needed."""

    def __init__(self, message: str, level: int) -> None:
        super().__init__(message)
        self.level = level


class Conflict(PortalError):
    """Somebody else was first; the sentence says who and what came of it."""


class TooMany(PortalError):
    """A limit on how often was reached; the sentence says when to try again."""


class Unavailable(PortalError):
    """A database or back-end does not answer; nothing was changed."""


class ConfigError(PortalError):
    """The configuration cannot be used; the text lists every fault found."""
