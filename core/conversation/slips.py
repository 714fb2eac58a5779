"""Promises of when something is back: scored as goods land, and corrected in words where they slip."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.service import customer, is_known
from core.catalog.service import products
from core.conversation.turn import House
from core.inventory import alerts
from core.notifications.service import Notice, notify
from core.purchasing import promises
from core.purchasing.promises import Slip
from core.purchasing.promising import Rules

log = logging.getLogger(__name__)
_INTENT = "restock_date"


def keep(session: Session, house: House, now: datetime) -> int:
    """Score what has landed and tell those whose promise slips, as after any change of a purchase order; how many."""
    promises.alone(session)
    rules = Rules(now.astimezone(house.zone).date(), house.zone, house.config.service.promise_confidence)
    scored = promises.score(session, rules)
    slips = promises.slipped(session, rules)
    told = sum(_tell(session, house, slip, now) for slip in slips)
    if scored or slips:
        log.info("promises", extra={"scored": scored, "slipped": len(slips), "told": told})
    return told


def _tell(session: Session, house: House, slip: Slip, now: datetime) -> bool:
    """Tell a customer that what they were told no longer holds; a stranger's chat is told when it asks again."""
    kind, _, customer_id = slip.asker.partition(":")
    product = products(session, [slip.sku]).get(slip.sku)
    if kind != "customer" or product is None or not is_known(session, customer_id):
        return False
    person, wording = customer(session, customer_id), house.wording
    said: dict[str, Any] = {"name": product.name, "units": slip.units, "said": slip.said}
    if slip.now is None:
        key = "slip_unknown"
        alerts.subscribe(session, slip.sku, customer_id, slip.units, now)  # so that they hear when it lands
    else:
        key = "slip_until" if slip.said is not None else "slip_over"
        said |= {"earliest": slip.now.earliest, "latest": slip.now.latest}
        said |= {"chance": round(slip.now.confidence * 100)}
    text = wording.say(person.language, _INTENT, key, **said)
    about = "slip_over_subject" if key == "slip_over" else "slip_subject"
    subject = wording.say(person.language, _INTENT, about, name=product.name)
    breaks_today = slip.said is not None and slip.said <= now.astimezone(house.zone).date()
    notice = Notice(
        f"promise:{slip.promise_id}:{slip.slip}", subject, "back_in_stock",
        topic=f"promise:{slip.promise_id}", urgent=breaks_today,
    )  # fmt: skip
    return notify(session, person, notice, text, now)
