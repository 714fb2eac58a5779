"""The proposals that wait for a decision."""

from core.conversation.planner import planner
from core.conversation.turn import Answer, Choice, Step, Turn
from core.purchasing import proposals

PROOF = 2
AUDIENCE = frozenset({"staff"})
_MOST = 8


def answer(turn: Turn) -> Step:
    """List them, most urgent first."""
    open_ones = proposals.open_proposals(turn.session, planner(turn), turn.now)
    if not open_ones:
        return Answer(turn.say("none"))
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
    told.append(turn.say("see", link=f"{turn.house.config.web.base_url}/planner"))
    choices = tuple(
        Choice(
            f"{proposal.proposal_id} · {proposal.supplier_name}", {"proposal": proposal.proposal_id}, "decide_proposal"
        )
        for proposal in open_ones[:3]
    )
    shown = [proposal.proposal_id for proposal in open_ones[:_MOST]]
    return Answer("\n".join(told), choices, focus={"proposals": shown})
