"""What a supervisor asks: is the process alive, and can it do its work."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from bot.web.door import door_of
from core.errors import NotFound, PortalError
from core.portal import Metrics

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
        "systems": [
            {
                "system": one.system,
                "feed": one.feed,
                "last_read": one.succeeded_at.isoformat() if one.succeeded_at else None,
                "failing_since": one.failing_since.isoformat() if one.failing_since else None,
                "drift": vars(one.drift) if one.drift else None,
            }
            for one in health.systems
        ],
        "last_runs": {job: at.isoformat() for job, at in sorted(health.last_runs.items())},
    }
    return JSONResponse(told, 503 if health.faults else 200)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Counts for Prometheus, to whoever shows the token of `web.metrics_token`; without one there is no such page."""
    token = door_of(request).config.web.metrics_token.get_secret_value()
    shown = request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise NotFound("There is no such page.")
    return PlainTextResponse(as_text(door_of(request).portal.metrics()), media_type="text/plain; version=0.0.4")


def as_text(found: Metrics) -> str:
    """Counts in the text that Prometheus reads; names of channels, states and jobs are our own and hold no quotes."""
    letters = [
        f'storekeeper_letters{{channel="{channel}",state="{state}"}} {count}'
        for (channel, state), count in sorted(found.letters.items())
    ]
    runs = [
        f'storekeeper_job_since_run_seconds{{job="{job}"}} {seconds:.0f}'
        for job, seconds in sorted(found.since_run_s.items())
    ]
    told = [
        ("storekeeper_letters", "Letters in the outbox by channel and state.", letters),
        ("storekeeper_oldest_unsent_seconds", "Age of the oldest letter that is due.",
         [f"storekeeper_oldest_unsent_seconds {found.oldest_unsent_s:.0f}"]),
        ("storekeeper_unanswered", "Messages stored and not answered yet.",
         [f"storekeeper_unanswered {found.unanswered}"]),
        ("storekeeper_failed_deliveries", "Deliveries given up that wait for a person, up to 200.",
         [f"storekeeper_failed_deliveries {found.failed}"]),
        ("storekeeper_job_since_run_seconds", "Time since each job last came to its end.", runs),
    ]  # fmt: skip
    lines = [line for name, about, rows in told for line in (f"# HELP {name} {about}", f"# TYPE {name} gauge", *rows)]
    return "\n".join(lines) + "\n"
