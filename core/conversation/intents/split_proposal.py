"""Split a proposal: lines, or so many units of one, go into a proposal of their own, put off until a day."""

import re
from datetime import date
from typing import Any

from core.chat import Action
from core.conversation.planner import decider, meant_proposals, planner
from core.conversation.planner_words import coming_day, count_said, mentioned, plainly
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.errors import Conflict, InvalidInput
from core.purchasing import proposals, setting_aside
from core.purchasing.model import Proposal, ProposalLine

PROOF = 2
AUDIENCE = frozenset({"staff"})
_NUMBERED = re.compile(r"(?<!\w)(?:proposal|order|vorschlag|bestellung)[ #]{0,3}(\d{1,9})(?![\w%])")
_MOST_CHOICES = 6


def answer(turn: Turn) -> Step:
    """Find out of which proposal what goes, then show both parts with what they cost."""
    words = f"{turn.slots.get('heard') or ''} {turn.text}".strip()
    if (number := _NUMBERED.search(plainly(words))) is not None:
        turn.slots.setdefault("proposal", number[1])
    meant = meant_proposals(turn)
    if isinstance(meant, Ask):
        return meant
    if len(meant) > 1:
        raise Conflict(turn.say("one_only"))
    one = proposals.proposal(turn.session, planner(turn), meant[0].proposal_id, turn.now)
    lines = _lines(turn, one, words)
    units = count_said(_NUMBERED.sub(" ", plainly(words)))
    if not lines or (units is not None and len(lines) > 1):
        wanted = [line for line in one.lines if line.quantity]
        choices = tuple(
            Choice(f"{line.name} · {line.quantity:,}"[:75], {"line": line.line})
            for line in (lines or wanted)[:_MOST_CHOICES]
        )
        return Ask("line", turn.say("which_line", number=one.proposal_id), choices)
    until = coming_day(words, turn.today)
    plan: dict[str, Any] = {
        "proposal": one.proposal_id,
        "content_hash": one.content_hash,
        "lines": [line.line for line in lines],
        "stays": 0,
        "until": until.isoformat() if until else "",
    }
    if units is None:
        apart = "\n".join(f"{line.quantity:,} × {line.name}" for line in lines)
        return _confirm(turn, one, plan, apart)
    line = lines[0]
    plan["stays"] = units if turn.says("now_words", words) else line.quantity - units
    return _confirm(turn, one, plan, _cost(turn, one, line, plan["stays"]))


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Split it, and put the second part off where a day was said."""
    who, number, shown = decider(turn), plan["proposal"], plan["content_hash"]
    if plan["stays"]:
        left, apart = setting_aside.split_units(turn.session, who, number, shown, plan["lines"][0], plan["stays"])
    else:
        left, apart = setting_aside.split(turn.session, who, number, shown, plan["lines"])
    if plan["until"]:
        day = date.fromisoformat(plan["until"])
        apart = setting_aside.snooze(turn.session, who, apart.proposal_id, apart.content_hash, day)
    action = Action("split_proposal", {"proposal": number, "until": plan["until"]}, {"apart": apart.proposal_id})
    told = turn.say("done", number=number, total=left.total, apart=apart.proposal_id, apart_total=apart.total)
    return Answer(told, actions=(action,), focus={"proposal": number})


def _lines(turn: Turn, one: Proposal, words: str) -> list[ProposalLine]:
    """The lines that were chosen, or that the words name; the only one where there is no other."""
    wanted = [line for line in one.lines if line.quantity]
    chosen = turn.slots.get("line")
    named = [chosen] if chosen else mentioned(words, {line.line: line.name for line in wanted})
    return [line for line in wanted if line.line in named] or (wanted if len(wanted) == 1 else [])


def _cost(turn: Turn, one: Proposal, line: ProposalLine, stays: int) -> str:
    """What stays and what goes of a line, and what both cost together."""
    if not 0 < stays < line.quantity:
        raise InvalidInput(turn.say("not_so_many", name=line.name, quantity=line.quantity))
    meant = setting_aside.cost_split(turn.session, decider(turn), one.proposal_id, one.content_hash, line.line, stays)
    return turn.say(
        "units", name=line.name, stays=stays, going=meant.goes.quantity, total=meant.together, before=line.total
    )


def _confirm(turn: Turn, one: Proposal, plan: dict[str, Any], apart: str) -> Confirm:
    told = [turn.say("confirm", number=one.proposal_id, supplier=one.supplier_name, apart=apart)]
    if plan["until"]:
        day = date.fromisoformat(plan["until"])
        told.append(turn.say("until", weekday=turn.weekday(day), day=day))
    return Confirm("\n".join([*told, turn.say("go_ahead")]), plan)
