"""What a monitor reads: counts and ages, for whoever shows the token, and nothing of anybody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.web.app import create_app
from core.config import Config, Web
from core.database.engine import Database
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE
from tests.conftest import SettableClock

pytestmark = ON_SQLITE
TOKEN = "a-token-of-the-monitor"


@pytest.fixture
def watched(shop: Portal, config: Config) -> Iterator[Browser]:
    web = Web(secret=config.web.secret, metrics_token=SecretStr(TOKEN))
    browser = Browser(create_app(shop, config.model_copy(update={"web": web}), demo=False))
    yield browser
    browser.close()


def test_counts_are_read_with_the_token(
    watched: Browser, shop: Portal, database: Database, clock: SettableClock
) -> None:
    with database.unit_of_work() as session:
        letter = Outgoing("one", "email", "customer:C1", "notice", {"to": "zoe@example.org", "text": "hello"})
        outbox.post(session, letter, clock.now)
    shop.note_run("deliver")
    clock.forward(timedelta(seconds=90))
    told = watched.get("/metrics", authorization=f"Bearer {TOKEN}").text
    assert 'storekeeper_letters{channel="email",state="ready"} 1' in told
    assert "storekeeper_oldest_unsent_seconds 90" in told
    assert 'storekeeper_job_since_run_seconds{job="deliver"} 90' in told
    assert "zoe" not in told


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_there_is_no_such_page(watched: Browser, shown: str) -> None:
    assert watched.get("/metrics", authorization=shown).status_code == 404


def test_where_no_token_is_set_nobody_reads_them(guest: Browser) -> None:
    assert guest.get("/metrics", authorization="Bearer ").status_code == 404


def test_the_last_run_of_each_job_is_told(guest: Browser, shop: Portal, clock: SettableClock) -> None:
    shop.note_run("deliver")
    clock.forward(timedelta(minutes=2))
    shop.note_run("deliver")
    assert guest.get("/readyz").json()["last_runs"] == {"deliver": clock.now.isoformat()}
