"""Where people of the shop look after what customers handed to them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsStaff, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, PortalError

router = APIRouter(prefix="/support")


@router.get("")
def tickets(request: Request, calling: Calling, staff: AsStaff) -> Response:
    """Open tickets, oldest first, then closed ones."""
    return page(request, calling, "tickets.html", tickets=door_of(request).portal.tickets(staff))


@router.get("/{number}")
def ticket(request: Request, calling: Calling, staff: AsStaff, number: str) -> Response:
    """One ticket with what was said before it and since."""
    return _ticket_page(request, calling, staff, number)


@router.post("/{number}/answer")
def answer(request: Request, calling: Calling, staff: AsStaff, number: str, fields: Fields) -> Response:
    """Answer in the customer's chat."""
    text = fields.get("text", "")
    try:
        if not text.strip():
            raise InvalidInput("Write something first.")  # noqa: TRY301 answered on the page like all refusals
        door_of(request).portal.answer_ticket(staff, number, text)
    except (Conflict, InvalidInput) as refusal:
        return _ticket_page(request, calling, staff, number, fault=refusal)
    return go_to(f"/support/{number}")


@router.post("/{number}/close")
def close(request: Request, calling: Calling, staff: AsStaff, number: str, fields: Fields) -> Response:  # noqa: ARG001
    """Close a ticket; the customer talks to the bot again."""
    try:
        door_of(request).portal.close_ticket(staff, number)
    except Conflict as refusal:
        return _ticket_page(request, calling, staff, number, fault=refusal)
    return go_to("/support")


def _ticket_page(
    request: Request, calling: Caller, staff: Staff, number: str, *, fault: PortalError | None = None
) -> Response:
    portal = door_of(request).portal
    found = portal.ticket(staff, number)
    person = f"customer:{found.customer_id}" if found.customer_id else None
    said = portal.transcript(found.channel, found.chat, person)
    status = status_of(fault) if fault else 200
    return page(request, calling, "ticket.html", status=status, ticket=found, said=said, fault=str(fault or ""))
