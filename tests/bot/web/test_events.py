"""The page of events to come: planners enter, change and withdraw them, and take each of that back."""

from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE
from tests.bot.web.shop import PLANNER

pytestmark = ON_SQLITE
PAGE = "/planner/events"
SALE = {"name": "Midsummer <b>", "kind": "promotion", "first_on": "2026-06-27", "last_on": "2026-06-29",
        "sku": "MUG", "discount": "20"}  # fmt: skip


def coming(shop: Portal) -> list[tuple[str, float | None, float | None]]:
    staff = shop.staff_by_email(PLANNER)
    assert staff
    found = (one.event for one in shop.events(staff))
    return [(one.name, one.discount, one.lift) for one in found]


def test_an_event_is_entered_changed_and_withdrawn_and_each_is_taken_back(planner: Browser, shop: Portal) -> None:
    entered = planner.send_form(PAGE, PAGE, **SALE)

    assert entered.headers["location"] == f"{PAGE}?done=added&event=EV-000001"
    page = planner.get(entered.headers["location"]).text
    assert "Midsummer &lt;b&gt;" in page
    assert "20 % off" in page
    changed = planner.send_form(PAGE, f"{PAGE}/change", kind="promotion", discount="", lift="2,5")
    assert changed.headers["location"] == f"{PAGE}?done=changed&event=EV-000001"
    assert coming(shop) == [("Midsummer <b>", None, 2.5)]
    planner.send_form(changed.headers["location"], f"{PAGE}/undo")
    assert coming(shop) == [("Midsummer <b>", 0.2, None)]
    gone = planner.send_form(PAGE, f"{PAGE}/withdraw").headers["location"]
    assert coming(shop) == []
    planner.send_form(gone, f"{PAGE}/undo")
    assert coming(shop) == [("Midsummer <b>", 0.2, None)]


def test_what_is_wrong_is_told_beside_what_was_typed(planner: Browser, shop: Portal) -> None:
    answer = planner.send_form(PAGE, PAGE, **{**SALE, "sku": "NO-SUCH", "last_on": "2026-06-20"})
    assert answer.status_code == 422
    assert "There is no product NO-SUCH." in answer.text
    assert "Its last day is before its first." in answer.text
    assert 'value="NO-SUCH"' in answer.text
    for wrong in ({"first_on": "soon"}, {"discount": "much"}, {"lift": "x"}):
        assert planner.send_form(PAGE, PAGE, **{**SALE, **wrong}).status_code == 422
    assert coming(shop) == []


def test_what_was_changed_meanwhile_is_not_overwritten(planner: Browser, shop: Portal) -> None:
    planner.send_form(PAGE, PAGE, **SALE)
    answer = planner.send_form(PAGE, f"{PAGE}/change", seen="0000", kind="promotion", lift="3")
    assert answer.status_code == 409
    assert "Somebody changed that event since you saw it" in answer.text
    assert planner.send_form(PAGE, f"{PAGE}/withdraw", seen="0000").status_code == 409
    assert coming(shop) == [("Midsummer <b>", 0.2, None)]


def test_customers_see_none_of_it(zoe: Browser) -> None:
    assert zoe.get(PAGE).status_code == 403
    assert zoe.post(PAGE, SALE).status_code == 403
