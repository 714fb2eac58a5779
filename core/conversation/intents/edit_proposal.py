"""Change a proposed quantity: re-costed before it is said yes to."""

from typing import Any

from core.chat import Action
from core.conversation.planner import decider, meant_line, planner
from core.conversation.turn import Answer, Ask, Confirm, Step, Turn
from core.errors import InvalidInput
from core.purchasing import decisions, proposals

PROOF = 2
AUDIENCE = frozenset({"staff"})


def answer(turn: Turn) -> Step:
    """Find the line and the quantity, then show what would change."""
    found = meant_line(turn)
    if isinstance(found, Ask):
        return found
    line, proposal = found.line, found.proposal
    turn.slots["product"] = line.sku
    quantity = turn.slots.get("quantity")
    if quantity is None or not str(quantity).isdigit():
        return Ask("quantity", turn.say("how_many", name=line.name, quantity=line.quantity))
    after = int(quantity)
    staff = planner(turn)
    repriced = proposals.reprice(turn.session, staff, proposal.proposal_id, {line.line: after}, turn.now)[line.line]
    if repriced.fault:
        raise InvalidInput(repriced.fault)
    text = turn.say(
        "confirm",
        name=line.name,
        number=proposal.proposal_id,
        supplier=proposal.supplier_name,
        before=line.quantity,
        after=after,
        total_before=line.total,
        total_after=repriced.total,
        explanation=repriced.explanation,
    )
    plan = {
        "proposal": proposal.proposal_id,
        "content_hash": proposal.content_hash,
        "line": line.line,
        "name": line.name,
        "quantity": after,
    }
    return Confirm(text, plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Change it; earlier approvals are void."""
    quantities = {plan["line"]: plan["quantity"]}
    changed = decisions.edit(turn.session, decider(turn), plan["proposal"], plan["content_hash"], quantities)
    result = {"revision": changed.revision, "total": changed.total.minor, "currency": changed.total.currency}
    action = Action("edit_proposal", {"proposal": plan["proposal"], plan["name"]: plan["quantity"]}, result)
    text = turn.say("done", name=plan["name"], after=plan["quantity"], number=plan["proposal"], total=changed.total)
    return Answer(text, actions=(action,), focus={"proposal": plan["proposal"]})
