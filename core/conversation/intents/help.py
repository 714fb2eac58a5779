"""What one can ask for."""

from core.conversation.planner import manner
from core.conversation.turn import Answer, Choice, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})
_CUSTOMER = ("track_order", "get_invoice", "return_item", "stock_level", "talk_to_human")
_STAFF = ("list_proposals", "stock_level")
_DESK = ("stock_level", "restock_date")


def answer(turn: Turn) -> Step:
    """Say it in a few lines, with buttons to begin."""
    return Answer(turn.say({"answer": "customer"}.get(manner(turn), manner(turn))), starts(turn))


def starts(turn: Turn) -> tuple[Choice, ...]:
    """Buttons for what people ask most."""
    wording, language = turn.house.wording, turn.speaker.language
    names = {"answer": _CUSTOMER, "staff": _STAFF, "desk": _DESK}[manner(turn)]
    return tuple(Choice(wording.say(language, name, "label"), {}, name) for name in names)
