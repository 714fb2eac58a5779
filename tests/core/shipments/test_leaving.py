"""What an order took is off its shelf once, at the moment it left, in whatever order anything is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import event, func, select

from core import intake
from core.database.engine import Database
from core.exchange.model import Record, version
from core.inventory import service as inventory
from core.inventory.rows import MovementRow, StockRow
from core.orders.service import reserved
from core.portal import Portal
from core.purchasing.position import positions
from core.shipments.available import available_to_sell
from core.shipments.model import Heard, ParcelStatus, Scan
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, meanwhile
from tests.core.exchange.standin import Standin
from tests.flows.talking import customer
from tests.shop import ADA, GRACE, LAMP, MUG, bring, open_shop
from tests.shop import order as bring_order

HOUR = timedelta(hours=1)


@pytest.fixture
def opened(portal: Portal, clock: SettableClock) -> datetime:
    """Two places, and ten mugs in the main one, counted now; when that was."""
    bring(portal, "locations", {"location": "main", "name": "Main"}, {"location": "shop", "name": "Shop"})
    count(portal, clock.now, 10)
    return clock.now


def count(portal: Portal, at: datetime, units: int, sku: str = MUG) -> None:
    bring(portal, "stock", {"sku": sku, "location": "main", "on_hand": units, "counted_at": at})


def head(
    portal: Portal, placed_at: datetime, status: str = "shipped", number: str = "A-1", place: str = "main"
) -> None:
    bring(portal, "orders", {"order_number": number, "placed_at": placed_at, "status": status, "location": place})


def lines(portal: Portal, *units: int, number: str = "A-1", sku: str = MUG) -> None:
    bring(portal, "order_lines", *(
        {"order_number": number, "line": line, "sku": sku, "description": sku, "quantity": quantity, "unit_price": 450}
        for line, quantity in enumerate(units, 1)
    ))  # fmt: skip


def parcel(portal: Portal, shipped_at: datetime, tracking: str = "T-1", number: str = "A-1") -> None:
    row = {"tracking_number": tracking, "order_number": number, "carrier": "UPS", "shipped_at": shipped_at}
    bring(portal, "parcels", row)


def leaves(portal: Portal, at: datetime, *units: int, number: str = "A-1") -> None:
    """An order was placed an hour before it left, and is told of then."""
    head(portal, at - HOUR, "open", number)
    lines(portal, *units, number=number)
    parcel(portal, at, f"T-{number}", number)
    head(portal, at - HOUR, "shipped", number)


def here(database: Database, sku: str = MUG) -> int:
    """Units on the main shelf; the ledger must say the same, and no shelf less than nothing."""
    with database.reading() as session:
        on_hand = session.scalar(select(StockRow.on_hand).where(StockRow.sku == sku, StockRow.location == "main"))
        booked = session.scalar(
            select(func.sum(MovementRow.units)).where(MovementRow.sku == sku, MovementRow.location == "main")
        )
    assert on_hand == booked
    return on_hand or 0


def free(database: Database) -> int:
    with database.reading() as session:
        left = inventory.on_hand(session, [MUG])[MUG] - reserved(session, [MUG]).get(MUG, 0)
        assert available_to_sell(session, {"main"}, [MUG])[MUG, "main"] == max(left, 0)
        assert positions(session, [MUG])[MUG, "main"].units == left
    return left


def ledger(database: Database) -> list[tuple[str, int, datetime]]:
    with database.reading() as session:
        rows = session.execute(
            select(MovementRow.cause, MovementRow.units, MovementRow.moved_at)
            .where(MovementRow.cause.not_like("count:%"))
            .order_by(MovementRow.movement_id)
        )
        return [(cause, units, moved_at) for cause, units, moved_at in rows]


def test_what_left_is_off_the_shelf_once_and_free_before_as_after(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(2 * HOUR)
    head(portal, opened + HOUR, "open")
    lines(portal, 3, 1)
    assert (here(database), free(database)) == (10, 6)
    parcel(portal, opened + 2 * HOUR)
    assert (here(database), free(database)) == (10, 6)
    for status in ("shipped", "shipped", "delivered", "shipped"):
        head(portal, opened + HOUR, status)
        lines(portal, 3, 1)
        parcel(portal, opened + 2 * HOUR)
        assert (here(database), free(database)) == (6, 6)
    at = opened + 2 * HOUR
    assert ledger(database) == [("order:A-1:1", -3, at), ("order:A-1:2", -1, at)]


def test_it_ends_the_same_in_whatever_order_things_are_told(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    """Placed before the count, left after it: for each order of the telling, a product of its own."""
    bring(portal, "locations", {"location": "main", "name": "Main"})
    counted_at = clock.now
    clock.forward(5 * HOUR)
    told = [one for one in permutations(("head", "lines", "parcel", "count"))
            if one.index("head") < min(one.index("lines"), one.index("parcel"))]  # fmt: skip
    for place, order in enumerate(told):
        sku = number = f"N-{place}"
        for one in (*order, *order):
            if one == "head":
                head(portal, counted_at - HOUR, number=number)
            elif one == "lines":
                lines(portal, 3, number=number, sku=sku)
            elif one == "parcel":
                parcel(portal, counted_at + HOUR, f"T-{place}", number)
            else:
                count(portal, counted_at, 10, sku)
        assert here(database, sku) == 7, order
    assert {(units, at) for _, units, at in ledger(database)} == {(-3, counted_at + HOUR)}


def test_a_count_of_before_it_left_that_comes_after_leaves_it_gone(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, clock.forward(3 * HOUR), 3)
    for _ in range(2):
        count(portal, opened + HOUR, 8)
        assert here(database) == 5
    count(portal, opened + 2 * HOUR, 2)
    assert here(database) == 0
    count(portal, clock.now, 6)
    assert here(database) == 6, "a count of the same moment knew of it"
    head(portal, opened, "delivered")
    assert here(database) == 6


def test_orders_that_left_before_the_shelf_was_counted_book_nothing(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, opened - HOUR, 3)
    head(portal, opened - 2 * HOUR, "delivered", "A-2")
    lines(portal, 4, number="A-2")
    leaves(portal, clock.forward(HOUR), 2, number="A-3")
    assert (here(database), ledger(database)) == (8, [("order:A-3:1", -2, clock.now)])
    count(portal, clock.forward(HOUR), 5)
    for number in ("A-1", "A-2", "A-3"):
        head(portal, opened - 2 * HOUR, "delivered", number)
    assert here(database) == 5


def test_of_a_shelf_nobody_counted_nothing_is_booked_until_it_is(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    head(portal, clock.forward(HOUR), place="shop")
    lines(portal, 3)
    with database.reading() as session:
        assert inventory.on_hand_by_place(session) == {(MUG, "main"): 10}
    bring(portal, "stock", {"sku": MUG, "location": "shop", "on_hand": 4, "counted_at": opened})
    with database.reading() as session:
        assert inventory.on_hand_by_place(session) == {(MUG, "main"): 10, (MUG, "shop"): 1}


def test_more_than_the_books_had_is_booked_as_gone_and_as_never_counted(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    leaves(portal, clock.forward(3 * HOUR), 12)
    at = clock.now
    assert (here(database), free(database)) == (0, 0)
    assert ledger(database) == [("order:A-1:1", -12, at), ("uncounted:A-1:1", 2, at)]
    assert "2 units left that the books did not have" in caplog.text
    head(portal, opened, "delivered")
    assert here(database) == 0
    count(portal, opened + HOUR, 20)
    assert here(database) == 8


def test_one_that_goes_back_is_on_the_shelf_again_and_may_leave_again(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    system = Standin([])
    portal.connect(system.backend())
    tellings = [("open", 7), ("shipped", 7), ("open", 7), ("shipped", 7), ("shipped", 7), ("packed", 7),
                ("delivered", 7), ("cancelled", 10)]  # fmt: skip
    for status, left in tellings:
        clock.forward(HOUR)
        row = {"order_number": "A-1", "placed_at": opened + HOUR, "status": status, "location": "main",
               "currency": "GBP"}  # fmt: skip
        line = {"order_number": "A-1", "line": 1, "sku": MUG, "description": MUG, "quantity": 3, "unit_price": 450,
                "currency": "GBP"}  # fmt: skip
        system.records = [Record("orders", "1", "A-1", version(clock.now), {"orders": [row], "order_lines": [line]})]
        assert not portal.sync("standin", whole=True).faults
        is_away = status in {"shipped", "delivered"}
        assert (here(database), free(database)) == (7 if is_away else 10, left), status
    causes = [cause for cause, _, _ in ledger(database)]
    assert causes == ["order:A-1:1", *(f"order:A-1:1~{turn}" for turn in range(2, 7))]


def test_one_that_goes_back_after_a_count_leaves_the_shelf_as_it_was_counted(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, clock.forward(HOUR), 3)
    count(portal, clock.forward(HOUR), 6)
    head(portal, opened, "cancelled")
    assert here(database) == 6


def test_a_line_that_is_corrected_is_followed_until_the_shelf_is_counted(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, clock.forward(HOUR), 3)
    lines(portal, 2)
    assert here(database) == 8
    lines(portal, 2, 4)
    assert here(database) == 4
    count(portal, clock.forward(HOUR), 5)
    lines(portal, 3, 1)
    assert here(database) == 5
    lines(portal, 3, 1, 2)
    assert here(database) == 5, "it left before the count, whenever it was written down"
    assert opened < clock.now


def test_a_later_parcel_dates_it_later_and_a_count_between_knew_of_it(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(9 * HOUR)
    head(portal, opened + HOUR)
    lines(portal, 3)
    assert ledger(database) == [("order:A-1:1", -3, opened + HOUR)], "without a parcel when it was placed"
    parcel(portal, opened + 2 * HOUR)
    parcel(portal, opened + 4 * HOUR, "T-2")
    assert ledger(database) == [("order:A-1:1", -3, opened + 4 * HOUR)]
    count(portal, opened + 3 * HOUR, 9)
    assert here(database) == 6
    count(portal, opened + 5 * HOUR, 6)
    parcel(portal, opened + 8 * HOUR, "T-3")
    assert here(database) == 6, "it is off the shelf once"
    assert ledger(database)[0] == ("order:A-1:1", -3, opened + 4 * HOUR)


def test_one_whose_parcel_turns_out_to_have_left_before_the_count_was_counted_out(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, clock.forward(HOUR), 3)
    parcel(portal, opened - HOUR, "T-A-1")
    assert here(database) == 10


def test_what_a_label_says_will_leave_has_left_by_now(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(HOUR)
    head(portal, opened)
    lines(portal, 3)
    parcel(portal, clock.now + 48 * HOUR)
    assert ledger(database) == [("order:A-1:1", -3, clock.now)]
    count(portal, clock.forward(HOUR), 7)
    assert here(database) == 7


def test_a_scan_moves_nothing_and_neither_does_a_parcel_that_comes_back(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    leaves(portal, clock.forward(HOUR), 3)
    for number, status in enumerate((ParcelStatus.PICKED_UP, ParcelStatus.RETURNED), 1):
        heard = Heard("T-A-1", (Scan(opened + number * HOUR, status, "", ""),))
        portal.hear_of_parcels("ups", f"call {number}", [heard])
        portal.take_scans()
        assert (here(database), free(database)) == (7, 7)
    count(portal, clock.forward(HOUR), 10)
    assert here(database) == 10, "it is back where somebody put it, and counted it"


def test_a_customer_and_a_planner_are_told_the_truth_right_after_it_left(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    open_shop(portal)
    bring_order(portal, "3001", ADA, [(MUG, "Red Polka Dot Mug", 6, 450)], placed_at=clock.now)
    with database.reading() as session:
        before = positions(session, [MUG])[MUG, "main"]
    clock.forward(HOUR)
    parcel(portal, clock.now, "T-3001", "3001")
    bring_order(portal, "3001", ADA, [(MUG, "Red Polka Dot Mug", 6, 450)], placed_at=clock.now - HOUR, status="shipped")
    with database.reading() as session:
        after = positions(session, [MUG])[MUG, "main"]
    assert (before.on_hand, before.waiting, after.on_hand, after.waiting) == (6, 6, 0, 0)
    assert before.units == after.units
    assert "out of stock" in customer(portal, GRACE).say("is the red polka dot mug in stock?").text
    customer(portal, GRACE).say("notify me when the red polka dot mug is back in stock")
    assert portal.tell_those_who_wait() == 0


def test_the_days_on_a_shelf_are_those_it_lay_there_however_late_it_is_told(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(timedelta(days=4))
    leaves(portal, opened + timedelta(days=1), 10)
    with database.reading() as session:
        lain = inventory.unit_days(session, [MUG], "main", opened, clock.now)
        zone = portal._config.shop.zone
        empty = inventory.empty_days(session, opened.date(), clock.now.date(), zone)
    assert lain[MUG] == pytest.approx(10.0)
    assert [(day - opened.date()).days for day in empty[MUG, "main"]] == [2, 3]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("opened")
def test_many_are_booked_with_as_many_statements_as_one(
    portal: Portal, database: Database, clock: SettableClock
) -> None:
    def shipped(numbers: Sequence[str]) -> int:
        rows = [{"order_number": one, "placed_at": clock.now, "status": "shipped", "location": "main"}
                for one in numbers]  # fmt: skip
        bring(portal, "orders", *rows)
        with statements(database) as asked:
            bring(portal, "order_lines", *({"order_number": one, "line": 1, "sku": MUG, "description": MUG,
                                            "quantity": 1, "unit_price": 450} for one in numbers))  # fmt: skip
        return len(asked)

    clock.forward(HOUR)
    one = shipped(["A"])
    assert shipped([f"B-{number}" for number in range(400)]) == one
    assert here(database) == 0
    with statements(database) as asked:
        head(portal, clock.now, "delivered", "A")
    of_departures = [one for one in asked if "departures" in one]
    assert len(of_departures) == 3, of_departures


@ON_POSTGRESQL
def test_a_count_and_a_departure_at_once_know_of_each_other(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(3 * HOUR)
    head(portal, opened, "packed")
    lines(portal, 3)
    parcel(portal, opened + 2 * HOUR)
    shop = portal._config.shop
    counted = {"sku": MUG, "location": "main", "on_hand": 8, "counted_at": opened + HOUR}
    gone = {"order_number": "A-1", "customer_id": None, "placed_at": opened, "status": "shipped", "location": "main",
            "currency": "GBP"}  # fmt: skip
    with database.unit_of_work() as session:
        intake.take(session, "stock", [counted], shop, clock.now)
        other = meanwhile(database, lambda second: intake.take(second, "orders", [gone], shop, clock.now))
    assert other.result() == {}
    assert here(database) == 5


@ON_POSTGRESQL
def test_the_same_departure_told_twice_at_once_is_booked_once(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    clock.forward(3 * HOUR)
    head(portal, opened, "packed")
    lines(portal, 3)
    parcel(portal, opened + 2 * HOUR)
    shop = portal._config.shop
    gone = {"order_number": "A-1", "customer_id": None, "placed_at": opened, "status": "shipped", "location": "main",
            "currency": "GBP"}  # fmt: skip
    with database.unit_of_work() as session:
        session.execute(select(StockRow).with_for_update())
        told = [meanwhile(database, lambda one: intake.take(one, "orders", [gone], shop, clock.now)) for _ in range(2)]
    assert [one.result() for one in told] == [{}, {}]
    assert here(database) == 7


@ON_SQLITE
def test_another_product_on_the_line_takes_from_its_own_shelf(
    portal: Portal, database: Database, clock: SettableClock, opened: datetime
) -> None:
    count(portal, opened, 5, LAMP)
    leaves(portal, clock.forward(HOUR), 3)
    lines(portal, 2, sku=LAMP)
    assert (here(database), here(database, LAMP)) == (10, 3)
