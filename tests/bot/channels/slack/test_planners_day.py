"""A planner's day in Slack: plan, digest, card, an edit that is costed first, a race, the order, what came of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.slack.posting import PlannersCourier
from bot.channels.slack.service import SlackService
from core.config import Config
from core.database.engine import Database
from core.mailroom.ports import Post
from core.portal import Delivered
from core.purchasing.model import Proposal, ProposalStatus
from tests import shop
from tests.bot.channels.slack.web_api import Fault, WebApi
from tests.bot.channels.slack.workspace import PLANNER_CHANNEL, Workspace, opened
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.test_reasons import BLANK

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BO, PAT, JO = "U1BOSS", "U1PAT", "U1JO"
BOSS = person(shop.BOSS)


class Mailbox:
    """The supplier's."""

    def __init__(self) -> None:
        self.got: list[Post] = []

    def send(self, post: Post) -> str:
        """Keep what came."""
        self.got.append(post)
        return f"<{post.key}>"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def day(database: Database, config: Config, clock: SettableClock, api: WebApi, mailbox: Mailbox) -> Workspace:
    """A shop whose plan has just run, with its cards in the planners' channel."""
    staff = {BO: shop.BOSS, PAT: shop.PLANNER, JO: shop.JUNIOR}
    made = opened(database, config, clock, api, staff=staff)
    made.portal.engage("email", mailbox)
    shop.open_shop(made.portal)
    made.portal.plan(run="night")
    deliver(made)
    return made


def deliver(day: Workspace) -> None:
    """All that is due, as the clock does every few seconds."""
    while day.portal.deliver():
        day.clock.forward(timedelta(seconds=1))


def proposal(day: Workspace) -> Proposal:
    return day.portal.proposal(BOSS, day.portal.proposals(BOSS)[0].proposal_id)


