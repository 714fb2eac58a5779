"""Known optima of the books, read from beside the repository where they are, and a few worked out by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.textbook import score, solve

BOOKS = Path(__file__).parents[4] / "shared" / "textbook_cases.json"
OWN = Path(__file__).parent / "textbook_cases.json"


def cases(file: Path) -> list[dict[str, Any]]:
    """The cases of a file; none where it is missing."""
    return list(json.loads(file.read_text(encoding="utf-8"))["cases"]) if file.is_file() else []


@pytest.mark.parametrize("case", cases(BOOKS) + cases(OWN), ids=lambda case: case["id"])
def test_book_is_reproduced(case: dict[str, Any]) -> None:
    right, line = score(case)
    assert right, line


def test_wrong_answer_is_a_miss() -> None:
    case = cases(OWN)[0]
    assert not score({**case, "expected": {"order_quantity": 301}})[0]


def test_topic_nobody_knows_is_a_miss() -> None:
    assert not score({"id": "x", "topic": "Alchemy", "inputs": {}, "expected": {}})[0]
    with pytest.raises(LookupError, match="Alchemy"):
        solve({"topic": "Alchemy", "inputs": {}})
