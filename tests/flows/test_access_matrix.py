"""Everybody tries everything: no intent, button, link or route shows a record to anybody whose it is not."""

import re
import tomllib
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bot.web.app import create_app
from core.accounts import identity
from core.chat import Reply, Speaker
from core.config import Config
from core.conversation import wording
from core.conversation.intents import INTENTS
from core.database.engine import Database
from core.portal import Portal
from tests.bot.web.browser import Browser
from tests.conftest import SettableClock
from tests.core.database.side_by_side import ON_SQLITE
from tests.flows.canaries import MARKS, NUMBERS, open_marked_shop
from tests.flows.talking import Talk
from tests.shop import ADA, GRACE, PLANNER, SUPPORT

OWNER, VICTIM = ADA, GRACE
SAID_OF_ALL, THINGS_OF_EACH = 1, 3  # examples of each intent that everybody says, and things named with each
# what a person who knows the other's numbers would try to get at them
OBJECTS = {
    "order_number": NUMBERS[VICTIM],
    "order": f"{NUMBERS[VICTIM]}9",
    "delivered": f"{NUMBERS[VICTIM]}8",
    "invoice": f"5{NUMBERS[VICTIM]}",
    "parcel": f"TRK-{MARKS[VICTIM]}",
    "return": f"RMA-{MARKS[VICTIM]}",
    "method": f"PM-{MARKS[VICTIM]}",
    "ticket": "T-000002",
    "product": f"{MARKS[VICTIM]} mug",
    "email": f"{MARKS[VICTIM].lower()}@example.org",
}
NAMES = sorted(INTENTS)
STRANGERS = ["other customer", "linked elsewhere", "guest", "unlinked", "erased", "buyer of another account"]


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_marked_shop(portal)
    return portal


@pytest.fixture
def app(shop: Portal, config: Config) -> FastAPI:
    return create_app(shop, config, demo=False)


def speaker_of(shop: Portal, who: str) -> Talk:
    """The chat of one kind of stranger to the victim's records."""
    if who == "guest":
        return Talk(shop, Speaker(), "web", "guest:one")
    if who == "linked elsewhere":
        return _linked(shop, OWNER, "elsewhere")
    if who == "unlinked":
        talk = _linked(shop, VICTIM, "unlinked")
        talk.say("unlink this chat")
        talk.say("yes")
        return talk
    if who == "erased":
        shop.erase_customer(VICTIM, "operator")
        return Talk(shop, Speaker(VICTIM, proof=3), "web", f"customer:{VICTIM}")
    if who == "buyer of another account":
        return Talk(shop, Speaker(OWNER, proof=3, member="buyer.quokka@example.org"), "web", f"customer:{OWNER}/1")
    return Talk(shop, Speaker(OWNER, proof=3), "web", f"customer:{OWNER}")


def _linked(shop: Portal, customer_id: str, chat: str) -> Talk:
    talk = Talk(shop, Speaker(), "console", chat)
    talk.say("link this chat to my account")
    talk.say(f"{MARKS[customer_id].lower()}@example.org")
    code = next(word for word in shop.letters()[0].text.split() if word.isdigit() and len(word) == 8)
    assert talk.say(code).speaker_proof == 3
    return talk


def leaks(text: str, tried: str) -> str:
    """The victim's word in what was answered, where it is not the echo of what was asked."""
    bare = text
    for echoed in (tried, quote(tried), *OBJECTS.values(), *map(quote, OBJECTS.values())):
        bare = re.sub(re.escape(echoed), "", bare, flags=re.IGNORECASE)
    found = re.search(rf".{{0,40}}{MARKS[VICTIM]}.{{0,40}}", bare, flags=re.IGNORECASE | re.DOTALL)
    return found.group() if found else ""


def told(reply: Reply) -> str:
    """All that a reply says; its slots only repeat what was understood of the words."""
    return repr({**reply.as_dict(), "slots": {}})


