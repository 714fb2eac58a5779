"""The whole walk in Chromium, at the width of a phone and of a desk."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.web.app import create_app
from core.config import Config
from core.portal import Portal
from tests.bot.web.conftest import ON_SQLITE

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = [pytest.param(360, id="phone"), pytest.param(1280, id="desk")]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    ON_SQLITE,
]


@pytest.fixture
def address(shop: Portal, config: Config) -> Iterator[str]:
    """Where a real server serves the shop, with something to decide."""
    shop.plan(run="test")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        served = config.model_copy(update={"web": config.web.model_copy(update={"port": port})})
        app = create_app(shop, served, demo=True, hints=[("zoe@example.org", "has an order under way")])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        app.state.door.closing.set()
        server.should_exit = True
        thread.join()


@dataclass
class Visit:
    """A page in the browser, and everything it complained of."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the shop."""
        self.page.goto(self.address + path)
        self.check()

    def check(self) -> None:
        """Nothing is wider than the window, and there is one heading that says what the page is."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{self.page.url} is {wide} px too wide"
        assert self.page.locator("h1").count() == 1

    def wait_for_focus(self, field: str) -> None:
        """Wait until what is typed goes into a field by itself."""
        self.page.wait_for_function(f"document.activeElement && document.activeElement.id === '{field}'")

    def sign_in(self, email: str) -> None:
        """Sign in by the mailed code, from the keyboard alone."""
        self.go("/sign-in")
        self.wait_for_focus("address")
        self.page.keyboard.type(email)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/sign-in")
        letters = self.page.context.new_page()
        letters.goto(self.address + "/demo/mail")
        code = letters.locator("code").first.inner_text()
        letters.close()
        self.page.locator("#code").wait_for()
        self.check()
        self.wait_for_focus("code")
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")
        self.page.locator("text=Sign out").wait_for()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    quiet = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=quiet.split())
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS)
def visit(request: pytest.FixtureRequest, chromium: Any, address: str) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": request.param, "height": 780})
    visit = Visit(context.new_page(), address)
    visit.page.on("console", lambda told: visit.complaints.append(told.text) if told.type == "error" else None)
    visit.page.on("pageerror", lambda fault: visit.complaints.append(str(fault)))
    yield visit
    context.close()
    assert visit.complaints == []


def test_a_customer_walks_from_the_door_to_the_invoice(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    visit.sign_in("zoe@example.org")
    page.click("text=Order 1001")
    visit.check()
    assert page.locator(".timeline li").count() == 2
    visit.go("/invoices")
    with page.expect_download() as download:
        page.click("text=Download")
    assert download.value.suggested_filename == "invoice-INV_5001.pdf"


def test_a_customer_talks_without_loading_again(visit: Visit) -> None:
    page = visit.page
    visit.sign_in("zoe@example.org")
    visit.go("/chat")
    page.evaluate("window.stayed = true")
    visit.wait_for_focus("text")
    page.keyboard.type("help <b>me</b>")
    page.keyboard.press("Enter")
    page.locator(".by-shop .choices button").first.wait_for()
    assert page.locator(".by-person .said-text").inner_text() == "help <b>me</b>"
    assert page.evaluate("document.activeElement.id") == "text"
    page.locator(".choices button", has_text="order").first.click()
    page.locator(".by-person").nth(1).wait_for()
    page.locator(".by-shop").nth(2).wait_for()
    visit.check()
    assert page.locator(".is-waiting").count() == 0
    assert page.evaluate("window.stayed") is True
    page.reload()
    assert page.locator(".by-person").count() == 2


def test_an_answer_from_the_shop_appears_by_itself(visit: Visit, shop: Portal) -> None:
    page = visit.page
    visit.sign_in("zoe@example.org")
    visit.go("/chat")
    page.click("text=Talk to a person")
    page.locator(".by-shop").nth(1).wait_for()
    staff = shop.staff_by_email("support@example.org")
    assert staff
    shop.answer_ticket(staff, shop.tickets(staff)[0].ticket_number, "Sam here, how can I help?")
    page.locator(".by-staff", has_text="Sam here").wait_for(timeout=10_000)


def test_a_planner_sees_the_cost_before_saving_and_approves(visit: Visit, shop: Portal) -> None:
    page = visit.page
    visit.sign_in("planner@example.org")
    visit.go("/planner")
    page.locator(".card a").first.click()
    visit.check()
    assert page.locator("svg[role=img]").count() == page.locator(".line").count() > 0
    quantity = page.locator("input.quantity").first
    before, total = int(quantity.input_value()), page.locator("[data-is=grand-total]").inner_text()
    quantity.fill(str(before + 1))
    page.locator("[data-is=fault]", has_text="pack").wait_for()
    assert page.locator("[data-is=save]").is_disabled()
    quantity.fill(str(before + 24))
    page.locator("[data-is=save]:enabled").wait_for()
    assert page.locator("[data-is=grand-total]").inner_text() != total
    assert page.locator("[data-is=approve]").is_disabled()
    page.click("[data-is=save]")
    page.locator("text=The quantities are saved").wait_for()
    visit.check()
    page.click("[data-is=approve]")
    page.locator("text=Purchase order").last.wait_for()
    visit.check()
    page.locator(".notice a").click()
    visit.check()
    staff = shop.staff_by_email("planner@example.org")
    assert staff
    assert shop.purchase_orders(staff)[0].purchase_order_number in page.locator("h1").inner_text()


def test_every_page_fits_in_the_dark_too(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark")
    visit.sign_in("planner@example.org")
    for path in ("/", "/planner", "/planner/orders", "/planner/post", "/support", "/chat", "/demo/mail"):
        visit.go(path)
