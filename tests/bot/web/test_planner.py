"""The planner's inbox, with and without scripts."""

from datetime import timedelta

import pytest

from core.database.engine import Database
from core.portal import Portal
from core.purchasing import promises
from core.purchasing.model import Proposal
from core.purchasing.promising import Promise, Restock
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import HOSTILE
from tests.conftest import SettableClock
from tests.core.test_reasons import BLANK


@pytest.fixture
def proposal(shop: Portal) -> Proposal:
    """What the shop would order: lamps and mugs of one supplier."""
    shop.plan(run="test")
    staff = shop.staff_by_email("planner@example.org")
    assert staff
    found = shop.proposals(staff)[0]
    return shop.proposal(staff, found.proposal_id)


def path_of(proposal: Proposal) -> str:
    return f"/planner/proposals/{proposal.proposal_id}"


def present(shop: Portal, proposal: Proposal) -> Proposal:
    """The proposal as it stands now."""
    staff = shop.staff_by_email("planner@example.org")
    assert staff
    return shop.proposal(staff, proposal.proposal_id)


def test_open_proposals_are_listed_with_their_totals(planner: Browser, proposal: Proposal) -> None:
    page = planner.get("/planner").text
    assert path_of(proposal) in page
    assert str(proposal.total) in page
    assert HOSTILE not in page
    assert "Acme &lt;script&gt;" in page


def test_a_proposal_explains_and_draws_every_line(planner: Browser, proposal: Proposal) -> None:
    page = planner.get(path_of(proposal)).text
    assert page.count("<svg") == len(proposal.lines) == page.count("The same as a table")
    assert page.count("<polyline") == 2 * len(proposal.lines)
    assert HOSTILE not in page
    assert "style=" not in page
    for line in proposal.lines:
        assert f'value="{line.quantity}"' in page


