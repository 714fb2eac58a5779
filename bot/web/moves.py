"""Moves between places on a planner's page."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsPlanner, Calling, Fields
from bot.web.door import door_of
from bot.web.ingress import whole_number
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.errors import Conflict, InvalidInput, NotFound

router = APIRouter(prefix="/planner/moves")


@router.get("")
def moves(request: Request, calling: Calling, staff: AsPlanner, done: str = "") -> Response:
    """What is worth moving before anything is bought, and what is under way."""
    found = door_of(request).portal.moves(staff)
    return page(request, calling, "moves.html", moves=found, done=done, fault="", typed={})


@router.post("/{move_id}/{step}")
def change(request: Request, calling: Calling, staff: AsPlanner, move_id: int, step: str, fields: Fields) -> Response:
    """Take one step with a move."""
    portal = door_of(request).portal
    try:
        if step == "approve":
            portal.approve_move(staff, move_id)
        elif step == "reject":
            portal.reject_move(staff, move_id, fields.get("why", ""))
        elif step == "send":
            portal.send_move(staff, move_id)
        elif step == "receive":
            portal.receive_move(staff, move_id, whole_number(fields.get("units", ""), "How many arrived"))
        else:
            raise NotFound("There is no such step.")
    except (Conflict, InvalidInput) as refusal:
        shown = {"moves": portal.moves(staff), "done": "", "fault": str(refusal), "typed": {"move": move_id, **fields}}
        return page(request, calling, "moves.html", status=status_of(refusal), **shown)
    return go_to(f"/planner/moves?done={step}")
