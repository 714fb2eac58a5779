"""Approvals: once, as shown, by those who may."""

from datetime import date, timedelta

import pytest

from core.config import Config
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.mailroom.ports import Post
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus, PurchaseOrderStatus
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.core.test_reasons import BLANK

BOSS, PLANNER = person(shop.BOSS), person(shop.PLANNER)


def mug(proposal: Proposal) -> int:
    return next(line.line for line in proposal.lines if line.sku == shop.MUG)


def test_approving_makes_the_purchase_order_that_was_shown(planned: Portal, proposal: Proposal) -> None:
    decided = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    assert (decided.status, decided.decided_by) == (ProposalStatus.APPROVED, shop.BOSS)
    order = planned.purchase_order(BOSS, decided.purchase_order_number or "")
    assert order.total == proposal.total
    assert [(line.sku, line.quantity) for line in order.lines] == [(line.sku, line.quantity) for line in proposal.lines]


def test_pressing_twice_makes_one_purchase_order(planned: Portal, proposal: Proposal) -> None:
    planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    with pytest.raises(Conflict, match=shop.BOSS):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    assert len([one for one in planned.purchase_orders(BOSS) if one.proposal_id == proposal.proposal_id]) == 1


def test_the_second_planner_is_told_who_decided(planned: Portal, proposal: Proposal) -> None:
    planned.reject(PLANNER, proposal.proposal_id, proposal.content_hash, "too early")
    with pytest.raises(Conflict, match="rejected already by Pat"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    assert [one for one in planned.purchase_orders(BOSS) if one.proposal_id] == []


def test_what_was_changed_since_it_was_shown_is_not_approved(planned: Portal, proposal: Proposal) -> None:
    planned.edit(PLANNER, proposal.proposal_id, proposal.content_hash, {mug(proposal): 432})
    with pytest.raises(Conflict, match="changed by Pat"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)


def test_an_edit_is_priced_with_the_break_it_reaches(planned: Portal, proposal: Proposal) -> None:
    edited = planned.edit(PLANNER, proposal.proposal_id, proposal.content_hash, {mug(proposal): 480})
    line = next(line for line in edited.lines if line.sku == shop.MUG)
    assert (line.quantity, line.unit_cost.minor) == (480, 180)
    assert edited.total == sum((line.total for line in edited.lines[1:]), edited.lines[0].total)
    assert edited.revision == proposal.revision + 1
    assert edited.edited_by == shop.PLANNER


@pytest.mark.parametrize(
    ("quantity", "why"), [(30, "packs of 12"), (12, "minimum of 24"), (-12, "zero"), (12 * 10**8, "more than anybody")]
)
def test_a_quantity_the_supplier_would_refuse_is_refused(
    planned: Portal, proposal: Proposal, quantity: int, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why):
        planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {mug(proposal): quantity})
    assert planned.reprice(BOSS, proposal.proposal_id, {mug(proposal): quantity})[mug(proposal)].fault


def test_dropping_every_line_is_not_an_edit(planned: Portal, proposal: Proposal) -> None:
    with pytest.raises(InvalidInput, match="reject"):
        planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {line.line: 0 for line in proposal.lines})
    assert planned.proposal(BOSS, proposal.proposal_id).content_hash == proposal.content_hash


def test_a_dropped_line_is_not_ordered(planned: Portal, proposal: Proposal) -> None:
    edited = planned.edit(BOSS, proposal.proposal_id, proposal.content_hash, {mug(proposal): 0})
    decided = planned.approve(PLANNER, proposal.proposal_id, edited.content_hash)
    assert [line.sku for line in planned.purchase_order(BOSS, decided.purchase_order_number or "").lines] == [shop.LAMP]


