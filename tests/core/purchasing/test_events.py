"""Promotions and holidays of the records in the plan: ordered for in time, said in words, looked at on a page."""

from datetime import date, timedelta
from typing import Any

from core.portal import Portal
from core.purchasing.events import Ahead
from core.purchasing.known import Known
from core.purchasing.model import ProposalLine, SupplierItem
from core.purchasing.outlook import Expected
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
TODAY = date(2026, 6, 15)


def event(first: int, days: int, **more: Any) -> dict[str, Any]:
    first_on = TODAY + timedelta(days=first)
    plain = {"event": f"E{first}", "name": "Midsummer sale", "kind": "promotion", "sku": shop.MUG}
    return {**plain, "first_on": first_on, "last_on": first_on + timedelta(days=days - 1), **more}


def mugs(portal: Portal, *events: dict[str, Any]) -> ProposalLine:
    """The line of the mugs with these events known."""
    shop.open_shop(portal)
    if events:
        shop.bring(portal, "events", *events)
    portal.plan(run="with events")
    found = portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)
    return next(one for one in found.lines if one.sku == shop.MUG)


def coming(portal: Portal, *events: dict[str, Any]) -> list[Expected]:
    shop.open_shop(portal)
    shop.bring(portal, "events", *events)
    return portal.events(BOSS)


def test_what_a_planner_expects_of_a_sale_is_ordered_and_said(portal: Portal) -> None:
    line = mugs(portal, event(12, 3, lift=10.0))
    told = line.reason["events"]
    assert [(one["name"], one["first_on"], one["factor"]) for one in told] == [("Midsummer sale", "2026-06-27", 10.0)]
    assert told[0]["extra"] > 0
    assert line.reason["demand"]["extra"] > 0
    assert "Midsummer sale (27 June to 29 June) sells 10 times the usual" in line.explanation


def test_a_sale_after_the_next_order_could_arrive_changes_nothing_yet(portal: Portal) -> None:
    line = mugs(portal, event(40, 3, lift=10.0))
    assert "events" not in line.reason
    assert "extra" not in line.reason["demand"]


def test_a_change_of_the_line_is_costed_with_the_same_sale(portal: Portal) -> None:
    line = mugs(portal, event(12, 3, lift=10.0))
    found = portal.proposals(BOSS)[0]
    same = portal.recost(BOSS, found.proposal_id, {line.line: line.quantity}).lines[0]
    assert str(same.before.expected_cost.major) == f"{line.reason['cost']['total']:.2f}"


def test_the_page_says_what_is_expected_and_how_that_is_known(portal: Portal) -> None:
    past = event(-40, 7, event="past")
    found = coming(portal, past, event(5, 7), event(20, 2, lift=2.5), event(30, 2, sku="NO-SUCH"))
    assert [one.event.event for one in found] == ["E5", "E20", "E30"]
    assert [one.earlier for one in found] == [1, 1, 1]
    assert found[1].is_stated
    assert found[1].factor == 2.5
    assert [one.lines for one in found] == [1, 1, 0]


def test_what_nobody_saw_before_is_said_to_be_unknown(portal: Portal) -> None:
    assert [one.is_unknown for one in coming(portal, event(5, 7, kind="holiday"))] == [True]


def test_what_is_known_of_coming_days_is_kept_with_the_line() -> None:
    ahead = (Ahead("Sale", TODAY, 3, 6, 2.5),)
    kept = Known(SupplierItem("A", "B", 1, "GBP"), 0.2, 1.0, 1.0, 1, 7.0, 1.0, 7.0, 1, 0, 0, 1.0, 1.0, 1.0, ahead=ahead)
    assert Known.from_json(kept.as_json()) == kept
