"""What becomes of a purchase order: confirmed, late, partly here, cut short; each unit counted once."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pypdf
import pytest
from sqlalchemy import select

from core.canonical import Batch
from core.config import Config
from core.errors import Conflict, InvalidInput, NotFound, PortalError
from core.inventory.rows import StockRow
from core.inventory.service import on_hand
from core.mailroom.ports import Post
from core.portal import Delivered, Portal
from core.purchasing.changes import Confirmation
from core.purchasing.inbound import on_order
from core.purchasing.model import Proposal, PurchaseOrder, PurchaseOrderStatus
from tests import shop
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def order(planned: Portal, proposal: Proposal) -> PurchaseOrder:
    decided = planned.approve(BOSS, proposal.proposal_id, proposal.content_hash)
    return planned.purchase_order(BOSS, decided.purchase_order_number or "")


def mugs(order: PurchaseOrder) -> tuple[int, int]:
    """Line and quantity of the mugs."""
    return next((line.line, line.quantity) for line in order.lines if line.sku == shop.MUG)


def here(portal: Portal, sku: str) -> int:
    with portal._database.reading() as session:
        return on_hand(session, [sku])[sku]


def coming(portal: Portal, sku: str) -> int:
    with portal._database.reading() as session:
        return on_order(session).get((sku, "main"), 0)


def test_a_part_that_came_is_on_the_shelf_and_the_rest_is_still_on_order(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)
    before, wanted = here(planned, shop.MUG), coming(planned, shop.MUG)
    after = planned.receive_goods(BOSS, order.purchase_order_number, Delivered("note-1", {line: 24}))
    assert here(planned, shop.MUG) == before + 24
    assert coming(planned, shop.MUG) == wanted - 24
    assert next(one.open for one in after.lines if one.line == line) == quantity - 24
    assert after.is_under_way


def test_the_same_receipt_is_booked_once(planned: Portal, order: PurchaseOrder) -> None:
    line, _ = mugs(order)
    before = here(planned, shop.MUG)
    book = partial(planned.receive_goods, BOSS, order.purchase_order_number, Delivered("note-1", {line: 24}))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: book(), range(3)))
    assert here(planned, shop.MUG) == before + 24


def test_two_who_book_the_last_units_at_once_do_not_both(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)

    def book(note: str) -> Any:
        try:
            return planned.receive_goods(BOSS, order.purchase_order_number, Delivered(note, {line: quantity}))
        except PortalError as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(book, ("one", "two")))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert here(planned, shop.MUG) == 6 + quantity


@ON_SQLITE
def test_a_little_more_than_ordered_is_taken_in_and_no_more(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)
    spare = int(quantity * 0.05)
    with pytest.raises(Conflict, match=f"at most {quantity + spare}"):
        planned.receive_goods(BOSS, order.purchase_order_number, Delivered("a", {line: quantity + spare + 1}))
    after = planned.receive_goods(BOSS, order.purchase_order_number, Delivered("b", {line: quantity + spare}))
    assert next(one.open for one in after.lines if one.line == line) == 0
    assert coming(planned, shop.MUG) == 0


@ON_SQLITE
def test_an_order_is_closed_by_its_last_unit(planned: Portal, order: PurchaseOrder, clock: SettableClock) -> None:
    clock.forward(timedelta(days=9))
    whole = {line.line: line.quantity for line in order.lines}
    closed = planned.receive_goods(BOSS, order.purchase_order_number, Delivered("all", whole))
    assert (closed.status, closed.received_at) == (PurchaseOrderStatus.RECEIVED, clock.now)
    with pytest.raises(Conflict, match="received already"):
        planned.receive_goods(BOSS, order.purchase_order_number, Delivered("more", {1: 1}))


@ON_SQLITE
@pytest.mark.parametrize("units", [{}, {1: 0}, {1: -5}, {1: 10**9}])
def test_units_that_are_none_are_refused(planned: Portal, order: PurchaseOrder, units: dict[int, int]) -> None:
    with pytest.raises(InvalidInput):
        planned.receive_goods(BOSS, order.purchase_order_number, Delivered("x", units))


@ON_SQLITE
def test_what_is_not_there_and_who_may_not_look_the_same(planned: Portal, order: PurchaseOrder) -> None:
    number = order.purchase_order_number
    for staff, known, line in ((BOSS, "PO-NONE", 1), (BOSS, number, 99), (person(shop.SUPPORT), number, 1)):
        with pytest.raises(NotFound):
            planned.receive_goods(staff, known, Delivered("x", {line: 1}))


@ON_SQLITE
def test_receipts_are_brought_as_a_table_and_booked_once(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)
    row = {"purchase_order_number": order.purchase_order_number, "line": line, "received_at": shop.OPENED}
    rows = [
        {**row, "receipt_number": "DN-1", "units": 24},
        {**row, "receipt_number": "DN-2", "units": quantity * 2},
        {**row, "receipt_number": "DN-3", "units": 12, "purchase_order_number": "PO-NONE"},
    ]
    for _ in range(2):
        faults = planned.mirror(Batch("receipts", rows, [2, 3, 4], []))
        assert [(fault.line, "more than may still come" in fault.sentence) for fault in faults] == [
            (3, True),
            (4, False),
        ]
        assert here(planned, shop.MUG) == 6 + 24


@ON_SQLITE
def test_a_slip_keeps_the_day_first_expected(planned: Portal, order: PurchaseOrder) -> None:
    number, first = order.purchase_order_number, order.expected_on
    planned.put_off_order(BOSS, number, first + timedelta(days=5), "kiln broke")
    moved = planned.put_off_order(BOSS, number, first + timedelta(days=9))
    assert (moved.expected_on, moved.first_expected_on) == (first + timedelta(days=9), first)
    with pytest.raises(InvalidInput):
        planned.put_off_order(BOSS, number, date(2020, 1, 1))


@ON_SQLITE
def test_a_supplier_confirms_less_and_later(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)
    later = order.expected_on + timedelta(days=3)
    said = Confirmation(later, {line: quantity - 12}, "AB-77")
    confirmed = planned.confirm_order(BOSS, order.purchase_order_number, said)
    assert (confirmed.status, confirmed.expected_on) == (PurchaseOrderStatus.CONFIRMED, later)
    assert confirmed.supplier_reference == "AB-77"
    assert coming(planned, shop.MUG) == quantity - 12
    with pytest.raises(InvalidInput, match="new order"):
        planned.confirm_order(BOSS, order.purchase_order_number, Confirmation(None, {line: quantity + 12}))


def test_cancelling_the_rest_never_makes_what_is_on_order_negative(planned: Portal, order: PurchaseOrder) -> None:
    line, quantity = mugs(order)
    number = order.purchase_order_number
    planned.receive_goods(BOSS, number, Delivered("over", {line: quantity + 1}))

    def cancel(why: str) -> Any:
        try:
            return planned.cancel_rest(BOSS, number, why)
        except PortalError as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(cancel, ("late", "late too")))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    closed = planned.purchase_order(BOSS, number)
    assert closed.status is PurchaseOrderStatus.RECEIVED
    assert coming(planned, shop.MUG) == 0
    assert coming(planned, shop.LAMP) == 8  # of the older order alone


@ON_SQLITE
def test_an_order_of_which_nothing_came_is_cancelled_whole(planned: Portal, order: PurchaseOrder) -> None:
    cancelled = planned.cancel_rest(BOSS, order.purchase_order_number, "changed plans")
    assert (cancelled.status, cancelled.total.minor) == (PurchaseOrderStatus.CANCELLED, 0)
    with pytest.raises(Conflict, match="was cancelled"):
        planned.cancel_rest(BOSS, order.purchase_order_number, "again")


class Supplier:
    """A supplier's mailbox; it may break the line after taking a letter."""

    def __init__(self) -> None:
        self.got: list[Post] = []

    def send(self, post: Post) -> str:
        """Keep what came."""
        self.got.append(post)
        return f"<{post.key}>"


