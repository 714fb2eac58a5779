"""What somebody was told of when it is back is kept in mind, scored, and corrected before it breaks."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.database.engine import Database
from core.inventory import alerts
from core.portal import Portal
from core.purchasing.promising import Promise, Rules, promise
from core.purchasing.rows import PromiseRow
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.flows.talking import Talk, customer, guest
from tests.shop import ADA, BOSS, GRACE, LAMP, MUG, OPENED, bring, open_shop

TODAY = date(2026, 6, 15)
DUE = date(2026, 6, 19)


@pytest.fixture
def ada(portal: Portal) -> Talk:
    open_shop(portal)
    return customer(portal, ADA)


def supply(portal: Portal, number: str = "PO-OLD-1", units: int = 8, **more: Any) -> None:
    """Bring a purchase order of lamps, as it stands now."""
    head = {"supplier": "ACME", "location": "main", "status": "confirmed", "ordered_at": OPENED - timedelta(days=6)}
    bring(portal, "purchase_orders", {"purchase_order_number": number, **head, "expected_on": DUE, **more})
    bring(portal, "purchase_order_lines",
          {"purchase_order_number": number, "line": 1, "sku": LAMP, "quantity": units, "unit_cost": 1200,
           "received": units if more.get("status") == "received" else 0})  # fmt: skip


def promised(portal: Portal, units: int, sku: str = LAMP, today: date = TODAY) -> Promise:
    with portal._database.reading() as session:
        return promise(session, sku, units, Rules(today, portal._config.shop.zone, 0.9))


def kept(database: Database) -> Iterator[PromiseRow]:
    with database.reading() as session:
        yield from session.scalars(select(PromiseRow).order_by(PromiseRow.promise_id))


def slips(portal: Portal) -> list[str]:
    return [letter.text for letter in portal.letters() if "told you" in letter.text or "angekündigt" in letter.text]


@ON_SQLITE
def test_a_large_ask_is_split_into_what_is_here_and_what_comes_after_those_who_wait(ada: Talk) -> None:
    supply(ada.portal, "PO-2", units=10, expected_on=date(2026, 7, 1))
    whole = promised(ada.portal, 12)
    assert whole.now == 0
    assert whole.restock is not None
    assert [one.purchase_order_number for one in whole.restock.sources] == ["PO-OLD-1", "PO-2"]
    assert whole.restock.latest > date(2026, 7, 1)
    few = promised(ada.portal, 5)
    assert few.restock is not None
    assert [one.purchase_order_number for one in few.restock.sources] == ["PO-OLD-1"]
    assert (few.restock.earliest, few.restock.latest) == (date(2026, 6, 17), date(2026, 6, 22))
    too_many = promised(ada.portal, 40)
    assert (too_many.restock and too_many.restock.units, too_many.missing) == (15, 25)
    assert promised(ada.portal, 10, MUG).now == 6


@ON_SQLITE
def test_a_supplier_who_is_always_late_is_promised_later(ada: Talk) -> None:
    for number in range(8):
        supply(ada.portal, f"PO-PAST-{number}", status="received", expected_on=date(2026, 4, 1),
               received_at=OPENED - timedelta(days=60), ordered_at=OPENED - timedelta(days=90))  # fmt: skip
    late = promised(ada.portal, 1)
    assert late.restock is not None
    assert late.restock.latest > date(2026, 6, 28)


@ON_SQLITE
def test_what_was_promised_is_kept_with_whom_how_sure_and_what_it_rests_on(ada: Talk, database: Database) -> None:
    told = ada.say("do you have 4 blue glass lamps?")
    assert "between June 17 and June 22" in told.text or "between 17 June and 22 June" in told.text
    assert "96 % sure" in told.text
    ada.say("when is it back?")
    guest(ada.portal).say("when is the blue glass lamp back?")
    rows = [(row.asker, row.units, row.latest, row.confidence) for row in kept(database)]
    assert rows == [
        (f"customer:{ADA}", 4, date(2026, 6, 22), 0.959),
        (f"customer:{ADA}", 1, date(2026, 6, 22), 0.959),
        ("web:guest", 1, date(2026, 6, 22), 0.959),
    ]


@ON_SQLITE
def test_asking_twice_is_one_promise_and_somebody_of_the_shop_gets_none(ada: Talk, database: Database) -> None:
    from tests.flows.talking import staff

    for _ in range(2):
        ada.say("when is the blue glass lamp back?")
    staff(ada.portal, BOSS).say("when is the blue glass lamp back?")
    assert [row.asker for row in kept(database)] == [f"customer:{ADA}"]


def test_a_slip_reaches_everybody_it_was_promised_to_once(ada: Talk, clock: SettableClock) -> None:
    ada.say("when is the blue glass lamp back?")
    grace = customer(ada.portal, GRACE)
    grace.say("Wann ist die Blue Glass Lamp wieder da?")
    grace.say("Sprich Deutsch")
    assert ada.portal.keep_promises() == 0
    supply(ada.portal, expected_on=date(2026, 6, 29))
    assert ada.portal.keep_promises() == 2
    assert ada.portal.keep_promises() == 0
    texts = slips(ada.portal)
    assert any("slips" in text and "between June 27 and July 2" in text.replace("27 June", "June 27").replace(
        "2 July", "July 2") for text in texts)  # fmt: skip
    supply(ada.portal, expected_on=date(2026, 7, 9))
    clock.forward(timedelta(days=1))
    assert ada.portal.keep_promises() == 2


@ON_SQLITE
@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"units": 2}])
def test_what_is_cancelled_or_cut_is_told_without_a_day(ada: Talk, change: dict[str, Any]) -> None:
    ada.say("when is the blue glass lamp back?")
    supply(ada.portal, **change)
    assert ada.portal.keep_promises() == 1
    assert "no new day yet" in slips(ada.portal)[0]
    with ada.portal._database.reading() as session:
        assert [sku for sku, _, _ in alerts.wishes_of(session, ADA)] == [LAMP]
    supply(ada.portal, "PO-3", expected_on=date(2026, 7, 1))
    assert ada.portal.keep_promises() == 1
    assert ada.portal.keep_promises() == 0
    assert any("is on its way" in letter.text for letter in ada.portal.letters())


@ON_SQLITE
def test_a_slip_that_another_purchase_order_makes_up_for_is_none(ada: Talk) -> None:
    ada.say("when is the blue glass lamp back?")
    supply(ada.portal, "PO-2", expected_on=date(2026, 6, 18))
    supply(ada.portal, status="cancelled")
    assert ada.portal.keep_promises() == 0


@ON_SQLITE
def test_a_day_that_passes_without_goods_is_a_broken_promise_and_told(
    ada: Talk, database: Database, clock: SettableClock
) -> None:
    ada.say("when is the blue glass lamp back?")
    clock.forward(timedelta(days=7))
    assert ada.portal.keep_promises() == 0
    clock.forward(timedelta(days=1))
    assert ada.portal.keep_promises() == 1
    assert [row.outcome for row in kept(database)] == ["broken"]
    assert ada.portal.promise_record(person(BOSS)).kept == 0


@ON_SQLITE
def test_goods_that_land_in_time_keep_the_promise_and_nobody_hears_of_slips_later(
    ada: Talk, database: Database, clock: SettableClock
) -> None:
    ada.say("when is the blue glass lamp back?")
    clock.forward(timedelta(days=5))
    supply(ada.portal, status="received", received_at=clock.now)
    ada.portal.keep_promises()
    clock.forward(timedelta(days=30))
    assert ada.portal.keep_promises() == 0
    assert [(row.outcome, row.landed_on) for row in kept(database)] == [("kept", date(2026, 6, 20))]
    record = ada.portal.promise_record(person(BOSS))
    assert (record.scored, record.kept, record.expected, record.open) == (1, 1, 0.959, 0)


@ON_SQLITE
def test_stock_that_is_counted_on_the_shelf_keeps_it_too(ada: Talk, database: Database, clock: SettableClock) -> None:
    ada.say("when is the blue glass lamp back?")
    clock.forward(timedelta(days=2))
    bring(ada.portal, "stock", {"sku": LAMP, "location": "main", "on_hand": 9, "counted_at": clock.now})
    ada.portal.keep_promises()
    assert [row.outcome for row in kept(database)] == ["kept"]


@ON_SQLITE
def test_an_erased_customer_is_told_nothing_and_named_nowhere(ada: Talk, database: Database) -> None:
    ada.say("when is the blue glass lamp back?")
    ada.portal.erase_customer(ADA, "operator")
    supply(ada.portal, status="cancelled")
    assert ada.portal.keep_promises() == 0
    assert all(ADA not in row.asker for row in kept(database))
