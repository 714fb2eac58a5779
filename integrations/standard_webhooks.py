"""Standard Webhooks: id, time and body signed together, by a secret or the one before; see standardwebhooks.com."""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"


def fits(body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: datetime) -> bool:
    """Whether a call is signed by one of the secrets, and no older or newer than `WINDOW`."""
    delivery, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not delivery or "." in delivery or not re.fullmatch(r"\d{1,11}", at, re.ASCII):
        return False
    if abs(now.timestamp() - int(at)) > WINDOW.total_seconds():
        return False
    good = [_signature(delivery, at, body, secret).encode() for secret in secrets]
    given = [one.encode("utf-8", "replace") for one in headers.get("webhook-signature", "").split(" ")[:10]]
    return any(hmac.compare_digest(one, other) for one in given for other in good)


def signed(body: bytes, delivery: str, secret: str, now: datetime) -> dict[str, str]:
    """The headers of a call of ours."""
    at = str(int(now.timestamp()))
    signature = _signature(delivery, at, body, secret)
    return {"webhook-id": delivery, "webhook-timestamp": at, "webhook-signature": signature}


def key_of(secret: str) -> bytes:
    """The key that a secret `whsec_…` stands for."""
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def _signature(delivery: str, at: str, body: bytes, secret: str) -> str:
    whole = b".".join((delivery.encode("utf-8", "replace"), at.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), whole, "sha256")).decode()
