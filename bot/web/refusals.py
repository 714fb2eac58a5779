"""From an expected failure to a status and a page: the one place that says which is which."""

import logging
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bot.web.callers import SignInFirst
from bot.web.door import door_of
from core.errors import (
    Conflict,
    InvalidInput,
    NeedsProof,
    NotFound,
    PortalError,
    Refused,
    TooMany,
    Unavailable,
)

log = logging.getLogger(__name__)
_STATUS: dict[type[PortalError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    SignInFirst: 401,
    NeedsProof: 403,
    Refused: 403,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}
_TITLES = {
    400: "That could not be read",
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Not this way",
    409: "Somebody was first",
    410: "This link has expired",
    413: "Too large",
    422: "That cannot be used as it is",
    429: "Too often",
    503: "Not available just now",
}
_SENTENCES = {
    404: "There is no such page.",
    405: "This page cannot be asked for in this way.",
    503: "Our records are not answering just now. Nothing was changed. Please try again in a few minutes.",
}


def status_of(refusal: PortalError) -> int:
    """The HTTP status that says the same as a refusal."""
    if isinstance(refusal, Refused) and refusal.rule == "link-expired":
        return 410
    return next((_STATUS[kind] for kind in type(refusal).__mro__ if kind in _STATUS), 500)


def refuse(request: Request, status: int, sentence: str) -> Response:
    """The page (for `/api` and probes the JSON object) that says what is wrong."""
    if _speaks_json(request):
        return JSONResponse({"error": sentence, "status": status}, status)
    title = _TITLES.get(status, "Something went wrong")
    return HTMLResponse(
        door_of(request).paper.write("refusal.html", title=title, sentence=sentence, status=status), status
    )


def register(app: FastAPI) -> None:
    """Let every expected failure become its page."""
    app.add_exception_handler(PortalError, _refused)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(RequestValidationError, _not_valid)


def _refused(request: Request, refusal: Any) -> Response:
    if isinstance(refusal, SignInFirst) and request.method == "GET" and not _speaks_json(request):
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
    if isinstance(refusal, Unavailable):
        log.warning("a page found no database: %s", refusal)
        response = refuse(request, 503, _SENTENCES[503])
        response.headers["Retry-After"] = "10"
        return response
    return refuse(request, status_of(refusal), str(refusal))


def _not_served(request: Request, error: Any) -> Response:
    response = refuse(request, error.status_code, _SENTENCES.get(error.status_code, "That request cannot be answered."))
    response.headers.update(error.headers or {})
    return response


def _not_valid(request: Request, error: Any) -> Response:
    """A path that holds no number where one belongs is a page that does not exist."""
    in_path = any(fault["loc"][0] == "path" for fault in error.errors())
    if in_path:
        return refuse(request, 404, _SENTENCES[404])
    return refuse(request, 422, "The request could not be read. Load the page again and send it once more.")


def _speaks_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.url.path.endswith("/reprice")
