"""Pages, the chat and letters are in the language of whoever reads them."""

import re
from pathlib import Path

import pytest

from bot.web import paper
from core.conversation.wording import page_words
from tests.bot.web.browser import Browser
from tests.bot.web.conftest import Arrive

TEMPLATES = Path(paper.__file__).parent / "templates"
_SAID = re.compile(r'(?<!\w)t\("([^"]+)"(?: if [^"]*(?:"[^"]*"[^"]*)? else "([^"]+)")?')


@pytest.mark.parametrize("language", sorted(page_words()))
def test_every_word_of_a_page_is_there_in_every_language(language: str) -> None:
    pages = [path.read_text("utf-8") for path in TEMPLATES.glob("*.html")]
    said = {one for page in pages for found in _SAID.findall(page) for one in found}
    assert len(said) > 80
    assert sorted(said - {""} - set(page_words()[language])) == []


def test_a_browser_that_asks_for_german_gets_it(arrive: Arrive) -> None:
    page = arrive().get("/sign-in", accept_language="de-AT,de;q=0.9,en;q=0.5")
    assert '<html lang="de">' in page.text
    assert "Code zuschicken" in page.text


def test_a_browser_that_asks_for_no_language_of_the_shop_gets_english(arrive: Arrive) -> None:
    page = arrive().get("/sign-in", accept_language="fr,it")
    assert '<html lang="en">' in page.text


def test_whoever_chooses_german_has_german_pages_and_chat_from_then_on(zoe: Browser) -> None:
    zoe.send_form("/orders", "/language", language="de")
    assert "Ihre Bestellungen" in zoe.get("/orders").text
    assert "Bestellung 1000" in zoe.get("/orders/1000").text
    assert "Bestellung 1000" in zoe.say({"text": "1000"}).json()["text"]
    zoe.send_form("/orders", "/language", language="en")
    assert "Your orders" in zoe.get("/orders").text


def test_a_language_the_shop_does_not_speak_is_refused(zoe: Browser) -> None:
    assert zoe.send_form("/orders", "/language", language="xx").status_code == 422
