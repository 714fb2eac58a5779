"""What customers announced to send back is supply, as far as such returns came back sellable before."""

import pytest

from core.accounts.model import Staff
from core.database.engine import Database
from core.orders.service import order_of
from core.portal import Portal
from core.returns.handling import Checked, expected_back, sellable_share
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.core.returns.test_returns import RULES
from tests.shop import ADA, BOSS, MUG, SUPPORT, open_shop


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_shop(portal)
    return portal


@pytest.fixture
def sam(shop: Portal) -> Staff:
    found = shop.staff_by_email(SUPPORT)
    assert found is not None
    return found


def announced(database: Database, clock: SettableClock, units: int, kind: ReturnKind = ReturnKind.RETURN) -> str:
    with database.unit_of_work() as session:
        order = order_of(session, ADA, "1001")
        return request_return(session, order, AskedReturn({1: units}, "", kind), RULES, clock.now).return_number


def expected(database: Database) -> dict[tuple[str, str], int]:
    with database.reading() as session:
        return expected_back(session)


@ON_SQLITE
def test_half_of_what_is_announced_is_expected_until_it_is_here(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, 4)
    announced(database, clock, 2, ReturnKind.CLAIM)
    assert expected(database) == {(MUG, "main"): 2}
    shop.receive_return(sam, number, {1: Checked(4, 4)})
    assert expected(database) == {}


@ON_SQLITE
def test_how_many_come_back_sellable_is_learnt(
    shop: Portal, sam: Staff, database: Database, clock: SettableClock
) -> None:
    number = announced(database, clock, 4)
    shop.receive_return(sam, number, {1: Checked(4, 1)})
    shop.reject_return(sam, announced(database, clock, 2), "not ours")
    with database.reading() as session:
        assert sellable_share(session) == pytest.approx((0.5 * 20 + 1) / (20 + 6))


@ON_SQLITE
def test_the_plan_counts_on_them_and_says_so(shop: Portal, database: Database, clock: SettableClock) -> None:
    announced(database, clock, 6)
    shop.plan(run="with a return")
    found = shop.proposals(person(BOSS))[0]
    line = next(line for line in shop.proposal(person(BOSS), found.proposal_id).lines if line.sku == MUG)
    assert line.reason["stock"]["on_order"] == 3
    assert line.reason["stock"]["position"] == 6 + 3
    assert "3 on order (3 of them returns of customers)" in line.explanation