@ON_SQLITE
def test_each_revision_is_sent_once_with_its_pdf_and_csv(
    planned: Portal, order: PurchaseOrder, config: Config, clock: SettableClock
) -> None:
    mailbox = Supplier()
    sending = Portal(planned._database, config, clock, {"email": mailbox})
    number = order.purchase_order_number
    sending.deliver()
    line, _ = mugs(order)
    sending.cancel_rest(BOSS, number, "out of season", [line])
    for _ in range(3):
        sending.deliver()
    letters = [post for post in mailbox.got if post.kind == "purchase_order"]
    assert [post.content["revision"] for post in letters] == [1, 2]
    assert "out of season" in letters[1].content["text"]
    pdf, table, _ = letters[1].content["files"]
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf["content"])).pages)
    assert number in words
    assert "Blue Glass Lamp" in words
    assert "Red Polka Dot Mug" not in words
    assert table["content"].decode("utf-8-sig").count(number) == 1
    assert sending.order_papers(BOSS, number, 1)[0].content == letters[0].content["files"][0]["content"]


def test_hostile_names_are_only_letters_on_paper_and_no_formula_in_the_table() -> None:
    from core.purchasing.papers import files

    nasty = "=cmd|'/c calc'!A1 <b>\u202eevil</b> & 漢字"
    line = {"line": 1, "sku": "=1+1", "name": nasty, "quantity": 3, "unit_cost": 100, "total": 300}
    content = {
        "number": "PO/../1", "revision": 1, "supplier": "S", "supplier_name": nasty, "from": [nasty],
        "deliver_to": [nasty],
        "issued_on": "2026-06-15", "ordered_on": "2026-06-15", "expected_on": "2026-06-25", "currency": "GBP",
        "locale": "en_GB", "contact": "", "note": nasty, "total": 300, "lines": [line] * 90,
    }  # fmt: skip
    pdf, table, _ = files(content, None)
    assert pdf.name == "PO-..-1.pdf"
    assert len(pypdf.PdfReader(io.BytesIO(pdf.content)).pages) >= 2
    assert ",=" not in table.content.decode("utf-8-sig")


