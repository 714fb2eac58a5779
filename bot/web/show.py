"""Answering with a page: what every template is told, and how a form's outcome is passed on."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.web.callers import Caller
from bot.web.door import door_of


def page(request: Request, calling: Caller, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of a template for whoever asks."""
    told = {"caller": calling, "form_token": calling.form_token, "here": request.url.path, **values}
    return HTMLResponse(door_of(request).paper.write(template, calling.language, **told), status)


def go_to(path: str) -> RedirectResponse:
    """Send the browser on after a form, so that loading again repeats nothing."""
    return RedirectResponse(path, 303)


def local_path(given: str, otherwise: str) -> str:
    """A path of this shop to go on to; whatever might lead elsewhere is not followed."""
    is_ours = given.startswith("/") and not given.startswith("//") and "\\" not in given and given.isprintable()
    return given if is_ours else otherwise
