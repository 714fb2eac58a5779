"""What Walmart notifies of: signed bytes, told apart by the event's id, and each a hint at what has to be looked up."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.exchange.model import Hint
from core.exchange.ports import Admitted, Delivery
from integrations.reading import needed, part, said


@dataclass(frozen=True)
class Doorkeeper:
    """Lets in what is signed with the secret of the subscription, or the one before it, in the header it names."""

    header: str
    secrets: tuple[str, ...]

    def __call__(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Admitted | None:  # noqa: ARG002 it signs no time
        """What is notified, by the id of its event; Walmart does not say how it writes the signature's bytes down."""
        given = headers.get(self.header.lower(), "").strip().encode("utf-8", "replace")
        digests = [hmac.digest(secret.encode(), body, "sha256") for secret in self.secrets]
        good = [form for digest in digests for form in (digest.hex().encode(), base64.b64encode(digest))]
        if not any(hmac.compare_digest(given, one) for one in good):
            return None
        told = json.loads(body)
        source = part(told, "source") if isinstance(told, dict) else {}
        event, topic = said(source, "eventId"), said(source, "eventType")
        return Admitted(event[:200], topic[:100], {}) if event and topic else None


class Reader:
    """Reads events; one that tells nothing about our records says nothing."""

    def read(self, topic: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Delivery:  # noqa: ARG002
        """What to look up.

        Raises:
            ValueError: it names nothing that could be.
        """
        about = part(payload, "payload")
        if topic.startswith("RETURN_"):
            return Delivery(hints=[Hint("returns", needed("a return", about, "returnOrderId"))])
        if topic in _OF_ORDERS:
            return Delivery(hints=[Hint("orders", needed("an order", about, "purchaseOrderId"))])
        return Delivery()


_OF_ORDERS = frozenset({"PO_CREATED", "PO_LINE_AUTOCANCELLED", "INTENT_TO_CANCEL", "FRAUD_CANCEL"})
