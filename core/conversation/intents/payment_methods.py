"""The ways of paying that are on file for the speaker, masked, with what is left on gift cards."""

from core.billing.settlement import methods_of
from core.conversation.turn import Answer, Step, Turn

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "money"


def answer(turn: Turn) -> Step:
    """List them."""
    methods = methods_of(turn.session, turn.customer_id)
    if not methods:
        return Answer(turn.say("none"))
    told = [turn.say("heading", count=len(methods))]
    for method in methods:
        key = "line" if method.balance is None else "line_balance"
        told.append(turn.say(key, label=method.label, balance=method.balance or ""))
    return Answer("\n".join(told))
