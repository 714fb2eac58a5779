"""What planners say: listing, asking why, changing, deciding."""

from datetime import timedelta

import pytest

from core.errors import Refused
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person, planned, proposal
from tests.core.test_reasons import BLANK
from tests.flows.talking import Talk, staff

__all__ = ["planned", "proposal"]
BOSS = person(shop.BOSS)


@pytest.fixture
def boss(planned: Portal) -> Talk:
    return staff(planned, shop.BOSS)


def mugs(proposal: Proposal) -> int:
    return next(line.quantity for line in proposal.lines if line.sku == shop.MUG)


def test_open_proposals_are_listed(boss: Talk) -> None:
    assert "Acme Ceramics" in boss.say("what is waiting for me?").text


def test_why_is_answered_with_the_proposals_own_numbers(boss: Talk, proposal: Proposal) -> None:
    for words in (f"why {mugs(proposal)} of the red mug?", f"why {mugs(proposal)}?"):
        reply = boss.say(words)
        assert "Red Polka Dot Mug" in reply.text
        assert "on hand" in reply.text


def test_a_quantity_is_changed_after_a_yes_with_its_new_cost(planned: Portal, boss: Talk) -> None:
    shown = boss.say("make the red mugs 480")
    assert shown.asks == "confirm"
    assert "£864.00" in shown.text
    done = boss.say("yes")
    assert [action.name for action in done.actions] == ["edit_proposal"]
    changed = planned.proposal(BOSS, planned.proposals(BOSS)[0].proposal_id)
    assert {line.sku: line.quantity for line in changed.lines}[shop.MUG] == 480


def test_a_quantity_that_cannot_be_ordered_is_refused_before_the_yes(boss: Talk) -> None:
    assert "packs of 12" in boss.say("make the red mugs 481").text


def test_approving_in_words_makes_the_purchase_order(planned: Portal, boss: Talk) -> None:
    shown = boss.say("approve all Acme")
    assert shown.asks == "confirm"
    done = boss.press("Yes")
    assert done.actions[0].result["status"] == "approved"
    assert done.actions[0].result["purchase_order_number"] in done.text
    assert planned.proposals(BOSS)[0].status is ProposalStatus.APPROVED


def test_an_amount_bounds_what_is_approved(boss: Talk) -> None:
    assert "No open proposal fits" in boss.say("approve everything under 5 pounds").text


def test_rejecting_asks_for_a_reason(planned: Portal, boss: Talk) -> None:
    assert boss.say("reject the proposal from Acme").asks == "why"
    assert "season is over" in boss.say("the season is over").text
    boss.say("yes")
    assert planned.proposals(BOSS)[0].decision_reason == "the season is over"


def test_what_says_nothing_is_no_reason(planned: Portal, boss: Talk) -> None:
    for blank in BLANK:
        boss.say("reject the proposal from Acme")
        assert boss.say(blank).asks != "confirm"
        boss.say("cancel")
    assert planned.proposals(BOSS)[0].status is ProposalStatus.OPEN


def test_above_the_limit_nothing_is_approved(planned: Portal) -> None:
    junior = staff(planned, shop.JUNIOR)
    refused = junior.say("approve all Acme")
    assert "limit" in refused.text
    assert refused.asks is None
    assert junior.say("yes").actions == ()


def test_a_listed_proposal_is_named_by_its_place(boss: Talk) -> None:
    boss.say("what is waiting for me?")
    assert boss.say("approve the first one").asks == "confirm"


def test_what_was_decided_is_told_with_who_and_when(boss: Talk, proposal: Proposal) -> None:
    boss.say("approve all Acme")
    boss.say("yes")
    told = boss.say(f"approve proposal {proposal.proposal_id}").text
    assert "approved already by Bo" in told
    assert "15 June at 10:30" in told  # the shop's time


def test_a_proposal_changed_since_it_was_shown_is_not_approved(
    planned: Portal,
    boss: Talk,
    proposal: Proposal,
) -> None:
    boss.say("approve all Acme")
    planned.edit(person(shop.PLANNER), proposal.proposal_id, proposal.content_hash, {1: 0})
    assert "changed" in boss.say("yes").text
    assert planned.proposals(BOSS)[0].status is ProposalStatus.OPEN


