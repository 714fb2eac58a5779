"""What the clock does, a few lines each: every job calls one verb."""

import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from core.errors import Conflict
from core.exchange.ports import Trouble
from core.portal import Portal

log = logging.getLogger(__name__)
_BATCH, _MOST_BATCHES = 20, 200
_SENDERS = 2  # of each channel: while one waits for an answer, another sends
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 1.0


def plan(portal: Portal, due_at: datetime) -> None:
    """The day's plan, once however many replicas and restarts there are."""
    owner = secrets.token_hex(8)
    if portal.claim_run("plan", due_at, owner):
        outcome = portal.plan(run=f"plan:{due_at.isoformat()}")
        portal.finish_run("plan", due_at, owner, f"{outcome.proposals} proposals, {outcome.lines} lines")


def deliver(portal: Portal, wait: Callable[[float], None] = time.sleep) -> None:
    """Send what is due, each channel by itself, so that a slow one holds no other up."""
    channels = portal.channels or ("",)  # with nobody to carry it, post still becomes too old
    if len(channels) == 1:
        _deliver_by(portal, wait, *channels)
        return
    with ThreadPoolExecutor(len(channels) * _SENDERS) as senders:
        list(senders.map(partial(_deliver_by, portal, wait), channels * _SENDERS))


def _deliver_by(portal: Portal, wait: Callable[[float], None], channel: str) -> None:
    """Send on one channel until nothing is due; a platform's limits are waited for as long as that is short."""
    for _ in range(_MOST_BATCHES):
        if portal.deliver(_BATCH, channel):
            continue
        pause = portal.next_turn_s(channel)
        if pause is None or pause > _LONGEST_PAUSE_S:
            return
        wait(max(pause, _SHORTEST_PAUSE_S))


def brief_desk(portal: Portal) -> None:
    """Tell the shop's people what is new in tickets."""
    log.debug("desk", extra={"posted": portal.brief_desk()})


def take_scans(portal: Portal) -> None:
    """Take in what carriers said of parcels."""
    log.debug("scans", extra={"new": portal.take_scans()})


def ask_carriers(portal: Portal) -> None:
    """Ask carriers about parcels under way, each within what it allows."""
    rounds = portal.ask_carriers()
    log.debug("carriers asked", extra={"parcels": {name: done.asked for name, done in rounds.items()}})


def sync(portal: Portal, name: str) -> None:
    """Read what changed in a connected system, and look up what it hinted at."""
    try:
        log.debug("synced", extra={"system": name, "seen": portal.sync(name).seen})
    except Conflict:
        log.debug("another process reads it", extra={"system": name})


def compare(portal: Portal, name: str, due_at: datetime) -> None:
    """Compare all records of a connected system with ours, once a night however many replicas there are."""
    owner, job = secrets.token_hex(8), f"compare-{name}"
    if portal.claim_run(job, due_at, owner):
        outcome = portal.sync(name, whole=True)
        portal.finish_run(job, due_at, owner, f"{sum(outcome.seen.values())} records, {len(outcome.faults)} left out")


def take_deliveries(portal: Portal) -> None:
    """Take in what connected systems delivered, look up what they hinted at, and own up to what did not get through.

    Tickets that they keep as well, and parcels of their orders that are booked here, are told there.
    """
    portal.take_deliveries()
    portal.pass_tickets_on()
    portal.pass_on_parcels()
    for name in portal.systems:
        try:
            portal.look_up(name)
        except Trouble as trouble:
            log.warning("%s", trouble)
    portal.tell_of_write_backs()


def tell_stock(portal: Portal) -> None:
    """Tell connected systems how many units they may sell, where that changed."""
    log.debug("stock told", extra={"numbers": portal.tell_stock()})


def announce(portal: Portal) -> None:
    """Tell customers what happened to their orders."""
    log.debug("events", extra={"told": portal.announce()})


def tell_those_who_wait(portal: Portal) -> None:
    """Tell people that what they wait for is back."""
    log.debug("stock alerts", extra={"told": portal.tell_those_who_wait()})


def keep_promises(portal: Portal) -> None:
    """Score what customers were promised, and tell them where it slips."""
    log.debug("promises", extra={"told": portal.keep_promises()})


def chase_late_orders(portal: Portal) -> None:
    """Tell planners of what should have arrived."""
    log.debug("late orders", extra={"told": portal.tell_late_orders()})


def housekeep(portal: Portal) -> None:
    """Close what is over and forget what nobody needs."""
    log.debug("housekeeping", extra={"done": portal.housekeep()})
