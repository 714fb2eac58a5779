"""Everything that can happen to the shop, in any order, on two replicas that may die at any boundary."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from core.portal import Portal
from tests.promises import stall
from tests.promises.crashing import SIDES
from tests.promises.customers import Customers
from tests.promises.goods_back import GoodsBack
from tests.promises.kept import unsettled
from tests.promises.model import Model
from tests.promises.people import People
from tests.promises.planners import Planners
from tests.promises.world import World, person

MOODS = st.lists(st.sampled_from(["busy", "broken", "silent", "torn", "well", "gone"]), max_size=3)


class Shop(Customers, GoodsBack, Planners, People):
    """The machine; `fresh` gives the address of a new database with the stall's records."""

    @initialize()
    def opened(self) -> None:
        self.world = World(type(self).fresh())
        self.model = Model()
        self.books = self.world.read()
        self.visits = {}
        self.runs = []
        self.acted = []
        self.doors = 0
        for who, sku in zip(stall.CUSTOMERS, (stall.BLUE, stall.MUG), strict=True):
            self.an_order_is_placed(who, sku, 2, more=True, discount=100, pays="card")
            self.an_order_is_shipped(0, apart=who == stall.CUSTOMERS[0], arrives=True)
        self.an_order_is_placed(stall.CUSTOMERS[0], stall.MUG, 2, more=False, discount=0, pays="gift_card")

    def teardown(self) -> None:
        """Let everything come to its end, and look at what only the end shows."""
        try:
            self.world.boundaries.disarm()
            self.world.quiet()
            self.look("clock")
            assert unsettled(self.books) == []  # nothing committed is lost
            self._parcels_are_where_their_scans_say()
            self._exports_hold_one_person()
            self._documents_add_up()
            portal = self.world.portals[0]
            portal.housekeep()
            sealed = len(self.world.read()["audit"])
            assert portal.verify_audit() == sealed
        finally:
            self.world.stop()

    # time, post and trouble

    @rule(moods=MOODS, replica=st.integers(0, 1), limit=st.integers(1, 4))
    def post_is_sent(self, moods: list[str], replica: int, limit: int) -> None:
        self.world.office.moods = list(moods)
        self.act(lambda portal: portal.deliver(limit), replica)
        self.world.office.moods = []
        self.look("clock")

    @rule()
    def a_planner_retries_dead_letters(self) -> None:
        for letter in self.world.portals[0].dead_letters(person(stall.BOSS)):
            key = next(row["key"] for row in self.books["outbox"] if row["outbox_id"] == letter.outbox_id)
            self.world.retried[key] += 1
            self.act(retrying(letter.outbox_id))
        self.look("shop")

    @rule(seconds=st.sampled_from([5, 61, 3600, 43_200, 86_400, 86_400 * 8, 86_400 * 31]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.forward(timedelta(seconds=seconds))
        self.act(lambda portal: portal.housekeep())
        self.act(lambda portal: portal.announce())
        self.act(lambda portal: portal.tell_those_who_wait(), 1)
        self.look("clock")

    @rule()
    def everything_is_restarted(self) -> None:
        self.world.start()

    @rule(ahead=st.integers(0, 4), side=st.sampled_from(SIDES))
    def the_next_thing_will_be_cut_off(self, ahead: int, side: str) -> None:
        self.world.boundaries.arm(ahead, side)

    # what only the end shows

    def _parcels_are_where_their_scans_say(self) -> None:
        """24: whatever order scans came in, however often."""
        for number, order in self.model.orders.items():
            if order.customer in self.model.erased:
                continue
            page = self.world.portals[0].order(order.customer, number)
            told = {one.tracking_number: one.status.value for one in page.parcels}
            assert told == {key: one.status for key, one in order.parcels.items()}, "24"

    def _exports_hold_one_person(self) -> None:
        """48: an export of one holds nothing of the other, and nothing is left of whoever was erased."""
        for customer_id, word in stall.WORDS.items():
            others = [other for one, other in stall.WORDS.items() if one != customer_id]
            if customer_id in self.model.erased:
                assert self.world.portals[0].customer_by_email(stall.email(customer_id)) is None
                continue
            told = str(self.world.portals[0].export_customer(customer_id).as_dict())
            assert word in told
            assert not any(other in told for other in others), "48"

    def _documents_add_up(self) -> None:
        """33: what an invoice comes to is its lines and the tax of each rate, whenever it is computed."""
        for customer_id in set(stall.CUSTOMERS) - self.model.erased:
            for one in self.world.portals[0].invoices(customer_id):
                lines = self.books.of("invoice_lines", invoice_number=one.invoice_number)
                assert one.total.minor == self.books.total_of(lines), "33"


def retrying(outbox_id: int) -> Callable[[Portal], Any]:
    """A planner who has a dead letter sent after all."""
    return lambda portal: portal.retry_letter(person(stall.BOSS), outbox_id)
