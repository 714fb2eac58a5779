"""Small talk: greeting."""

from core.conversation.planner import manner
from core.conversation.turn import HAS_SIGN_IN, Answer, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Answer in kind; a stranger in a chat hears how to be known."""
    told = [turn.say(manner(turn))]
    is_stranger = turn.speaker.customer_id is None and turn.speaker.staff_id is None
    if is_stranger and not turn.is_group and turn.channel not in HAS_SIGN_IN:
        told.append(turn.say("how_to_be_known"))
    return Answer("\n\n".join(told))
