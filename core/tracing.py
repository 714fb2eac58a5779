"""Steps of work that take time, told to whoever watches; where nobody does they cost next to nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Watch = Callable[[str, dict[str, str]], AbstractContextManager[object]]
_NOTHING = nullcontext()


class _Watched:
    """The one who watches this process."""

    by: Watch | None = None


def watch(by: Watch | None) -> None:
    """Have every step of this process told to a watcher from now on, or to nobody."""
    _Watched.by = by


def step(name: str, **facts: str) -> AbstractContextManager[object]:
    """A step, for as long as its block lasts. Facts are words of ours, such as a channel; never anybody's data.

    >>> from contextlib import contextmanager
    >>> @contextmanager
    ... def noting(name, facts):
    ...     yield print(name, facts)
    >>> watch(noting)
    >>> with step("turn", channel="web"):
    ...     pass
    turn {'channel': 'web'}
    >>> watch(None)
    """
    return _NOTHING if _Watched.by is None else _Watched.by(name, facts)
