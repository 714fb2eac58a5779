"""A customer's own tickets: the thread of each, and a place to reply, attach, close and ask for something new."""

from secrets import token_hex

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsCustomer, Caller, Calling, Fields, WithFiles
from bot.web.door import door_of
from bot.web.ingress import opaque
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Customer
from core.errors import Conflict, InvalidInput, PortalError, Refused, TooMany

router = APIRouter(prefix="/tickets")
CHANNEL = "web"


@router.get("")
def tickets(request: Request, calling: Calling, customer: AsCustomer) -> Response:
    """My tickets, latest first, and a place to open one."""
    return _list_page(request, calling, customer)


@router.post("")
def open_one(request: Request, calling: Calling, customer: AsCustomer, sending: WithFiles) -> Response:
    """Have somebody look into something."""
    portal, fields = door_of(request).portal, sending.fields
    try:
        key = opaque(fields.get("delivery_id") or token_hex(8), "delivery_id")
        where = (CHANNEL, calling.chat)
        opened = portal.open_my_ticket(calling.speaker, where, fields.get("text", ""), key, sending.files)
    except (InvalidInput, TooMany) as refusal:
        return _list_page(request, calling, customer, fault=refusal)
    return go_to(f"/tickets/{opened.ticket_number}")


@router.get("/{number}")
def ticket(request: Request, calling: Calling, customer: AsCustomer, number: str) -> Response:
    """One ticket: everything said in it, and a place to go on."""
    return _ticket_page(request, calling, customer, number)


@router.post("/{number}/reply")
def reply(request: Request, calling: Calling, customer: AsCustomer, number: str, sending: WithFiles) -> Response:
    """Add to a ticket; one closed not long ago opens again."""
    portal, fields = door_of(request).portal, sending.fields
    try:
        key = opaque(fields.get("delivery_id") or token_hex(8), "delivery_id")
        portal.reply_to_ticket(calling.speaker, number, fields.get("text", ""), key, sending.files)
    except (InvalidInput, Refused, TooMany) as refusal:
        return _ticket_page(request, calling, customer, number, fault=refusal)
    return go_to(f"/tickets/{number}#end")


@router.post("/{number}/close")
def close(request: Request, calling: Calling, customer: AsCustomer, number: str, fields: Fields) -> Response:  # noqa: ARG001
    """Be done with a ticket."""
    try:
        door_of(request).portal.close_my_ticket(customer.customer_id, number)
    except Conflict as refusal:
        return _ticket_page(request, calling, customer, number, fault=refusal)
    return go_to(f"/tickets/{number}")


def _list_page(request: Request, calling: Caller, customer: Customer, *, fault: PortalError | None = None) -> Response:
    found = door_of(request).portal.my_tickets(customer.customer_id)
    return page(
        request, calling, "my_tickets.html", status=status_of(fault) if fault else 200, tickets=found,
        delivery_id=token_hex(8), fault=str(fault or ""), largest=door_of(request).config.uploads.largest_mb,
    )  # fmt: skip


def _ticket_page(
    request: Request, calling: Caller, customer: Customer, number: str, *, fault: PortalError | None = None
) -> Response:
    door = door_of(request)
    found = door.portal.my_ticket(customer.customer_id, number)
    sent = tuple(one for entry in found.thread for one in entry.files)
    return page(
        request, calling, "my_ticket.html", status=status_of(fault) if fault else 200, ticket=found.ticket,
        thread=found.thread, files=door.portal.kept_files(sent), may_reply=found.ticket.is_open
        or door.portal.may_reopen(found.ticket), delivery_id=token_hex(8), fault=str(fault or ""),
        largest=door.config.uploads.largest_mb,
    )  # fmt: skip
