"""What was asked for in vain is evidence for the next order, and no more than evidence."""

from datetime import timedelta

import pytest

from core.database.engine import Database
from core.inventory import service as inventory
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.core.purchasing.conftest import person
from tests.flows.talking import guest
from tests.shop import BOSS, LAMP, open_shop


def lamps_proposed(portal: Portal, run: str) -> int:
    portal.plan(run=run)
    found = [portal.proposal(person(BOSS), one.proposal_id) for one in portal.proposals(person(BOSS))]
    return sum(line.quantity for one in found for line in one.lines if line.sku == LAMP)


@ON_SQLITE
@pytest.mark.parametrize(
    "wanted",
    [
        1,
        pytest.param(
            9999,
        ),
    ],
)
def test_one_question_of_a_guest_does_not_double_the_order(
    portal: Portal, database: Database, clock: SettableClock, wanted: int
) -> None:
    open_shop(portal)
    guest(portal).say(f"do you have {wanted} blue glass lamps in stock?")
    with database.reading() as session:
        assert [units for _, _, units in inventory.enquiries(session, clock.now.date())] == [wanted]
    clock.forward(timedelta(days=1))
    assert 0 < lamps_proposed(portal, "with") <= 2 * 28