def test_repricing_the_proposed_quantity_tells_what_was_proposed(planned: Portal, proposal: Proposal) -> None:
    line = next(line for line in proposal.lines if line.sku == shop.MUG)
    same = planned.reprice(BOSS, proposal.proposal_id, {line.line: line.quantity})[line.line]
    less = planned.reprice(BOSS, proposal.proposal_id, {line.line: 0})[line.line]
    assert (same.total, same.explanation) == (line.total, line.explanation)
    assert less.risk > same.risk
    assert sum(same.cost_lines.values()) == pytest.approx(same.expected_cost.minor / 100, abs=0.03)


def test_nobody_approves_above_their_limit(planned: Portal, proposal: Proposal) -> None:
    with pytest.raises(Refused, match="limit"):
        planned.approve(person(shop.JUNIOR), proposal.proposal_id, proposal.content_hash)
    assert planned.proposal(BOSS, proposal.proposal_id).status is ProposalStatus.OPEN


@pytest.mark.parametrize("email", [shop.SUPPORT, "nobody@example.org", "ada@example.org"])
def test_who_does_not_plan_sees_and_decides_nothing(planned: Portal, proposal: Proposal, email: str) -> None:
    stranger = person(email)
    for attempt in (
        lambda: planned.proposals(stranger),
        lambda: planned.proposal(stranger, proposal.proposal_id),
        lambda: planned.approve(stranger, proposal.proposal_id, proposal.content_hash),
        lambda: planned.edit(stranger, proposal.proposal_id, proposal.content_hash, {1: 0}),
        lambda: planned.reject(stranger, proposal.proposal_id, proposal.content_hash, "no"),
        lambda: planned.purchase_orders(stranger),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_rights_are_those_of_the_moment_of_the_click(planned: Portal, proposal: Proposal) -> None:
    shop.bring(planned, "staff", {"email": shop.PLANNER, "name": "Pat", "role": "support"})
    with pytest.raises(NotFound):
        planned.approve(PLANNER, proposal.proposal_id, proposal.content_hash)


def test_a_proposal_too_old_is_not_approved(planned: Portal, proposal: Proposal, clock: SettableClock) -> None:
    clock.forward(timedelta(days=7))
    with pytest.raises(Refused, match="too old"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    planned.housekeep()
    assert planned.proposal(BOSS, proposal.proposal_id).status is ProposalStatus.EXPIRED
    assert planned.plan(run="next").proposals == 1


def test_a_proposal_that_stock_has_overtaken_is_made_anew_instead(planned: Portal, proposal: Proposal) -> None:
    counted = {"sku": shop.MUG, "location": "main", "on_hand": 100_000, "counted_at": shop.OPENED}
    shop.bring(planned, "stock", counted)
    with pytest.raises(Conflict, match="Red Polka Dot Mug"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    renewed = planned.proposal(BOSS, proposal.proposal_id)
    assert renewed.status is ProposalStatus.OPEN
    assert {line.sku: line.quantity for line in renewed.lines}[shop.MUG] == 0
    decided = planned.approve(BOSS, proposal.proposal_id, renewed.content_hash)
    assert decided.purchase_order_number is not None


def test_a_proposal_of_which_nothing_is_left_is_closed(planned: Portal, proposal: Proposal) -> None:
    for sku in (shop.MUG, shop.LAMP):
        shop.bring(planned, "stock", {"sku": sku, "location": "main", "on_hand": 100_000, "counted_at": shop.OPENED})
    with pytest.raises(Conflict, match="nothing of it is needed now"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    assert planned.proposal(BOSS, proposal.proposal_id).status is ProposalStatus.SUPERSEDED


def test_four_eyes_are_two_people_and_neither_is_the_editor(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    edited = careful.edit(PLANNER, proposal.proposal_id, proposal.content_hash, {mug(proposal): 432})
    with pytest.raises(Refused, match="yourself"):
        careful.approve(PLANNER, proposal.proposal_id, edited.content_hash)
    first = careful.approve(BOSS, proposal.proposal_id, edited.content_hash)
    assert (first.status, first.purchase_order_number) == (ProposalStatus.OPEN, None)
    again = careful.approve(BOSS, proposal.proposal_id, edited.content_hash)
    assert again.purchase_order_number is None
    shop.bring(planned, "staff", {"email": "third@shop.example.org", "name": "Thea", "role": "planner"})
    second = careful.approve(person("third@shop.example.org"), proposal.proposal_id, edited.content_hash)
    assert second.purchase_order_number is not None


def test_an_edit_voids_the_first_pair_of_eyes(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    strict = config.model_copy(update={"planning": config.planning.model_copy(update={"four_eyes_above": 1})})
    careful = Portal(planned._database, strict, clock)
    careful.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    shop.bring(planned, "staff", {"email": "third@shop.example.org", "name": "Thea", "role": "planner"})
    edited = careful.edit(PLANNER, proposal.proposal_id, proposal.content_hash, {mug(proposal): 432})
    after = careful.approve(person("third@shop.example.org"), proposal.proposal_id, edited.content_hash)
    assert after.purchase_order_number is None


def test_a_rejection_needs_a_reason(planned: Portal, proposal: Proposal) -> None:
    for why in BLANK:
        with pytest.raises(InvalidInput, match="why"):
            planned.reject(BOSS, proposal.proposal_id, proposal.content_hash, why)
    assert planned.proposal(BOSS, proposal.proposal_id).status is ProposalStatus.OPEN


class Supplier:
    """A supplier's mailbox."""

    def __init__(self) -> None:
        self.got: list[Post] = []

    def send(self, post: Post) -> str:
        """Keep what came."""
        self.got.append(post)
        return f"<{post.key}>"


def test_the_supplier_gets_the_order_once_and_its_status_says_so(
    planned: Portal, proposal: Proposal, config: Config, clock: SettableClock
) -> None:
    mailbox = Supplier()
    sending = Portal(planned._database, config, clock, {"email": mailbox})
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    assert planned.purchase_order(BOSS, number).status is PurchaseOrderStatus.APPROVED
    sending.deliver()
    sending.deliver()
    assert [post.content["to"] for post in mailbox.got] == ["orders@acme.example.org"]
    letter = mailbox.got[0].content["text"]
    for part in (number, "Main warehouse", config.shop.name, str(proposal.total), "Red Polka Dot Mug"):
        assert part in letter
    assert planned.purchase_order(BOSS, number).status is PurchaseOrderStatus.SENT


def test_the_customer_hears_of_the_arrival_that_was_just_approved(planned: Portal, proposal: Proposal) -> None:
    from core.chat import Incoming, Speaker

    before = planned.converse(Incoming("web", "guest", "1", "when are blue glass lamps back?", Speaker()))
    assert "June" in before.text
    shop.bring(
        planned,
        "purchase_orders",
        {
            "purchase_order_number": "PO-OLD-1",
            "supplier": "ACME",
            "location": "main",
            "status": "cancelled",
            "ordered_at": shop.OPENED,
            "expected_on": date(2026, 6, 19),
        },
    )
    nothing = planned.converse(Incoming("web", "guest", "2", "when are blue glass lamps back?", Speaker()))
    assert "not ordered yet" in nothing.text
    planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    after = planned.converse(Incoming("web", "guest", "3", "when are blue glass lamps back?", Speaker()))
    assert "between" in after.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_price_that_changed_meanwhile_is_shown_before_it_is_paid(planned: Portal, proposal: Proposal) -> None:
    terms = {"supplier": "ACME", "sku": shop.MUG, "pack": 12, "minimum": 24, "price_breaks": [[144, 190]]}
    shop.bring(planned, "supplier_items", {**terms, "unit_cost": 210})
    with pytest.raises(Conflict, match=r"asks something else, £1\.80 before, £1\.90 now"):
        planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    renewed = planned.proposal(BOSS, proposal.proposal_id)
    decided = planned.approve(BOSS, proposal.proposal_id, renewed.content_hash)
    lines = planned.purchase_order(BOSS, decided.purchase_order_number or "").lines
    assert {line.sku: line.unit_cost.minor for line in lines}[shop.MUG] == 190
