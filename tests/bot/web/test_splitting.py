"""Splitting the units of a line on the proposal's page: shown with its cost, then done, or refused with a reason."""

import pytest

from core.portal import Portal
from core.purchasing.model import Proposal
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.test_planner import path_of, present, proposal

__all__ = ["proposal"]
pytestmark = ON_SQLITE


def halves(proposal: Proposal) -> tuple[str, int]:
    """The line of most units, and about half of them in whole packs."""
    line = max(proposal.lines, key=lambda one: one.quantity)
    pack = int(line.reason["terms"]["pack"])
    return str(line.line), line.quantity // 2 // pack * pack


def test_the_cost_is_shown_before_anything_is_split(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    path, (line, stays) = path_of(proposal), halves(proposal)
    shown = planner.send_form(path, f"{path}/split-units/preview", line=line, stays=str(stays))
    assert shown.status_code == 200
    assert "Nothing is split yet" in shown.text
    assert "Both together" in shown.text
    assert present(shop, proposal).revision == proposal.revision
    form = forms(shown.text)[f"{path}/split-units"]
    done = planner.post(f"{path}/split-units", form)
    assert done.status_code == 303
    now = present(shop, proposal)
    assert {str(one.line): one.quantity for one in now.lines}[line] == stays
    assert "Split off into this proposal" in planner.get(done.headers["location"]).text
    assert planner.post(f"{path}/split-units", form).status_code == 409  # pressed twice
    assert present(shop, proposal).revision == now.revision


@pytest.mark.parametrize("stays", ["", " ", "many", "-12", "1.5", "0", "999999999", "9" * 40])
def test_nonsense_stays_in_its_field_with_what_is_wrong(
    planner: Browser, shop: Portal, proposal: Proposal, stays: str
) -> None:
    path, (line, _) = path_of(proposal), halves(proposal)
    answer = planner.send_form(path, f"{path}/split-units/preview", line=line, stays=stays)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{stays}"' in answer.text
    assert present(shop, proposal).revision == proposal.revision


def test_a_line_that_is_not_there_is_not_split(planner: Browser, proposal: Proposal) -> None:
    path = path_of(proposal)
    for line, status in (("99", 404), ("x", 422), ("", 422)):
        assert planner.send_form(path, f"{path}/split-units/preview", line=line, stays="12").status_code == status


def test_what_was_changed_meanwhile_is_not_split(planner: Browser, shop: Portal, proposal: Proposal) -> None:
    path, (line, stays) = path_of(proposal), halves(proposal)
    seen = forms(planner.get(path).text)[f"{path}/split-units/preview"] | {"line": line, "stays": str(stays)}
    planner.send_form(path, f"{path}/reject", reason="too early")
    for step in ("split-units/preview", "split-units"):
        assert planner.post(f"{path}/{step}", seen).status_code == 409
    assert present(shop, proposal).status.value == "rejected"


def test_only_planners_split(arrive: Arrive, zoe: Browser, proposal: Proposal) -> None:
    path, (line, stays) = path_of(proposal), halves(proposal)
    for browser in (zoe, arrive("support@example.org")):
        token = forms(browser.get("/").text)["/sign-out"]["form_token"]
        fields = {"form_token": token, "content_hash": proposal.content_hash, "line": line, "stays": str(stays)}
        for step in ("split-units/preview", "split-units"):
            assert browser.post(f"{path}/{step}", fields).status_code == 403
