"""Telling a connected system what was changed here: an outbox row in the transaction of the change, sent after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Refused
from core.exchange import feeds, origins
from core.mailroom import outbox
from core.mailroom.outbox import WRITE_BACK, Outgoing
from core.mailroom.ports import Post

TICKET = "ticket"  # the act of opening one there
_PURCHASE, _LETTER = "purchase_order", "supplier_letter"
_MADE = {
    "return": "returns",
    "reorder": "drafts",
    TICKET: "tickets",
    _PURCHASE: "purchase_orders",
}  # acts that make a record there, and the table it is kept under


@dataclass(frozen=True)
class Change:
    """A change of an order to pass on: `cause` names it once and for all, `order` is how the order should be now.

    `detail` is what the act needs beside it; `new_key` the number of the record that the act makes. A change that the
    customer did not ask for has no `customer_id`: where it does not get through, only the shop's people hear of it.
    """

    act: str
    order_number: str
    cause: str
    customer_id: str | None
    order: Mapping[str, Any]
    detail: Mapping[str, Any]
    new_key: str = ""


def may(session: Session, order_number: str, act: str) -> None:
    """Whether an order's own system takes such a change from us.

    Raises:
        Refused: it does not; the sentence says where it is done instead.
    """
    system = feeds.system_of(session, "orders", order_number)
    if system is None or act in system.acts:
        return
    where = system.elsewhere.get(act, "")
    sentence = f"Order {order_number} was placed on {system.label}, where this has to be done"
    rule = "elsewhere" if not where else "elsewhere-at"
    raise Refused(f"{sentence}: {where}" if where else f"{sentence}.", rule,
                  number=order_number, system=system.label, where=where)  # fmt: skip


def pass_on(session: Session, change: Change, now: datetime) -> bool:
    """Have the systems that an order came from told; False where it came from none."""
    places = origins.places_of(session, "orders", change.order_number)
    for system, external_id in places:
        content = {
            "to": external_id, "act": change.act, "subject": f"{change.act} of order {change.order_number}",
            "cause": change.cause, "customer_id": change.customer_id, "order": dict(change.order),
            "detail": dict(change.detail), "new_key": change.new_key, "order_number": change.order_number,
        }  # fmt: skip
        chat = f"orders:{change.order_number}"
        outbox.post(session, Outgoing(f"{system}:{change.cause}", system, chat, WRITE_BACK, content), now)
    return bool(places)


def keep_there(
    session: Session, supplier: str, order: Mapping[str, Any], detail: Mapping[str, Any], now: datetime
) -> bool:
    """Have the systems that a supplier came from keep an order to it, as its paper says; whether one tells it, too.

    A later revision takes the place of those before. `detail` is the `location` it is for, and how many `lines` it was
    placed with.
    """
    tells = False
    for system, external_id in origins.places_of(session, "suppliers", supplier):
        acts = feeds.acts_of(session, system)
        if _PURCHASE not in acts:
            continue
        number, revision = str(order["number"]), order["revision"]
        tells = tells or _LETTER in acts
        content = {
            "to": external_id, "act": _PURCHASE, "subject": f"purchase order {number}, revision {revision}",
            "cause": f"{number}:{revision}", "customer_id": None, "order": dict(order),
            "detail": {**detail, "tells_supplier": _LETTER in acts}, "new_key": number,
        }  # fmt: skip
        chat = f"purchase_orders:{number}"
        key = f"{system}:{_PURCHASE}:{number}:{revision}"
        outbox.post(session, Outgoing(key, system, chat, WRITE_BACK, content), now)
    return tells


def tells_supplier(content: Mapping[str, Any]) -> str:
    """The number of the purchase order that a write-back tells its supplier of; empty where it does not."""
    is_told = content.get("act") == _PURCHASE and content["detail"]["tells_supplier"]
    return str(content["new_key"]) if is_told else ""


def settle(session: Session, post: Post, reference: str, now: datetime) -> None:
    """A change was made there: what it made is known by its id, and the order is looked up as it is now.

    Of a ticket is known how it stands there since.
    """
    made = _MADE.get(str(post.content["act"]))
    if made and reference and post.content["new_key"]:
        origins.link(session, post.channel, made, reference, str(post.content["new_key"]))
    if post.content.get("state"):
        origins.stand(session, post.channel, "tickets", reference, str(post.content["state"]), now)
    if post.content["act"] == _PURCHASE and reference:
        origins.hint(session, post.channel, "purchase_orders", reference, now)
    if post.content.get("order_number"):
        look_again(session, post, now)


def look_again(session: Session, post: Post, now: datetime) -> None:
    """Look the order up: what its system says counts, whatever became of our change."""
    origins.hint(session, post.channel, "orders", str(post.content["to"]), now)
