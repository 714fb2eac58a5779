"""Have goods moved from one place to another, or leave them where they are."""

from typing import Any

from core.chat import Action
from core.conversation.planner import decider, planner
from core.conversation.planner_moves import meant_moves, shown
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.errors import Conflict, PortalError
from core.purchasing import moves
from core.purchasing.model import MoveStatus
from core.reasons import reason_in

PROOF = 2
AUDIENCE = frozenset({"staff"})


def answer(turn: Turn) -> Step:
    """Find out which and what, then show what would be decided."""
    meant = meant_moves(turn)
    if isinstance(meant, Ask):
        return meant
    if decided := [one for one in meant if one.status is not MoveStatus.OPEN]:
        raise Conflict("\n".join(shown(turn, one) for one in decided))
    turn.slots["moves"] = [one.move_id for one in meant]
    told = "\n".join(shown(turn, one) for one in meant)
    decision = turn.slots.get("decision")
    if decision not in {"approve", "reject"}:
        choices = tuple(Choice(turn.say(known), {"decision": known}) for known in ("approve", "reject"))
        return Ask("decision", turn.say("what", moves=told), choices)
    reason = reason_in(str(turn.slots.get("why") or turn.slots.get("text") or ""))
    if decision == "reject" and not reason:
        return Ask("why", turn.say("why", moves=told))
    turn.slots["why"] = reason
    plan = {"decision": decision, "moves": turn.slots["moves"], "reason": reason}
    return Confirm(turn.say(f"confirm_{decision}", moves=told, reason=reason), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Decide each; one that cannot be decided is told and does not hold up the others."""
    told, actions = [], []
    for move_id in plan["moves"]:
        try:
            with turn.session.begin_nested():
                if plan["decision"] == "approve":
                    moves.approve(turn.session, decider(turn), move_id)
                else:
                    moves.reject(turn.session, decider(turn), move_id, plan["reason"])
        except PortalError as refusal:
            told.append(str(refusal))
            continue
        one = moves.move(turn.session, planner(turn), move_id)
        told.append(shown(turn, one))
        actions.append(Action(f"{plan['decision']}_move", {"move": move_id}, {"status": one.status.value}))
    return Answer("\n".join(told), actions=tuple(actions))
