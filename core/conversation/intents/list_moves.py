"""Moves between places: those to decide first, then those to send and to receive."""

from core.conversation.planner import planner
from core.conversation.planner_moves import named_moves, shown
from core.conversation.turn import Answer, Choice, Step, Turn
from core.purchasing import moves
from core.purchasing.model import MoveStatus

PROOF = 2
AUDIENCE = frozenset({"staff"})
_UNDER_WAY = (MoveStatus.OPEN, MoveStatus.APPROVED, MoveStatus.SENT)
_MOST = 8
_MOST_CHOICES = 3


def answer(turn: Turn) -> Step:
    """List them with what each saves, or tell of the one that is named."""
    numbers = named_moves(turn)
    if numbers:
        found = [moves.move(turn.session, planner(turn), number) for number in numbers]
    else:
        known = moves.moves(turn.session, planner(turn), turn.now)
        found = [one for one in known if one.status in _UNDER_WAY]
    if not found:
        return Answer(turn.say("none"))
    told = [shown(turn, one) for one in found[:_MOST]]
    if len(found) > _MOST:
        told.append(turn.say("more", more=len(found) - _MOST))
    told.append(turn.say("see", link=f"{turn.house.config.web.base_url}/planner/moves"))
    waiting = [one for one in found if one.status is MoveStatus.OPEN]
    choices = tuple(
        Choice(f"{one.move_id} · {one.units:,} × {one.name}", {"moves": [one.move_id]}, "decide_move")
        for one in waiting[:_MOST_CHOICES]
    )
    return Answer("\n".join(told), choices, focus={"moves": [one.move_id for one in waiting]})