def examples(name: str) -> list[str]:
    """What people say for an intent, a few of them."""
    written = tomllib.loads((wording.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [str(one) for one in written["examples"]["en"][:SAID_OF_ALL]]


def everything_said(talk: Talk, name: str) -> Iterator[tuple[str, str]]:
    """What is tried and what is answered: each intent with each of the victim's things, and every button that shows."""
    things, first = list(OBJECTS.values()), NAMES.index(name)
    for place, text in enumerate(examples(name)):
        begin = (first + place) * THINGS_OF_EACH
        for thing in ("", *(things[(begin + step) % len(things)] for step in range(THINGS_OF_EACH))):
            said = f"{text} {thing}".strip()
            yield said, told(talk.say(said))
            if thing:
                yield thing, told(talk.say(thing))
            yield from _buttons(talk)
        talk.say("stop")


def _buttons(talk: Talk) -> Iterator[tuple[str, str]]:
    for button in talk.said[-1].buttons[:2]:
        if not button.label.startswith("Yes") and not talk.said[-1].handed_off:
            yield button.label, told(talk.press(button.label))
            return


@pytest.mark.slow
@ON_SQLITE
@pytest.mark.parametrize("who", STRANGERS)
def test_no_intent_tells_a_stranger_anything_of_another(shop: Portal, who: str) -> None:
    talk, chats = speaker_of(shop, who), count()
    found = []
    for name in NAMES:
        for tried, answered in everything_said(talk, name):
            if leak := leaks(answered, tried):
                found.append((name, tried, leak))
            if talk.said[-1].handed_off:
                talk.chat = f"{talk.chat.split('#')[0]}#{next(chats)}"
    assert found == []


@ON_SQLITE
def test_the_words_would_be_found_if_they_were_told(shop: Portal) -> None:
    talk = Talk(shop, Speaker(VICTIM, proof=3), "web", f"customer:{VICTIM}")
    answers = [
        answered for name in ("payment_methods", "who_has_access") for _, answered in everything_said(talk, name)
    ]
    assert any(leaks(answered, "") for answered in answers)


@ON_SQLITE
def test_somebody_with_number_and_address_learns_where_the_parcel_is_and_nothing_else(shop: Portal) -> None:
    talk = Talk(shop, Speaker(), "web", "guest:two")
    talk.say("where is my order?")
    talk.say(NUMBERS[VICTIM])
    status = talk.say(OBJECTS["email"])
    assert "Parcelforce" in status.text
    for secret in ("Lane", "Holder", "mug", "+44", "£", "9.00", "card"):
        assert secret not in status.text


@ON_SQLITE
def test_a_button_opens_nothing_for_another_person_or_chat(shop: Portal) -> None:
    mine = Talk(shop, Speaker(VICTIM, proof=3), "web", f"customer:{VICTIM}")
    mine.say("cancel my order")
    assert mine.said[-1].buttons
    for talk in (Talk(shop, Speaker(OWNER, proof=3), "web", f"customer:{VICTIM}"), speaker_of(shop, "guest")):
        talk.said = list(mine.said)
        pressed = talk.press(mine.said[-1].buttons[0].label)
        assert not leaks(pressed.text, mine.said[-1].buttons[0].label)
        assert pressed.actions == ()


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every way in there is, by method and path, each blank filled with each of the victim's things."""
    found = []
    for route in _all(list(app.routes)):
        things = list(OBJECTS.values()) if "{" in route.path else [""]
        paths = [re.sub(r"\{[^}]*\}", thing.replace("@", "%40"), route.path) for thing in things]
        found += [(method, path) for method in sorted((route.methods or set()) - {"HEAD"}) for path in paths]
    return [(method, path) for method, path in found if path != "/api/chat/events"]


def _all(found: list[BaseRoute]) -> list[APIRoute]:
    inside = [
        one for route in found for one in _all(list(getattr(getattr(route, "original_router", None), "routes", [])))
    ]
    return [route for route in found if isinstance(route, APIRoute)] + inside


def browser_of(app: FastAPI, database: Database, clock: SettableClock, who: str) -> Browser:
    """A browser of one kind of stranger."""
    browser = Browser(app)
    persons = {"other customer": f"customer:{OWNER}", "erased": f"customer:{VICTIM}",
               "buyer of another account": f"customer:{OWNER}"}  # fmt: skip
    if who in persons:
        member = "buyer.quokka@example.org" if who.startswith("buyer") else ""
        with database.unit_of_work() as session:
            browser.keep_session(identity.open_session(session, persons[who], clock.now, member))
    return browser


@ON_SQLITE
@pytest.mark.parametrize("who", ["other customer", "guest", "erased", "buyer of another account"])
def test_no_route_shows_a_stranger_anything_of_another(
    shop: Portal, app: FastAPI, database: Database, clock: SettableClock, who: str
) -> None:
    browser = browser_of(app, database, clock, who)
    if who == "erased":
        shop.erase_customer(VICTIM, "operator")
    tried = routes(app)
    assert len({path.split("/")[1] for _, path in tried}) > 8
    found = []
    for method, path in tried:
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/chat").text)
        fields = {"form_token": token.group(1) if token else "", "text": NUMBERS[VICTIM], "address": OBJECTS["email"]}
        answer = browser.get(path) if method == "GET" else browser.post(path, fields)
        if leak := leaks(answer.text + str(answer.headers), path):
            found.append((method, path, leak))
        assert answer.status_code < 500, (method, path)
        if path == "/sign-out":
            browser = browser_of(app, database, clock, who)
    browser.close()
    assert found == []


@ON_SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "/orders",
        f"/orders/{NUMBERS[VICTIM]}",
        "/invoices",
        f"/invoices/5{NUMBERS[VICTIM]}/pdf",
        "/account",
        "/account/data",
    ],
)
@pytest.mark.parametrize("email", [PLANNER, SUPPORT])
def test_people_of_the_shop_have_no_customers_pages(
    app: FastAPI, database: Database, clock: SettableClock, path: str, email: str
) -> None:
    browser = Browser(app)
    with database.unit_of_work() as session:
        browser.keep_session(identity.open_session(session, f"staff:{email}", clock.now))
    answer = browser.get(path)
    browser.close()
    assert answer.status_code == 403
    assert not leaks(answer.text, path)


@ON_SQLITE
def test_the_link_of_a_file_opens_for_no_other_customer(
    shop: Portal, app: FastAPI, database: Database, clock: SettableClock
) -> None:
    link = shop.invoice_link(VICTIM, OBJECTS["invoice"])
    other = browser_of(app, database, clock, "other customer")
    assert other.get(link).status_code == 404
    other.close()
