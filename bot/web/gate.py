"""What holds for every request: a bounded body, headers that keep browsers strict, and no failure shown raw."""

import logging
import secrets
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
LARGEST_UPDATE = 1024 * 1024
"""Of what a chat platform delivers: what is refused it sends again, and what comes after may wait for it."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TAKE_FILES = {"/chat", "/api/chat/files", "/tickets"}
_PLATFORMS = ("/telegram/", "/slack/")
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}

Refusal = Callable[[Request, int, str], Response]


class Gate:
    """Stands in front of all pages; `refuse` draws the page for a status and a sentence."""

    def __init__(self, app: ASGIApp, refuse: Refusal, *, is_https: bool, largest_upload: int = LARGEST_BODY) -> None:
        self.app = app
        self.refuse = refuse
        self.is_https = is_https
        self.largest_upload = largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD" and not scope["path"].startswith("/api/"):
            scope = {**scope, "method": "GET"}  # pages answer both; the server leaves the body out
        leaving = _Leaving(scope, send, is_https=self.is_https)
        try:
            await self._let_through(scope, receive, leaving)
        except ClientDisconnect:
            log.debug("a visitor went away before the answer was sent")
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("a page failed", extra={"reference": reference, "route": _route(scope)})
            if leaving.has_begun:
                raise
            sentence = f"Something went wrong on our side. If it happens again, tell us the reference {reference}."
            await self.refuse(Request(scope), 500, sentence)(scope, receive, leaving)

    async def _let_through(self, scope: Scope, receive: Receive, leaving: "_Leaving") -> None:
        if _has_control_characters(scope):
            await self.refuse(Request(scope), 404, "There is no such page.")(scope, receive, leaving)
            return
        if scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, leaving)
            return
        most = self._most(scope)
        body = await _whole_body(scope, receive, most)
        if body is None:
            sentence = f"That was too much at once; at most {most // 1024} KiB are read."
            leaving.is_last = True
            await self.refuse(Request(scope), 413, sentence)(scope, receive, leaving)
            return
        await self.app(scope, _replayed(body, receive), leaving)

    def _most(self, scope: Scope) -> int:
        if _sends_files(scope) or _is_delivery(scope):
            return self.largest_upload
        return LARGEST_UPDATE if scope["path"].startswith(_PLATFORMS) else LARGEST_BODY


class _Leaving:
    """A response on its way out, which gets the headers and cookies that all of them have."""

    def __init__(self, scope: Scope, send: Send, *, is_https: bool) -> None:
        self.scope = scope
        self.send = send
        self.is_https = is_https
        self.has_begun = False
        self.is_last = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self._complete(MutableHeaders(scope=message), message["status"])
        await self.send(message)

    def _complete(self, headers: MutableHeaders, status: int) -> None:
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        if self.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if self.scope["path"].startswith("/static/") and status in {200, 304}:
            kept = "public, max-age=31536000, immutable" if self.scope["query_string"] else "public, max-age=300"
            headers["Cache-Control"] = kept
        else:
            headers["Cache-Control"] = "no-store"
        if self.is_last:  # what is left of the body is not worth reading
            headers["Connection"] = "close"
        for cookie in self.scope.get("state", {}).get("cookies", ()):
            headers.append("Set-Cookie", cookie)


def _is_delivery(scope: Scope) -> bool:
    """What systems and carriers deliver is bounded again where its signature is checked."""
    return str(scope["path"]).startswith("/webhooks/")


def _sends_files(scope: Scope) -> bool:
    """Whether this is a form with files, sent to one of the few pages that take them."""
    is_form = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
    return is_form and (scope["path"] in _TAKE_FILES or scope["path"].startswith("/tickets/"))


async def _whole_body(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """The body, or None where it is larger than anything we read; a lie about its length does not help.

    None as well where the sender went away: half a form must not count as a whole one.
    """
    announced = Headers(scope=scope).get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:12]) > most:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _has_control_characters(scope: Scope) -> bool:
    asked = scope["path"].encode("utf-8", "surrogatepass") + unquote_to_bytes(scope["query_string"])
    return any(byte < 0x20 or byte == 0x7F for byte in asked)


def _route(scope: Scope) -> str:
    """The pattern of the route, never the path itself: paths hold order numbers."""
    return str(getattr(scope.get("route"), "path", "none"))
