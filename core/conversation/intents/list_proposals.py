"""The proposals that wait for a decision."""

from core.conversation.planner import planner
from core.conversation.turn import Answer, Choice, Step, Turn
from core.purchasing import moves, proposals
from core.purchasing.decisions import decided_sentence
from core.purchasing.model import ProposalStatus

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST = 8


def answer(turn: Turn) -> Step:
    """List them, most urgent first."""
    number = str(turn.slots.get("proposal") or "")
    if number.isdigit():
        return _one(turn, int(number))
    found = proposals.open_proposals(turn.session, planner(turn), turn.now)
    open_ones = [one for one in found if not one.is_asleep(turn.now)]
    to_move = moves.count_open(turn.session, turn.now)
    page = f"{turn.house.config.web.base_url}/planner"
    also = [turn.say("moves", count=to_move, link=f"{page}/moves")] if to_move else []
    if not open_ones:
        return Answer("\n".join([turn.say("none"), *also]))
    told = [turn.say("heading", count=len(open_ones))]
    told += [
        turn.say(
            "line",
            number=proposal.proposal_id,
            supplier=proposal.supplier_name,
            lines=proposal.line_count,
            at_risk=proposal.at_risk,
            total=proposal.total,
            expected=proposal.expected_on,
            expires=proposal.expires_at.astimezone(turn.house.zone),
        )
        for proposal in open_ones[:_MOST]
    ]
    if len(open_ones) > _MOST:
        told.append(turn.say("more", more=len(open_ones) - _MOST))
    told += [turn.say("see", link=page), *also]
    choices = tuple(
        Choice(
            f"{proposal.proposal_id} · {proposal.supplier_name}", {"proposal": proposal.proposal_id}, "decide_proposal"
        )
        for proposal in open_ones[:3]
    )
    shown = [proposal.proposal_id for proposal in open_ones[:_MOST]]
    return Answer("\n".join(told), choices, focus={"proposals": shown})


def _one(turn: Turn, number: int) -> Answer:
    """One proposal with its largest lines."""
    shown = proposals.proposal(turn.session, planner(turn), number, turn.now)
    if shown.status is not ProposalStatus.OPEN:
        return Answer(decided_sentence(turn.session, shown, turn.house.zone))
    told = [turn.say("one", number=number, supplier=shown.supplier_name, lines=shown.line_count, total=shown.total)]
    told += [
        turn.say("one_line", quantity=line.quantity, name=line.name, total=line.total) for line in shown.lines[:_MOST]
    ]
    if len(shown.lines) > _MOST:
        told.append(turn.say("more", more=len(shown.lines) - _MOST))
    told.append(turn.say("see", link=f"{turn.house.config.web.base_url}/planner/proposals/{number}"))
    label = turn.house.wording.say(turn.speaker.language, "decide_proposal", "label")
    decide = Choice(label, {"proposal": number}, "decide_proposal")
    return Answer("\n".join(told), (decide,), focus={"proposal": number})
