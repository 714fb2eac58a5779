"""Goods that come back: the pages of people of the shop, and what customers do with their own."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsCustomer, AsStaff, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Refused
from core.portal import Portal
from core.returns.handling import Case, Checked

router = APIRouter(prefix="/returns")


@router.get("")
def waiting(request: Request, calling: Calling, staff: AsStaff) -> Response:
    """Returns that wait for somebody, oldest first, then the latest that ended."""
    return page(request, calling, "returns.html", cases=door_of(request).portal.returns(staff))


@router.get("/label/{token}")
def label(request: Request, calling: Calling, token: str) -> Response:
    """The slip for a parcel, behind a genuine link."""
    visitor_id = (calling.customer.customer_id if calling.customer else "") if calling.visitor else None
    name, content = door_of(request).portal.return_label(token, visitor_id)
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


@router.get("/{number:path}/label")
def label_link(request: Request, customer: AsCustomer, number: str) -> Response:
    """A fresh link to the slip."""
    return go_to(door_of(request).portal.return_label_link(customer.customer_id, number))


@router.post("/{number:path}/cancel")
def cancel(request: Request, customer: AsCustomer, number: str, fields: Fields) -> Response:
    """Keep the goods after all."""
    door_of(request).portal.call_off_return(customer.customer_id, number)
    order = fields.get("order", "")
    return go_to(f"/orders/{order}" if order.isascii() and order.isalnum() else "/orders")


@router.post("/{number:path}/{step}")
def handle(request: Request, calling: Calling, staff: AsStaff, number: str, step: str, fields: Fields) -> Response:
    """Take one step with a return."""
    portal = door_of(request).portal
    try:
        _take(portal, staff, (number, step), fields)
    except (Conflict, InvalidInput, Refused) as refusal:
        return _case_page(request, calling, staff, number, fault=refusal)
    return go_to(f"/returns/{number}")


@router.get("/{number:path}")
def one_return(request: Request, calling: Calling, staff: AsStaff, number: str) -> Response:
    """One return, and what can be done with it now."""
    return _case_page(request, calling, staff, number)


def _take(portal: Portal, staff: Staff, asked: tuple[str, str], fields: Mapping[str, str]) -> None:
    number, step = asked
    if step == "approve":
        portal.approve_return(staff, number)
    elif step == "receive":
        found, _ = portal.return_case(staff, number)
        portal.receive_return(staff, number, _checked(found, fields))
    elif step == "reject":
        portal.reject_return(staff, number, fields.get("reason", ""))
    elif step == "settle":
        portal.settle_return(staff, number)
    else:
        raise NotFound("There is no such page.")


def _checked(one: Case, fields: Mapping[str, str]) -> dict[int, Checked]:
    return {
        line.line: Checked(_count(fields, f"accepted-{line.line}"), _count(fields, f"sellable-{line.line}"))
        for line in one.found.lines
    }


def _count(fields: Mapping[str, str], name: str) -> int:
    said = fields.get(name, "").strip()
    if not (said.isascii() and said.isdigit() and len(said) < 8):
        raise InvalidInput("Give whole numbers of units, 0 where there is none.")
    return int(said)


def _case_page(
    request: Request, calling: Caller, staff: Staff, number: str, *, fault: PortalError | None = None
) -> Response:
    portal = door_of(request).portal
    one, worth = portal.return_case(staff, number)
    photos, lacks_photo = portal.return_photos(staff, one)
    following = {status.value for status in type(one.found.status) if one.found.may_become(status)}
    return page(
        request, calling, "return.html", status=status_of(fault) if fault else 200,
        one=one, worth=worth, following=following, photos=photos, lacks_photo=lacks_photo, fault=str(fault or ""),
    )  # fmt: skip
