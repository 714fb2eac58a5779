"""The stockroom: plans, and the proposals that planners decide."""

import logging
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from core.accounts.model import Staff
from core.accounts.service import staff_by_email, staff_who_plan
from core.errors import Conflict, InvalidInput, PortalError
from core.money import Money
from core.portal.rooms import Rooms
from core.purchasing import (
    books,
    cards,
    decisions,
    limits,
    moves,
    planning,
    proposals,
    recosting,
    setting_aside,
    standing_in,
    waiting,
)
from core.purchasing.cards import Card
from core.purchasing.choosing import Skipped
from core.purchasing.decisions import Decider
from core.purchasing.model import Proposal, Repriced
from core.purchasing.overstock import Overstocked, lying
from core.purchasing.rebalancing import Worthwhile
from core.purchasing.recosting import Recosted, Supposed, WhatIf
from core.purchasing.scarcity import Scarce
from core.purchasing.service import planner
from core.purchasing.setting_aside import Parted
from core.purchasing.standing_in import Away, Delegation
from core.purchasing.waiting import Waiting
from core.reasons import reason_in

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
    scarce: tuple[Scarce, ...] = ()
    moves: tuple[Worthwhile, ...] = ()

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
        told += [f"  move first: {one}" for one in self.moves]
        told += [f"  {one}" for one in self.scarce]
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
            decisions.expire_old(session, self._clock(), self._config)
            moves.expire_old(session, self._config, self._clock())
        for _ in range(_MOST_TRIES):
            with self._database.reading() as session:
                read = books.read(session, shop, settings, books.Wanted(day, supplier), self._clock())
            if supplier is not None and supplier not in read.suppliers:
                known = ", ".join(sorted(read.suppliers)[:12]) or "none yet; import suppliers first"
                raise InvalidInput(f"There is no supplier “{supplier}”; there are: {known}.")
            plan = planning.compute(read, settings)
            with self._database.unit_of_work() as session:
                written = planning.write(session, run, plan, settings, self._clock())
                if written:
                    cards.announce(session, run, self._config, self._clock())
                if written is not None:
                    cards.announce_moves(session, run, self._config, self._clock())
            if written is not None:
                return _outcome(run, day, plan, written, time.perf_counter() - began)
        raise Conflict("Another plan is being written just now; look at its proposals first.")

    def overstock(self, staff: Staff) -> list[Overstocked]:
        """Stock that lies too long, what has most money in it first.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
        return self.all_overstock()

    def all_overstock(self) -> list[Overstocked]:
        """The same for whoever runs the shop's machine."""
        with self._database.reading() as session:
            return lying(session, self._config, self._clock())

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

    @staticmethod
    def is_reason(text: str) -> bool:
        """Whether a text says why something is turned down, for a door that can say so before it closes."""
        return bool(reason_in(text))

    def reject(self, staff: Staff, proposal_id: int, content_hash: str, reason: str) -> Proposal:
        """Reject what was shown, with a reason.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: no reason given.
        """
        with self._database.unit_of_work() as session:
            return decisions.reject(session, self._decider(staff), proposal_id, content_hash, reason)

    def recost(self, staff: Staff, proposal_id: int, quantities: dict[int, int]) -> Recosted:
        """What other quantities (by line number) would mean, and what else could be ordered; changes nothing.

        Raises:
            NotFound: there is no such proposal or line, or this person may not see it.
        """
        with self._database.reading() as session:
            return recosting.recosted(session, staff, proposal_id, quantities, self._config, self._clock())

    def what_if(self, staff: Staff, proposal_id: int, supposed: Supposed) -> WhatIf:
        """A proposal if delivery took so long, or if so much more were asked for; changes nothing.

        Raises:
            InvalidInput: nothing is supposed, or something nobody can plan with.
            NotFound: there is none, or this person may not see it.
        """
        with self._database.reading() as session:
            return recosting.what_if(session, staff, proposal_id, supposed, self._clock())

    def snooze(self, staff: Staff, proposal_id: int, content_hash: str, until: date) -> Proposal:
        """Put off what was shown until the morning of a day; it comes back by itself.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: not a day of the next weeks.
        """
        with self._database.unit_of_work() as session:
            return setting_aside.snooze(session, self._decider(staff), proposal_id, content_hash, until)

    def wake(self, staff: Staff, proposal_id: int, content_hash: str) -> Proposal:
        """Take up again what was put off.

        Raises:
            Conflict: it was changed or decided since it was shown.
        """
        with self._database.unit_of_work() as session:
            return setting_aside.wake(session, self._decider(staff), proposal_id, content_hash)

    def split(
        self, staff: Staff, proposal_id: int, content_hash: str, lines: Collection[int]
    ) -> tuple[Proposal, Proposal]:
        """Put lines into a second proposal; what is left and the new one, which count together against limits.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: a part would be empty or below the supplier's minimum.
        """
        with self._database.unit_of_work() as session:
            return setting_aside.split(session, self._decider(staff), proposal_id, content_hash, lines)

    def cost_split(self, staff: Staff, proposal_id: int, content_hash: str, line: int, stays: int) -> Parted:
        """What `split_units` would come to; changes nothing.

        Raises:
            Conflict, InvalidInput, NotFound, Refused: as `split_units` does.
        """
        with self._database.reading() as session:
            return setting_aside.cost_split(session, self._decider(staff), proposal_id, content_hash, line, stays)

    def split_units(
        self, staff: Staff, proposal_id: int, content_hash: str, line: int, stays: int
    ) -> tuple[Proposal, Proposal]:
        """Leave so many units of a line and put the rest into a second proposal; what is left and the new one.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: no whole packs, or a part empty or below the supplier's minimum.
            NotFound: there is no such line, or not somebody who plans.
            Refused: it is too old.
        """
        with self._database.unit_of_work() as session:
            return setting_aside.split_units(session, self._decider(staff), proposal_id, content_hash, line, stays)

    def hold(self, staff: Staff, proposal_id: int, content_hash: str, lines: Collection[int], until: date) -> Proposal:
        """Put off some lines until the morning of a day, in a proposal of their own; that proposal.

        Raises:
            Conflict: it was changed or decided since it was shown.
            InvalidInput: not a day of the next weeks, or a part below the supplier's minimum.
        """
        with self._database.unit_of_work() as session:
            return setting_aside.hold(session, self._decider(staff), proposal_id, content_hash, lines, until)

    def delegate(self, staff: Staff, deputy: str, away: Away, absent: str = "") -> Delegation:
        """Let somebody decide in one's place while one is away; an admin may say so for others.

        Raises:
            InvalidInput: days that make no sense, or oneself.
            NotFound: the deputy does not plan.
            Refused: not for others, and not in a circle.
        """
        with self._database.unit_of_work() as session:
            return standing_in.delegate(session, staff, deputy, away, self._clock(), absent)

    def end_delegation(self, staff: Staff, delegation_id: int) -> None:
        """Decide oneself again.

        Raises:
            NotFound: there is none of one's own.
        """
        with self._database.unit_of_work() as session:
            standing_in.end_delegation(session, staff, delegation_id, self._clock())

    def delegations(self, staff: Staff) -> list[Delegation]:
        """Who is or will be away, and who decides then.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            return standing_in.delegations(session, staff, self._decider(staff).today)

    def planner_card(self, proposal_id: int) -> Card:
        """What the planners' channel is shown of a proposal.

        Raises:
            NotFound: there is none.
        """
        now = self._clock()
        with self._database.reading() as session:
            shown = proposals.known_proposal(session, proposal_id, now)
            row = limits.row_of(session, proposal_id)
            others = [one.proposal_id for one in limits.family(session, row, self._config.planning) if one is not row]
            today = now.astimezone(self._config.shop.zone).date()
            away = [
                f"{one.absent_name} is away until {one.last_on:%-d %B}, {one.deputy_name} decides"
                for one in standing_in.holding_on(session, today)
            ]
            people = (
                staff_by_email(session, one) for one in {shown.decided_by, shown.edited_by, *shown.approved_by} if one
            )
            return Card(shown, {one.email: one.name for one in people if one}, tuple(others), tuple(away))

    def planner_digest(self, run: str) -> list[Proposal]:
        """What a plan brought, as the planners' channel is shown it; the most urgent first, with their lines."""
        with self._database.reading() as session:
            found = [proposals.known_proposal(session, one, self._clock()) for one in cards.of_run(session, run)]
        return sorted(found, key=lambda one: (-one.at_risk, one.supplier_name))

    def waiting_for(self, staff: Staff) -> Waiting:
        """What waits for somebody who plans: what they may decide, what others have to, what sleeps, what is late.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            return waiting.waiting_for(session, self._decider(staff))

    def planners(self, staff: Staff) -> list[Staff]:
        """Everybody who may decide proposals.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            return staff_who_plan(session)

    def _decider(self, staff: Staff) -> Decider:
        return Decider(staff, self._config, self._clock())


def _outcome(run: str, day: date, plan: planning.Plan, written: int, seconds: float) -> PlanOutcome:
    drafts = plan.drafts if written else ()
    totals: dict[str, int] = {}
    for draft in drafts:
        totals[draft.currency] = totals.get(draft.currency, 0) + draft.total
    lines = sum(len(draft.lines) for draft in drafts)
    return PlanOutcome(run, day, plan.planned, written, lines, totals, plan.skipped, seconds, plan.scarce, plan.moves)