def card(day: Workspace) -> dict[str, Any]:
    """The card in the planners' channel, as it is now."""
    return next(one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Proposal "))


def words(shown: dict[str, Any]) -> str:
    """Everything a message or a modal says."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                found.append(value["text"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(shown["blocks"])
    return "\n".join(found)


def mug(day: Workspace) -> int:
    return next(line.line for line in proposal(day).lines if line.sku == shop.MUG)


def whispers(day: Workspace) -> list[str]:
    """What only whoever pressed gets to read."""
    return [given["text"] for given in day.api.given_to("chat.postEphemeral")]


def typed(day: Workspace, quantity: str) -> dict[str, Any]:
    line = mug(day)
    return {f"line:{line}": {f"proposal:quantity:{line}": {"type": "number_input", "value": quantity}}}


def test_the_whole_day(day: Workspace, clock: SettableClock, mailbox: Mailbox) -> None:
    digest, shown = day.api.posted(PLANNER_CHANNEL)
    assert "Acme Ceramics" in digest["text"]
    for part in ("Risk of running short", "Red Polka Dot Mug", "customers waiting: 1", "would arrive on 25 June"):
        assert part in words(shown)
    assert [block["type"] for block in shown["blocks"]].count("data_visualization") == 1

    day.press(PAT, shown, "Edit")
    form = day.api.views[-1]
    day.type_in(PAT, form, f"line:{mug(day)}", typed(day, "156"))
    assert "the price break below" in words(day.api.views[-1])
    assert "Red Polka Dot Mug" in str(day.api.views[-1])
    day.submit(PAT, day.api.views[-1], typed(day, "156"))
    review = day.api.views[-1]
    assert "→ 156 units" in words(review)
    assert "144 (the price break below)" in words(review)
    assert proposal(day).revision == 1
    day.submit(PAT, review, {})
    assert "Nothing is ordered until" in words(day.api.views[-1])
    assert proposal(day).revision == 2
    assert "Last changed by Pat." in words(card(day))

    day.press(BO, shown, "Approve")  # what was shown before the edit
    assert "changed by Pat (planner@shop.example.org)" in whispers(day)[-1]
    now_shown = card(day)
    day.press(PAT, now_shown, "Approve")
    day.press(BO, now_shown, "Approve")
    assert "is approved. The purchase order is" in whispers(day)[-2]
    assert "approved already by Pat" in whispers(day)[-1]
    assert "Approved by Pat on 15 June at 10:30" in words(card(day))
    assert not [block for block in card(day)["blocks"] if "Approve" in str(block.get("elements", ""))]
    assert len(day.api.posted(PLANNER_CHANNEL)) == 2

    number = proposal(day).purchase_order_number or ""
    deliver(day)
    assert [post.content["number"] for post in mailbox.got] == [number]
    assert [file["name"] for file in mailbox.got[0].content["files"]] == [
        f"{number}.{kind}" for kind in ("pdf", "csv", "json")
    ]
    paper = day.api.files[0]
    assert (paper["name"], paper["thread_ts"]) == (f"{number}.pdf", card(day)["ts"])
    assert paper["content"] == mailbox.got[0].content["files"][0]["content"]

    clock.forward(timedelta(days=9))
    day.portal.receive_goods(BOSS, number, Delivered("note-1", {1: 24}))
    deliver(day)
    told = day.api.posted(PLANNER_CHANNEL)[-1]
    assert (told["thread_ts"], "24 ×" in told["text"]) == (card(day)["ts"], True)
    order = day.portal.purchase_order(BOSS, number)
    day.portal.receive_goods(BOSS, number, Delivered("note-2", {line.line: line.open for line in order.lines}))
    scores = day.portal.scorecards(BOSS, "ACME")[0]
    assert (scores.received, scores.lead_days, scores.on_time) == (1, 9.0, 1.0)


def test_a_rejection_asks_why_and_the_card_says_it(day: Workspace) -> None:
    day.press(PAT, card(day), "Reject")
    day.submit(PAT, day.api.views[-1], {"why": {"why": {"value": "the season is over"}}})
    assert proposal(day).status is ProposalStatus.REJECTED
    assert "Rejected by Pat on 15 June at 10:30. the season is over" in words(card(day))


def test_a_rejection_without_a_reason_is_told_beside_the_field(day: Workspace) -> None:
    day.press(PAT, card(day), "Reject")
    for value in (None, *BLANK):
        answer = day.submit(PAT, day.api.views[-1], {"why": {"why": {"value": value}}})
        assert json.loads(bytes(answer.body))["errors"]["why"].startswith("Say why")
    assert proposal(day).status is ProposalStatus.OPEN


def test_what_is_put_off_says_so_and_comes_back_by_itself(day: Workspace, clock: SettableClock) -> None:
    day.press(PAT, card(day), "Snooze")
    day.submit(PAT, day.api.views[-1], {"until": {"until": {"selected_date": "2026-06-19"}}})
    assert "Put off until 19 June" in words(card(day))
    clock.forward(timedelta(days=4))
    day.portal.housekeep()
    deliver(day)
    assert "Put off" not in words(card(day))
    assert "waits for a decision again" in day.api.posted(PLANNER_CHANNEL)[-1]["text"]


def test_a_split_gets_a_card_of_its_own(day: Workspace) -> None:
    day.press(PAT, card(day), "Split")
    chosen = {"lines": {"lines": {"selected_options": [{"value": str(mug(day))}]}}}
    day.submit(PAT, day.api.views[-1], chosen)
    shown = [one for one in day.api.posted(PLANNER_CHANNEL) if one["text"].startswith("Proposal ")]
    assert len(shown) == 2
    assert all("Counts against limits together" in words(one) for one in shown)


def test_who_does_not_plan_may_press_and_nothing_happens(day: Workspace) -> None:
    for label in ("Approve", "Edit", "Split", "Snooze", "Reject"):
        day.press("U1STRANGER", card(day), label)
    assert "not linked" in whispers(day)[-1]
    for view in list(day.api.views):
        if "callback_id" in view:
            day.submit(
                "U1STRANGER",
                view,
                {"why": {"why": {"value": "x"}}, "until": {"until": {"selected_date": "2026-06-19"}}},
            )
    assert proposal(day).status is ProposalStatus.OPEN
    assert proposal(day).snoozed_until is None


def test_above_ones_limit_a_click_approves_nothing(day: Workspace) -> None:
    day.press(JO, card(day), "Approve")
    assert "above your limit" in whispers(day)[-1]
    assert proposal(day).status is ProposalStatus.OPEN


def test_what_stock_has_overtaken_is_shown_anew_instead(day: Workspace) -> None:
    counted = {"sku": shop.MUG, "location": "main", "on_hand": 100_000, "counted_at": shop.OPENED}
    shop.bring(day.portal, "stock", counted)
    day.press(BO, card(day), "Approve")
    assert "computed anew" in whispers(day)[-1]
    assert "revision 2" in words(card(day))


@pytest.mark.parametrize("value", ["", "12.5", "many", "-3", "٣", "9" * 400])
def test_nonsense_in_a_field_is_told_beside_it_or_refused(day: Workspace, value: str) -> None:
    day.press(PAT, card(day), "Edit")
    day.submit(PAT, day.api.views[-1], typed(day, value))
    assert proposal(day).revision == 1


def test_the_home_tab_lists_what_waits_and_decides_it(day: Workspace) -> None:
    day.event({"type": "app_home_opened", "tab": "home", "user": PAT})
    assert "1 waits for your decision" in words(day.api.homes[PAT])
    day.event({"type": "app_home_opened", "tab": "home", "user": JO})
    assert "Above your limit" in words(day.api.homes[JO])


def test_a_workspace_that_draws_no_charts_gets_the_card_without(day: Workspace) -> None:
    one = proposal(day)
    day.api.fail("chat.update", Fault(error="invalid_blocks"))
    day.portal.edit(BOSS, one.proposal_id, one.content_hash, {mug(day): 480})
    deliver(day)
    assert "revision 2" in words(card(day))
    assert "data_visualization" not in [block["type"] for block in card(day)["blocks"]]


def test_plain_words_do_the_same_by_command(day: Workspace) -> None:
    day.command(PAT, "approve all Acme", channel_id=PLANNER_CHANNEL)
    day.press(PAT, day.last(PAT), "Yes")
    assert proposal(day).status is ProposalStatus.APPROVED
    deliver(day)
    assert "Approved by Pat" in words(card(day))


def test_the_service_carries_cards_too(day: Workspace) -> None:
    service = SlackService(day.portal, day.door.config, day.clock)
    assert isinstance(service.courier, PlannersCourier)


def test_a_proposal_nobody_decided_says_so_on_its_card(day: Workspace, clock: SettableClock) -> None:
    clock.forward(timedelta(days=8))
    day.portal.housekeep()
    deliver(day)
    assert "Not decided in time" in words(card(day))
    day.press(PAT, card(day), "Open")
    assert proposal(day).status is ProposalStatus.EXPIRED
