"""The shop by the command line and by the clock."""

import json
from pathlib import Path

import pytest

from core.config import Config
from core.mailroom import runs
from core.portal import Portal
from scheduler import jobs
from scheduler.timetable import start
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.integrations.shopify.mock import TOKEN, MockShop


@pytest.fixture
def environment(shop: MockShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MockShop:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOREKEEPER__DATABASE__URL", f"sqlite:///{tmp_path}/shop.db")
    section = {"ON": "true", "SHOP": "lantern.myshopify.com", "TOKEN": TOKEN, "URL": f"{shop.url}/graphql"}
    for name, value in section.items():
        monkeypatch.setenv(f"STOREKEEPER__SHOPIFY__{name}", value)
    assert run("db", "upgrade").code == 0
    return shop


def test_the_shop_is_read_once_and_says_what_came(environment: MockShop) -> None:
    told = json.loads(run("sync", "shopify", "--once", "--json").out)
    assert told["shopify"]["seen"]["orders"] == 1
    assert told["shopify"]["troubles"] == {}
    again = run("sync", "--once")
    assert "shopify orders" in again.out
    environment.faults = [(401, {}, "{}")] * 100
    silent = run("sync", "shopify", "--once")
    assert silent.code == 1
    assert "the credentials are wrong or have expired" in silent.err
    checked = run("check")
    assert "FAIL Shopify, orders: failing since" in checked.out
    assert TOKEN not in checked.out + silent.err


@pytest.mark.usefixtures("environment")
def test_a_system_that_is_not_connected_is_named_with_those_that_are() -> None:
    unknown = run("sync", "nowhere", "--once")
    assert unknown.code == 1
    assert "connected: shopify" in unknown.err


def test_the_clock_reads_compares_and_takes_deliveries(
    connected: Portal, config: Config, clock: SettableClock, shop: MockShop
) -> None:
    timetable = start(connected, config, clock)
    try:
        due = {job.id for job in timetable._clock.get_jobs()}
    finally:
        timetable.stop()
    assert {"sync-shopify", "compare-shopify", "deliveries"} <= due
    jobs.sync(connected, "shopify")
    jobs.compare(connected, "shopify", clock.now)
    jobs.compare(connected, "shopify", clock.now)
    jobs.take_deliveries(connected)
    with connected._database.reading() as session:
        assert runs.is_finished(session, "compare-shopify", clock.now)
    assert sum("BulkBegin" in one for one in shop.asked) == 8, "the first reading, and one comparing"
