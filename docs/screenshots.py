"""Takes the pictures of docs/pictures from a running demo: python -m docs.screenshots."""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
PORT = 8799
BASE = f"http://127.0.0.1:{PORT}"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WIDTHS = {"phone": (390, 844), "desktop": (1280, 860)}
CUSTOMER, PLANNER = "zoe.bjork@example.org", "tomasz@example.org"
SAID = ("Where is my last order?", "and the invoice?", "when are the pink polkadot party candles back?")


def main() -> None:
    """Start a demo of its own, walk through it at both widths, and keep what is seen."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _demo(folder), sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        sessions = {person: _signed_in(browser, person) for person in (CUSTOMER, PLANNER)}
        _talk(browser, sessions[CUSTOMER])
        for name, (width, height) in WIDTHS.items():
            _walk(browser, sessions, name, width, height)
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        Image.open(picture).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)


def _walk(browser: Browser, sessions: dict[str, str], name: str, width: int, height: int) -> None:
    def opened(person: str, path: str) -> Page:
        context = browser.new_context(storage_state=sessions[person], viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(BASE + path)
        return page

    chat = opened(CUSTOMER, "/chat")
    chat.wait_for_timeout(500)
    chat.screenshot(path=PICTURES / f"chat-{name}.png")
    for what, path in (("orders", "/orders"), ("invoices", "/invoices")):
        opened(CUSTOMER, path).screenshot(path=PICTURES / f"{what}-{name}.png")
    order = opened(CUSTOMER, "/orders")
    order.locator("a[href^='/orders/']").first.click()
    order.screenshot(path=PICTURES / f"order-{name}.png")
    planner = opened(PLANNER, "/planner")
    planner.screenshot(path=PICTURES / f"planner-{name}.png")
    planner.locator("a[href^='/planner/proposals/']").nth(1).click()
    planner.locator("details summary").first.click()
    planner.screenshot(path=PICTURES / f"proposal-{name}.png")


def _talk(browser: Browser, session: str) -> None:
    page = browser.new_context(storage_state=session).new_page()
    page.goto(f"{BASE}/chat")
    for words in SAID:
        page.get_by_role("textbox").fill(words)
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)


def _signed_in(browser: Browser, person: str) -> str:
    """Sign in as a person does, with the code that lands on the demo's mail page; where the session is kept."""
    page = browser.new_context().new_page()
    page.goto(f"{BASE}/sign-in")
    page.locator("#address").fill(person)
    page.keyboard.press("Enter")
    page.locator("#code").wait_for()
    letters = page.context.new_page()
    letters.goto(f"{BASE}/demo/mail")
    code = letters.locator("code").first.inner_text()
    letters.close()
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    page.locator("text=Sign out").wait_for()
    kept = Path(tempfile.mkstemp(suffix=".json")[1])
    page.context.storage_state(path=kept)
    return str(kept)


@contextmanager
def _demo(folder: str) -> Iterator[None]:
    command = [sys.executable, "-m", "bot", "demo", "--folder", folder, "--port", str(PORT)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{BASE}/readyz", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=20)


if __name__ == "__main__":
    main()
