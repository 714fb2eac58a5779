"""Keeping our word: what customers were told of when something is back is scored, and corrected before it breaks."""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.accounts.service import customer, is_known
from core.catalog.service import products
from core.inventory import alerts
from core.notifications.service import Notice, notify
from core.portal.rooms import Rooms
from core.purchasing import promises
from core.purchasing.promises import Record, Slip
from core.purchasing.promising import Rules
from core.purchasing.service import planner

log = logging.getLogger(__name__)
_INTENT = "restock_date"
_RECORD_OF = timedelta(days=180)


class Promises(Rooms):
    """Verbs of the clock and of planners about what customers were promised."""

    def keep_promises(self) -> int:
        """Score promises whose goods have landed, and tell those whose promise slips; how many were told."""
        with self._database.unit_of_work() as session:
            return self._keep_promises(session)

    def promise_record(self, staff: Staff) -> Record:
        """How the promises of the last half year fared.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            return promises.record_of(session, self._clock() - _RECORD_OF)

    def _keep_promises(self, session: Session) -> int:
        """The same within a unit of work: for whoever has just moved, cut or cancelled a purchase order."""
        promises.alone(session)
        rules = Rules(
            self._clock().astimezone(self._config.shop.zone).date(),
            self._config.shop.zone,
            self._config.service.promise_confidence,
        )
        scored = promises.score(session, rules)
        slips = promises.slipped(session, rules)
        told = sum(self._tell_slip(session, slip) for slip in slips)
        if scored or slips:
            log.info("promises", extra={"scored": scored, "slipped": len(slips), "told": told})
        return told

    def _tell_slip(self, session: Session, slip: Slip) -> bool:
        """Tell a customer that what they were told no longer holds; a stranger's chat is told when it asks again."""
        kind, _, customer_id = slip.asker.partition(":")
        product = products(session, [slip.sku]).get(slip.sku)
        if kind != "customer" or product is None or not is_known(session, customer_id):
            return False
        person, wording = customer(session, customer_id), self._house.wording
        said: dict[str, Any] = {"name": product.name, "units": slip.units, "said": slip.said}
        if slip.now is None:
            key = "slip_unknown"
            alerts.subscribe(
                session, slip.sku, customer_id, slip.units, self._clock()
            )  # so that they hear when it lands
        else:
            key = "slip_until" if slip.said is not None else "slip_over"
            said |= {"earliest": slip.now.earliest, "latest": slip.now.latest}
            said |= {"chance": round(slip.now.confidence * 100)}
        text = wording.say(person.language, _INTENT, key, **said)
        about = "slip_over_subject" if key == "slip_over" else "slip_subject"
        subject = wording.say(person.language, _INTENT, about, name=product.name)
        breaks_today = slip.said is not None and slip.said <= self._clock().astimezone(self._config.shop.zone).date()
        notice = Notice(
            f"promise:{slip.promise_id}:{slip.slip}", subject, "back_in_stock",
            topic=f"promise:{slip.promise_id}", urgent=breaks_today,
        )  # fmt: skip
        return notify(session, person, notice, text, self._clock())
