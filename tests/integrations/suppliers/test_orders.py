"""Orders posted to suppliers and their answers: once, signed, about their own orders, and the journal names them."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from starlette.testclient import TestClient

from core.config import Config
from core.database.audit import AuditRow
from core.database.engine import Database
from core.mailroom.ports import Later, Never, Post
from core.portal import Portal
from core.purchasing.model import PurchaseOrder, PurchaseOrderStatus
from core.systems import Suppliers
from integrations import standard_webhooks
from integrations.http import Http, Patience
from integrations.suppliers import messages
from integrations.suppliers.client import SupplierCourier
from integrations.suppliers.webhook import router
from tests import shop
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.core.purchasing.conftest import person
from tests.integrations.carriers.standin import serving

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
BOSS = person(shop.BOSS)
SCHEMAS = Path(__file__).parents[3] / "docs/schemas"


class Mail:
    """Takes every letter."""

    def __init__(self) -> None:
        self.sent: list[Post] = []

    def send(self, post: Post) -> str:
        self.sent.append(post)
        return "<mail>"


def settings(url: str = "") -> Suppliers:
    return Suppliers(addresses={"ACME": url} if url else {}, secrets={"ACME": SecretStr(SECRET)})


@pytest.fixture
def order(portal: Portal) -> PurchaseOrder:
    shop.open_shop(portal)
    portal.plan(run="test")
    proposal = portal.proposal(BOSS, portal.proposals(BOSS)[0].proposal_id)
    number = portal.approve(BOSS, proposal.proposal_id, proposal.content_hash).purchase_order_number or ""
    return portal.purchase_order(BOSS, number)


def sending(database: Database, config: Config, clock: SettableClock, mail: Mail, url: str) -> Portal:
    http = Http("The supplier", Patience(tries=1, timeout_s=5.0), clock=clock)
    return Portal(database, config, clock, {"email": SupplierCourier(mail, settings(url), http, clock)})


def test_an_order_is_posted_once_signed_and_as_the_schema_says(
    database: Database, config: Config, clock: SettableClock, order: PurchaseOrder
) -> None:
    mail = Mail()
    with serving({"/orders": [(200, {"reference": "AC-9"})]}) as standin:
        portal = sending(database, config, clock, mail, f"{standin.url}/orders")
        for _ in range(3):
            portal.deliver()
    ((_, _, headers, body),) = standin.asked
    said = messages.PurchaseOrder.model_validate_json(body)
    assert (said.number, said.revision, said.supplier) == (order.purchase_order_number, 1, "ACME")
    assert [(line.sku, line.quantity) for line in said.lines] == [(line.sku, line.quantity) for line in order.lines]
    assert said.total == str(order.total.major)
    assert standard_webhooks.fits(body.encode(), headers, [SECRET], clock.now)
    assert headers["idempotency-key"] == headers["webhook-id"]
    assert "purchase_order" not in [post.kind for post in mail.sent]
    assert portal.purchase_order(BOSS, order.purchase_order_number).status is PurchaseOrderStatus.SENT


@pytest.mark.parametrize(("status", "outcome"), [(503, Later), (429, Later), (401, Later), (422, Never)])
def test_what_a_supplier_s_system_does_not_take_waits_or_is_for_a_person(
    clock: SettableClock, status: int, outcome: type[Exception]
) -> None:
    files = [{"name": "PO-1.json", "media_type": "application/json", "content": b"{}"}]
    post = Post(1, "purchase_order:PO-1:1", "email", "supplier:ACME", "purchase_order", {"files": files}, 1)
    with serving({"/orders": [(status, {})]}) as standin:
        http = Http("The supplier", Patience(tries=1), clock=clock)
        courier = SupplierCourier(Mail(), settings(f"{standin.url}/orders"), http, clock)
        with pytest.raises(outcome):
            courier.send(post)


def test_suppliers_without_an_address_get_mail(
    database: Database, config: Config, clock: SettableClock, order: PurchaseOrder
) -> None:
    mail = Mail()
    sending(database, config, clock, mail, "").deliver()
    (letter,) = [post for post in mail.sent if post.kind == "purchase_order"]
    assert [file["name"].rpartition(".")[2] for file in letter.content["files"]] == ["pdf", "csv", "json"]
    assert order.purchase_order_number in letter.content["text"]


@pytest.fixture
def door(portal: Portal, clock: SettableClock) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router(settings(), portal, clock))
    with TestClient(app) as client:
        yield client


def answer(door: TestClient, clock: SettableClock, said: dict[str, Any], to: str = "ACME", key: str = SECRET) -> int:
    body = json.dumps({"type": "order_acknowledgement", "status": "confirmed", **said}).encode()
    headers = standard_webhooks.signed(body, sha256(body).hexdigest(), key, clock.now)
    return door.post(f"/webhooks/suppliers/{to}", content=body, headers=headers).status_code


def test_an_answer_confirms_shortens_and_moves_an_order_once(
    portal: Portal, clock: SettableClock, order: PurchaseOrder, door: TestClient
) -> None:
    number, line = order.purchase_order_number, order.lines[0]
    day = order.expected_on + timedelta(days=3)
    less = {"line": line.line, "quantity": line.quantity - 1}
    said = {"number": number, "revision": 1, "expected_on": day.isoformat(), "reference": "AC-9", "lines": [less]}
    assert [answer(door, clock, said) for _ in range(2)] == [200, 200]
    after = portal.purchase_order(BOSS, number)
    assert (after.status, after.expected_on, after.supplier_reference) == (PurchaseOrderStatus.CONFIRMED, day, "AC-9")
    assert after.lines[0].wanted == line.quantity - 1
    with portal._database.reading() as session:
        who = [row.who for row in session.query(AuditRow) if row.act == "purchase_order_confirmed"]
    assert who == ["supplier:ACME"]


def test_a_rejected_order_is_cancelled(
    portal: Portal, clock: SettableClock, order: PurchaseOrder, door: TestClient
) -> None:
    assert answer(door, clock, {"number": order.purchase_order_number, "status": "rejected"}) == 200
    assert portal.purchase_order(BOSS, order.purchase_order_number).status is PurchaseOrderStatus.CANCELLED


def test_what_does_not_fit_is_refused_and_changes_nothing(
    portal: Portal, clock: SettableClock, order: PurchaseOrder, door: TestClient
) -> None:
    number = order.purchase_order_number
    too_much = [{"line": order.lines[0].line, "quantity": order.lines[0].quantity + 1}]
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert answer(door, clock, {"number": number}, key=other) == 401
    assert answer(door, clock, {"number": number}, to="OTHER") == 401
    assert answer(door, clock, {"number": "PO-NONE"}) == 404
    assert answer(door, clock, {"number": number, "revision": 2}) == 409
    assert answer(door, clock, {"number": number, "lines": too_much}) == 409
    assert answer(door, clock, {"number": number, "lines": [{"line": 1, "quantity": -1}]}) == 400
    assert answer(door, clock, {"number": number, "status": "perhaps"}) == 400
    assert answer(door, clock, {"number": number, "lines": [{"line": 99, "quantity": 1}]}) == 404
    assert portal.purchase_order(BOSS, number).status is order.status


def test_a_table_of_answers_is_booked_once(
    portal: Portal, order: PurchaseOrder, database_url: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "{database_url}"\n', encoding="utf-8")
    number, line = order.purchase_order_number, order.lines[0]
    table = "number,status,line,quantity,reference\n"
    table += f"{number},confirmed,{line.line},{line.quantity - 1},AC-9\nPO-X,confirmed,,,\n"
    (tmp_path / "answers.csv").write_text(table, encoding="utf-8")
    asked = ("acknowledge", "ACME", str(tmp_path / "answers.csv"), "--config", str(config))
    first, again = run(*asked), run(*asked)
    assert (first.code, first.out, "PO-X" in first.err) == (1, f"{number}: confirmed\n", True)
    assert again.out == f"{number}: known already\n"
    assert portal.purchase_order(BOSS, number).lines[0].wanted == line.quantity - 1


@pytest.mark.parametrize("name", sorted(messages.SCHEMAS))
def test_the_published_schemas_are_those_that_are_read(name: str) -> None:
    written = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == messages.schema(name), "run python -m integrations.suppliers.messages docs/schemas"


def test_addresses_are_encrypted_and_secrets_are_such() -> None:
    with pytest.raises(ValidationError, match="no https"):
        Suppliers(addresses={"ACME": "http://acme.example.org/orders"})
    with pytest.raises(ValidationError, match="whsec_"):
        Suppliers(secrets={"ACME": SecretStr("short")})
