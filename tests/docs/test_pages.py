"""Pages that show what the shop says are what it says now."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docs import slack_day, slack_handoff, telegram_keyboards


@pytest.mark.parametrize(
    ("page", "made"),
    [(one.PAGE, one.page) for one in (slack_day, slack_handoff, telegram_keyboards)],
    ids=lambda one: one.name if isinstance(one, Path) else "",
)
def test_a_page_is_what_its_script_writes(page: Path, made: Callable[[Path], str], tmp_path: Path) -> None:
    assert made(tmp_path) == page.read_text(encoding="utf-8"), f"write it anew: python -m {made.__module__}"
