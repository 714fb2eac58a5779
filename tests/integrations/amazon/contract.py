"""Amazon for the contract of all systems: what it says with a word nobody knows."""

from collections.abc import Sequence

from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.systems import Amazon
from integrations.amazon.backend import backend
from tests.integrations.amazon.market import NOW, Market, order, package


def said(word: str) -> Sequence[Page]:
    """The pages of a marketplace that says it of an order and of a package."""
    market = Market(orders=[order(1, status=word, packages=[package("TRACK1", word)])])
    section = Amazon(
        on=True, client_id="amzn1.app", client_secret=SecretStr("a-long-secret"),
        refresh_token=SecretStr("Atzr|the-refresh-token"),
    )  # fmt: skip
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), amazon=section)
    made = backend(config, lambda: NOW, market.transport)
    return [page for feed in made.feeds for page in feed.pull(None, NOW)]
