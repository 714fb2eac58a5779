"""A customer's own account: who can see it, linking chats, the people of a company, and a copy of everything kept."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import AsVisitor, Caller, Calling, Fields
from bot.web.door import door_of
from bot.web.refusals import status_of
from bot.web.show import go_to, page
from core.accounts.model import Visitor
from core.errors import PortalError
from core.notifications.model import KINDS

router = APIRouter(prefix="/account")


@router.get("")
def account(request: Request, calling: Calling, visitor: AsVisitor) -> Response:
    """Who and what can see the account."""
    return _page(request, calling, visitor)


@router.post("/link")
def invite(request: Request, calling: Calling, visitor: AsVisitor, fields: Fields) -> Response:  # noqa: ARG001
    """Show a code, once, that links the chat it is typed in."""
    try:
        code = door_of(request).portal.invite_chat(visitor)
    except PortalError as refusal:
        return _page(request, calling, visitor, fault=refusal)
    return _page(request, calling, visitor, code=code)


@router.post("/unlink")
def unlink(request: Request, visitor: AsVisitor, fields: Fields) -> Response:  # noqa: ARG001 the form must be genuine
    """End what chats may see."""
    door_of(request).portal.unlink_chats(visitor)
    return go_to("/account")


@router.post("/people/remove")
def remove(request: Request, calling: Calling, visitor: AsVisitor, fields: Fields) -> Response:
    """Let somebody no longer act for the account."""
    try:
        door_of(request).portal.remove_person(visitor, fields.get("address", "")[:320])
    except PortalError as refusal:
        return _page(request, calling, visitor, fault=refusal)
    return go_to("/account")


@router.get("/notices")
def notices(request: Request, calling: Calling, visitor: AsVisitor) -> Response:
    """What the customer is told, where, and at which hours not."""
    return _notices_page(request, calling, visitor)


@router.post("/notices")
def choose_notices(request: Request, calling: Calling, visitor: AsVisitor, fields: Fields) -> Response:
    """Keep what was ticked; a channel that is not on the form stays as it is."""
    portal = door_of(request).portal
    channels = portal.notice_settings(visitor).channels
    wanted = {kind: {one: fields.get(f"{kind}:{one}") == "on" for one in channels} for kind in KINDS}
    quiet = (fields.get("quiet_from", "").strip()[:8], fields.get("quiet_until", "").strip()[:8])
    try:
        portal.choose_notices(visitor, wanted, fields.get("zone", "").strip()[:64], quiet)
    except PortalError as refusal:
        return _notices_page(request, calling, visitor, fault=refusal)
    return go_to("/account/notices")


@router.get("/data")
def data(request: Request, visitor: AsVisitor) -> Response:
    """Everything kept about the customer, as one file."""
    found = door_of(request).portal.export_for(visitor)
    content = json.dumps(found.as_dict(), ensure_ascii=False, indent=1)
    return Response(content, media_type="application/json",
                    headers={"Content-Disposition": 'attachment; filename="my-data.json"'})  # fmt: skip


def _page(
    request: Request, calling: Caller, visitor: Visitor, *, code: str = "", fault: PortalError | None = None
) -> Response:
    door = door_of(request)
    told = {
        "found": door.portal.access(visitor),
        "code": code,
        "links": {channel: url.replace("{token}", code) for channel, url in door.config.identity.chat_links.items()},
        "may_manage": door.portal.may(visitor, "account"),
        "fault": str(fault or ""),
    }
    return page(request, calling, "account.html", status=status_of(fault) if fault else 200, **told)


def _notices_page(request: Request, calling: Caller, visitor: Visitor, *, fault: PortalError | None = None) -> Response:
    portal = door_of(request).portal
    told = {
        "found": portal.notice_settings(visitor),
        "may_manage": portal.may(visitor, "account"),
        "fault": str(fault or ""),
    }
    return page(request, calling, "notices.html", status=status_of(fault) if fault else 200, **told)
