"""Orders of retailers on a planner's page: what is sent in time, later, or not at all."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsPlanner, Calling, Fields
from bot.web.door import door_of
from bot.web.ingress import whole_number
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.errors import Conflict, InvalidInput
from core.orders.acknowledging import Said, WhyNot

router = APIRouter(prefix="/planner/retail")


@router.get("")
def retail_orders(request: Request, calling: Calling, staff: AsPlanner, done: str = "") -> Response:
    """Orders that wait for the shop's word."""
    found = door_of(request).portal.retail_orders(staff)
    return page(request, calling, "retail.html", orders=found, reasons=list(WhyNot), done=done, fault="", typed={})


@router.post("/{number}")
def acknowledge(request: Request, calling: Calling, staff: AsPlanner, number: str, fields: Fields) -> Response:
    """Say what becomes of each line."""
    portal = door_of(request).portal
    try:
        lines = sorted({int(name.partition("-")[2]) for name in fields if name.startswith("accepted-")})
        portal.answer_retailer(staff, number, {line: _said(fields, line) for line in lines})
    except (Conflict, InvalidInput) as refusal:
        shown = {"orders": portal.retail_orders(staff), "reasons": list(WhyNot), "done": "", "fault": str(refusal)}
        return page(request, calling, "retail.html", status=status_of(refusal), typed={"order": number, **fields},
                    **shown)  # fmt: skip
    return go_to(f"/planner/retail?done={number}")


def _said(fields: Mapping[str, str], line: int) -> Said:
    later, day, reason = (fields.get(f"{name}-{line}", "").strip() for name in ("backordered", "ship_on", "reason"))
    return Said(
        whole_number(fields[f"accepted-{line}"], "How many are sent in time"),
        whole_number(later, "How many are sent later") if later else 0,
        _day(day) if day else None,
        WhyNot(reason) if reason in {one.value for one in WhyNot} else None,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise InvalidInput("Write the day like 2026-01-31.") from fault
