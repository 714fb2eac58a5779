"""An Odoo for the contract of all systems: what it says with a word nobody knows, and something to make there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import Page
from core.exchange.ports import Backend
from core.mailroom.ports import Courier, Post
from core.systems import Odoo
from integrations.odoo.backend import backend
from tests.integrations.marketplace import Between
from tests.integrations.odoo.erp import DATABASE, KEY, USER, Erp, serving
from tests.integrations.odoo.lantern import by_code, open_shop, sell


@contextmanager
def standing(between: Between) -> Iterator[Backend]:
    """A database with a little of everything that is read, heard by way of somebody else."""
    with _connected(between) as (erp, made):
        buyer = next(number for number, one in erp.rows["res.partner"].items() if one.get("customer_rank"))
        sell(erp, buyer, {by_code(erp, "KETTLE"): (1, 30.0)})
        yield made


@contextmanager
def _connected(between: Between = lambda way: way) -> Iterator[tuple[Erp, Backend]]:
    erp = Erp()
    open_shop(erp)
    with serving(erp):
        section = Odoo(on=True, url=erp.url, database=DATABASE, user=USER, key=SecretStr(KEY))
        config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")), odoo=section)
        made = backend(config, lambda: erp.now, transport=between(httpx.HTTPTransport()))
        yield erp, made
        assert made.close is not None
        made.close()


def said(word: str) -> Sequence[Page]:
    """The pages of sales orders one of which stands like that."""
    with _connected() as (erp, made):
        buyer = next(number for number, one in erp.rows["res.partner"].items() if one.get("customer_rank"))
        sell(erp, buyer, {by_code(erp, "KETTLE"): (1, 30.0)}, state=word)
        return [page for feed in made.feeds if feed.name == "orders" for page in feed.pull(None, erp.now)]


@contextmanager
def making() -> Iterator[tuple[Courier, Post, Callable[[], int]]]:
    """An order to a vendor, and how many there are."""
    with _connected() as (erp, made):
        assert made.courier is not None
        vendor = next(number for number, one in erp.rows["res.partner"].items() if one.get("supplier_rank"))
        line = {"line": 1, "sku": "KETTLE", "name": "Kettle", "quantity": 48, "unit_cost": 1000, "total": 48000}
        order = {"number": "PO-7", "revision": 1, "currency": "GBP", "expected_on": "2026-06-25", "lines": [line]}
        content = {"act": "purchase_order", "to": str(vendor), "new_key": "PO-7", "order": order,
                   "detail": {"location": "main", "lines": 1, "tells_supplier": False}}  # fmt: skip
        post = Post(1, "odoo:purchase_order:PO-7:1", "odoo", "purchase_orders:PO-7", "write_back", content, 1)
        yield made.courier, post, lambda: len(erp.rows["purchase.order"])
