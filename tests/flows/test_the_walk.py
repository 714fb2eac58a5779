"""What a newcomer does with the demo, from its start to the purchase order, as a browser sends it."""

import io
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from pypdf import PdfReader

from tests.bot.web.browser import forms

ROOT = Path(__file__).parents[2]
CUSTOMER, PLANNER = "zoe.bjork@example.org", "ruth@example.org"
PATIENCE_S = 60


class Visit:
    """A browser at the demo, to be used in a `with`."""

    def __init__(self, address: str) -> None:
        self.client = httpx2.Client(base_url=address, follow_redirects=True, timeout=30)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def send(self, page: str, action: str, **filled: str) -> httpx2.Response:
        """Fill in the form of a page that goes to `action`."""
        fields = forms(self.client.get(page).text)[action]
        return self.client.post(action, data={**fields, **filled})

    def sign_in(self, email: str) -> None:
        """By the code that lands on the demo's mail page."""
        self.send("/sign-in", "/sign-in", address=email)
        letters = self.client.get("/demo/mail").text
        code = next(iter(re.findall(r"\b\d{8}\b", letters)))
        assert "Sign out" in self.send("/sign-in/code", "/sign-in/code", code=code).text

    def say(self, text: str, button: str | None = None) -> dict[str, object]:
        """One turn."""
        given = {"text": text, **({"button": button} if button else {})}
        answer = self.client.post("/api/chat", json=given)
        assert answer.status_code == 200
        reply: dict[str, object] = answer.json()
        return reply


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a running demo, and its folder."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bot", "demo", "--folder", str(folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        address, patience = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE_S
        while not _is_ready(address):
            assert running.poll() is None, running.stdout.read() if running.stdout else b""
            assert time.monotonic() < patience
            time.sleep(0.1)
        yield address, folder
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=30)
        assert running.returncode == 0
        assert b"Stopped" in out
        assert b"Traceback" not in out


def _is_ready(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/readyz", timeout=2).status_code == 200
    except httpx2.TransportError:
        return False


def asked(folder: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    """Look into the demo's database."""
    with closing(sqlite3.connect(folder / "storekeeper.db")) as connection:
        return connection.execute(query, values).fetchall()


@pytest.mark.slow
def test_a_customer_finds_the_order_the_invoice_and_sends_something_back(demo: tuple[str, Path]) -> None:
    address, folder = demo
    with Visit(address) as visit:
        visit.sign_in(CUSTOMER)
        _walk_of_a_customer(visit, folder)


def _walk_of_a_customer(visit: Visit, folder: Path) -> None:
    (customer_id,) = asked(folder, "SELECT customer_id FROM customers WHERE email = ?", CUSTOMER)[0]
    latest = asked(
        folder, "SELECT order_number FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT 1", customer_id
    )[0][0]
    assert str(latest) in str(visit.say("where is my last order?")["text"])

    handed = visit.say("and the invoice?")
    attachment = handed["attachments"][0]  # type: ignore[index] # JSON of a Reply
    drawn = visit.client.get(attachment["url"])
    assert drawn.headers["content-type"] == "application/pdf"
    number, gross = asked(
        folder,
        "SELECT i.invoice_number, sum(l.quantity * l.unit_price - l.discount) FROM invoices i"
        " JOIN invoice_lines l USING (invoice_number) WHERE i.order_number = ? AND i.kind = 'invoice'",
        latest,
    )[0]
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn.content)).pages)
    assert str(number) in text
    assert f"{Decimal(str(gross)) / 100:,.2f}" in text

    visit.say("I want to return something from order 555841")
    visit.say("the beware of the cat sign")
    visit.say("2")
    shown = visit.say("I no longer want it")
    assert shown["asks"] == "confirm"
    done = visit.say("", button=shown["buttons"][0]["value"])  # type: ignore[index]
    written = done["actions"][0]["result"]["return_number"]  # type: ignore[index]
    assert asked(folder, "SELECT order_number FROM returns WHERE return_number = ?", written) == [("555841",)]
    assert written in visit.client.get("/orders/555841").text


@pytest.mark.slow
def test_a_planner_changes_and_approves_a_proposal_and_the_order_exists(demo: tuple[str, Path]) -> None:
    address, folder = demo
    with Visit(address) as visit:
        visit.sign_in(PLANNER)
        _walk_of_a_planner(visit, folder)


def _walk_of_a_planner(visit: Visit, folder: Path) -> None:
    page = next(iter(re.findall(r"/planner/proposals/\d+", visit.client.get("/planner").text)))
    fields = forms(visit.client.get(page).text)[f"{page}/edit"]
    quantity = next(name for name in fields if name.startswith("quantity") and fields[name] != "0")
    saved = visit.client.post(f"{page}/edit", data={**fields, quantity: "0"})
    assert saved.status_code == 200
    approved = visit.send(page, f"{page}/approve")
    assert approved.status_code == 200
    proposal_id = int(page.rsplit("/", 1)[1])
    placed = asked(
        folder,
        "SELECT p.purchase_order_number, count(*), sum(l.quantity * l.unit_cost) FROM purchase_orders p"
        " JOIN purchase_order_lines l USING (purchase_order_number) WHERE p.proposal_id = ? GROUP BY 1",
        proposal_id,
    )
    total, lines = asked(
        folder,
        "SELECT total, (SELECT count(*) FROM proposal_lines WHERE proposal_id = ? AND quantity > 0) FROM proposals"
        " WHERE proposal_id = ?",
        proposal_id,
        proposal_id,
    )[0]
    assert [(row[1], row[2]) for row in placed] == [(lines, total)]
    assert str(placed[0][0]) in visit.client.get("/planner/orders").text
    again = visit.client.post(f"{page}/approve", data=fields)
    assert again.status_code in {404, 409}
