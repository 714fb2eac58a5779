"""One reader for all tests: it never changes by reading."""

from collections.abc import Callable
from datetime import date

import pytest

from core.conversation import wording
from core.conversation.understanding import Reader, Understanding

TODAY = date(2026, 11, 26)  # a Thursday
Read = Callable[[str], Understanding]


@pytest.fixture(scope="session")
def reader() -> Reader:
    reader = Reader.load(wording.FOLDER)
    reader.learn()
    return reader


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    return lambda text: reader.read(text, today=TODAY)
