"""Lines for machines name what happened and where, and nothing that a person typed."""

import json
import logging

import pytest

from bot.logs import AsJson, AsText


def line(record: logging.LogRecord) -> dict[str, object]:
    told: dict[str, object] = json.loads(AsJson().format(record))
    return told


def test_a_line_holds_what_was_noted_beside_it() -> None:
    noted = {"levelname": "WARNING", "msg": "%s failed", "args": ("plan",), "reference": "ab12"}
    record = logging.makeLogRecord(noted)
    told = line(record)
    assert (told["message"], told["level"], told["reference"]) == ("plan failed", "warning", "ab12")


def test_an_exception_is_named_with_its_place_and_without_its_words() -> None:
    try:
        int("ada@example.org typed 12345678")
    except ValueError as error:
        told = line(logging.makeLogRecord({"msg": "broken", "exc_info": (type(error), error, error.__traceback__)}))
    assert told["exception"] == "ValueError"
    assert "test_logs.py" in str(told["trace"])
    assert "ada@" not in json.dumps(told)


def test_a_line_for_people_says_no_more() -> None:
    try:
        int("ada@example.org typed 12345678")
    except ValueError as error:
        noted = {"msg": "broken", "reference": "ab12", "exc_info": (type(error), error, error.__traceback__)}
        told = AsText().format(logging.makeLogRecord({**noted, "levelname": "ERROR", "name": "core.portal"}))
    first, second = told.splitlines()
    assert first == "error core.portal: broken reference=ab12: ValueError"
    assert "test_logs.py" in second


FORGING = "mug\n2026-06-15 error\r\x1b[2J\x9b31m\u2028\x85\u202e\u200b\ud800"


@pytest.mark.parametrize("form", [AsText(), AsJson()])
def test_nobody_writes_a_line_of_their_own_or_moves_the_cursor(form: logging.Formatter) -> None:
    record = logging.makeLogRecord({"msg": "%s cannot be read", "args": (FORGING,), "noted": FORGING})
    told = form.format(record)
    assert told.splitlines() == [told]
    assert told.encode().decode().isprintable()


def test_what_is_escaped_for_machines_is_read_back_as_it_was() -> None:
    assert line(logging.makeLogRecord({"msg": FORGING}))["message"] == FORGING
