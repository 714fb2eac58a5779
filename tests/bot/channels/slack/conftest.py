"""A shop with its app in a workspace, over a stand-in of Slack."""

from collections.abc import Iterator

import pytest

from core.config import Config
from core.database.engine import Database
from tests.bot.channels.slack.web_api import WebApi, serving
from tests.bot.channels.slack.workspace import Workspace, opened
from tests.conftest import SettableClock
from tests.shop import PLANNER, SUPPORT, open_shop


@pytest.fixture
def api() -> Iterator[WebApi]:
    with serving() as web_api:
        yield web_api


@pytest.fixture
def workspace(database: Database, config: Config, clock: SettableClock, api: WebApi) -> Workspace:
    """The shop; U1PAT is its planner, U1SAM of its support."""
    made = opened(database, config, clock, api, staff={"U1PAT": PLANNER, "U1SAM": SUPPORT})
    open_shop(made.portal)
    return made
