"""Put off a proposal, or hold some of its lines, until a day; it comes back by itself."""

from datetime import date
from typing import Any

from core.chat import Action
from core.conversation.planner import decider, meant_proposals, planner
from core.conversation.planner_words import coming_day, mentioned
from core.conversation.turn import Answer, Ask, Confirm, Step, Turn
from core.errors import Conflict, NotFound
from core.purchasing import proposals, setting_aside
from core.purchasing.model import Proposal

PROOF = 2
AUDIENCE = frozenset({"staff"})


def answer(turn: Turn) -> Step:
    """Find out what and until when, then show what would be put off."""
    words = str(turn.slots.get("heard") or "")
    until = coming_day(turn.text, turn.today) or _known_day(turn) or coming_day(words, turn.today)
    meant = _lines(turn, words) or _whole(turn)
    if isinstance(meant, Ask):
        return meant
    one, lines = meant
    turn.slots.update(proposal=one.proposal_id, held_lines=lines)
    what = _what(turn, one, lines)
    if until is None:
        return Ask("until", turn.say("until", what=what))
    turn.slots["until"] = until.isoformat()
    plan = {
        "proposal": one.proposal_id,
        "content_hash": one.content_hash,
        "lines": lines,
        "until": until.isoformat(),
        "what": what,
    }
    return Confirm(turn.say("confirm", what=what, day=until, weekday=turn.weekday(until)), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Put it off."""
    until = date.fromisoformat(plan["until"])
    if plan["lines"]:
        one = setting_aside.hold(
            turn.session, decider(turn), plan["proposal"], plan["content_hash"], plan["lines"], until
        )
    else:
        one = setting_aside.snooze(turn.session, decider(turn), plan["proposal"], plan["content_hash"], until)
    action = Action("snooze_proposal", {"proposal": one.proposal_id, "until": plan["until"]}, {"status": "open"})
    text = turn.say("done", what=plan["what"], number=one.proposal_id, day=until)
    return Answer(text, actions=(action,), focus={"proposal": one.proposal_id})


def _known_day(turn: Turn) -> date | None:
    """The day that was told before."""
    return date.fromisoformat(turn.slots["until"]) if turn.slots.get("until") else None


def _lines(turn: Turn, words: str) -> tuple[Proposal, list[int]] | None:
    """The lines that the words name, all of one proposal; None where they name none."""
    staff, found = planner(turn), {}
    if (known := turn.slots.get("proposal")) is not None:
        lines = turn.slots.get("held_lines")
        return (proposals.proposal(turn.session, staff, known, turn.now), lines) if lines else None
    for short in proposals.open_proposals(turn.session, staff, turn.now):
        whole = proposals.proposal(turn.session, staff, short.proposal_id, turn.now)
        found.update({(whole.proposal_id, line.line): (whole, line) for line in whole.lines if line.quantity})
    named = mentioned(f"{words} {turn.text}", {key: line.name for key, (_, line) in found.items()})
    suppliers = mentioned(f"{words} {turn.text}", {key: one.supplier_name for key, (one, _) in found.items()})
    if not named or set(named) == set(suppliers):
        return None
    number = named[0][0]
    return found[named[0]][0], [line for proposal_id, line in named if proposal_id == number]


def _whole(turn: Turn) -> tuple[Proposal, list[int]] | Ask:
    meant = meant_proposals(turn)
    if isinstance(meant, Ask):
        return meant
    if not meant:
        raise NotFound(turn.say("none"))
    if len(meant) > 1:
        raise Conflict(turn.say("one_only"))
    return meant[0], []


def _what(turn: Turn, one: Proposal, lines: list[int]) -> str:
    if not lines:
        return turn.say("proposal", number=one.proposal_id, supplier=one.supplier_name, total=one.total)
    whole = proposals.proposal(turn.session, planner(turn), one.proposal_id, turn.now)
    names = ", ".join(f"{line.quantity:,} × {line.name}" for line in whole.lines if line.line in lines)
    return turn.say("lines", names=names, number=one.proposal_id, supplier=one.supplier_name)
