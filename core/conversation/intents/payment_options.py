"""How the shop may be paid."""

from core.conversation.turn import Answer, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """List what the shop takes."""
    return Answer(turn.say("options", options=", ".join(turn.house.config.service.payment_options)))
