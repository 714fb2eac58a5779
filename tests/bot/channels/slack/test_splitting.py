"""Splitting the units of a line from its card: costed in the modal, done once, nonsense told beside its field."""

import json
from typing import Any

import pytest

from core.purchasing.model import Proposal
from tests import shop
from tests.bot.channels.slack.test_planners_day import BOSS, PAT, card, day, deliver, mailbox, mug, proposal, words
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, Workspace

__all__ = ["day", "mailbox"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def typed(line: Any = None, stays: Any = None, lines: Any = None) -> dict[str, Any]:
    """What stands in the modal's fields."""
    return {
        "lines": {"lines": {"selected_options": [{"value": str(lines)}] if lines else []}},
        "part": {"part": {"selected_option": {"value": str(line)} if line else None}},
        "stays": {"stays": {"value": stays}},
    }


def mugs(one: Proposal) -> int:
    return sum(line.quantity for line in one.lines if line.sku == shop.MUG)


def open_ones(day: Workspace) -> list[Proposal]:
    found = sorted(one.proposal_id for one in day.portal.proposals(BOSS))
    return [day.portal.proposal(BOSS, one) for one in found]


def test_units_are_costed_and_then_split_once(day: Workspace) -> None:
    before, line = proposal(day), mug(day)
    day.press(PAT, card(day), "Split")
    day.submit(PAT, day.api.views[-1], typed(line, "144"))
    review = day.api.views[-1]
    assert "Stays here: 144 at" in words(review)
    assert "Both together:" in words(review)
    assert proposal(day).revision == before.revision
    day.submit(PAT, review, {})
    assert "has a card of its own" in words(day.api.views[-1])
    day.submit(PAT, review, {})  # pressed twice
    assert "changed by Pat" in words(day.api.views[-1])
    deliver(day)
    left, apart = open_ones(day)
    assert (mugs(left), mugs(apart)) == (144, mugs(before) - 144)
    shown = [one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Proposal ")]
    assert len(shown) == 2
    assert all("Counts against limits together" in words(one) for one in shown)


def test_a_card_of_one_line_offers_it_too(day: Workspace) -> None:
    one = proposal(day)
    day.portal.split(BOSS, one.proposal_id, one.content_hash, [mug(day)])
    deliver(day)
    alone = [shown for shown in day.api.posted(PLANNER_CHANNEL) if shown["text"].startswith("Proposal ")][-1]
    day.press(PAT, alone, "Split")
    assert [block.get("block_id") for block in day.api.views[-1]["blocks"]][:2] == ["part", "stays"]


@pytest.mark.parametrize(
    ("line", "stays", "both", "field"),
    [
        (False, None, False, "part"),
        (False, "144", False, "part"),
        (True, None, False, "stays"),
        (True, "many", False, "stays"),
        (True, "1.5", False, "stays"),
        (True, "-12", False, "stays"),
        (True, "144", True, "lines"),
        (False, "144", True, "lines"),
    ],
)
def test_what_does_not_say_one_thing_is_told_beside_its_field(
    day: Workspace, line: bool, stays: str | None, both: bool, field: str
) -> None:
    before = proposal(day)
    day.press(PAT, card(day), "Split")
    told = typed(mug(day) if line else None, stays, mug(day) if both else None)
    answer = day.submit(PAT, day.api.views[-1], told)
    assert list(json.loads(bytes(answer.body))["errors"]) == [field]
    assert proposal(day).content_hash == before.content_hash


@pytest.mark.parametrize("stays", ["0", "145", "12", "9" * 90])
def test_what_cannot_be_ordered_is_refused_in_the_modal(day: Workspace, stays: str) -> None:
    before = proposal(day)
    day.press(PAT, card(day), "Split")
    day.submit(PAT, day.api.views[-1], typed(mug(day), stays))
    assert day.api.views[-1]["title"]["text"] == "That cannot be done"
    assert proposal(day).content_hash == before.content_hash


def test_nobody_but_planners_splits_whatever_they_submit(day: Workspace) -> None:
    before, line = proposal(day), mug(day)
    day.press(PAT, card(day), "Split")
    form = day.api.views[-1]
    day.submit(PAT, form, typed(line, "144"))
    for view, values in ((form, typed(line, "144")), (day.api.views[-1], {})):
        day.submit("U1STRANGER", view, values)
        assert "not linked" in words(day.api.views[-1])
    assert proposal(day).content_hash == before.content_hash
