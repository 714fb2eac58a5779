"""Where people of the shop look after what customers handed to them."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsStaff, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, NotFound, PortalError
from core.money import Money
from core.support.model import Ticket

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


@router.post("/{number}/{step}")
def move(request: Request, calling: Calling, staff: AsStaff, number: str, step: str, fields: Fields) -> Response:  # noqa: ARG001
    """Claim, release, close or reopen a ticket."""
    portal = door_of(request).portal
    steps: dict[str, Callable[[Staff, str], Ticket]] = {
        "claim": portal.claim_ticket,
        "release": portal.release_ticket,
        "close": portal.close_ticket,
        "reopen": portal.reopen_ticket,
    }
    if step not in steps:
        raise NotFound("There is no such page.")
    try:
        steps[step](staff, number)
    except Conflict as refusal:
        return _ticket_page(request, calling, staff, number, fault=refusal)
    return go_to("/support" if step == "close" else f"/support/{number}")


def _ticket_page(
    request: Request, calling: Caller, staff: Staff, number: str, *, fault: PortalError | None = None
) -> Response:
    portal = door_of(request).portal
    found = portal.ticket_page(staff, number)
    files = portal.kept_files(tuple(one for entry in found.thread for one in entry.files))
    status = status_of(fault) if fault else 200
    return page(
        request, calling, "ticket.html", status=status, ticket=found.ticket, thread=found.thread, files=files,
        holder=found.holder, is_mine=found.ticket.claimed_by == staff.email, total=_total(found.ticket),
        fault=str(fault or ""),
    )  # fmt: skip


def _total(ticket: Ticket) -> Money | None:
    """What the order of a hand-off came to."""
    total = (ticket.snapshot or {}).get("total")
    return Money(int(total["minor"]), str(total["currency"])) if total else None
