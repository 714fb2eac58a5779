"""When each job is due, from the configuration; APScheduler is the clock, who runs is decided in the database."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial, wraps
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.clock import Clock, utc_now
from core.config import Config
from core.errors import PortalError
from core.portal import Portal
from core.systems import Selling
from core.tracing import step
from scheduler import jobs

log = logging.getLogger(__name__)
_GRACE_S = 3600
_CATCH_UP_AGAIN_S = 900
_ASKED_EVERY_S = 60  # carriers have rounds of their own
_NOTED_EVERY = timedelta(minutes=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Timetable:
    """The running clock."""

    def __init__(self, clock: BackgroundScheduler) -> None:
        self._clock = clock

    def stop(self) -> None:
        """Stop; a job under way is waited for."""
        self._clock.shutdown(wait=True)


def start(
    portal: Portal, config: Config, now: Clock = utc_now, chores: Mapping[str, Callable[[], object]] | None = None
) -> Timetable:
    """Start the clock; a plan that fell due while nothing ran is caught up at once. Chores run once in a while."""
    settings, zone = config.scheduler, config.shop.zone
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a turn left out because one runs is no news
    noted = _Noting(portal, now)
    hour, minute = (int(part) for part in settings.plan_at.split(":"))
    plan_due = _guarded("plan", lambda: jobs.plan(portal, last_due(settings.plan_at, zone, now())), lambda _name: None)
    clock = BackgroundScheduler(
        timezone=zone,
        executors={"default": ThreadPoolExecutor(3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE_S},
    )
    clock.add_job(plan_due, CronTrigger(hour=hour, minute=minute, timezone=zone), id="plan")
    clock.add_job(plan_due, DateTrigger(), id="plan-missed")
    clock.add_job(plan_due, IntervalTrigger(seconds=_CATCH_UP_AGAIN_S), id="plan-abandoned")
    brief = _guarded("desk", partial(jobs.brief_desk, portal), noted)
    if config.slack.staff_channel:
        clock.add_job(brief, IntervalTrigger(seconds=settings.deliver_every_s), id="desk")
    deliver = _guarded("deliver", partial(jobs.deliver, portal), noted)
    clock.add_job(deliver, IntervalTrigger(seconds=settings.deliver_every_s), id="deliver")
    announce = _guarded("events", partial(jobs.announce, portal), noted)
    clock.add_job(announce, IntervalTrigger(seconds=settings.announce_every_s), id="events")
    scans = _guarded("scans", partial(jobs.take_scans, portal), noted)
    if portal.trackers:
        asking = _guarded("ask-carriers", partial(jobs.ask_carriers, portal), noted)
        clock.add_job(asking, IntervalTrigger(seconds=_ASKED_EVERY_S), id="ask-carriers")
    if config.carriers.is_open or portal.trackers:
        clock.add_job(scans, IntervalTrigger(seconds=settings.announce_every_s), id="scans")
    _add_systems(clock, portal, config, noted, now)
    housekeep = _guarded("housekeep", partial(jobs.housekeep, portal), noted)
    clock.add_job(housekeep, IntervalTrigger(seconds=settings.housekeep_every_s), id="housekeep")
    alerts = _guarded("alerts", partial(jobs.tell_those_who_wait, portal), noted)
    clock.add_job(alerts, IntervalTrigger(seconds=settings.housekeep_every_s), id="alerts")
    promises = _guarded("promises", partial(jobs.keep_promises, portal), noted)
    clock.add_job(promises, IntervalTrigger(seconds=settings.housekeep_every_s), id="promises")
    late = _guarded("late-orders", partial(jobs.chase_late_orders, portal), noted)
    clock.add_job(late, IntervalTrigger(seconds=settings.housekeep_every_s), id="late-orders")
    for name, chore in (chores or {}).items():
        guarded = _guarded(name, partial(_done, chore), noted)
        clock.add_job(guarded, IntervalTrigger(seconds=settings.announce_every_s), id=name)
    clock.start()
    return Timetable(clock)


def _add_systems(clock: BackgroundScheduler, portal: Portal, config: Config, noted: "_Noting", now: Clock) -> None:
    """Reading and comparing of each connected system, and what they deliver."""
    zone = config.shop.zone
    for name, section in config.connected.items():
        sync = _guarded(f"sync-{name}", partial(jobs.sync, portal, name), noted)
        clock.add_job(sync, IntervalTrigger(seconds=section.every_s), id=f"sync-{name}")

        def compare(name: str = name, at: str = section.compare_at) -> None:
            jobs.compare(portal, name, last_due(at, zone, now()))

        hour, minute = (int(part) for part in section.compare_at.split(":"))
        compared = _guarded(f"compare-{name}", compare, lambda _name: None)
        clock.add_job(compared, CronTrigger(hour=hour, minute=minute, timezone=zone), id=f"compare-{name}")
    if any(isinstance(section, Selling) and section.tell_stock for section in config.connected.values()):
        tell = _guarded("stock", partial(jobs.tell_stock, portal), noted)
        clock.add_job(tell, IntervalTrigger(seconds=config.scheduler.announce_every_s), id="stock")
    if config.connected:
        take = _guarded("deliveries", partial(jobs.take_deliveries, portal), noted)
        clock.add_job(take, IntervalTrigger(seconds=config.scheduler.deliver_every_s), id="deliveries")


def last_due(plan_at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment, up to now, at which the daily plan was due, in UTC.

    On a day that has the hour twice it is the first of the two; on one that leaves it out, an hour later.

    >>> last_due("02:30", ZoneInfo("Europe/London"), datetime(2026, 7, 1, 1, 0, tzinfo=UTC)).isoformat()
    '2026-06-30T01:30:00+00:00'
    """
    today, at = now.astimezone(zone).date(), time.fromisoformat(plan_at)
    days = (today - timedelta(days=back) for back in range(3))
    moments = (datetime.combine(day, at, zone).astimezone(UTC) for day in days)  # clocks repeat and skip, UTC does not
    return next(moment for moment in moments if moment <= now)


def _done(chore: Callable[[], object]) -> None:
    chore()


class _Noting:
    """Notes that jobs ran, each at most once a minute: some ring every second."""

    def __init__(self, portal: Portal, now: Clock) -> None:
        self._portal = portal
        self._now = now
        self._noted: dict[str, datetime] = {}

    def __call__(self, name: str) -> None:
        """Note it, if that is due."""
        now = self._now()
        if now - self._noted.get(name, _LONG_AGO) >= _NOTED_EVERY:
            self._portal.note_run(name)
            self._noted[name] = now


def _guarded(name: str, job: Callable[[], None], noted: Callable[[str], None]) -> Callable[[], None]:
    """A job whose trouble is logged with a reference and never stops the clock."""

    @wraps(job, assigned=())
    def run() -> None:
        try:
            with step("job", job=name):
                job()
            noted(name)
        except PortalError as refusal:
            log.warning("job %s could not run: %s", name, refusal)
        except Exception:
            log.exception("job %s failed", name, extra={"reference": secrets.token_hex(4)})

    return run
