"""Splitting the units of one line between two proposals: costed first, and done as it was shown."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsPlanner, Calling, Fields
from bot.web.door import door_of
from bot.web.ingress import whole_number
from bot.web.planner import ProposalId, refused
from bot.web.show import go_to, page
from core.errors import Conflict, InvalidInput, Refused

router = APIRouter(prefix="/planner/proposals/{proposal_id}/split-units")


@router.post("/preview")
def preview(request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields) -> Response:
    """What both parts would cost; nothing is split yet."""
    shown = fields.get("content_hash", "")
    try:
        line, stays = _wanted(fields)
        meant = door_of(request).portal.cost_split(staff, proposal_id, shown, line, stays)
    except (Conflict, InvalidInput, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal, fields)
    return page(request, calling, "proposal_split.html", meant=meant, content_hash=shown)


@router.post("")
def split_units(
    request: Request, calling: Calling, staff: AsPlanner, proposal_id: ProposalId, fields: Fields
) -> Response:
    """Leave so many units where they are, and put the rest into a proposal of their own."""
    try:
        line, stays = _wanted(fields)
        portal, shown = door_of(request).portal, fields.get("content_hash", "")
        _, apart = portal.split_units(staff, proposal_id, shown, line, stays)
    except (Conflict, InvalidInput, Refused) as refusal:
        return refused(request, calling, staff, proposal_id, refusal, fields)
    return go_to(f"/planner/proposals/{apart.proposal_id}?done=split")


def _wanted(fields: dict[str, str]) -> tuple[int, int]:
    """The line and how many of its units stay.

    Raises:
        InvalidInput: one is no whole number.
    """
    line = whole_number(fields.get("line", ""), "A line's number")
    return line, whole_number(fields.get("stays", ""), "How many stay")
