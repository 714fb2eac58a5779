"""Pages of purchase orders and of what planners put off, split and leave to others."""

from datetime import date
from html import unescape

import pytest

from core.portal import Portal
from core.purchasing.model import Proposal, PurchaseOrder
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import HOSTILE, JUNIOR, PLANNER
from tests.bot.web.test_planner import path_of, present, proposal
from tests.shop import bring

__all__ = ["proposal"]
pytestmark = ON_SQLITE


@pytest.fixture
def order(planner: Browser, shop: Portal, proposal: Proposal) -> PurchaseOrder:
    planner.send_form(path_of(proposal), f"{path_of(proposal)}/approve")
    return shown(shop, present(shop, proposal).purchase_order_number or "")


def shown(shop: Portal, number: str) -> PurchaseOrder:
    staff = shop.staff_by_email(PLANNER)
    assert staff
    return shop.purchase_order(staff, number)


def test_what_came_is_booked_once_however_often_the_form_is_sent(
    planner: Browser, shop: Portal, order: PurchaseOrder
) -> None:
    path = f"/planner/orders/{order.purchase_order_number}"
    form = {**forms(planner.get(path).text)[f"{path}/receive"], "units-1": "6"}
    for _ in range(3):
        assert planner.post(f"{path}/receive", form).status_code == 303
    assert shown(shop, order.purchase_order_number).lines[0].received == 6
    assert HOSTILE not in planner.get(path).text


@pytest.mark.parametrize(("units", "status"), [("many", 422), ("", 422), ("99999", 409)])
def test_units_that_cannot_be_are_told_on_the_page(
    planner: Browser, order: PurchaseOrder, units: str, status: int
) -> None:
    path = f"/planner/orders/{order.purchase_order_number}"
    answer = planner.send_form(path, f"{path}/receive", units__1=units)
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)


def test_an_order_is_confirmed_put_off_and_cut_on_its_page(
    planner: Browser, shop: Portal, order: PurchaseOrder
) -> None:
    path, number = f"/planner/orders/{order.purchase_order_number}", order.purchase_order_number
    planner.send_form(path, f"{path}/confirm", expected_on="2026-07-02", reference=HOSTILE)
    planner.send_form(path, f"{path}/put-off", expected_on="2026-07-09", why="strike")
    assert shown(shop, number).expected_on.isoformat() == "2026-07-09"
    planner.send_form(path, f"{path}/cancel", why="too late")
    assert shown(shop, number).status.value == "cancelled"
    page = planner.get(path).text
    assert "revision 2" in page
    assert HOSTILE not in page
    assert f'action="{path}/receive"' not in page


def test_papers_are_served_to_planners_alone(planner: Browser, arrive: Arrive, order: PurchaseOrder) -> None:
    path = f"/planner/papers?number={order.purchase_order_number}"
    assert planner.get(path).content.startswith(b"%PDF")
    assert order.purchase_order_number in planner.get(f"{path}&kind=csv").text
    assert planner.get(f"{path}&revision=7").status_code == 404
    assert planner.get("/planner/papers?number=PO-NONE").status_code == 404
    assert arrive("support@example.org").get(path).status_code == 403


def test_decisions_stand_beside_what_they_came_to(planner: Browser, order: PurchaseOrder) -> None:
    page = planner.get("/planner/decisions").text
    assert order.supplier_name in unescape(page)
    assert "from tomorrow on" in page


def test_suppliers_have_scorecards(planner: Browser, order: PurchaseOrder) -> None:
    page = planner.get("/planner/suppliers").text
    assert "Acme &lt;script&gt;" in page
    assert order.supplier == "ACME"


def test_what_lies_too_long_is_listed(planner: Browser, order: PurchaseOrder) -> None:
    page = planner.get("/planner/overstock")
    assert (page.status_code, order.supplier) == (200, "ACME")
    assert "What lies too long" in page.text
    assert 'href="/planner/overstock"' in page.text


def test_events_to_come_are_listed_with_what_they_sell(planner: Browser, shop: Portal) -> None:
    assert "Nothing is known of the days to come" in planner.get("/planner/events").text
    days = {"first_on": date(2026, 6, 20), "last_on": date(2026, 6, 22)}
    bring(shop, "events", {"event": "E1", "name": "Sale <b>", "kind": "promotion", "lift": 2.5, **days})
    page = planner.get("/planner/events").text
    assert "Sale &lt;b&gt;" in page
    assert "× 2.50" in page
    assert "as somebody said" in page


def test_a_proposal_is_put_off_taken_up_again_and_split(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    path = path_of(proposal)
    planner.send_form(path, f"{path}/snooze", until="2026-06-20")
    assert "Put off" in planner.get("/planner").text
    assert present(shop, proposal).snoozed_until is not None
    planner.send_form(path, f"{path}/wake")
    assert present(shop, proposal).snoozed_until is None
    form = {**forms(planner.get(path).text)[f"{path}/split"], "tick-2": "1"}
    del form["tick-1"]
    assert planner.post(f"{path}/split", form).headers["location"].endswith("?done=split")
    assert len(present(shop, proposal).lines) == 1


def test_a_day_that_is_none_is_told(planner: Browser, proposal: Proposal) -> None:
    path = path_of(proposal)
    for typed in ("", "soon", "2020-01-01"):
        assert planner.send_form(path, f"{path}/snooze", until=typed).status_code == 422


def test_changes_are_shown_with_what_else_could_be_ordered(planner: Browser, proposal: Proposal) -> None:
    path, line = path_of(proposal), proposal.lines[0]
    answer = planner.send_form(path, f"{path}/preview", **{f"quantity__{line.line}": str(line.quantity + 24)})
    assert "as proposed" in answer.text
    assert "The coming year" in answer.text


def test_somebody_stands_in_and_it_can_be_ended(planner: Browser, shop: Portal) -> None:
    days = {"first_on": "2026-06-16", "last_on": "2026-06-19"}
    planner.send_form("/planner/away", "/planner/away", deputy=JUNIOR, **days)
    page = planner.get("/planner/away").text
    assert "Jun Junior decides" in page
    end = next(action for action in forms(page) if action.endswith("/end"))
    planner.send_form("/planner/away", end)
    assert "Nobody is away" in planner.get("/planner/away").text
    assert shop.staff_by_email(JUNIOR) is not None
