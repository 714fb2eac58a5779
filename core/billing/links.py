"""Links to a customer's file that open for a quarter of an hour and cannot be forged or turned on another file."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import NotFound, Refused

LIFETIME = timedelta(minutes=15)
_VERSION = "v1"
_LONGEST = 1024  # characters; ours have under 300, and nobody makes us digest a megabyte
_SHORTEST_SECRET = 16  # bytes, 128 bits


@dataclass(frozen=True)
class FileClaim:
    """What a genuine link grants: this file, to this customer, for this purpose, until then."""

    purpose: str
    file_id: str
    customer_id: str
    expires_at: datetime


def sign(secret: bytes, purpose: str, file_id: str, customer_id: str, expires_at: datetime) -> str:
    """The token that opens one file, safe to put into a URL as it is.

    The link opens before `expires_at`, cut to the whole second, and from that second on no more.

    Raises:
        ValueError: a secret under 16 bytes, an expiry without a time zone, or ids too long for a link.
    """
    if expires_at.tzinfo is None:
        raise ValueError("expires_at needs a time zone")
    claim = json.dumps([purpose, file_id, customer_id, int(expires_at.timestamp())], separators=(",", ":"))
    head = f"{_VERSION}.{_to_text(claim.encode())}"
    token = f"{head}.{_seal(secret, head)}"
    if len(token) > _LONGEST:
        raise ValueError(f"a link has at most {_LONGEST} characters")
    return token


def verify(secrets: Sequence[bytes], token: str, *, purpose: str, now: datetime) -> FileClaim:
    """The claim of a genuine, unexpired token; opening a link uses nothing up, so that preview bots do no harm.

    Several secrets are given while one replaces another. Whoever serves the file still looks it up by both the file
    and the customer of the claim.

    Raises:
        NotFound: malformed, altered, sealed with another secret, or meant for another purpose: all look the same.
        Refused: genuine but too old (rule "link-expired").
        ValueError: a secret under 16 bytes.
    """
    claim = _genuine(secrets, token)
    if claim is None or claim.purpose != purpose:
        raise NotFound("This link is not valid. Ask for the document again and use the new link.")
    if now >= claim.expires_at:
        raise Refused("This link has expired. Ask for the document again to get a new one.", rule="link-expired")
    return claim


def _genuine(secrets: Sequence[bytes], token: str) -> FileClaim | None:
    """The claim if one of the secrets sealed exactly these characters."""
    if len(token) > _LONGEST or not token.isascii() or token.count(".") != 2:
        return None
    head, _, seal = token.rpartition(".")
    # The characters are compared, not the bytes they stand for: the last one of a base64 text has bits to spare, and
    # an altered token would pass. Every secret is tried, so that the time tells nothing of which one fits.
    fits = [hmac.compare_digest(_seal(secret, head), seal) for secret in secrets]
    version, _, claim = head.partition(".")
    if not any(fits) or version != _VERSION:
        return None
    return _claim(claim)


def _claim(text: str) -> FileClaim | None:
    try:
        purpose, file_id, customer_id, second = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return FileClaim(str(purpose), str(file_id), str(customer_id), datetime.fromtimestamp(second, UTC))
    except (binascii.Error, ValueError, TypeError, OverflowError):
        return None  # sealed by us but not a claim: a secret shared with some other use


def _seal(secret: bytes, head: str) -> str:
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(f"a link secret has at least {_SHORTEST_SECRET} bytes")
    return _to_text(hmac.digest(secret, f"storekeeper file link\n{head}".encode(), hashlib.sha256))


def _to_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