def test_customers_cannot_decide(planned: Portal, proposal: Proposal) -> None:
    from tests.flows.talking import customer

    ada = customer(planned, shop.ADA)
    for words in ("approve all Acme", "yes", f"approve proposal {proposal.proposal_id}", "yes"):
        assert ada.say(words).actions == ()
    assert planned.proposals(BOSS)[0].status is ProposalStatus.OPEN


def test_support_staff_cannot_decide(planned: Portal) -> None:
    sam = staff(planned, shop.SUPPORT)
    assert "planners" in sam.say("approve all Acme").text


def test_what_was_just_changed_is_what_it_is(boss: Talk) -> None:
    boss.say("make the red mugs 480")
    boss.say("yes")
    assert boss.say("approve it").asks == "confirm"


def test_all_that_was_meant_is_still_meant_after_the_reason(planned: Portal, boss: Talk) -> None:
    shop.bring(
        planned,
        "suppliers",
        {"supplier": "ZETA", "name": "Zeta Glass", "email": "orders@zeta.example.org", "lead_time_days": 5.0},
    )
    shop.bring(planned, "supplier_items", {"supplier": "ZETA", "sku": shop.LAMP, "unit_cost": 1000})
    shop.bring(planned, "products", {"sku": "VASE-1", "name": "Tall Green Vase", "price": 3000})
    shop.bring(planned, "supplier_items", {"supplier": "ZETA", "sku": "VASE-1", "unit_cost": 900})
    shop.bring(planned, "sales", *shop.daily("VASE-1", 4))
    assert planned.plan(run="another").proposals == 1
    assert boss.say("reject all").asks == "why"
    shown = boss.say("the season is over")
    assert "Acme" in shown.text
    assert "Zeta" in shown.text


def test_people_at_the_desk_hear_what_they_can_ask(planned: Portal) -> None:
    sam = staff(planned, shop.SUPPORT)
    sam.say("is the brass door bell in stock?")
    told = sam.say("where is order 1001?").text
    assert "Support" in told
    assert "proposal" not in told


def test_lines_are_held_until_a_day_and_come_back(planned: Portal, boss: Talk, clock: SettableClock) -> None:
    shown = boss.say("hold the red mugs until Friday")
    assert shown.asks == "confirm"
    assert "Friday, 19 June" in shown.text
    assert boss.say("yes").actions[0].name == "snooze_proposal"
    assert "Red Polka Dot Mug" not in boss.say("what is waiting for me?").text
    held = next(one for one in planned.proposals(BOSS) if one.snoozed_until)
    assert [line.sku for line in planned.proposal(BOSS, held.proposal_id).lines] == [shop.MUG]
    clock.forward(timedelta(days=4))
    assert f"{held.proposal_id}. Acme" in boss.say("what is waiting for me?").text


def test_a_proposal_is_put_off_after_the_day_is_asked(planned: Portal, boss: Talk) -> None:
    assert boss.say("snooze the acme proposal").asks == "until"
    assert boss.say("Thursday").asks == "confirm"
    boss.press("Yes")
    assert planned.proposals(BOSS)[0].snoozed_until is not None
    assert "No open proposal fits" in boss.say("approve all").text


def test_what_if_is_costed_and_changes_nothing(planned: Portal, boss: Talk, proposal: Proposal) -> None:
    told = boss.say("what if it takes three weeks?")
    assert "If delivery took 21 days" in told.text
    assert "would be proposed" in told.text
    assert told.actions == ()
    assert "If 2 times as much" in boss.say("what if demand doubles?").text
    assert planned.proposal(BOSS, proposal.proposal_id) == proposal


def test_goods_are_received_in_words_once(planned: Portal, boss: Talk, proposal: Proposal) -> None:
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    shown = boss.say(f"received 24 of the red mug on PO-{int(number[3:])}")
    assert shown.asks == "confirm"
    assert "24 × Red Polka Dot Mug" in shown.text
    assert "still to come" in boss.say("yes").text
    assert boss.say("yes").actions == ()
    boss.say(f"received everything on {number}")
    assert "That was all of it" in boss.say("yes").text
    assert planned.purchase_order(BOSS, number).status.value == "received"


def test_too_many_units_are_refused_in_words(planned: Portal, boss: Talk, proposal: Proposal) -> None:
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    boss.say(f"received 9000 of the red mug on {number}")
    assert "more than may still come" in boss.say("yes").text


def test_suppliers_are_scored_in_words(boss: Talk) -> None:
    told = boss.say("how reliable is Acme?").text
    assert "Acme Ceramics: 1 order" in told
    assert "stated" in told


