"""What a supervisor asks: is the process alive, and can it do its work."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from bot.web.door import door_of
from core.errors import PortalError

router = APIRouter()


@router.get("/healthz")
async def alive() -> JSONResponse:
    """200 while the process lives; asks nothing of the database."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """200 where all is well, otherwise 503 with what is not."""
    try:
        health = door_of(request).portal.health()
    except PortalError as outage:
        return JSONResponse({"ready": False, "faults": [str(outage)]}, 503)
    told = {
        "ready": not health.faults,
        "faults": list(health.faults),
        "oldest_unsent_s": health.oldest_unsent_s,
        "last_runs": {job: at.isoformat() for job, at in sorted(health.last_runs.items())},
    }
    return JSONResponse(told, 503 if health.faults else 200)
