"""Why this quantity: the proposal's own reason in words."""

from core.conversation.planner import meant_line
from core.conversation.turn import Answer, Ask, Step, Turn

PROOF = 2
AUDIENCE = frozenset({"staff"})


def answer(turn: Turn) -> Step:
    """Explain the line that is meant."""
    found = meant_line(turn)
    if isinstance(found, Ask):
        return found
    text = turn.say(
        "answer",
        quantity=found.line.quantity,
        name=found.line.name,
        supplier=found.proposal.supplier_name,
        number=found.proposal.proposal_id,
        explanation=found.line.explanation,
    )
    return Answer(text, focus={"sku": found.line.sku, "proposal": found.proposal.proposal_id})
