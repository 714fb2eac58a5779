"""The machine room: taking over records, post that waits for a person, claiming jobs, and whether all is well."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import identity
from core.accounts.model import Staff
from core.accounts.service import customer, is_known
from core.catalog.service import products
from core.conversation import acts, offers, transcript
from core.database import audit, settings
from core.database.migrate import require_current
from core.errors import Refused, Unavailable
from core.exchange import feeds, writing_back
from core.exchange.model import Standing
from core.inventory import alerts
from core.inventory import service as inventory
from core.inventory.alerts import Alert
from core.mailroom import explaining, failed, inbox, letters, outbox, pace, runs
from core.mailroom.explaining import Explained
from core.mailroom.letters import DeadLetter, Written
from core.notifications import service as notifications
from core.notifications import told
from core.notifications.model import Notice
from core.orders.service import reserved
from core.portal.rooms import POLICY, Rooms
from core.purchasing import decisions, setting_aside
from core.purchasing import orders as purchase_orders
from core.purchasing.service import planner

log = logging.getLogger(__name__)
_SHORTEST_PAUSE_S = 0.02
_POST_LATE = timedelta(minutes=15)
_ALERT = "back_in_stock_alert"


@dataclass(frozen=True)
class Health:
    """What `/readyz` tells: which things are not well, and some ages in seconds."""

    faults: tuple[str, ...]
    oldest_unsent_s: float | None
    last_runs: dict[str, datetime]
    systems: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class Metrics:
    """What there is to count, without a name in it; ages in seconds."""

    letters: dict[tuple[str, str], int]
    oldest_unsent_s: float
    unanswered: int
    failed: int
    since_run_s: dict[str, float]


class MachineRoom(Rooms):
    """Verbs of imports, of the clock, and of those who watch over it all."""

    def adopt_policy(self, source: str, sections: dict[str, dict[str, Any]]) -> None:
        """Follow the policy of the shop whose records were taken over, in place of what the configuration says.

        Raises:
            ConfigError: it says something the configuration has no place for; nothing is changed.
        """
        followed = self._written.under(sections)
        now = self._clock()
        with self._database.unit_of_work() as session:
            settings.decide(session, POLICY, {"source": source, "sections": sections}, now)
            audit.record(session, now, "operator", "policy_adopted", f"policy:{source}", sections=sections)
        self._follow(followed)

    def forget_policy(self) -> bool:
        """Follow the configuration again; False where no policy had been adopted."""
        now = self._clock()
        with self._database.unit_of_work() as session:
            adopted = settings.forget(session, POLICY)
            if adopted:
                audit.record(session, now, "operator", "policy_forgotten", "policy")
        self._follow(self._written)
        return adopted

    def policy(self) -> dict[str, Any] | None:
        """The policy that was adopted: its source and sections; None where the configuration alone counts."""
        with self._database.reading() as session:
            return settings.setting(session, POLICY)

    def letters(self, limit: int = 50) -> list[Written]:
        """The latest mails in the outbox; only the demo shows them."""
        with self._database.reading() as session:
            return letters.written(session, "email", limit)

    def dead_letters(self, staff: Staff) -> list[DeadLetter]:
        """Post that needs a person, latest first.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            return letters.dead_letters(session)

    def retry_letter(self, staff: Staff | None, outbox_id: int) -> None:
        """Send a dead letter after all; nobody of the staff is the operator at the command line.

        Raises:
            Conflict: it is not waiting for anybody any more.
            NotFound: not somebody who plans.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            who = f"staff:{planner(session, staff).email}" if staff else "operator"
            letters.retry(session, outbox_id, now)
            audit.record(session, now, who, "letter_retried", f"outbox:{outbox_id}")

    def discard_letter(self, staff: Staff | None, outbox_id: int) -> None:
        """Put a dead letter away for good; a purchase order that thereby never leaves is cancelled.

        Raises:
            Conflict: it is not waiting for anybody any more.
            NotFound: not somebody who plans.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            who = f"staff:{planner(session, staff).email}" if staff else "operator"
            gone = letters.discard(session, outbox_id, who.removeprefix("staff:"), now)
            audit.record(session, now, who, "letter_discarded", f"outbox:{outbox_id}")
            is_letter = gone.kind == "purchase_order"
            number = str(gone.content["number"]) if is_letter else writing_back.tells_supplier(gone.content)
            if number and not gone.may_have_arrived:
                purchase_orders.give_up(session, number, who, now)

    def explain_letters(self, by: str, what: str) -> list[Explained]:
        """Why letters went, wait or were withdrawn: by `id`, `customer` or `order`, latest first."""
        with self._database.reading() as session:
            return explaining.letters(session, (by, what), self.channels, self._clock())

    def letters_for_a_person(self) -> list[Explained]:
        """Dead letters as an operator reads them, latest first."""
        with self._database.reading() as session:
            return explaining.for_a_person(session, self.channels, self._clock())

    def metrics(self) -> Metrics:
        """What there is to count: letters by state, what waits, and when each job ran."""
        now = self._clock()
        with self._database.reading() as session:
            waiting_since = outbox.waiting_since(session, now)
            age = (now - waiting_since).total_seconds() if waiting_since is not None else 0.0
            ran = {job: (now - at).total_seconds() for job, at in runs.last_finished(session).items()}
            left = len(failed.failed(session))
            return Metrics(explaining.tallied(session), max(0.0, age), inbox.waiting(session), left, ran)

    def note_run(self, job: str) -> None:
        """Note that a job that runs all the time came to its end."""
        now = self._clock()
        with self._database.unit_of_work() as session:
            runs.note(session, job, now)

    def claim_run(self, job: str, due_at: datetime, owner: str) -> bool:
        """Take a due run of a job; one replica and one restart get it."""
        with self._database.unit_of_work() as session:
            return runs.claim(session, job, due_at, owner, self._clock())

    def finish_run(self, job: str, due_at: datetime, owner: str, outcome: str) -> None:
        """Note what came of a run."""
        with self._database.unit_of_work() as session:
            runs.finish(session, job, due_at, owner, outcome, self._clock())

    def is_done(self, what: str) -> bool:
        """Whether something that is done once and for all has been done."""
        with self._database.reading() as session:
            return runs.is_finished(session, what)

    def mark_done(self, what: str) -> None:
        """Note that something is done once and for all."""
        with self._database.unit_of_work() as session:
            runs.claim(session, what, runs.ONCE, "once", self._clock())
            runs.finish(session, what, runs.ONCE, "once", "done", self._clock())

    def housekeep(self) -> str:
        """Close what is over, forget what nobody needs, and seal the audit rows; what was done in one line."""
        now = self._clock()
        with self._database.unit_of_work() as session:
            expired = decisions.expire_old(session, now, self._config)
            setting_aside.bring_back(session, self._config, now)
            identity.forget_old(session, now)
            inbox.forget_old(session, now)
            outbox.forget_codes(session, now)
            outbox.forget_replies(session, now)
            offers.forget_old(session, now)
            acts.forget_old(session, now)
            runs.forget_old(session, now)
            pace.forget_old(session, now)
            outbox.forget_old(session, now - timedelta(days=self._config.notifications.letters_days))
            told.forget_old(session, now - timedelta(days=self._config.notifications.letters_days))
            transcript.forget_old(session, now - timedelta(days=self._config.notifications.transcripts_days))
            sealed = audit.seal(session)
        return f"{expired} proposals expired, {sealed} audit rows sealed"

    def tell_those_who_wait(self) -> int:
        """Tell those who asked that a product is back, in turn and no more of them than units; how many were told."""
        now = self._clock()
        since = now - timedelta(hours=self._config.service.alert_hours)
        with self._database.unit_of_work() as session:
            alerts.tell_alone(session)
            skus = alerts.waited_for(session)
            here, promised = inventory.on_hand(session, skus), reserved(session, skus)
            free = {sku: here.get(sku, 0) - promised.get(sku, 0) for sku in skus}
            return sum(self._tell_back(session, alert, now) for alert in alerts.release(session, free, since, now))

    def _tell_back(self, session: Session, alert: Alert, now: datetime) -> bool:
        """Mail one of them; who wants no such mail any more, or is gone, makes room for the next."""
        product = products(session, [alert.sku]).get(alert.sku)
        if product is not None and is_known(session, alert.customer_id):
            person, wording = customer(session, alert.customer_id), self._house.wording
            values = {"name": product.name, "units": alert.units, "hours": self._config.service.alert_hours}
            subject = wording.say(person.language, _ALERT, "mail_subject", name=product.name)
            cause = f"back:{alert.alert_id}:{now.isoformat()}"
            text = wording.say(person.language, _ALERT, "mail", **values)
            if notifications.notify(session, person, Notice(cause, subject, "back_in_stock"), text, now):
                return True
        alerts.forget(session, alert)
        return False

    def verify_audit(self) -> int:
        """How many rows the audit chain holds.

        Raises:
            Refused: a row does not fit; the sentence names it.
        """
        with self._database.reading() as session:
            broken = audit.first_broken(session)
            if broken is not None:
                raise Refused(
                    f"The audit chain is broken at row {broken}: it was changed after it was sealed.", "audit"
                )
            return audit.sealed(session)

    def health(self) -> Health:
        """Whether the database answers and is of this version, and how far the post is behind."""
        now = self._clock()
        try:
            require_current(self._database)
            self._database.check_writable()
            with self._database.reading() as session:
                waiting_since = outbox.waiting_since(session, now)
                dead = len(letters.dead_letters(session))
                last_runs = runs.last_finished(session)
                systems = tuple(feeds.standings(session))
        except Unavailable as error:
            return Health((str(error),), None, {})
        faults = []
        if waiting_since is not None and now - waiting_since > _POST_LATE:
            faults.append(f"Post has been waiting since {waiting_since:%Y-%m-%d %H:%M} UTC; is the scheduler running?")
        if dead:
            log.info("letters wait for a person", extra={"letters": dead})
        oldest = (now - waiting_since).total_seconds() if waiting_since is not None else None
        return Health(tuple(faults), oldest, last_runs, systems)