@pytest.mark.parametrize("words", ["hold the red mugs until Friday", "what if it takes three weeks?", "received PO-12"])
def test_customers_get_nothing_of_it(planned: Portal, words: str) -> None:
    from tests.flows.talking import customer

    told = customer(planned, shop.ADA).say(words)
    assert told.actions == ()
    assert "Acme" not in told.text


def test_planners_are_served_in_german(planned: Portal, boss: Talk, proposal: Proposal) -> None:
    boss.say("auf Deutsch bitte")
    assert "Dauerte die Lieferung 21 Tage" in boss.say("was wäre wenn es drei Wochen dauert").text
    assert "Freitag, 19. Juni" in boss.say("Vorschlag 1 bis Freitag zurückstellen").text
    boss.say("nein")
    assert "Acme Ceramics: 1 Bestellung" in boss.say("wie zuverlässig ist Acme").text
    number = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    assert "Soll ich es buchen" in boss.say(f"alles von {number} ist da").text


def test_lines_to_be_held_stay_the_lines_when_the_day_is_told_after_a_question(boss: Talk, proposal: Proposal) -> None:
    assert boss.say("hold the red mugs").asks == "until"
    shown = boss.say("friday")
    assert shown.asks == "confirm"
    assert f"{mugs(proposal):,} × Red Polka Dot Mug" in shown.text


def split_up(planned: Portal, proposal: Proposal) -> tuple[Proposal, Proposal]:
    """What is left of it, and what went into a proposal of its own."""
    apart = next(one for one in planned.proposals(BOSS) if one.proposal_id != proposal.proposal_id)
    return planned.proposal(BOSS, proposal.proposal_id), planned.proposal(BOSS, apart.proposal_id)


def test_so_many_are_ordered_now_and_the_rest_later(
    planned: Portal, boss: Talk, proposal: Proposal, clock: SettableClock
) -> None:
    shown = boss.say(f"split order {proposal.proposal_id}: 144 of the red mugs now, the rest in 3 weeks")
    assert shown.asks == "confirm"
    assert f"{mugs(proposal) - 144} × Red Polka Dot Mug; 144 stay" in shown.text
    assert "put off until Monday, 6 July" in shown.text
    assert len(planned.proposals(BOSS)) == 1
    assert [action.name for action in boss.say("yes").actions] == ["split_proposal"]
    left, apart = split_up(planned, proposal)
    assert (mugs(left), mugs(apart)) == (144, mugs(proposal) - 144)
    assert sum(line.proposed for one in (left, apart) for line in one.lines) == sum(
        line.proposed for line in proposal.lines
    )
    assert apart.is_asleep(clock.now)
    assert planned.plan(run="after").proposals == 0
    assert planned.approve(BOSS, left.proposal_id, left.content_hash).purchase_order_number
    clock.forward(timedelta(days=22))
    planned.housekeep()
    assert mugs(planned.proposal(BOSS, apart.proposal_id)) == mugs(apart)


def test_splitting_in_words_gets_round_no_limit(planned: Portal, proposal: Proposal) -> None:
    limit = proposal.total.minor - 1
    shop.bring(planned, "staff", {"email": shop.PLANNER, "name": "Pat", "role": "planner", "approval_limit": limit})
    pat = staff(planned, shop.PLANNER)
    pat.say("split off 144 of the red mugs")
    pat.say("yes")
    for part in split_up(planned, proposal):
        with pytest.raises(Refused, match="counts together with"):
            planned.approve(person(shop.PLANNER), part.proposal_id, part.content_hash)


def test_lines_go_into_a_proposal_of_their_own(planned: Portal, boss: Talk, proposal: Proposal) -> None:
    assert boss.say("put the mugs into a proposal of their own").asks == "confirm"
    boss.say("yes")
    left, apart = split_up(planned, proposal)
    assert [line.sku for line in apart.lines] == [shop.MUG]
    assert left.total + apart.total == proposal.total


def test_a_part_nobody_can_order_is_refused_before_the_yes(planned: Portal, boss: Talk) -> None:
    assert "packs of 12" in boss.say("split off 145 of the red mugs").text
    assert "some of them have to stay" in boss.say("split off 9000 of the red mugs").text
    assert boss.say("split the proposal").asks == "line"
    assert len(planned.proposals(BOSS)) == 1
