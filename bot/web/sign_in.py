"""Signing in with a mailed code, and out again."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import SESSION, Caller, Calling, Fields, end_session, start_session
from bot.web.door import door_of
from bot.web.refusals import status_of
from bot.web.show import go_to, local_path, page
from core.errors import PortalError

router = APIRouter()


@router.get("/sign-in")
def ask_address(request: Request, calling: Calling, next: str = "") -> Response:  # noqa: A002 the name in addresses
    """The page that asks for an e-mail address."""
    if calling.visitor:
        return go_to(_home(calling, next))
    return _address_page(request, calling, goes_on=next)


@router.post("/sign-in")
def send_code(request: Request, calling: Calling, fields: Fields) -> Response:
    """Mail a code; where nobody has the address the answer is the same."""
    address, goes_on = fields.get("address", "")[:320], fields.get("next", "")
    try:
        door_of(request).portal.ask_for_code(address, calling.browser)
    except PortalError as refusal:
        return _address_page(
            request, calling, goes_on=goes_on, address=address, fault=str(refusal), status=status_of(refusal)
        )
    return _code_page(request, calling, goes_on=goes_on)


@router.get("/sign-in/code")
def ask_code(request: Request, calling: Calling, next: str = "") -> Response:  # noqa: A002
    """The page that asks for the code."""
    return go_to(_home(calling, next)) if calling.visitor else _code_page(request, calling, goes_on=next)


@router.post("/sign-in/code")
def check_code(request: Request, calling: Calling, fields: Fields) -> Response:
    """Begin a session where the code is right."""
    goes_on = fields.get("next", "")
    portal = door_of(request).portal
    try:
        token = portal.sign_in(calling.browser, fields.get("code", ""))
    except PortalError as refusal:
        return _code_page(request, calling, goes_on=goes_on, fault=str(refusal), status=status_of(refusal))
    start_session(request, token)
    visitor = portal.visitor(token)
    return go_to(_home(Caller(visitor, calling.browser, ""), goes_on))


@router.post("/sign-out")
def sign_out(request: Request, calling: Calling, fields: Fields) -> Response:  # noqa: ARG001 the form must be genuine
    """End the session."""
    if calling.visitor:
        door_of(request).portal.sign_out(request.cookies[SESSION])
    end_session(request)
    return go_to("/")


def _home(calling: Caller, goes_on: str) -> str:
    if calling.staff:
        return local_path(goes_on, "/planner" if calling.staff.may_plan else "/support")
    return local_path(goes_on, "/orders")


def _address_page(
    request: Request, calling: Caller, *, goes_on: str, address: str = "", fault: str = "", status: int = 200
) -> Response:
    hints = door_of(request).hints
    told = {"goes_on": local_path(goes_on, ""), "address": address, "fault": fault, "hints": hints}
    return page(request, calling, "sign_in.html", status=status, **told)


def _code_page(request: Request, calling: Caller, *, goes_on: str, fault: str = "", status: int = 200) -> Response:
    told = {"goes_on": local_path(goes_on, ""), "fault": fault}
    return page(request, calling, "sign_in_code.html", status=status, **told)
