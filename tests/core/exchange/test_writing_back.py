"""Changes of orders of a connected system: passed on in the transaction of the change, settled or owned up to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Refused
from core.exchange.model import ACTS
from core.mailroom.ports import Later, Never
from core.orders import changes
from core.orders.service import order_of
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.exchange.standin import Standin, order


@pytest.fixture
def standin(portal: Portal) -> Standin:
    system = Standin()
    portal.connect(system.backend())
    portal.sync("standin")
    return system


def cancel(portal: Portal) -> None:
    with portal._database.unit_of_work() as session:
        mine = order_of(session, "C1", "S-1")
        changes.cancel(session, mine, "no longer needed", portal._config.orders, "cancel-1", portal._clock())


def status(portal: Portal) -> str:
    with portal._database.reading() as session:
        return order_of(session, "C1", "S-1").status.value


def test_a_cancelled_order_is_told_to_its_system_once(portal: Portal, standin: Standin) -> None:
    cancel(portal)
    portal.deliver(channel="standin")
    portal.deliver(channel="standin")
    (post,) = standin.written
    assert (post.kind, post.content["act"], post.content["to"]) == ("write_back", "cancel", "order/1")
    assert post.content["order"]["status"] == "cancelled"


def test_what_the_system_still_says_meanwhile_does_not_undo_the_change(portal: Portal, standin: Standin) -> None:
    cancel(portal)
    standin.records.append(order(1, 1, city="York"))
    portal.sync("standin")
    assert status(portal) == "cancelled"
    portal.deliver(channel="standin")
    standin.records = [order(1, 2, status="cancelled", city="York")]
    assert portal.look_up("standin") == 1
    with portal._database.reading() as session:
        assert order_of(session, "C1", "S-1").ship_to.city == "York"


def test_a_change_that_is_refused_is_owned_up_to_once_and_the_system_counts(portal: Portal, standin: Standin) -> None:
    standin.refuses = Never("The order was fulfilled meanwhile.")
    cancel(portal)
    portal.deliver(channel="standin")
    assert portal.tell_of_write_backs() == 1
    assert portal.tell_of_write_backs() == 0
    (letter,) = [one for one in portal.letters() if one.to == "ada@example.org"]
    assert letter.subject == "A change of order S-1 did not get through"
    assert "We could not cancel the order in the shop's own system" in letter.text
    portal.look_up("standin")
    assert status(portal) == "open"


def test_a_change_waits_for_a_system_that_does_not_answer(
    portal: Portal, standin: Standin, clock: SettableClock
) -> None:
    standin.refuses = Later("The stand-in does not answer.")
    cancel(portal)
    portal.deliver(channel="standin")
    assert portal.tell_of_write_backs() == 0
    standin.refuses = None
    clock.forward(timedelta(minutes=1))
    portal.deliver(channel="standin")
    assert [post.content["act"] for post in standin.written] == ["cancel"]


def test_what_a_system_does_not_take_is_refused_with_where_it_is_done(portal: Portal, standin: Standin) -> None:
    standin.acts = ACTS - {"cancel"}
    portal.connect(standin.backend())
    portal.sync("standin")
    with pytest.raises(Refused, match=r"placed on Stand-in.*https://example\.org/orders"):
        cancel(portal)
    assert status(portal) == "open"


def test_what_a_system_does_not_take_on_one_order_is_refused_for_that_order_alone(
    portal: Portal, standin: Standin
) -> None:
    standin.records.append(replace(order(1, 1), not_taken=("cancel",)))
    portal.sync("standin")
    with pytest.raises(Refused, match="placed on Stand-in"):
        cancel(portal)
    standin.records.append(order(1, 2))
    portal.sync("standin")
    cancel(portal)
    assert status(portal) == "cancelled"
