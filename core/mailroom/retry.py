"""When to try again what could not be sent: a table, so that anyone can read how patient we are."""

from datetime import datetime, timedelta

_WAITS_S = (5, 15, 60, 300, 900, 1800, 3600)


def next_try(attempt: int, now: datetime, asked_s: float | None = None) -> datetime:
    """When to try again after failed attempt number `attempt` (1 first); the other side's own wish goes before ours.

    >>> from datetime import UTC
    >>> next_try(1, datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '2026-01-01T00:00:05+00:00'
    >>> next_try(99, datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '2026-01-01T01:00:00+00:00'
    """
    ours = _WAITS_S[min(max(attempt, 1), len(_WAITS_S)) - 1]
    return now + timedelta(seconds=ours if asked_s is None else asked_s)
