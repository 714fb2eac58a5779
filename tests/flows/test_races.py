"""Two at once: one wins, the other is told, and the effect exists once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.chat import Incoming, Reply, Speaker
from core.config import Config
from core.database.engine import Database
from core.errors import PortalError
from core.portal import Delivered, Portal
from core.purchasing.rows import PurchaseOrderLineRow, PurchaseOrderRow
from core.returns.rows import ReturnRow
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

ROUNDS = 200


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment; what each gave, or the refusal it met."""
    ready = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return act()
        except PortalError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def forget_orders(database: Database) -> None:
    """Cancel what was ordered, so that the next plan wants the same again."""
    with database.unit_of_work() as session:
        session.execute(update(PurchaseOrderRow).values(status="cancelled"))


@pytest.mark.slow
def test_two_planners_approve_at_once_and_one_purchase_order_exists(portal: Portal, database: Database) -> None:
    shop.open_shop(portal)
    boss, planner = person(shop.BOSS), person(shop.PLANNER)
    for number in range(ROUNDS):
        forget_orders(database)
        assert portal.plan(run=f"round {number}").proposals == 1
        shown = portal.proposals(boss)[0]
        outcomes = at_once(
            partial(portal.approve, boss, shown.proposal_id, shown.content_hash),
            partial(portal.approve, planner, shown.proposal_id, shown.content_hash),
        )
        refusals = [str(outcome) for outcome in outcomes if isinstance(outcome, PortalError)]
        assert len(refusals) == 1
        assert "approved already by" in refusals[0]
    with database.reading() as session:
        placed = session.scalar(select(func.count()).where(PurchaseOrderRow.proposal_id.is_not(None)))
        lines = session.scalar(select(func.count()).select_from(PurchaseOrderLineRow))
    assert placed == ROUNDS
    assert lines == 1 + 2 * ROUNDS


@pytest.mark.slow
def test_approving_races_rejecting_and_exactly_one_holds(
    database: Database, config: Config, clock: SettableClock
) -> None:
    restless = config.model_copy(update={"planning": config.planning.model_copy(update={"rest_days": 0})})
    portal = Portal(database, restless, clock)
    shop.open_shop(portal)
    boss, planner = person(shop.BOSS), person(shop.PLANNER)
    for number in range(40):
        forget_orders(database)
        portal.plan(run=f"round {number}")
        clock.forward(timedelta(seconds=1))
        shown = portal.proposals(boss)[0]
        approved, rejected = at_once(
            partial(portal.approve, boss, shown.proposal_id, shown.content_hash),
            partial(portal.reject, planner, shown.proposal_id, shown.content_hash, "no"),
        )
        assert isinstance(approved, PortalError) != isinstance(rejected, PortalError)
        placed = portal.proposal(boss, shown.proposal_id).purchase_order_number
        assert (placed is None) == isinstance(approved, PortalError)


def test_a_message_delivered_twice_at_once_is_answered_once(portal: Portal, database: Database) -> None:
    shop.open_shop(portal)
    speaker = Speaker(customer_id=shop.ADA, proof=3)

    def say(text: str, delivery: str, button: str | None = None) -> Reply:
        return portal.converse(Incoming("web", "customer:c-ada", delivery, text, speaker, button))

    say("I want to return the red mug of order 1001", "1")
    say("2", "2")
    shown = say("I no longer want it", "3")
    yes = shown.buttons[0].value
    for number in range(20):
        outcomes = at_once(*[partial(say, "", f"press {number}", yes)] * 3)
        assert len({outcome.text for outcome in outcomes}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReturnRow)) == 1


def test_two_returns_at_once_never_exceed_what_was_delivered(portal: Portal) -> None:
    shop.open_shop(portal)
    speaker = Speaker(customer_id=shop.ADA, proof=3)
    buttons = {}
    for chat in ("tab-1", "tab-2"):
        portal.converse(Incoming("web", chat, "1", "I want to return the red mug of order 1001", speaker))
        portal.converse(Incoming("web", chat, "2", "4", speaker))
        shown = portal.converse(Incoming("web", chat, "3", "no longer wanted", speaker))
        buttons[chat] = shown.buttons[0].value
    outcomes = at_once(
        *(partial(portal.converse, Incoming("web", chat, "4", "", speaker, value)) for chat, value in buttons.items())
    )
    assert sorted(len(outcome.actions) for outcome in outcomes) == [0, 1]


def test_a_proposal_is_split_or_approved_and_never_both(portal: Portal) -> None:
    shop.open_shop(portal)
    boss, planner = person(shop.BOSS), person(shop.PLANNER)
    portal.plan(run="race")
    shown = portal.proposal(boss, portal.proposals(boss)[0].proposal_id)
    approved, split = at_once(
        partial(portal.approve, boss, shown.proposal_id, shown.content_hash),
        partial(portal.split, planner, shown.proposal_id, shown.content_hash, [shown.lines[0].line]),
    )
    assert isinstance(approved, PortalError) != isinstance(split, PortalError)
    ordered = sum(one.total.minor for one in portal.purchase_orders(boss) if one.proposal_id)
    proposed = sum(one.total.minor for one in portal.proposals(boss) if one.status.value == "open")
    assert ordered + proposed == shown.total.minor


def test_both_parts_of_a_split_pressed_at_once_stay_within_a_limit(portal: Portal) -> None:
    shop.open_shop(portal)
    boss, planner = person(shop.BOSS), person(shop.PLANNER)
    portal.plan(run="race")
    shown = portal.proposal(boss, portal.proposals(boss)[0].proposal_id)
    limit = shown.total.minor - 1
    shop.bring(portal, "staff", {"email": shop.PLANNER, "name": "Pat", "role": "planner", "approval_limit": limit})
    parts = portal.split(boss, shown.proposal_id, shown.content_hash, [shown.lines[0].line])
    outcomes = at_once(*(partial(portal.approve, planner, one.proposal_id, one.content_hash) for one in parts))
    assert all(isinstance(outcome, PortalError) for outcome in outcomes)
    assert [one for one in portal.purchase_orders(boss) if one.proposal_id] == []


def test_a_delivery_races_the_cancelling_of_the_rest(portal: Portal) -> None:
    shop.open_shop(portal)
    boss = person(shop.BOSS)
    outcomes = at_once(
        partial(portal.receive_goods, boss, "PO-OLD-1", Delivered("note", {1: 8})),
        partial(portal.cancel_rest, boss, "PO-OLD-1", "late"),
    )
    line = portal.purchase_order(boss, "PO-OLD-1").lines[0]
    assert sum(isinstance(outcome, PortalError) for outcome in outcomes) == 1
    assert (line.received, line.cancelled) in {(8, 0), (0, 8)}
    assert line.open == 0
