"""Which moves between places a planner's words point at, and how a move is told."""

import re

from core.conversation.planner import planner
from core.conversation.planner_words import means_all, mentioned, plainly
from core.conversation.turn import Ask, Choice, Turn
from core.errors import NotFound
from core.purchasing import moves
from core.purchasing.moves import Move

_NUMBERED = re.compile(
    r"(?<!\w)(?:moves?|transfers?|umlagerung(?:en)?)[ #]{0,3}(?:no\.?|nr\.?|number)?[ #]{0,3}"
    r"(\d{1,9}(?:(?:,| and| und| &) ?\d{1,9}){0,9})(?![\w%])"
)
_MOST_CHOICES = 6


def named_moves(turn: Turn) -> list[int]:
    """The numbers of the moves that were chosen, or that the words name."""
    known = turn.slots.get("moves")
    if known:
        return [int(number) for number in known]
    said = plainly(f"{turn.slots.get('heard') or ''} {turn.text}")
    numbers = [int(one) for match in _NUMBERED.finditer(said) for one in re.findall(r"\d+", match[1])]
    return list(dict.fromkeys(numbers))


def meant_moves(turn: Turn) -> list[Move] | Ask:
    """The moves to decide that number, product or place name; a question where that is not clear.

    Raises:
        NotFound: none waits for a decision.
    """
    staff = planner(turn)
    if numbers := named_moves(turn):
        return [moves.move(turn.session, staff, number) for number in numbers]
    open_ones = moves.open_moves(turn.session, staff, turn.now)
    if not open_ones:
        raise NotFound(turn.say("none"))
    words = f"{turn.slots.get('heard') or ''} {turn.text}"
    if len(open_ones) == 1 or means_all(words):
        return open_ones
    named = mentioned(words, {one.move_id: f"{one.name} {one.sku}" for one in open_ones})
    fitting = [one for one in open_ones if one.move_id in named]
    if len(fitting) == 1:
        return fitting
    choices = tuple(
        Choice(f"{one.move_id} · {one.units:,} × {one.name}", {"moves": [one.move_id]})
        for one in (fitting or open_ones)[:_MOST_CHOICES]
    )
    return Ask("moves", turn.say("which"), choices)


def shown(turn: Turn, one: Move) -> str:
    """A move in one line: what goes from where to where, what that saves, and how it stands."""
    what = turn.say(
        "move",
        number=one.move_id,
        units=one.units,
        name=one.name,
        origin=one.origin_name,
        destination=one.destination_name,
        saving=one.saving,
    )
    return f"{what} {turn.say(f'move_{one.status.value}', who=one.decided_by, why=one.reason, day=one.expected_on)}"
