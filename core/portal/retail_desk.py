"""The retail desk: orders of retailers wait for the shop's word on each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.accounts.model import Staff
from core.accounts.service import customer
from core.inventory.service import on_hand
from core.orders import acknowledging
from core.orders.acknowledging import Said
from core.orders.model import Order
from core.orders.service import reserved
from core.portal.rooms import Rooms
from core.purchasing.service import planner


@dataclass(frozen=True)
class RetailOrder:
    """An order that waits, whose it is, and by line how many units could be sent today."""

    order: Order
    retailer: str
    free: Mapping[int, int]


class RetailDesk(Rooms):
    """Verbs of orders of retailers."""

    def retail_orders(self, staff: Staff) -> Sequence[RetailOrder]:
        """Orders that wait for the shop's word, first placed first.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            orders = acknowledging.waiting(session)
            skus = sorted({line.sku for order in orders for line in order.lines})
            there, taken = on_hand(session, skus), reserved(session, skus)
            spare = {sku: there.get(sku, 0) - taken.get(sku, 0) for sku in skus}
            return [
                RetailOrder(
                    order, customer(session, order.customer_id or "").name,
                    {line.line: max(0, min(line.quantity, spare[line.sku] + line.quantity)) for line in order.lines},
                )
                for order in orders
            ]  # fmt: skip

    def answer_retailer(self, staff: Staff, number: str, said: Mapping[int, Said]) -> None:
        """Say to each line of an order what becomes of it, and have the retailer told.

        Raises:
            Conflict: it was acknowledged before.
            InvalidInput: a line was left out, or its figures make no sense.
            NotFound: no such order waits, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            by = planner(session, staff).email
            acknowledging.acknowledge(session, number, said, f"staff:{by}", self._clock())
