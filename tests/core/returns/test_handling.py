"""What becomes of goods that come back: each step once, stock and money with it, and never more than there was."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.accounts.model import Address, Staff
from core.billing.settlement import kept_by_method, paid, refunded
from core.database.engine import Database
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Refused
from core.inventory.service import on_hand
from core.mailroom.rows import OutboxRow
from core.money import Money
from core.orders.model import Order, OrderLine, OrderStatus
from core.orders.service import order_of
from core.portal import Portal
from core.returns.handling import Checked
from core.returns.model import MAY_BECOME, ReturnKind, ReturnStatus
from core.returns.service import AskedReturn, request_return, worth
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.returns.test_returns import RULES
from tests.core.test_reasons import BLANK
from tests.flows.wardrobe import GIFT, PAYPAL, open_wardrobe
from tests.shop import ADA, GRACE, OPENED, bring

ORDER = "W44002"  # a red shirt of 18, a glass kettle of 45 and a blue shirt of 20 pounds, paid by PayPal
SAM_EMAIL, PAT_EMAIL = "sam@shop.example.org", "pat@shop.example.org"


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_wardrobe(portal)
    bring(
        portal,
        "staff",
        {"email": SAM_EMAIL, "name": "Sam", "role": "support"},
        {"email": PAT_EMAIL, "name": "Pat", "role": "planner"},
    )
    return portal


@pytest.fixture
def sam(shop: Portal) -> Staff:
    return known(shop, SAM_EMAIL)


@pytest.fixture
def pat(shop: Portal) -> Staff:
    return known(shop, PAT_EMAIL)


def known(portal: Portal, email: str) -> Staff:
    found = portal.staff_by_email(email)
    assert found is not None
    return found


def announced(database: Database, clock: SettableClock, units: dict[int, int], **more: Any) -> str:
    with database.unit_of_work() as session:
        order = order_of(session, ADA, ORDER)
        return request_return(session, order, AskedReturn(units, "", **more), RULES, clock.now).return_number


def money(database: Database) -> tuple[Money, dict[str | None, int]]:
    """What went back of the order, and what each way of paying still keeps."""
    with database.reading() as session:
        order = order_of(session, ADA, ORDER)
        kept = {method: one.amount.minor for method, one in kept_by_method(session, order).items()}
        return refunded(session, order), kept


def stock(database: Database, sku: str) -> int:
    with database.reading() as session:
        return on_hand(session, [sku])[sku]


def mails(database: Database, number: str) -> list[str]:
    with database.reading() as session:
        posts = session.scalars(select(OutboxRow).order_by(OutboxRow.outbox_id)).all()
        return [str(post.content["text"]) for post in posts if number in str(post.content.get("subject", ""))]


def at_once(*acts: Any) -> list[Any]:
    ready = Barrier(len(acts))

    def one(act: Any) -> Any:
        ready.wait()
        try:
            return act()
        except PortalError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_goods_are_taken_in_and_the_money_goes_back(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1, 2: 1})
    shop.approve_return(sam, number)
    shop.receive_return(sam, number, {1: Checked(1, 1), 2: Checked(1, 0)})
    assert (stock(database, "S-RED-M"), stock(database, "K-GLASS")) == (21, 20)
    assert money(database)[0] == Money(0, "GBP")
    settled = shop.settle_return(sam, number)
    assert [(one.amount, one.method_id) for one in settled] == [(Money(6300, "GBP"), PAYPAL)]
    assert money(database) == (Money(6300, "GBP"), {PAYPAL: 2000})
    assert shop.return_case(sam, number)[0].found.status is ReturnStatus.REFUNDED
    told = mails(database, number)
    assert [word in text for word, text in zip(("approved", "arrived", "£63.00"), told, strict=True)] == [True] * 3


@ON_SQLITE
def test_only_what_was_accepted_is_paid_for_and_to_the_gift_card_that_was_chosen(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1, 2: 1}, refund_to=GIFT)
    shop.receive_return(sam, number, {1: Checked(1, 1), 2: Checked(0, 0)})
    assert [(one.amount, one.method_id) for one in shop.settle_return(sam, number)] == [(Money(1800, "GBP"), GIFT)]


@ON_SQLITE
@pytest.mark.parametrize("checked", [{1: Checked(2, 0)}, {1: Checked(1, 2)}, {1: Checked(-1, -1)}, {}])
def test_counts_that_cannot_be_are_refused_and_nothing_moves(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock, checked: dict[int, Checked]
) -> None:
    number = announced(database, clock, {1: 1})
    with pytest.raises(InvalidInput):
        shop.receive_return(sam, number, checked)
    assert stock(database, "S-RED-M") == 20
    assert shop.return_case(sam, number)[0].found.status is ReturnStatus.REQUESTED


@ON_SQLITE
def test_no_money_goes_back_before_the_goods_are_here(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1})
    with pytest.raises(Conflict, match="is requested; it cannot become refunded"):
        shop.settle_return(sam, number)
    assert money(database)[0] == Money(0, "GBP")


def test_two_who_settle_or_receive_at_once_do_it_once(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {3: 1})
    received = at_once(*[partial(shop.receive_return, sam, number, {3: Checked(1, 1)})] * 2)
    assert sorted(isinstance(one, Conflict) for one in received) == [False, True]
    assert stock(database, "S-BLUE-M") == 21
    settled = at_once(*[partial(shop.settle_return, sam, number)] * 2)
    assert sorted(isinstance(one, Conflict) for one in settled) == [False, True]
    assert money(database)[0] == Money(2000, "GBP")


def test_two_returns_settled_at_once_never_give_back_more_than_was_paid(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    numbers = [announced(database, clock, {1: 1, 2: 1}), announced(database, clock, {3: 1})]
    for number, lines in zip(numbers, ((1, 2), (3,)), strict=True):
        shop.receive_return(sam, number, {line: Checked(1, 1) for line in lines})
    at_once(*(partial(shop.settle_return, sam, number) for number in numbers))
    with database.reading() as session:
        order = order_of(session, ADA, ORDER)
        assert refunded(session, order) == paid(session, order) == Money(8300, "GBP")


@ON_SQLITE
def test_an_exchange_sends_the_other_goods_out_and_moves_no_money(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1}, kind=ReturnKind.EXCHANGE, swaps={1: "S-BLUE-M"})
    with pytest.raises(InvalidInput, match="is exchanged"):
        shop.receive_return(sam, number, {1: Checked(0, 0)})
    shop.receive_return(sam, number, {1: Checked(1, 1)})
    assert shop.settle_return(sam, number) == ()
    assert (stock(database, "S-RED-M"), stock(database, "S-BLUE-M")) == (21, 19)
    assert shop.return_case(sam, number)[0].found.status is ReturnStatus.EXCHANGED


@ON_SQLITE
def test_a_rejection_says_why_and_gives_the_units_back(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {2: 1})
    for why in BLANK:
        with pytest.raises(InvalidInput, match="Write why"):
            shop.reject_return(sam, number, why)
    shop.reject_return(sam, number, "The kettle was used.")
    assert "The kettle was used." in mails(database, number)[-1]
    assert announced(database, clock, {2: 1}) != number


@ON_SQLITE
def test_money_is_decided_by_support(
    shop: Portal, sam: Staff, pat: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1})
    shop.receive_return(pat, number, {1: Checked(1, 1)})
    for act in (partial(shop.settle_return, pat, number), partial(shop.reject_return, pat, number, "no")):
        with pytest.raises(Refused, match="decided by support"):
            act()
    assert shop.settle_return(sam, number)


@ON_SQLITE
def test_a_customer_keeps_goods_after_all_as_long_as_nothing_was_sent(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1})
    with pytest.raises(NotFound):
        shop.call_off_return(GRACE, number)
    shop.call_off_return(ADA, number)
    with pytest.raises(Conflict, match="is cancelled"):
        shop.receive_return(sam, number, {1: Checked(1, 1)})
    again = announced(database, clock, {1: 1})
    shop.receive_return(sam, again, {1: Checked(1, 1)})
    with pytest.raises(Conflict, match="is received"):
        shop.call_off_return(ADA, again)


@ON_SQLITE
def test_the_label_opens_for_its_customer_and_only_as_long_as_it_is_needed(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, {1: 1})
    with pytest.raises(NotFound):
        shop.return_label_link(GRACE, number)
    token = shop.return_label_link(ADA, number).rpartition("/")[2]
    name, content = shop.return_label(token, ADA)
    assert (name, content[:5]) == (f"return-{number}.pdf", b"%PDF-")
    assert shop.return_label(token)[1] == content
    with pytest.raises(NotFound):
        shop.return_label(token, GRACE)
    with pytest.raises(NotFound):
        shop.file(token, None)
    shop.receive_return(sam, number, {1: Checked(1, 1)})
    with pytest.raises(Refused, match="no label"):
        shop.return_label(token)


def test_a_return_only_moves_forward() -> None:
    reached: set[ReturnStatus] = set()

    def visit(status: ReturnStatus, before: tuple[ReturnStatus, ...]) -> None:
        assert status not in before
        reached.add(status)
        for following in MAY_BECOME[status]:
            visit(following, (*before, status))

    visit(ReturnStatus.REQUESTED, ())
    assert reached == set(ReturnStatus)


LINES = st.lists(
    st.tuples(
        st.integers(1, 9), st.integers(1, 5000), st.integers(0, 100), st.sampled_from(["0", "0.07", "0.19", "0.2"])
    ),
    min_size=1,
    max_size=5,
)


def order_with(lines: list[tuple[int, int, int, str]]) -> Order:
    """An order of (units, price, percent off, tax rate)."""
    nowhere = Address("", "", "", "", "", "")
    made = [
        OrderLine(place, f"SKU-{place}", "", units, Money(price, "GBP"), Money(units * price * off // 100, "GBP"),
                  Decimal(rate))
        for place, (units, price, off, rate) in enumerate(lines, 1)
    ]  # fmt: skip
    return Order("1", ADA, OPENED, OrderStatus.DELIVERED, "GBP", "main", "", nowhere, tuple(made))


@given(LINES, st.data())
def test_what_comes_back_bit_by_bit_adds_up_to_the_order_with_its_discounts_and_tax(
    lines: list[tuple[int, int, int, str]], data: st.DataObject
) -> None:
    order = order_with(lines)
    left = {line.line: line.quantity for line in order.lines}
    gone: dict[int, int] = {}
    total = Money(0, "GBP")
    while any(left.values()):
        number = data.draw(st.sampled_from([line for line, units in left.items() if units]))
        units = data.draw(st.integers(1, left[number]))
        share = worth(order, {number: units}, gone)
        assert share.minor >= 0
        total += share
        left[number] -= units
        gone[number] = gone.get(number, 0) + units
    assert total == order.total
