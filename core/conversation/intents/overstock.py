"""What lies too long: where most money is in it, and what keeping it costs."""

from core.conversation.planner import planner
from core.conversation.planner_words import mentioned
from core.conversation.turn import Answer, Step, Turn, Unread
from core.inventory.service import location_names
from core.purchasing.overstock import Overstocked, totals

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST = 8


def answer(turn: Turn) -> Step:
    """List what has most money in it, at the places that are named or at all.

    Raises:
        Unread: the books were not read for this turn yet.
    """
    planner(turn)
    if turn.house.overstock is None:
        raise Unread
    places = location_names(turn.session)
    named = mentioned(turn.text, {place: f"{name} {place}" for place, name in places.items()})
    found = [one for one in turn.house.overstock if not named or one.location in named]
    if not found:
        return Answer(turn.say("none"))
    told = [turn.say("heading", count=len(found))]
    told += [turn.say(f"total_{kind}", worth=worth) for kind, worth in totals(found)]
    told += [_line(turn, one, places) for one in found[:_MOST]]
    if len(found) > _MOST:
        told.append(turn.say("more", more=len(found) - _MOST))
    told.append(turn.say("see", link=f"{turn.house.config.web.base_url}/planner/overstock"))
    return Answer("\n".join(told))


def _line(turn: Turn, one: Overstocked, places: dict[str, str]) -> str:
    kind = one.kind if one.last_sold_on else "unsold"
    why = turn.say(f"why_{kind}", day=one.last_sold_on, cover=one.cover_days)
    return turn.say(
        "line",
        name=one.name,
        place=places.get(one.location, one.location),
        surplus=one.surplus,
        on_hand=one.on_hand,
        worth=one.worth,
        holding=one.holding,
        why=why,
    )
