"""Choosing the language of the pages and the chat."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.web.callers import Calling, Fields, keep_language
from bot.web.chat import CHANNEL
from bot.web.door import door_of
from bot.web.show import go_to, local_path

router = APIRouter()


@router.post("/language")
def choose(request: Request, calling: Calling, fields: Fields) -> Response:
    """Speak another language from now on, and go back to where that was asked for."""
    language = fields.get("language", "")
    customer_id = calling.customer.customer_id if calling.customer else None
    door_of(request).portal.choose_language(customer_id, CHANNEL, calling.chat, language)
    keep_language(request, language)
    return go_to(local_path(fields.get("next", ""), "/"))
