"""Walmart for the contract of all systems: what it says with a word nobody knows."""

from collections.abc import Sequence

from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.systems import Walmart
from integrations.walmart.backend import backend
from tests.integrations.walmart.market import NOW, Market, line, order, returned


def said(word: str) -> Sequence[Page]:
    """The pages of a marketplace that says it of a line and of a return."""
    sold = order(1, line(status=word))
    market = Market(orders=[sold], returns=[returned(sold, word)])
    section = Walmart(on=True, client_id="seller", client_secret=SecretStr("a-long-secret"))
    config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), walmart=section)
    made = backend(config, lambda: NOW, market.transport)
    return [page for feed in made.feeds for page in feed.pull(None, NOW)]
