"""Promotions, prices and events to come on a planner's page: looked at, entered, changed, withdrawn, undone."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsPlanner, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.ingress import a_day, a_number
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Staff
from core.errors import Conflict, InvalidInput, NotFound, PortalError
from core.money import Money
from core.purchasing.announcing import Draft, seen_as
from core.purchasing.events import KINDS, Event

router = APIRouter(prefix="/planner/events")
_WORDS = ("name", "kind", "sku", "category", "location", "price")
_BLANK = dict.fromkeys((*_WORDS, "first_on", "last_on", "discount", "lift"), "")


@router.get("")
def events(request: Request, calling: Calling, staff: AsPlanner, done: str = "", event: str = "") -> Response:
    """Events to come, what they are expected to sell, and a form for another."""
    return _shown(request, calling, staff, done=done, about=event)


@router.post("")
def add(request: Request, calling: Calling, staff: AsPlanner, fields: Fields) -> Response:
    """Enter an event."""
    try:
        made = door_of(request).portal.add_event(staff, _draft(fields))
    except (Conflict, InvalidInput) as fault:
        return _shown(request, calling, staff, fault=fault, typed=fields)
    return _back(made.event, "added")


@router.post("/change")
def change(request: Request, calling: Calling, staff: AsPlanner, fields: Fields) -> Response:
    """Change an event that was shown."""
    number = fields.get("event", "")
    try:
        door_of(request).portal.change_event(staff, number, fields.get("seen", ""), _draft(fields))
    except (Conflict, InvalidInput) as fault:
        return _shown(request, calling, staff, fault=fault, typed=fields, about=number)
    return _back(number, "changed")


@router.post("/withdraw")
def withdraw(request: Request, calling: Calling, staff: AsPlanner, fields: Fields) -> Response:
    """Withdraw an event that was shown."""
    number = fields.get("event", "")
    try:
        door_of(request).portal.withdraw_event(staff, number, fields.get("seen", ""))
    except Conflict as fault:
        return _shown(request, calling, staff, fault=fault)
    return _back(number, "withdrawn")


@router.post("/undo")
def undo(request: Request, calling: Calling, staff: AsPlanner, fields: Fields) -> Response:
    """Take the last change of an event back."""
    try:
        door_of(request).portal.undo_event(staff, fields.get("event", ""))
    except (Conflict, NotFound) as fault:
        return _shown(request, calling, staff, fault=fault)
    return go_to("/planner/events?done=undone")


def _back(number: str, done: str) -> Response:
    return go_to(f"/planner/events?{urlencode({'done': done, 'event': number})}")


def _draft(fields: dict[str, str]) -> Draft:
    """What a form says of an event.

    Raises:
        InvalidInput: something is no day or no number.
    """
    words = {name: fields.get(name, "").strip() for name in _WORDS}
    discount, lift = a_number(fields.get("discount", ""), "The discount"), a_number(fields.get("lift", ""), "The lift")
    return Draft(
        **words, first_on=a_day(fields.get("first_on", "")), last_on=a_day(fields.get("last_on", "")),
        discount=None if discount is None else round(discount / 100, 6), lift=lift,
    )  # fmt: skip


def _as_typed(event: Event) -> dict[str, str]:
    """An event as somebody would type it into the form."""
    price = "" if event.price is None else str(Money(event.price, event.currency).major)
    return {
        "name": event.name, "kind": event.kind, "first_on": event.first_on.isoformat(),
        "last_on": event.last_on.isoformat(), "sku": event.sku, "category": event.category,
        "location": event.location, "price": price,
        "discount": "" if event.discount is None else f"{event.discount * 100:g}",
        "lift": "" if event.lift is None else f"{event.lift:g}",
    }  # fmt: skip


def _shown(
    request: Request,
    calling: Caller,
    staff: Staff,
    *,
    fault: PortalError | None = None,
    typed: dict[str, str] | None = None,
    done: str = "",
    about: str = "",
) -> Response:
    portal = door_of(request).portal
    told: dict[str, Any] = {
        "events": portal.events(staff),
        "scope": portal.event_scope(staff),
        "kinds": KINDS,
        "seen_as": seen_as,
        "as_typed": _as_typed,
        "typed": {**_BLANK, **typed} if typed else {},
        "blank": _BLANK,
        "fault": str(fault) if fault else "",
        "done": done,
        "about": about,
    }
    return page(request, calling, "events.html", status=status_of(fault) if fault else 200, **told)
