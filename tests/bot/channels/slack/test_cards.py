"""Cards and modals are drawn from records alone, within Slack's limits, whatever products and suppliers are called."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channels.slack import cards, modals
from bot.channels.slack.home import waiting_blocks
from bot.channels.slack.values import read, written
from core.errors import InvalidInput
from core.money import Money
from core.purchasing.cards import Card
from core.purchasing.model import Proposal, ProposalLine, ProposalStatus
from core.purchasing.recosting import Consequence, Priced, Recosted
from core.purchasing.waiting import Waiting
from tests.bot.channels.slack.kit import check_message, check_view

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
HOSTILE = [
    "<!channel> *bold* <https://evil.example|here>",
    "x" * 5000,
    "\u202e\u0000evil",
    "<@U123> & `code`",
    "漢" * 400,
]


def line(number: int, name: str = "Blue Glass Lamp", waiting: int = 0) -> ProposalLine:
    days = list(range(61))
    ahead = {"day": days, **{key: [float(30 - day) for day in days] for key in ("without", "with", "low", "high")}}
    reason = {"risk": 0.03, "risk_without": 0.97, "terms": {"pack": 12}}
    return ProposalLine(number, f"SKU-{number}", name, 480, 480, Money(180, "GBP"), reason, name * 3, ahead, waiting)


def proposal(lines: int = 2, name: str = "Blue Glass Lamp", **more: object) -> Proposal:
    made = tuple(line(number, name) for number in range(1, lines + 1))
    total = Money(sum(one.total.minor for one in made), "GBP")
    one = Proposal(
        12, "ACME", name, "main", name, ProposalStatus.OPEN, 2, "a" * 32, total, lines, NOW, NOW + timedelta(days=7),
        date(2026, 6, 25), None, None, "", None, None, lines, (), made,
    )  # fmt: skip
    return replace(one, **more)  # type: ignore[arg-type]


def priced(kind: str, quantity: int) -> Priced:
    return Priced(kind, quantity, Money(180, "GBP"), Money(180, "GBP") * quantity, Money(99_900, "GBP"), 0.1)


def recosted(one: Proposal) -> Recosted:
    others = tuple(priced(kind, at) for at, kind in enumerate(("proposed", "break_below", "nothing")))
    standing, chosen, nothing = priced("standing", 480), priced("chosen", 240), priced("nothing", 0)
    consequences = tuple(
        Consequence(each.line, each.sku, each.name, 1, standing, chosen, nothing, others, each.name)
        for each in one.lines
    )
    return Recosted(one, consequences, one.total, one.total, one.total, one.total, ("Above your limit.",))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lines", [1, 60])
def test_no_name_breaks_a_card_or_becomes_markup(name: str, lines: int) -> None:
    one = proposal(lines, name, edited_by="pat@example.org")
    url = "https://shop.example.org"
    over = replace(one, status=ProposalStatus.REJECTED, decision_reason=name, decided_at=NOW)
    for drawn in (
        cards.card(Card(one, {"pat@example.org": name}, (13,), (name,)), url, LONDON, NOW),
        cards.card(Card(over, {}, (), ()), url, LONDON, NOW),
        cards.digest([one] * 60, url),
    ):
        check_message(*drawn)
        assert "mrkdwn" not in json.dumps(drawn[1])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_modal_or_the_home_tab(name: str) -> None:
    one = proposal(60, name)
    carried = written({"p": 12, "h": "a" * 32})
    meant = recosted(one)
    for view in (
        modals.editing(one, {1: 24}),
        modals.editing(one, {1: 24}, replace(meant, lines=meant.lines[:3])),
        modals.review(meant, {each.line: 240 for each in one.lines}),
        modals.rejecting(carried),
        modals.snoozing(carried, date(2026, 6, 16)),
        modals.splitting(one),
        modals.told(name, name),
    ):
        check_view(view)
        assert len(view.get("private_metadata", "")) <= 3000
    waiting = Waiting((one,) * 30, (one,) * 30, (), (), (name[:60],))
    check_view({"type": "home", "blocks": waiting_blocks(waiting, "https://shop.example.org", LONDON, NOW)})


def test_the_lines_that_matter_come_first() -> None:
    one = replace(proposal(9), lines=(*(line(number) for number in range(1, 9)), line(9, waiting=3)))
    shown = cards.lines_that_matter(one)
    assert (shown[0].line, len(shown)) == (9, cards.MOST_LINES)


def test_the_chart_has_at_most_twenty_days_and_words_say_the_same() -> None:
    drawn = cards.chart(line(1), NOW, LONDON)
    assert len(drawn["chart"]["axis_config"]["categories"]) <= 20
    assert len(set(drawn["chart"]["axis_config"]["categories"])) == len(drawn["chart"]["axis_config"]["categories"])
    assert "empty about 15 Jul 26" in cards.stock_in_words(line(1), NOW, LONDON)


@pytest.mark.parametrize(
    "value", ["", "[]", "{}", '{"p":"x","h":"y"}', '{"p":-1,"h":""}', '{"p":1e400,"h":""}', "null", "7"]
)
def test_a_value_that_is_not_ours_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="not one of ours"):
        read(value)
