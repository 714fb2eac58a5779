"""Where carriers call us: nobody without a signature, and nothing is thanked for before it is stored."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool

from core.clock import Clock
from core.config import Carriers
from core.errors import Unavailable
from core.portal import Portal
from core.shipments.model import Heard
from integrations.carriers import aftership, anybody, dhl, dpd, easypost, fedex, gls, own, ups, usps
from integrations.carriers.reading import Reader, Unreadable, text
from integrations.carriers.signatures import Verifier, by_aftership, by_easypost, by_standard

log = logging.getLogger(__name__)
PATH = "/webhooks/carriers/{name}"
LARGEST_BODY = 1024 * 1024
DIRECT: dict[str, Reader] = {
    "ups": ups.read, "fedex": fedex.read, "usps": usps.read, "dhl": dhl.read, "dpd": dpd.read, "gls": gls.read,
    "other": anybody.read,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """How one that calls us is verified and read, and where its message names itself."""

    verify: Verifier
    secrets: tuple[str, ...]
    read: Callable[[dict[str, Any], ZoneInfo], list[Heard]]
    delivery_of: Callable[[dict[str, Any], Request], object]


def router(settings: Carriers, portal: Portal, zone: ZoneInfo, clock: Clock) -> APIRouter:
    """The route that carriers, those who gather for them, and relays of the shop are told to call."""
    routes, known = APIRouter(), lines(settings)

    @routes.post(PATH, include_in_schema=False)
    async def delivery(name: str, request: Request) -> Response:
        """202 once it is stored, 401 without a signature, 400 if it cannot be read, 503 if it has to come again."""
        line = known.get(name)
        if line is None:
            return Response(status_code=404)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if not _is_signed(line, body, request, clock):
            return Response(status_code=401)
        return await run_in_threadpool(_take, name, line, body, request)

    def _take(name: str, line: Line, body: bytes, request: Request) -> Response:
        try:
            message = _json(body)
            parcels = line.read(message, zone)
        except Unreadable as fault:
            log.warning("a signed message of %s could not be read: %s", name, fault)
            return Response(status_code=400)
        said = text(line.delivery_of(message, request)) or hashlib.sha256(body).hexdigest()
        try:
            portal.hear_of_parcels(name, said, parcels)
        except Unavailable as outage:
            log.warning("what %s said of parcels could not be stored: %s", name, outage)
            return Response(status_code=503)
        return Response(status_code=202)

    return routes


def lines(settings: Carriers) -> dict[str, Line]:
    """Those who may call: whoever has a secret."""
    signed = _given(settings.signing_secret, settings.previous_signing_secret)
    found = {
        "easypost": Line(
            by_easypost,
            _given(settings.easypost_secret, settings.previous_easypost_secret),
            lambda message, zone: easypost.read(message, "", zone),
            lambda message, _request: message.get("id"),
        ),
        "aftership": Line(
            by_aftership,
            _given(settings.aftership_secret, settings.previous_aftership_secret),
            lambda message, zone: aftership.read(message, "", zone),
            lambda message, _request: message.get("event_id"),
        ),
        "signed": Line(by_standard, signed, lambda message, zone: own.read(message, "", zone), _webhook_id),
        **{name: Line(by_standard, signed, _enveloped(read), _webhook_id) for name, read in DIRECT.items()},
    }
    return {name: line for name, line in found.items() if line.secrets}


def _enveloped(read: Reader) -> Callable[[dict[str, Any], ZoneInfo], list[Heard]]:
    """A carrier's own payload, and beside it the number that was asked about."""
    return lambda message, zone: read(message.get("payload"), text(message.get("tracking_number")), zone)


def _webhook_id(_message: dict[str, Any], request: Request) -> str:
    return request.headers["webhook-id"]


def _given(*secrets: SecretStr) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in secrets if secret.get_secret_value())


def _is_signed(line: Line, body: bytes, request: Request, clock: Clock) -> bool:
    try:
        return line.verify(body, request.headers, line.secrets, clock())
    except Exception:
        log.exception("a signature could not be checked")
        return False


def _json(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(message, dict):
        raise Unreadable("no JSON object")
    return message


async def _body(request: Request) -> bytes | None:
    """The bytes that were sent; None where they are more than any message."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