@ON_SQLITE
def test_a_late_order_is_told_once_for_each_day_it_was_expected(
    planned: Portal, order: PurchaseOrder, clock: SettableClock, config: Config
) -> None:
    mailbox = Supplier()
    watching = Portal(planned._database, config, clock, {"email": mailbox})
    watching.cancel_rest(BOSS, "PO-OLD-1", "gone")
    assert watching.tell_late_orders() == 0
    clock.now = clock.now.replace(day=27)
    assert (watching.tell_late_orders(), watching.tell_late_orders()) == (1, 0)
    watching.deliver()
    told = [post for post in mailbox.got if post.kind == "planner_notice"]
    assert {post.content["to"] for post in told} == {shop.BOSS, shop.PLANNER, shop.JUNIOR}
    assert order.purchase_order_number in told[0].content["text"]
    watching.put_off_order(BOSS, order.purchase_order_number, date(2026, 7, 1))
    assert watching.tell_late_orders() == 0
    clock.now = clock.now.replace(month=7, day=3)
    assert watching.tell_late_orders() == 1


@ON_SQLITE
def test_a_scorecard_counts_lead_time_fill_on_time_slips_and_claims(
    planned: Portal, order: PurchaseOrder, clock: SettableClock
) -> None:
    line, quantity = mugs(order)
    number = order.purchase_order_number
    lamps = next(one for one in order.lines if one.sku == shop.LAMP)
    planned.put_off_order(BOSS, number, order.expected_on + timedelta(days=4))
    clock.forward(timedelta(days=14))
    planned.receive_goods(BOSS, number, Delivered("a", {line: quantity}))
    planned.cancel_rest(BOSS, number, "never came")
    told = {"return_number": "R-9", "order_number": "1001", "kind": "claim", "status": "requested"}
    shop.bring(planned, "returns", {**told, "requested_at": clock.now})
    shop.bring(planned, "return_lines", {"return_number": "R-9", "line": 1, "quantity": 2, "reason": "damaged"})
    card = planned.scorecards(BOSS, "ACME")[0]
    assert (card.orders, card.received, card.under_way) == (2, 1, 1)
    assert card.lead_days == 14.0
    assert card.fill == round(quantity / (quantity + lamps.quantity), 4)
    assert (card.on_time, card.slips, card.mean_slip_days) == (0.0, 1, 4.0)
    assert card.defects == round(2 / quantity, 4)


@ON_SQLITE
def test_an_order_whose_sending_is_unknown_is_held_for_a_person(
    planned: Portal, order: PurchaseOrder, config: Config, clock: SettableClock
) -> None:
    class Dying:
        """A courier whose process is killed in the middle."""

        def send(self, post: Post) -> str:
            """Never come back."""
            raise SystemExit(post.key)

    with pytest.raises(SystemExit):
        Portal(planned._database, config, clock, {"email": Dying()}).deliver()
    clock.forward(timedelta(minutes=5))
    mailbox = Supplier()
    after = Portal(planned._database, config, clock, {"email": mailbox})
    after.deliver()
    assert [post for post in mailbox.got if post.kind == "purchase_order"] == []
    held = after.dead_letters(BOSS)[0]
    assert (held.state, order.purchase_order_number in held.subject) == ("unknown", True)


def test_stock_is_still_the_sum_of_its_movements(planned: Portal, order: PurchaseOrder) -> None:
    from core.inventory.rows import MovementRow

    planned.receive_goods(BOSS, order.purchase_order_number, Delivered("a", {mugs(order)[0]: 12}))
    with planned._database.reading() as session:
        moved = session.scalars(select(MovementRow.units).where(MovementRow.sku == shop.MUG)).all()
        assert sum(moved) == session.scalar(select(StockRow.on_hand).where(StockRow.sku == shop.MUG))
