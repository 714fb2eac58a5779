"""Goods in: purchase orders from the day they are placed until the last unit is here, and what suppliers are worth."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from core.accounts.model import Staff
from core.mailroom import inbox
from core.portal.promises import Promises
from core.purchasing import cards, changes, deliveries, history, orders, papers, scorecard
from core.purchasing.changes import By, Confirmation
from core.purchasing.decisions import Decider
from core.purchasing.deliveries import Arrival
from core.purchasing.history import Outcome
from core.purchasing.lateness import tell_late
from core.purchasing.model import PurchaseOrder
from core.purchasing.papers import PaperFile
from core.purchasing.scorecard import Scorecard
from core.purchasing.service import planner


@dataclass(frozen=True)
class Delivered:
    """What came of an order, by line; the same `receipt_number` is booked once."""

    receipt_number: str
    units: Mapping[int, int]


class GoodsIn(Promises):
    """Verbs of planners about orders that were placed, and of the clock that watches over them."""

    def purchase_orders(self, staff: Staff) -> list[PurchaseOrder]:
        """Purchase orders, latest first.

        Raises:
            NotFound: this person may not see them.
        """
        with self._database.reading() as session:
            return orders.purchase_orders(session, staff)

    def purchase_order(self, staff: Staff, number: str) -> PurchaseOrder:
        """One purchase order with its lines.

        Raises:
            NotFound: there is none of that number.
        """
        with self._database.reading() as session:
            return orders.purchase_order(session, staff, number)

    def confirm_order(self, staff: Staff, number: str, said: Confirmation) -> PurchaseOrder:
        """Write down what the supplier says to an order: when it comes, how much of it, what they call it.

        Raises:
            Conflict: the order is closed or cancelled.
            InvalidInput: a day that makes no sense, more than was ordered, or less than has arrived.
        """
        with self._database.unit_of_work() as session:
            order = changes.confirm(session, self._ordering(staff), number, said)
            self._keep_promises(session)
            return order

    def acknowledge_order(
        self, supplier: str, delivery: str, number: str, said: Confirmation | None, revision: int | None = None
    ) -> bool:
        """Write down what a supplier itself says to an order of its own, or (None) that it rejects it.

        Returns:
            False where this delivery came before; nothing is changed by it again.

        Raises:
            Conflict: the order is closed or cancelled, or a newer revision was sent.
            InvalidInput: a day that makes no sense, more than was ordered, or less than has arrived.
            NotFound: there is no such order or line of this supplier.
        """
        now = self._clock()
        by = By(f"supplier:{supplier}", now, now.astimezone(self._config.shop.zone).date())
        with self._database.unit_of_work() as session:
            if not inbox.store_settled(session, by.who, delivery, "acknowledgement", now):
                return False
            order = changes.acknowledge(session, supplier, number, revision, said, by)
            self._keep_promises(session)
            told = _answered(order) if said is not None else f"The supplier rejects {order.purchase_order_number}."
            cards.tell(session, order.proposal_id, f"answered:{delivery}", told, self._config, now)
        return True

    def put_off_order(self, staff: Staff, number: str, expected_on: date, why: str = "") -> PurchaseOrder:
        """Write down that an order is expected on another day.

        Raises:
            Conflict: the order is closed or cancelled.
            InvalidInput: a day that makes no sense.
        """
        with self._database.unit_of_work() as session:
            order = changes.put_off(session, self._ordering(staff), number, expected_on, why)
            self._keep_promises(session)
            said = f"{order.purchase_order_number} is now expected on {order.expected_on:%-d %B %Y}."
            cause = f"moved:{order.purchase_order_number}:{order.expected_on.isoformat()}"
            cards.tell(session, order.proposal_id, cause, f"{said} {why}".strip(), self._config, self._clock())
            return order

    def cancel_rest(self, staff: Staff, number: str, why: str, lines: Collection[int] | None = None) -> PurchaseOrder:
        """Cancel what has not arrived, of all lines or some; the supplier gets a new revision.

        Raises:
            Conflict: the order is closed or cancelled, or nothing of it is left.
            InvalidInput: no reason.
        """
        with self._database.unit_of_work() as session:
            order = changes.cancel_rest(session, self._ordering(staff), number, why, lines)
            self._keep_promises(session)
            if order.proposal_id is not None:
                known = order.purchase_order_number
                cards.hang_up(session, order.proposal_id, known, order.revision, self._config, self._clock())
            return order

    def receive_goods(self, staff: Staff, number: str, delivered: Delivered) -> PurchaseOrder:
        """Book what came onto the shelf, once.

        Raises:
            Conflict: the order is closed or cancelled, or more came than was ordered and tolerated.
            InvalidInput: no units.
            NotFound: there is no such order or line, or this person does not plan.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            who = f"staff:{planner(session, staff).email}"
            arrival = Arrival(delivered.receipt_number, number, delivered.units, now, who)
            order = deliveries.receive(session, arrival, self._config.planning, now)
            cause = f"received:{order.purchase_order_number}:{delivered.receipt_number}"
            cards.tell(session, order.proposal_id, cause, _arrived(order, delivered), self._config, now)
            return order

    def order_papers(self, staff: Staff, number: str, revision: int = 0) -> tuple[PaperFile, ...]:
        """PDF and CSV of a revision of a purchase order; of the latest where none is said.

        Raises:
            NotFound: there is none, or this person may not see it.
        """
        with self._database.reading() as session:
            latest = orders.purchase_order(session, staff, number)
            content = papers.content_of(session, latest.purchase_order_number, revision or latest.revision)
        return papers.files(content, self._config.shop.invoice_font)

    def scorecards(self, staff: Staff, supplier: str = "") -> list[Scorecard]:
        """How suppliers kept their word in the last year.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            return scorecard.scorecards(session, staff, self._config.shop.zone, self._clock(), supplier)

    def all_scorecards(self, supplier: str = "") -> list[Scorecard]:
        """The same for whoever runs the shop's machine."""
        with self._database.reading() as session:
            return scorecard.kept_word(session, self._config.shop.zone, self._clock(), supplier)

    def outcomes(self, staff: Staff, limit: int | None = None) -> list[Outcome]:
        """What decisions of the last year were predicted to cost, would have cost since and did, latest first.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            return history.outcomes(session, staff, self._clock(), limit)

    def all_outcomes(self) -> list[Outcome]:
        """The same for whoever runs the shop's machine."""
        with self._database.reading() as session:
            return history.known_outcomes(session, self._clock())

    def tell_late_orders(self) -> int:
        """Tell planners of orders that should have been here, each once for the day it was expected; how many."""
        with self._database.unit_of_work() as session:
            return tell_late(session, self._config, self._clock())

    def _ordering(self, staff: Staff) -> Decider:
        return Decider(staff, self._config, self._clock())


def _arrived(order: PurchaseOrder, delivered: Delivered) -> str:
    """What came, and what is still to come."""
    named = {line.line: line for line in order.lines}
    came = ", ".join(f"{units:,} × {named[line].name}" for line, units in delivered.units.items() if units)
    left = sum(line.open for line in order.lines)
    rest = f"{left:,} units are still to come." if left else "That was all of it."
    return f"{order.purchase_order_number}: {came} came. {rest}"


def _answered(order: PurchaseOrder) -> str:
    """What a supplier confirms, in a line."""
    units = sum(line.wanted for line in order.lines)
    day = f"{order.expected_on:%-d %B %Y}"
    return f"The supplier confirms {order.purchase_order_number}: {units:,} units, expected {day}."