def test_other_quantities_are_costed_and_nothing_changes(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    line = proposal.lines[0]
    more = line.quantity + 24
    answer = planner.client.post(f"{path_of(proposal)}/reprice", json={"quantities": {str(line.line): more}})
    told = answer.json()["lines"][str(line.line)]
    assert answer.status_code == 200
    assert told["quantity"] == more
    assert told["fault"] == ""
    assert told["total"]["minor"] == told["unit_cost"]["minor"] * more
    others = sum(other.total.minor for other in proposal.lines[1:])
    assert answer.json()["total"]["minor"] == told["total"]["minor"] + others
    assert present(shop, proposal).revision == proposal.revision


def test_a_quantity_that_breaks_packs_is_told(planner: Browser, proposal: Proposal) -> None:
    line = proposal.lines[0]
    answer = planner.client.post(
        f"{path_of(proposal)}/reprice", json={"quantities": {str(line.line): line.quantity + 1}}
    )
    assert answer.json()["lines"][str(line.line)]["fault"]


@ON_SQLITE
@pytest.mark.parametrize("quantities", [None, [], {}, {"1": -1}, {"1": 1.5}, {"1": "x"}, {"x": 1}, {"1": 10**30}])
def test_what_is_no_quantity_is_refused(planner: Browser, proposal: Proposal, quantities: object) -> None:
    answer = planner.client.post(f"{path_of(proposal)}/reprice", json={"quantities": quantities})
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_without_scripts_the_cost_is_shown_before_it_is_saved(
    planner: Browser, shop: Portal, proposal: Proposal
) -> None:
    line, path = proposal.lines[0], path_of(proposal)
    preview = planner.send_form(path, f"{path}/preview", **{f"quantity__{line.line}": str(line.quantity + 24)})
    assert preview.status_code == 200
    assert "Nothing is saved yet" in preview.text
    assert present(shop, proposal).revision == proposal.revision
    saved = planner.post(f"{path}/edit", forms(preview.text)[f"{path}/edit"])
    assert saved.status_code == 303
    now = present(shop, proposal)
    assert now.lines[0].quantity == line.quantity + 24
    assert now.revision == proposal.revision + 1
    assert now.edited_by == "planner@example.org"


def test_a_wrong_quantity_stays_in_its_field_with_what_is_wrong(
    planner: Browser, shop: Portal, proposal: Proposal
) -> None:
    line, path = proposal.lines[0], path_of(proposal)
    for typed in ("twelve", str(line.quantity + 1)):
        answer = planner.send_form(path, f"{path}/edit", **{f"quantity__{line.line}": typed})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert f'value="{typed}"' in answer.text
    assert present(shop, proposal).revision == proposal.revision


def test_an_approval_makes_one_purchase_order(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    path = path_of(proposal)
    form = forms(planner.get(path).text)[f"{path}/approve"]
    assert planner.post(f"{path}/approve", form).status_code == 303
    again = planner.post(f"{path}/approve", form)
    assert again.status_code == 409
    assert "planner@example.org" in again.text
    assert "Approved" in again.text
    number = present(shop, proposal).purchase_order_number
    assert number
    assert number in planner.get(path).text
    orders = planner.get("/planner/orders").text
    assert orders.count(number) == 2  # its address and its name, once each
    order = planner.get(f"/planner/orders/{number}").text
    assert str(proposal.total) in order
    assert HOSTILE not in order


def test_the_second_planner_is_told_and_sees_the_present_state(
    arrive: Arrive, planner: Browser, proposal: Proposal
) -> None:
    path, other = path_of(proposal), arrive("planner@example.org")
    stale = forms(other.get(path).text)[f"{path}/approve"]
    planner.send_form(path, f"{path}/reject", reason="too early")
    late = other.post(f"{path}/approve", stale | {"form_token": forms(other.get(path).text)["/sign-out"]["form_token"]})
    assert late.status_code == 409
    assert "planner@example.org" in late.text
    assert "too early" in late.text
    assert f'action="{path}/approve"' not in late.text


def test_what_was_changed_since_it_was_shown_is_not_approved(
    planner: Browser, shop: Portal, proposal: Proposal
) -> None:
    path, line = path_of(proposal), proposal.lines[0]
    seen = forms(planner.get(path).text)[f"{path}/approve"]
    planner.send_form(path, f"{path}/edit", **{f"quantity__{line.line}": str(line.quantity + 24)})
    assert planner.post(f"{path}/approve", seen).status_code == 409
    assert present(shop, proposal).status.value == "open"


def test_a_rejection_wants_a_reason(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    path = path_of(proposal)
    for reason in BLANK:
        assert planner.send_form(path, f"{path}/reject", reason=reason).status_code == 422
    assert planner.send_form(path, f"{path}/reject", reason=HOSTILE).status_code == 303
    assert present(shop, proposal).decision_reason == HOSTILE
    assert HOSTILE not in planner.get(path).text
    assert HOSTILE not in planner.get("/planner").text


def test_above_ones_limit_nothing_is_approved(arrive: Arrive, shop: Portal, proposal: Proposal) -> None:
    junior, path = arrive("junior@example.org"), path_of(proposal)
    answer = junior.send_form(path, f"{path}/approve")
    assert answer.status_code == 403
    assert "above your limit" in answer.text
    assert present(shop, proposal).status.value == "open"


@ON_SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "/planner",
        "/planner/proposals/1",
        "/planner/orders",
        "/planner/orders/PO-1",
        "/planner/post",
        "/planner/decisions",
    ],
)
def test_planners_pages_are_for_planners(arrive: Arrive, zoe: Browser, guest: Browser, path: str) -> None:
    assert zoe.get(path).status_code == 403
    assert arrive("support@example.org").get(path).status_code == 403
    assert guest.get(path).headers["location"] == f"/sign-in?next={path}"


def test_customers_decide_nothing(zoe: Browser, shop: Portal, proposal: Proposal) -> None:
    token = forms(zoe.get("/orders").text)["/sign-out"]["form_token"]
    fields = {"form_token": token, "content_hash": proposal.content_hash, "reason": "x", "quantity-1": "0"}
    for verb in ("approve", "reject", "edit", "preview"):
        assert zoe.post(f"{path_of(proposal)}/{verb}", fields).status_code == 403
    assert zoe.client.post(f"{path_of(proposal)}/reprice", json={"quantities": {"1": 1}}).status_code == 403
    assert present(shop, proposal).status.value == "open"


@pytest.mark.parametrize("number", ["0", "999999", "abc", "-1", "9" * 30, "9" * 5000, "1.5"])
def test_a_proposal_that_is_not_there_is_not_found(planner: Browser, number: str) -> None:
    assert planner.get(f"/planner/proposals/{number}").status_code == 404


@ON_SQLITE
def test_the_planner_reads_how_many_promises_were_kept(
    planner: Browser, shop: Portal, database: Database, clock: SettableClock
) -> None:
    assert "half year" not in planner.get("/planner").text
    day = clock.now.date()
    restock = Restock(2, day, day, 0.9, ())
    with database.unit_of_work() as session:
        promises.note(session, "customer:c-zoe", Promise("MUG-1", 2, 0, restock), clock.now)
    clock.forward(timedelta(days=2))
    shop.keep_promises()
    clock.forward(timedelta(days=-2))
    page = planner.get("/planner").text
    assert "Of 1 promise of when something is back" in page
    assert "0 were kept" in page
    assert "0.9" in page
