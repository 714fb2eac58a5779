"""The last unit has one taker, whichever ways two go about it, and what an exchange waits for is not free."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.config import Orders
from core.database.engine import Database
from core.errors import Refused
from core.inventory.service import on_hand
from core.orders.changes import LineChange, change_lines
from core.orders.placing import place
from core.orders.service import order_of, reserved
from core.portal import Portal
from core.returns.handling import Checked
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, meanwhile
from tests.core.returns.test_returns import RULES
from tests.flows.talking import customer
from tests.flows.test_races import at_once
from tests.flows.wardrobe import open_wardrobe, order
from tests.shop import ADA, GRACE, OPENED, bring

LAST = "S-BLUE-L"
Taker = Callable[[Session], object]


@pytest.fixture
def shop(portal: Portal) -> Portal:
    """A wardrobe with one large blue shirt that nobody waits for."""
    open_wardrobe(portal)
    bring(portal, "stock", {"sku": LAST, "location": "main", "on_hand": 2, "counted_at": OPENED})
    order(portal, "W44010", ADA, [LAST], paid_with="card-9001", status="delivered")
    return portal


def free(database: Database) -> int:
    with database.reading() as session:
        return on_hand(session, [LAST])[LAST] - reserved(session, [LAST])[LAST]


def placed_again(session: Session) -> object:
    """Ada orders the shirt once more."""
    return place(session, order_of(session, ADA, "W44010"), "Visa", OPENED)


def one_more(session: Session) -> object:
    """Grace wants two of it in her open order instead of one."""
    return change_lines(session, order_of(session, GRACE, "W44003"), [LineChange(1, 2)], Orders(), "items-1", OPENED)


def exchanged(session: Session) -> object:
    """Ada exchanges her delivered medium shirt for it."""
    asked = AskedReturn({3: 1}, "", ReturnKind.EXCHANGE, None, {3: LAST})
    return request_return(session, order_of(session, ADA, "W44002"), asked, RULES, OPENED)


WAYS = [(placed_again, one_more), (one_more, placed_again), (exchanged, one_more)]


@ON_POSTGRESQL
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("first", "second"), WAYS)
def test_whoever_comes_second_to_the_last_unit_waits_and_is_refused(
    database: Database, first: Taker, second: Taker
) -> None:
    assert free(database) == 1
    with database.unit_of_work() as session:
        first(session)
        other = meanwhile(database, second)
    with pytest.raises(Refused, match="not enough of"):
        other.result()
    assert free(database) == 0


@ON_SQLITE
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("first", "second"), WAYS)
def test_two_at_once_take_the_last_unit_and_one_wins(database: Database, first: Taker, second: Taker) -> None:
    def taking(act: Taker) -> object:
        with database.unit_of_work() as session:
            return act(session)

    outcomes = at_once(partial(taking, first), partial(taking, second))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert free(database) == 0


@ON_SQLITE
def test_what_an_exchange_waits_for_is_kept_until_it_is_called_off(shop: Portal, database: Database) -> None:
    with database.unit_of_work() as session:
        number = exchanged(session).return_number  # type: ignore[attr-defined]
    assert free(database) == 0
    shop.call_off_return(ADA, number)
    assert free(database) == 1


@ON_SQLITE
def test_what_an_exchange_sends_out_is_no_longer_kept(shop: Portal, database: Database) -> None:
    bring(shop, "staff", {"email": "sam@shop.example.org", "name": "Sam", "role": "support"})
    sam = shop.staff_by_email("sam@shop.example.org")
    assert isinstance(sam, Staff)
    with database.unit_of_work() as session:
        number = exchanged(session).return_number  # type: ignore[attr-defined]
    shop.receive_return(sam, number, {3: Checked(1, 1)})
    shop.settle_return(sam, number)
    with database.reading() as session:
        assert on_hand(session, [LAST]) == {LAST: 1}
        assert reserved(session, [LAST]) == {LAST: 1}  # Grace's order


@ON_SQLITE
def test_a_large_ask_says_what_can_be_had_and_when_the_rest_comes_before_anything_is_confirmed(shop: Portal) -> None:
    bring(shop, "suppliers", {"supplier": "LOOM", "name": "Loom", "email": "l@loom.example.org",
                              "lead_time_days": 5.0, "lead_time_sd_days": 1.0})  # fmt: skip
    bring(shop, "purchase_orders", {"purchase_order_number": "PO-1", "supplier": "LOOM", "location": "main",
                                    "status": "sent", "ordered_at": OPENED,
                                    "expected_on": (OPENED + timedelta(days=6)).date()})  # fmt: skip
    bring(shop, "purchase_order_lines", {"purchase_order_number": "PO-1", "line": 1, "sku": "S-BLUE-M",
                                         "quantity": 50, "unit_cost": 900})  # fmt: skip
    ada = customer(shop, ADA)
    told = ada.say("make it 40 linen shirts in order W44001")
    assert told.asks is None
    assert "There is not enough of Linen Shirt" in told.text
    assert "19 more units could go out now" in told.text
    assert "The other 20 units should be here between" in told.text
    assert [action.name for action in told.actions] == ["note_enquiry"]
    bring(shop, "stock", {"sku": "S-BLUE-M", "location": "main", "on_hand": 1, "counted_at": OPENED})
    again = ada.say("order W44002 again")
    assert "Linen Shirt should be back" in (again.text + ada.say("Visa").text)


@ON_SQLITE
def test_an_old_export_brings_no_name_of_an_erased_customer_back(shop: Portal, database: Database) -> None:
    shop.erase_customer(ADA, "operator")
    order(shop, "W44001", ADA, ["S-BLUE-M", "K-STEEL"], paid_with="card-9001")
    order(shop, "W44099", ADA, ["S-BLUE-M"], paid_with="card-9001")
    with database.reading() as session:
        for number in ("W44001", "W44099"):
            assert order_of(session, ADA, number).ship_to.lines == ("GB",)
        assert order_of(session, GRACE, "W44003").ship_to.line1 == "1 Mill Lane"
