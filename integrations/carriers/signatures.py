"""Whether a webhook is from who it says: each signature over the bytes as they came, by a secret or the one before."""

import base64
import hmac
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from integrations import standard_webhooks

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
    """Standard Webhooks."""
    return standard_webhooks.fits(body, headers, secrets, now)


def _digest(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _any_fits(given: str, good: Iterable[str]) -> bool:
    """Whether it is one of them."""
    sent = given.encode("utf-8", "replace")
    return any(hmac.compare_digest(sent, one.encode()) for one in good)
