"""Files that commands write: opened before the work is done, so that a wrong path costs nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from core.errors import InvalidInput


@contextmanager
def writing(path: Path | None) -> Iterator[TextIO | None]:
    """The file of that path for a table, or None where none was named.

    Raises:
        InvalidInput: it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        file = path.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}. Name another file.") from error
    with file:
        yield file
