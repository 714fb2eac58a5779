"""Where Slack calls us: the raw bytes are checked against the signing secret before anything reads them."""

import json
import logging
import math
from typing import Any
from urllib.parse import parse_qs

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.slack.door import SlackDoor

log = logging.getLogger(__name__)
PATH = "/slack/events"
_DEEPEST = 32


class Gate:
    """Lets in what Slack signed within the last five minutes, by the current secret or the one before it."""

    def __init__(self, door: SlackDoor, app: AsyncApp) -> None:
        self._app = app
        clock = _Watch(door)
        settings = door.settings
        secrets = (settings.signing_secret.get_secret_value(), settings.previous_signing_secret.get_secret_value())
        self._verifiers = [SignatureVerifier(secret, clock) for secret in secrets if secret.strip()]

    async def receive(self, request: Request) -> Response:
        """Answer one call of Slack's; what is not signed gets an empty 401, what cannot be read an empty 400."""
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not any(_is_signed(verifier, body, headers) for verifier in self._verifiers):
            return Response(status_code=401)
        text = body.decode("utf-8")  # the verifier has read it so already
        if not _can_be_read(text, headers.get("content-type", "")):
            return Response(status_code=400)
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=text, headers=dict(headers)))
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


class _Watch(SlackClock):
    def __init__(self, door: SlackDoor) -> None:
        self._door = door

    def now(self) -> float:
        """The time by the house's own clock."""
        return self._door.clock().timestamp()


def _is_signed(verifier: SignatureVerifier, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return verifier.is_valid_request(body, headers)
    except Exception as error:  # noqa: BLE001 the verifier raises on odd headers, in more ways than one
        log.info("a signature could not be read: %s", type(error).__name__)
        return False


def _can_be_read(text: str, kind: str) -> bool:
    """Whether it is an object of bounded depth without NaN, as JSON or as the form that holds one."""
    try:
        if kind.startswith("application/x-www-form-urlencoded"):
            fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=100)
            found: Any = _json(fields["payload"][0]) if "payload" in fields else {}
        else:
            found = _json(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and _is_shallow(found)


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number beyond all bounds")
    return number


def _is_shallow(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return True
    return False
