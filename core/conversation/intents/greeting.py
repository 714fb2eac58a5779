"""Small talk: greeting."""

from core.conversation.planner import manner
from core.conversation.turn import Answer, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Answer in kind."""
    return Answer(turn.say(manner(turn)))
