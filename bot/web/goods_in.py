"""Purchase orders on a planner's pages: what the supplier says, what came, what is cancelled; papers and scorecards."""

import secrets
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bot.web.callers import AsPlanner, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.ingress import whole_number
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Refused
from core.portal import Delivered, Portal
from core.purchasing.changes import Confirmation
from core.purchasing.model import PurchaseOrder

router = APIRouter(prefix="/planner")
Revision = Annotated[int, Query(ge=0, le=10_000)]
_UNITS, _WANTED = "units-", "wanted-"
_MOST_DECISIONS = 100


@router.get("/orders")
def purchase_orders(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """Purchase orders, latest first; those that are late say so."""
    portal = door_of(request).portal
    late = {one.purchase_order_number for one in portal.waiting_for(staff).late}
    return page(request, calling, "purchase_orders.html", orders=portal.purchase_orders(staff), late=late)


@router.get("/suppliers")
def suppliers(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """How suppliers kept their word in the last year."""
    return page(request, calling, "suppliers.html", cards=door_of(request).portal.scorecards(staff))


@router.get("/decisions")
def decisions(request: Request, calling: Calling, staff: AsPlanner) -> Response:
    """What the latest decisions were predicted to cost, would have cost since, and did."""
    found = door_of(request).portal.outcomes(staff, _MOST_DECISIONS)
    return page(request, calling, "decisions.html", found=found)


@router.get("/papers")
def papers(request: Request, staff: AsPlanner, number: str, kind: str = "pdf", revision: Revision = 0) -> Response:
    """A paper of a revision of a purchase order: pdf, csv or json."""
    files = door_of(request).portal.order_papers(staff, number, revision)
    file = next((one for one in files if one.name.endswith(f".{kind}")), None)
    if file is None:
        raise NotFound("There is no such paper; there are pdf, csv and json.")
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.post("/orders/{number:path}/{step}")
def change(request: Request, calling: Calling, staff: AsPlanner, number: str, step: str, fields: Fields) -> Response:
    """Take one step with an order."""
    portal = door_of(request).portal
    try:
        _take(portal, staff, (number, step), fields)
    except (Conflict, InvalidInput, Refused) as refusal:
        return _order_page(request, calling, portal.purchase_order(staff, number), fault=refusal, typed=fields)
    return go_to(f"/planner/orders/{number}?done={step}")


@router.get("/orders/{number:path}")
def purchase_order(request: Request, calling: Calling, staff: AsPlanner, number: str, done: str = "") -> Response:
    """One purchase order with its lines, and what can be done with it."""
    return _order_page(request, calling, door_of(request).portal.purchase_order(staff, number), done=done)


def _take(portal: Portal, staff: Staff, meant: tuple[str, str], fields: dict[str, str]) -> None:
    number, step = meant
    if step == "receive":
        portal.receive_goods(staff, number, Delivered(fields.get("receipt", "")[:80], _numbers(fields, _UNITS)))
    elif step == "confirm":
        expected_on = _day(fields["expected_on"]) if fields.get("expected_on") else None
        said = Confirmation(expected_on, _numbers(fields, _WANTED), fields.get("reference", ""))
        portal.confirm_order(staff, number, said)
    elif step == "put-off":
        portal.put_off_order(staff, number, _day(fields.get("expected_on", "")), fields.get("why", ""))
    elif step == "cancel":
        portal.cancel_rest(staff, number, fields.get("why", ""))
    else:
        raise NotFound("There is no such step.")


def _order_page(
    request: Request,
    calling: Caller,
    order: PurchaseOrder,
    *,
    fault: PortalError | None = None,
    typed: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    kept = (typed or {}).get("receipt") if fault else None  # the same delivery is not booked twice by trying again
    told: dict[str, Any] = {
        "order": order,
        "fault": str(fault) if fault else "",
        "typed": typed or {},
        "done": done,
        "receipt": kept or f"page-{secrets.token_hex(8)}",
        "is_open": order.is_under_way,
    }
    return page(request, calling, "purchase_order.html", status=status_of(fault) if fault else 200, **told)


def _numbers(fields: dict[str, str], prefix: str) -> dict[int, int]:
    """Whole numbers by line; empty fields say nothing.

    Raises:
        InvalidInput: one is no whole number.
    """
    typed = {name.removeprefix(prefix): value for name, value in fields.items() if name.startswith(prefix)}
    return {
        whole_number(line, "A line's number"): whole_number(value, f"Line {line}")
        for line, value in typed.items()
        if value.strip()
    }


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidInput("Write a day like 2026-06-25.") from error
