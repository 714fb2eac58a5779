"""Orders to suppliers who have an address to call: posted as JSON, signed, and known again if they come twice."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from core.clock import Clock
from core.exchange.ports import Trouble
from core.mailroom.ports import Courier, Never, Post
from core.systems import Suppliers
from integrations import standard_webhooks
from integrations.http import Call, Http, for_courier

_KIND, _CHAT, _JSON = "purchase_order", "supplier:", "application/json"


@dataclass(frozen=True)
class SupplierCourier:
    """Posts orders to suppliers with an address; all other letters go by mail."""

    mail: Courier
    settings: Suppliers
    http: Http
    clock: Clock

    def send(self, post: Post) -> str:
        """Send an order; gives what the supplier calls it, or the status it was taken with.

        Raises:
            Later: the supplier's system does not answer, or is busy.
            Unclear: nobody can tell whether it took the order.
            Never: it refuses the order.
        """
        supplier = post.chat.removeprefix(_CHAT)
        url = self.settings.addresses.get(supplier, "") if post.kind == _KIND else ""
        if not url:
            return self.mail.send(post)
        body = next((bytes(file["content"]) for file in post.content["files"] if file["media_type"] == _JSON), b"")
        if not body:
            raise Never("There is no order to post: it was brought from elsewhere and has no papers of ours.")
        key = sha256(post.key.encode()).hexdigest()[:40]
        headers = {"Content-Type": _JSON, "Idempotency-Key": key}
        secret = self.settings.secrets.get(supplier)
        if secret is not None:
            headers |= standard_webhooks.signed(body, key, secret.get_secret_value(), self.clock())
        try:
            answer = self.http.send(
                Call("a purchase order", "POST", url, headers=headers, content=body, repeatable=True)
            )
        except Trouble as trouble:
            raise for_courier(trouble) from trouble
        return _reference(answer.content) or f"taken with status {answer.status_code}"


def _reference(content: bytes) -> str:
    """What the supplier calls the order, if its answer says so."""
    try:
        said: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    reference = said.get("reference") if isinstance(said, dict) else None
    return reference[:200] if isinstance(reference, str) else ""
