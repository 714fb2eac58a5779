"""Where connected systems call us: nobody without a signature, and nothing is thanked for before it is stored."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.web.ingress import read_json
from core.clock import Clock
from core.errors import InvalidInput, Unavailable
from core.exchange.ports import Admitted, Doorkeeper
from core.portal import Portal

log = logging.getLogger(__name__)
PATH = "/webhooks/systems/{name}"
LARGEST_BODY = 1024 * 1024


def router(portal: Portal, clock: Clock) -> APIRouter:
    """The route that connected systems are told to call."""
    routes = APIRouter()
    doors = {name: keeper for name in portal.systems if (keeper := portal.backend(name).doorkeeper) is not None}

    @routes.post(PATH, include_in_schema=False)
    async def delivery(name: str, request: Request) -> Response:
        """200 once it is stored, 401 without a signature, 400 if it cannot be read, 503 if it has to come again."""
        doorkeeper = doors.get(name)
        if doorkeeper is None:
            return Response(status_code=404)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return Response(status_code=413)
        admitted = _admitted(doorkeeper, bytes(body), request, clock)
        if admitted is None:
            return Response(status_code=401)
        return await run_in_threadpool(_store, name, admitted, bytes(body))

    def _store(name: str, admitted: Admitted, body: bytes) -> Response:
        try:
            portal.hear(name, admitted, read_json(body))
        except InvalidInput:
            log.warning("a signed delivery of %s is no JSON object", name)
            return Response(status_code=400)
        except Unavailable as outage:
            log.warning("a delivery of %s could not be stored: %s", name, outage)
            return Response(status_code=503)
        return Response(status_code=200)

    return routes


def _admitted(doorkeeper: Doorkeeper, body: bytes, request: Request, clock: Clock) -> Admitted | None:
    try:
        return doorkeeper(body, dict(request.headers), clock())
    except Exception:
        log.exception("a signature could not be checked")
        return None
