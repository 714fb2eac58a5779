"""A due run of a job is done once."""

from datetime import timedelta

from core.portal import Portal
from tests.conftest import SettableClock


def test_one_of_two_replicas_gets_a_due_run(portal: Portal, clock: SettableClock) -> None:
    due_at = clock.now
    assert portal.claim_run("plan", due_at, "one")
    assert not portal.claim_run("plan", due_at, "two")


def test_a_run_whose_owner_died_is_taken_again_and_a_finished_one_is_not(portal: Portal, clock: SettableClock) -> None:
    due_at = clock.now
    portal.claim_run("plan", due_at, "one")
    clock.forward(timedelta(minutes=11))
    assert portal.claim_run("plan", due_at, "two")
    portal.finish_run("plan", due_at, "two", "done")
    clock.forward(timedelta(hours=1))
    assert not portal.claim_run("plan", due_at, "three")


def test_what_is_done_once_and_for_all_stays_done(portal: Portal, clock: SettableClock) -> None:
    assert not portal.is_done("loaded")
    portal.mark_done("loaded")
    clock.forward(timedelta(days=400))
    portal.housekeep()
    assert portal.is_done("loaded")
