"""Where suppliers answer orders: each by its own secret, about its own orders, each answer once."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from core.clock import Clock
from core.errors import InvalidInput, NotFound, PortalError, Unavailable
from core.portal import Portal
from core.systems import Suppliers
from integrations import standard_webhooks
from integrations.suppliers.messages import Acknowledgement, acknowledgement

log = logging.getLogger(__name__)
PATH = "/webhooks/suppliers/{supplier}"
LARGEST_BODY = 256 * 1024


def router(settings: Suppliers, portal: Portal, clock: Clock) -> APIRouter:
    """The route that suppliers are told to call."""
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def answer(supplier: str, request: Request) -> Response:
        """200 once it is booked (or was before), 401 without a signature, 4xx with a sentence where it cannot be."""
        secrets = settings.known(supplier)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if not secrets or not _is_signed(body, request, secrets):
            return Response(status_code=401)
        return await run_in_threadpool(_take, supplier, request.headers["webhook-id"], body)

    def _is_signed(body: bytes, request: Request, secrets: tuple[str, ...]) -> bool:
        try:
            return standard_webhooks.fits(body, request.headers, secrets, clock())
        except Exception:
            log.exception("a signature could not be checked")
            return False

    def _take(supplier: str, delivery: str, body: bytes) -> Response:
        try:
            said = acknowledgement(body)
        except InvalidInput as fault:
            return JSONResponse({"detail": str(fault)}, 400)
        try:
            return JSONResponse({"taken": book(portal, supplier, delivery, said)})
        except Unavailable:
            return Response(status_code=503)
        except PortalError as refusal:
            return JSONResponse({"detail": str(refusal)}, 404 if isinstance(refusal, NotFound) else 409)

    return routes


def book(portal: Portal, supplier: str, delivery: str, said: Acknowledgement) -> bool:
    """Book what a supplier says; False where this delivery was booked before.

    Raises:
        PortalError: it does not fit the order.
    """
    confirmed = said.confirmation() if said.status == "confirmed" else None
    return portal.acknowledge_order(supplier, delivery, said.number, confirmed, said.revision)


async def _body(request: Request) -> bytes | None:
    """The bytes that were sent; None where they are more than any answer."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
