"""What is done here reaches Walmart once: money that goes back, and what customers asked it to cancel."""

import pytest
from sqlalchemy import select

from core.billing.settlement import refund, refunded
from core.exchange.ports import Trouble
from core.mailroom import letters
from core.mailroom.outbox import WRITE_BACK
from core.mailroom.ports import Post
from core.mailroom.rows import OutboxRow
from core.money import Money
from core.orders.service import order_of
from core.portal import Portal
from integrations.walmart import refunds
from integrations.walmart.courier import carrier
from tests.conftest import SettableClock
from tests.integrations.walmart.market import NOW, Market, line, order, returned
from tests.integrations.walmart.test_backend import ADA, NUMBER, SECTION, connected
from tests.shop import bring

ORDER = "/v3/orders/1796277000001"


@pytest.fixture
def market() -> Market:
    shipped = [line(number, sku=f"LAMP-{number}", status="Shipped", tracking="1Z9") for number in (1, 2)]
    return Market(orders=[order(1, *shipped)])


@pytest.fixture
def walmart(portal: Portal, market: Market, clock: SettableClock) -> Portal:
    clock.now = NOW
    portal.connect(connected(market, clock, SECTION.model_copy(update={"cancels_as_asked": True})))
    portal.sync("walmart")
    return portal


def give_back(portal: Portal, cents: int, cause: str) -> None:
    with portal._database.unit_of_work() as session:
        refund(session, order_of(session, ADA, NUMBER), Money(cents, "USD"), None, cause, portal._clock())


def sent_twice(portal: Portal) -> None:
    """Deliver what is due, and then the same again as after a crash."""
    portal.deliver(channel="walmart")
    courier = portal.backend("walmart").courier
    assert courier is not None
    with portal._database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == WRITE_BACK)).all()
        posts = [Post(row.outbox_id, row.key, row.channel, row.chat, row.kind, dict(row.content), 2) for row in rows]
    for post in posts:
        courier.send(post)
    portal.look_up("walmart")


def test_money_goes_back_once_by_shares_of_the_lines_with_their_tax(walmart: Portal, market: Market) -> None:
    give_back(walmart, 2500, "goodwill-1")
    sent_twice(walmart)
    (body,) = market.bodies("/refund")
    told = body["orderRefund"]["orderLines"]["orderLine"]
    charges = [one["refunds"]["refund"][0]["refundCharges"]["refundCharge"][0]["charge"] for one in told]
    assert [(one["chargeAmount"]["amount"], one["tax"]["taxAmount"]["amount"]) for one in charges] == [
        (-20.0, -1.65), (-3.1, -0.25),
    ]  # fmt: skip
    with walmart._database.reading() as session:
        assert refunded(session, order_of(session, ADA, NUMBER)).minor == 2500


def test_a_return_that_is_refunded_whole_is_refunded_as_a_return(walmart: Portal, market: Market) -> None:
    market.returns = [returned(market.orders[0])]
    walmart.sync("walmart")
    give_back(walmart, 2165, "return:103738048909818825")
    sent_twice(walmart)
    (body,) = market.bodies("/refund")
    assert market.paths("POST")[-1] == "/v3/returns/103738048909818825/refund"
    assert body["refundLines"] == [
        {"returnOrderLineNumber": 1, "quantity": {"unitOfMeasure": "EACH", "measurementValue": 1}}
    ]


def test_a_return_of_which_less_goes_back_is_refunded_by_its_order(walmart: Portal, market: Market) -> None:
    market.returns = [returned(market.orders[0])]
    give_back(walmart, 1000, "return:103738048909818825")
    sent_twice(walmart)
    (body,) = market.bodies("/refund")
    assert market.paths("POST")[-1] == f"{ORDER}/refund"
    (told,) = body["orderRefund"]["orderLines"]["orderLine"]
    assert told["refunds"]["refund"][0]["refundCharges"]["refundCharge"][0]["refundReason"] == "Customer returned item"


def test_never_more_goes_back_than_is_left() -> None:
    sent = line(1, status="Shipped", units=2, amount=40.0, tax=3.3)
    assert refunds.shares([sent], Money(4330, "USD"), "Others", "note")
    with pytest.raises(Trouble, match="less left"):
        refunds.shares([sent], Money(4331, "USD"), "Others", "note")
    with pytest.raises(Trouble, match="less left"):
        refunds.shares([line(1)], Money(1, "USD"), "Others", "note")  # nothing of it has left


def status(portal: Portal) -> tuple[str, list[int]]:
    with portal._database.reading() as session:
        found = order_of(session, ADA, NUMBER)
    return found.status.value, [one.line for one in found.lines]


def asked_to_cancel(market: Market, *lines: int) -> None:
    wish = {"intentToCancel": "true"}
    told = [line(number, sku=f"LAMP-{number}") | (wish if number in lines else {}) for number in (1, 2)]
    market.orders = [order(1, *told)]


@pytest.mark.parametrize(("asked", "left"), [((2,), ("open", [1])), ((1, 2), ("cancelled", [1, 2]))])
def test_what_customers_asked_walmart_to_cancel_is_cancelled_there_and_here(
    portal: Portal, market: Market, clock: SettableClock, asked: tuple[int, ...], left: tuple[str, list[int]]
) -> None:
    clock.now = NOW
    asked_to_cancel(market, *asked)
    portal.connect(connected(market, clock, SECTION.model_copy(update={"cancels_as_asked": True})))
    portal.sync("walmart")
    assert status(portal) == left
    portal.sync("walmart", whole=True)
    sent_twice(portal)
    (body,) = market.bodies("/cancel")
    told = body["orderCancellation"]["orderLines"]["orderLine"]
    assert [one["lineNumber"] for one in told] == [str(number) for number in asked]
    portal.sync("walmart", whole=True)
    assert status(portal) == left


def test_what_was_sent_from_here_is_not_cancelled(portal: Portal, market: Market, clock: SettableClock) -> None:
    clock.now = NOW
    asked_to_cancel(market)
    portal.connect(connected(market, clock, SECTION.model_copy(update={"cancels_as_asked": True})))
    portal.sync("walmart")
    bring(portal, "parcels", {"tracking_number": "1Z9", "order_number": NUMBER, "carrier": "UPS", "shipped_at": NOW})
    asked_to_cancel(market, 1, 2)
    portal.sync("walmart", whole=True)
    assert status(portal)[0] == "open"
    portal.deliver(channel="walmart")
    assert not market.bodies("/cancel")
    with portal._database.reading() as session:
        assert not letters.dead_letters(session)


def test_a_carriers_name_becomes_walmarts_word() -> None:
    assert [carrier(name) for name in ("usps", "FEDEX", "Fedex SmartPost", "LaserShip", "Evri")] == [
        "USPS", "FedEx", "FEDEXSP", "LS", "",
    ]  # fmt: skip
