"""Where Telegram calls us: nobody without the secret, and nothing is thanked for before it is stored."""

import hmac
import json
import logging
import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.channels.telegram.door import Door
from core.config import Telegram
from core.errors import Unavailable

log = logging.getLogger(__name__)
PATH = "/telegram/webhook"
LARGEST_BODY = 1024 * 1024
_HEADER = "x-telegram-bot-api-secret-token"


def router(settings: Telegram, door: Door) -> APIRouter:
    """The route that Telegram is told to call."""
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def update(request: Request) -> Response:
        """200 once the update is stored, 401 without the secret, 503 where Telegram has to send it again."""
        if not knows_secret(settings, request.headers.get(_HEADER, "")):
            return Response(status_code=401)
        body = await _body(request)
        raw = _read(body) if body is not None else None
        if raw is None:
            return Response(status_code=413 if body is None else 400)
        try:
            await run_in_threadpool(door.take, raw)
        except Unavailable as outage:
            log.warning("an update could not be stored: %s", outage)
            return Response(status_code=503)
        except Exception:
            log.exception("an update could not be taken in", extra={"reference": secrets.token_hex(4)})
        return Response(status_code=200)

    return routes


def knows_secret(settings: Telegram, given: str) -> bool:
    """Whether it is the secret, or the one before it; takes the same time either way."""
    sent = given.encode("utf-8", "replace")
    kept = (settings.webhook_secret, settings.previous_webhook_secret)
    fits = [
        hmac.compare_digest(sent, secret.get_secret_value().encode()) for secret in kept if secret.get_secret_value()
    ]
    return any(fits)


async def _body(request: Request) -> bytes | None:
    """The bytes that were sent; None where they are more than any update."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and isinstance(raw.get("update_id"), int) else None
