"""Small talk: greeting."""

from core.conversation.turn import Answer, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Answer in kind."""
    return Answer(turn.say("staff" if turn.speaker.staff_id else "answer"))
