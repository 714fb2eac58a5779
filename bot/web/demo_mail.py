"""In the demo only: the letters that another shop would have mailed."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import Calling
from bot.web.door import door_of
from bot.web.show import page

router = APIRouter()


@router.get("/demo/mail")
def letters(request: Request, calling: Calling) -> Response:
    """The latest letters, newest first."""
    return page(request, calling, "demo_mail.html", letters=door_of(request).portal.letters())
