"""The stockroom: plans, proposals, and the purchase orders that come of them."""

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, PortalError
from core.money import Money
from core.portal.rooms import Rooms
from core.purchasing import decisions, orders, planning, proposals
from core.purchasing.decisions import Decider
from core.purchasing.model import Proposal, PurchaseOrder, Repriced
from core.purchasing.planning import Skipped

log = logging.getLogger(__name__)
_MOST_TRIES = 3
_MOST_SHOWN = 10
_EARLIEST, _FURTHEST_AHEAD = date(1990, 1, 1), timedelta(days=366)


@dataclass(frozen=True)
class PlanOutcome:
    """What a plan came to; totals in minor units by currency."""

    run: str
    as_of: date
    planned: int
    proposals: int
    lines: int
    totals: dict[str, int]
    skipped: tuple[Skipped, ...]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For programs to read."""
        return {**asdict(self), "as_of": self.as_of.isoformat(), "seconds": round(self.seconds, 3)}

    def as_text(self) -> str:
        """For people to read."""
        worth = " + ".join(str(Money(minor, currency)) for currency, minor in self.totals.items()) or "nothing"
        told = [f"Planned {self.planned:,} products as of {self.as_of:%-d %B %Y} in {self.seconds:.1f} s."]
        proposals = "1 new proposal" if self.proposals == 1 else f"{self.proposals} new proposals"
        told.append(f"{proposals}, {self.lines} lines, worth {worth}.")
        if not self.planned:
            told.append("There is nothing to plan: bring products, suppliers, supplier_items and stock first.")
        elif not self.proposals:
            told.append("What is here, on order or already proposed is enough.")
        told += [f"  left out: {one.sku} at {one.location}: {one.sentence}" for one in self.skipped[:_MOST_SHOWN]]
        if len(self.skipped) > _MOST_SHOWN:
            told.append(f"  … {len(self.skipped) - _MOST_SHOWN} more; --json lists them all")
        return "\n".join(told)


class Stockroom(Rooms):
    """Verbs of planners, and of the clock that plans for them."""

    def plan(self, *, run: str = "", as_of: date | None = None, supplier: str | None = None) -> PlanOutcome:
        """Compute proposals and put them up for decision; the same `run` twice writes nothing new.

        Raises:
            InvalidInput: there is no such supplier.
            Conflict: other plans are being written all the time.
        """
        began, shop, settings = time.perf_counter(), self._config.shop, self._config.planning
        day = as_of or self._clock().astimezone(shop.zone).date()
        if not _EARLIEST <= day <= self._clock().astimezone(shop.zone).date() + _FURTHEST_AHEAD:
            raise InvalidInput(f"{day} is no day to plan for; take one from {_EARLIEST} to a year from now.")
        run = run or f"by hand {self._clock().isoformat()}"
        with self._database.unit_of_work() as session:
            decisions.expire_old(session, self._clock())
        for _ in range(_MOST_TRIES):
            with self._database.reading() as session:
                books = planning.read(session, shop, settings, planning.Wanted(day, supplier), self._clock())
            if supplier is not None and supplier not in books.suppliers:
                known = ", ".join(sorted(books.suppliers)[:12]) or "none yet; import suppliers first"
                raise InvalidInput(f"There is no supplier “{supplier}”; there are: {known}.")
            plan = planning.compute(books, settings)
            with self._database.unit_of_work() as session:
                written = planning.write(session, run, plan, settings, self._clock())
            if written is not None:
                return _outcome(run, day, plan, written, time.perf_counter() - began)
        raise Conflict("Another plan is being written just now; look at its proposals first.")

    def proposed_lines(self) -> Iterator[dict[str, Any]]:
        """Every line of every open proposal, as rows for a table."""
        now = self._clock()
        with self._database.reading() as session:
            yield from proposals.lines_for_table(session, now)

    def proposals(self, staff: Staff) -> list[Proposal]:
        """Open proposals, most urgent first, then those decided in the last days; without lines."""
        now = self._clock()
        with self._database.reading() as session:
            return [
                *proposals.open_proposals(session, staff, now),
                *proposals.decided_proposals(session, staff, now),
            ]

    def proposal(self, staff: Staff, proposal_id: int) -> Proposal:
        """One proposal with its lines.

        Raises:
            NotFound: there is none, or this person may not see it.
        """
        with self._database.reading() as session:
            return proposals.proposal(session, staff, proposal_id, self._clock())

    def reprice(self, staff: Staff, proposal_id: int, quantities: dict[int, int]) -> dict[int, Repriced]:
        """What other quantities (by line number) would cost and risk, by the function that proposed them; no change."""
        with self._database.reading() as session:
            return proposals.reprice(session, staff, proposal_id, quantities, self._clock())

    def edit(self, staff: Staff, proposal_id: int, content_hash: str, quantities: dict[int, int]) -> Proposal:
        """Change quantities (0 drops a line); earlier approvals are void and the proposal has a new revision.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: below the minimum, not whole packs, above the maximum; all faults in one text.
        """
        with self._database.unit_of_work() as session:
            return decisions.edit(session, self._decider(staff), proposal_id, content_hash, quantities)

    def approve(self, staff: Staff, proposal_id: int, content_hash: str) -> Proposal:
        """Approve what was shown; the purchase order exists afterwards, once, unless four eyes want another yes.

        Raises:
            Conflict: it was changed or decided since it was shown, or by somebody else a moment ago.
            Refused: over this person's limit, expired, or four eyes want somebody else.
        """
        with self._database.unit_of_work() as session:
            decided = decisions.approve(session, self._decider(staff), proposal_id, content_hash)
        if isinstance(decided, PortalError):
            raise decided
        return decided

    def reject(self, staff: Staff, proposal_id: int, content_hash: str, reason: str) -> Proposal:
        """Reject what was shown, with a reason.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: no reason given.
        """
        with self._database.unit_of_work() as session:
            return decisions.reject(session, self._decider(staff), proposal_id, content_hash, reason)

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

    def _decider(self, staff: Staff) -> Decider:
        return Decider(staff, self._config, self._clock())


def _outcome(run: str, day: date, plan: planning.Plan, written: int, seconds: float) -> PlanOutcome:
    drafts = plan.drafts if written else ()
    totals: dict[str, int] = {}
    for draft in drafts:
        totals[draft.currency] = totals.get(draft.currency, 0) + draft.total
    lines = sum(len(draft.lines) for draft in drafts)
    return PlanOutcome(run, day, plan.planned, written, lines, totals, plan.skipped, seconds)
