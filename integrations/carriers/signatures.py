"""Whether a webhook is from who it says: each signature over the bytes as they came, by a secret or the one before."""

import base64
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"
Headers = Mapping[str, str]
Verifier = Callable[[bytes, Headers, Iterable[str], datetime], bool]


def by_easypost(body: bytes, headers: Headers, secrets: Iterable[str], now: datetime) -> bool:  # noqa: ARG001 it signs no time
    """EasyPost: `X-Hmac-Signature: hmac-sha256-hex=…`."""
    keys = (unicodedata.normalize("NFKD", secret).encode() for secret in secrets)
    return _any_fits(headers.get("x-hmac-signature", ""), (f"hmac-sha256-hex={_digest(k, body).hex()}" for k in keys))


def by_aftership(body: bytes, headers: Headers, secrets: Iterable[str], now: datetime) -> bool:  # noqa: ARG001 it signs no time
    """AfterShip: `aftership-hmac-sha256`, in base64."""
    digests = (_base64(_digest(secret.encode(), body)) for secret in secrets)
    return _any_fits(headers.get("aftership-hmac-sha256", ""), digests)


def by_standard(body: bytes, headers: Headers, secrets: Iterable[str], now: datetime) -> bool:
    """Standard Webhooks: id, time and body signed together, and no older or newer than `WINDOW`."""
    delivery, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not delivery or "." in delivery or not re.fullmatch(r"\d{1,11}", at, re.ASCII):
        return False
    if abs(now.timestamp() - int(at)) > WINDOW.total_seconds():
        return False
    signed = b".".join((delivery.encode("utf-8", "replace"), at.encode(), body))
    good = [f"v1,{_base64(_digest(key_of(secret), signed))}" for secret in secrets]
    return any(_any_fits(given, good) for given in headers.get("webhook-signature", "").split(" ")[:10])


def key_of(secret: str) -> bytes:
    """The key that a secret `whsec_…` stands for."""
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def _digest(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _any_fits(given: str, good: Iterable[str]) -> bool:
    """Whether it is one of them."""
    sent = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(sent, one.encode()) for one in good)
