"""A Salesforce org for the contract of all systems: what it says with a word nobody knows, and something to make."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from integrations.salesforce.backend import backend
from tests.integrations.marketplace import Between
from tests.integrations.salesforce.conftest import section
from tests.integrations.salesforce.standin import Org, serving


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """An org with a little of everything that is read, heard by way of somebody else."""
    with _connected(between) as (_, made):
        yield made


@contextmanager
def _connected(between: Between = lambda way: way) -> Iterator[tuple[Org, Backend]]:
    org = Org()
    kettle = org.add_product("KETTLE", "Copper Kettle", 30.0)
    org.add_order(org.add_account("Byron & Sons", "ada@example.org"), (kettle, 1))
    with serving(org):
        config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), salesforce=section(org))
        made = backend(config, lambda: org.now, sleep=lambda _seconds: None, transport=between(httpx.HTTPTransport()))
        yield org, made
        assert made.close is not None
        made.close()


def said(word: str) -> Sequence[Page]:
    """The pages of an org whose order stands like that."""
    with _connected() as (org, made):
        (order,) = org.everything("Order")
        org.change(order, Status=word)
        return [page for feed in made.feeds for page in feed.pull(None, org.now)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """A return, and how many there are."""
    with _connected() as (org, made):
        assert made.courier is not None
        (order,) = org.everything("Order")
        detail = {"return_number": "R-7", "reason": "damaged", "lines": [{"line": 1, "quantity": 1}]}
        content = {"act": "return", "to": order["Id"], "order": {}, "detail": detail}
        post = Post(1, "salesforce:R-7", "salesforce", "orders:1", "write_back", content, 1)
        yield made.courier, post, lambda: len(org.everything("ReturnOrder"))
