"""Files that customers sent, for those they are from and for people of the shop."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.web.callers import Calling, SignInFirst
from bot.web.door import door_of
from bot.web.show import go_to
from core.accounts.model import Visitor

router = APIRouter(prefix="/uploads")
_INERT = "default-src 'none'; sandbox"  # whatever hides in a file, it runs nothing and loads nothing


def any_visitor(calling: Calling) -> Visitor:
    """Whoever signed in.

    Raises:
        SignInFirst: nobody did.
    """
    if calling.visitor is None:
        raise SignInFirst("Please sign in to see this page.")
    return calling.visitor


@router.get("/file/{token}")
def file(request: Request, calling: Calling, token: str) -> Response:
    """A file behind a genuine link: photos are shown, anything else is only handed over."""
    found, content = door_of(request).portal.uploaded(token, calling.visitor)
    shown = "inline" if found.is_image else "attachment"
    disposition = f"{shown}; filename*=UTF-8''{quote(found.name)}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": _INERT}
    return Response(content, media_type=found.media_type, headers=headers)


@router.get("/{upload_id}")
def link(request: Request, visitor: Annotated[Visitor, Depends(any_visitor)], upload_id: str) -> Response:
    """A fresh link to a file."""
    return go_to(door_of(request).portal.upload_link(visitor, upload_id))
