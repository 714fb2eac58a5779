"""Lines for machines name what happened and where, and nothing that a person typed."""

import json
import logging

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
