"""Approve or reject proposals: one, or all of a supplier, or all under an amount."""

from typing import Any

from core.chat import Action
from core.conversation.planner import decider, meant_proposals, planner
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step, Turn
from core.errors import PortalError, Refused
from core.purchasing import decisions, limits
from core.purchasing.model import Proposal
from core.reasons import reason_in

PROOF = 2
AUDIENCE = frozenset({"staff"})
_ABOUT_MOVES = frozenset({"list_moves", "decide_move"})
_NAMED = frozenset({"proposal", "proposals", "supplier", "amount"})


def answer(turn: Turn) -> Step:
    """Find out which and what, then show what would be decided."""
    is_named = turn.slots.keys() & _NAMED or turn.says("proposal_words", turn.text)
    if turn.focus.get("intent") in _ABOUT_MOVES and not is_named:
        return Instead("decide_move")
    meant = meant_proposals(turn)
    if isinstance(meant, Ask):
        return meant
    turn.slots["proposals"] = [one.proposal_id for one in meant]
    decision = turn.slots.get("decision")
    if decision not in {"approve", "reject"}:
        choices = tuple(Choice(turn.say(known), {"decision": known}) for known in ("approve", "reject"))
        return Ask("decision", turn.say("what", proposals="\n".join(_shown(turn, one) for one in meant)), choices)
    reason = reason_in(str(turn.slots.get("why") or turn.slots.get("text") or ""))
    if decision == "reject" and not reason:
        return Ask("why", turn.say("why", proposals="\n".join(_shown(turn, one) for one in meant)))
    turn.slots["why"] = reason
    told: list[str] = []
    if decision == "approve":
        meant, told = _within_limit(turn, meant)
    shown = "\n".join(_shown(turn, one) for one in meant)
    plan = {
        "decision": decision,
        "proposals": [[one.proposal_id, one.content_hash] for one in meant],
        "reason": reason,
    }
    return Confirm("\n".join([*told, turn.say(f"confirm_{decision}", proposals=shown, reason=reason)]), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Decide each; one that cannot be decided is told and does not hold up the others."""
    told, actions = [], []
    for proposal_id, content_hash in plan["proposals"]:
        try:
            with turn.session.begin_nested():
                decided = _decide(turn, plan, proposal_id, content_hash)
        except PortalError as refusal:
            told.append(str(refusal))
            continue
        if isinstance(decided, PortalError):
            told.append(str(decided))
            continue
        told.append(_receipt(turn, plan, decided))
        actions.append(_action(plan, decided))
    return Answer("\n".join(told), actions=tuple(actions))


def _within_limit(turn: Turn, meant: list[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Those this person may approve, and what is said of the others; a refusal where there is none."""
    allowed, told = [], []
    for one in meant:
        try:
            limits.check(turn.session, planner(turn), one.proposal_id, turn.house.config.planning)
            allowed.append(one)
        except Refused as refusal:
            told.append(f"{_shown(turn, one)}: {refusal}")
    if not allowed:
        raise Refused("\n".join(told), "limit")
    return allowed, told


def _decide(turn: Turn, plan: dict[str, Any], proposal_id: int, content_hash: str) -> Proposal | PortalError:
    if plan["decision"] == "approve":
        return decisions.approve(turn.session, decider(turn), proposal_id, content_hash)
    return decisions.reject(turn.session, decider(turn), proposal_id, content_hash, plan["reason"])


def _action(plan: dict[str, Any], decided: Proposal) -> Action:
    result = {"status": decided.status.value, "purchase_order_number": decided.purchase_order_number}
    return Action(f"{plan['decision']}_proposal", {"proposal": decided.proposal_id}, result)


def _receipt(turn: Turn, plan: dict[str, Any], decided: Proposal) -> str:
    key = (
        "rejected" if plan["decision"] == "reject" else "approved" if decided.purchase_order_number else "approved_once"
    )
    return turn.say(
        key,
        number=decided.proposal_id,
        supplier=decided.supplier_name,
        total=decided.total,
        order=decided.purchase_order_number or "",
    )


def _shown(turn: Turn, one: Proposal) -> str:
    return turn.say(
        "proposal", number=one.proposal_id, supplier=one.supplier_name, lines=one.line_count, total=one.total
    )
