"""What planners do: plans, decisions, and goods that arrive."""

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.errors import PortalError
from core.portal import Portal
from core.portal.goods_in import Delivered
from core.purchasing.model import Proposal, ProposalStatus
from core.purchasing.standing_in import Away, Delegation
from tests.promises import stall
from tests.promises.kept import UNDER_WAY
from tests.promises.records import Records
from tests.promises.steps import PLACE
from tests.promises.world import person

PLANNERS = st.sampled_from([stall.BOSS, stall.PLANNER, stall.BOSS, stall.PLANNER, stall.JUNIOR, stall.SUPPORT])


class Planners(Records):
    """Proposals and purchase orders."""

    @rule(replica=st.integers(0, 1), again=st.booleans())
    def a_plan_is_made(self, replica: int, again: bool) -> None:
        run = self.runs[-1] if again and self.runs else f"run {next(self.world.numbers)}"
        self.runs.append(run)
        self.act(lambda portal: portal.plan(run=run), replica)
        assert len(self.world.read().of("proposals", run=run)) <= 1, "17: one run wrote twice"
        if not again:
            more = self.act(lambda portal: portal.plan(run=f"{run} again"), 1 - replica)
            assert more.proposals == 0, "17: the same data was planned twice"
        self.look("shop")

    def proposal(self, place: int) -> Proposal | None:
        """One of the proposals as a planner sees it."""
        ids = [row["proposal_id"] for row in self.books["proposals"]]
        return self.world.portals[0].proposal(person(stall.BOSS), ids[place % len(ids)]) if ids else None

    @precondition(lambda self: self.books["proposals"])
    @rule(act=st.sampled_from(["approves", "approves", "edits", "rejects"]), place=PLACE, who=PLANNERS, second=PLANNERS,
          packs=st.integers(0, 9))  # fmt: skip
    def a_planner_decides(self, act: str, place: int, who: str, second: str, packs: int) -> None:
        if act == "approves":
            self.somebody_approves(place, who, second, fresh=packs > 0)
        elif act == "edits":
            self.somebody_edits(place, who, packs)
        else:
            self.somebody_rejects(place, who)

    def somebody_approves(self, place: int, who: str, second: str, fresh: bool) -> None:
        shown = self.proposal(place)
        assert shown is not None
        fingerprint = shown.content_hash if fresh else "0" * 32
        for email, replica in ((who, 0), (second, 1)):
            outcome = self.act(approving(email, shown.proposal_id, fingerprint), replica)
            if isinstance(outcome, Proposal) and outcome.status is ProposalStatus.APPROVED:
                self.done["approved"] += 1
                assert fresh, "6: something was approved that was not shown"
                late = self.act(lambda portal: portal.reject(
                    person(stall.BOSS), shown.proposal_id, fingerprint, "no"), 1)  # fmt: skip
                assert "approved already by" in str(late), "4, 5"
                break
            if "computed anew" in str(outcome):
                self.done["renewed"] += 1
                now = self.proposal(place)
                assert now is not None
                assert now.revision == shown.revision + 1, "7"
        self.look("shop")

    def somebody_rejects(self, place: int, who: str) -> None:
        shown = self.proposal(place)
        assert shown is not None
        outcome = self.act(
            lambda portal: portal.reject(person(who), shown.proposal_id, shown.content_hash, "not now"), 1
        )
        if isinstance(outcome, Proposal):
            late = self.act(lambda portal: portal.approve(person(stall.BOSS), shown.proposal_id, shown.content_hash), 0)
            assert isinstance(late, PortalError), "5: approved what was rejected"
        self.look("shop")

    def somebody_edits(self, place: int, who: str, packs: int) -> None:
        shown = self.proposal(place)
        assert shown is not None
        line = shown.lines[0]
        wanted = {line.line: packs * stall.PACKS[line.sku][0]}
        outcome = self.act(lambda portal: portal.edit(person(who), shown.proposal_id, shown.content_hash, wanted), 1)
        if isinstance(outcome, Proposal) and outcome.revision > shown.revision:
            self.done["edited"] += 1
            assert outcome.approved_by == (), "11: a yes outlived an edit"
        self.look("shop")

    @precondition(lambda self: self.books.of("proposals", status="open"))
    @rule(act=st.sampled_from(["split", "split", "hold", "snooze", "wake"]), place=PLACE, who=PLANNERS,
          line=st.integers(0, 1), days=st.integers(0, 31))  # fmt: skip
    def a_planner_sets_aside(self, act: str, place: int, who: str, line: int, days: int) -> None:
        ids = [row["proposal_id"] for row in self.books.of("proposals", status="open")]
        shown = self.world.portals[0].proposal(person(stall.BOSS), ids[place % len(ids)])
        one, seen = (person(who), shown.proposal_id, shown.content_hash), [shown.lines[line % len(shown.lines)].line]
        until = self.world.clock.now.date() + timedelta(days=days)
        verbs: dict[str, Callable[[Portal], Any]] = {
            "split": lambda portal: portal.split(*one, seen),
            "hold": lambda portal: portal.hold(*one, seen, until),
            "snooze": lambda portal: portal.snooze(*one, until),
            "wake": lambda portal: portal.wake(*one),
        }
        outcome = self.act(verbs[act], 1)
        if not isinstance(outcome, PortalError):
            self.done[act] += 1
        if isinstance(outcome, tuple):
            assert sum(part.total.minor for part in outcome) == shown.total.minor, "36: the parts are not the whole"
            again = self.act(verbs[act], 0)
            assert isinstance(again, PortalError), "3: two clicks split twice"
        self.look("shop")

    @rule(absent=PLANNERS, deputy=PLANNERS, days=st.integers(0, 3), ends=st.booleans())
    def somebody_stands_in(self, absent: str, deputy: str, days: int, ends: bool) -> None:
        today = self.world.clock.now.date()
        away = Away(today, today + timedelta(days=days))
        agreed = self.act(lambda portal: portal.delegate(person(absent), deputy, away))
        if isinstance(agreed, Delegation):
            self.done["stands in"] += 1
            if ends:
                self.act(lambda portal: portal.end_delegation(person(absent), agreed.delegation_id), 1)
        self.look("shop")

    @precondition(lambda self: any(row["status"] in UNDER_WAY for row in self.books["purchase_orders"]))
    @rule(place=PLACE, share=st.sampled_from([0.4, 0.5, 1.0, 1.05, 1.5]), gives_up=st.booleans())
    def goods_arrive_in_parts(self, place: int, share: float, gives_up: bool) -> None:
        under_way = [row["purchase_order_number"] for row in self.books["purchase_orders"]
                     if row["status"] in UNDER_WAY]  # fmt: skip
        number = under_way[place % len(under_way)]
        lines = self.books.of("purchase_order_lines", purchase_order_number=number)
        units = {line["line"]: ceil(line["quantity"] * share) for line in lines}
        came = Delivered(f"G{next(self.world.numbers)}", units)
        outcome = self.act(receiving(number, came), 0)
        again = self.act(receiving(number, came), 1)
        if isinstance(outcome, PortalError):
            assert isinstance(again, PortalError), "22: refused once and taken the second time"
        else:
            self.done["received in parts"] += 1
            assert not isinstance(again, PortalError), "21: the same receipt was refused the second time"
            for line in lines:
                self.model.stock[line["sku"]] += came.units[line["line"]]
        if gives_up:
            self.act(lambda portal: portal.cancel_rest(person(stall.BOSS), number, "too late"), 1)
        self.look("shop")

    @rule(
        who=PLANNERS,
        role=st.sampled_from(["planner", "support", "admin"]),
        limit=st.sampled_from([None, 100, 4000, 8000]),
    )
    def rights_change(self, who: str, role: str, limit: int | None) -> None:
        if who not in {stall.BOSS, stall.SUPPORT}:
            self.bring("staff", {"email": who, "name": who, "role": role, "approval_limit": limit})
            self.look("records")

    @precondition(lambda self: self.books["purchase_orders"])
    @rule(place=PLACE, counted=st.booleans())
    def goods_arrive(self, place: int, counted: bool) -> None:
        row = self.books["purchase_orders"][place % len(self.books["purchase_orders"])]
        number = row["purchase_order_number"]
        lines = self.books.of("purchase_order_lines", purchase_order_number=number)
        if row["status"] == "received":
            return
        self.bring("purchase_orders", {**row, "status": "received", "received_at": self.world.clock.now})
        self.bring("purchase_order_lines", *({**line, "received": line["quantity"]} for line in lines))
        self.look("records")
        if counted:
            for line in lines:
                self.the_shelf_is_counted(line["sku"], self.model.stock[line["sku"]] + line["quantity"])


def approving(email: str, proposal_id: int, fingerprint: str) -> Callable[[Portal], Any]:
    """The yes of somebody to what they were shown."""
    return lambda portal: portal.approve(person(email), proposal_id, fingerprint)


def receiving(number: str, came: Delivered) -> Callable[[Portal], Any]:
    """Goods of an order that are booked in."""
    return lambda portal: portal.receive_goods(person(stall.BOSS), number, came)
