"""What if the supplier takes longer, or more is asked for: costed anew, and nothing changed."""

from core.conversation.planner import meant_proposals, planner
from core.conversation.planner_words import span_days, times_as_much
from core.conversation.turn import Answer, Ask, Step, Turn
from core.errors import NotFound
from core.purchasing import recosting
from core.purchasing.recosting import Supposed, SupposedLine

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST = 6


def answer(turn: Turn) -> Step:
    """Cost the proposal that is meant under what is supposed."""
    days, times = turn.slots.get("days"), turn.slots.get("times")
    days = span_days(turn.text) if days is None else days
    times = times_as_much(turn.text) if times is None and days is None else times
    if days is None and times is None:
        return Ask("supposed", turn.say("what"))
    turn.slots["days"], turn.slots["times"] = days, times
    meant = meant_proposals(turn)
    if isinstance(meant, Ask):
        return meant
    if not meant:
        raise NotFound(turn.say("none"))
    supposed = Supposed(float(days) if days is not None else None, times)
    told = recosting.what_if(turn.session, planner(turn), meant[0].proposal_id, supposed, turn.now)
    one = told.proposal
    head = turn.say("days" if days is not None else "times", days=days or 0, times=f"{times or 0:g}",
                    number=one.proposal_id, supplier=one.supplier_name)  # fmt: skip
    lines = sorted(told.lines, key=lambda line: line.risk_now - line.risk_then)
    said = [head, *(_line(turn, line) for line in lines[:_MOST])]
    if len(lines) > _MOST:
        said.append(turn.say("more", more=len(lines) - _MOST))
    said.append(turn.say("total", now=told.total_now, then=told.total_then, year_now=told.expected_now,
                         year_then=told.expected_then))  # fmt: skip
    return Answer("\n".join(said), focus={"proposal": one.proposal_id})


def _line(turn: Turn, line: SupposedLine) -> str:
    return turn.say(
        "line",
        name=line.name,
        quantity=line.quantity,
        now=round(100 * line.risk_now),
        then=round(100 * line.risk_then),
        would=line.would_propose,
        after=round(100 * line.risk_then_proposed),
    )
