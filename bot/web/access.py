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
