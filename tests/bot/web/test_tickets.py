"""A customer's tickets on their pages, and files sent there and in the chat: whose they are, and who may see them."""

from typing import Any

import pytest

from core.chat import Upload
from core.config import Uploads
from core.database.engine import Database
from core.uploads import service as uploads
from tests.bot.web.browser import Browser, forms
from tests.bot.web.conftest import ON_SQLITE, Arrive
from tests.bot.web.shop import HOSTILE
from tests.conftest import SettableClock
from tests.pictures import picture

PNG = picture("PNG")
pytestmark = ON_SQLITE


@pytest.fixture
def support(arrive: Arrive) -> Browser:
    return arrive("support@example.org")


@pytest.fixture
def eve(arrive: Arrive) -> Browser:
    return arrive("eve@example.org")


def post_files(browser: Browser, page: str, action: str, *files: tuple[str, bytes], **filled: str) -> Any:
    """Send a form of a page with files, as a browser does."""
    fields = {name: value for name, value in forms(browser.get(page).text)[action].items() if name != "files"}
    sent = [("files", (name, content, "text/html")) for name, content in files]
    return browser.client.post(action, data={**fields, **filled}, files=sent, follow_redirects=False)


def opened(zoe: Browser, **more: str) -> str:
    answer = post_files(zoe, "/tickets", "/tickets", ("lamp.png", PNG), text=f"My lamp {HOSTILE} flickers", **more)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def file_of(page: str) -> str:
    return "/uploads/" + page.split('href="/uploads/')[1].partition('"')[0]


def test_a_ticket_is_opened_followed_answered_and_closed(zoe: Browser, support: Browser) -> None:
    path = opened(zoe)
    number = path.rpartition("/")[2]
    support.send_form(f"/support/{number}", f"/support/{number}/answer", text="Which bulb is in it?")
    page = zoe.get(path).text
    assert "Which bulb is in it?" in page
    assert HOSTILE not in page
    assert zoe.send_form(path, f"{path}/reply", text="The small one").status_code == 303
    assert "The small one" in support.get(f"/support/{number}").text
    assert zoe.send_form(path, f"{path}/close").status_code == 303
    assert "opens this ticket again" in zoe.get(path).text
    assert zoe.send_form(path, f"{path}/reply", text="It flickers again").status_code == 303
    assert "Waiting" in support.get(f"/support/{number}").text


def test_the_same_form_sent_twice_says_it_once(zoe: Browser) -> None:
    path = opened(zoe)
    fields = {**forms(zoe.get(path).text)[f"{path}/reply"], "text": "Only once"}
    for _ in range(2):
        zoe.post(f"{path}/reply", fields)
    assert zoe.get(path).text.count("Only once") == 1


def test_an_empty_reply_is_not_sent(zoe: Browser) -> None:
    path = opened(zoe)
    assert zoe.send_form(path, f"{path}/reply", text=" ").status_code == 422


def test_a_ticket_of_somebody_else_is_none(zoe: Browser, eve: Browser, guest: Browser, support: Browser) -> None:
    path = opened(zoe)
    assert eve.get(path).status_code == 404
    assert guest.get(path).status_code == 303
    assert support.get(path).status_code == 403
    mine = opened(eve)
    fields = {**forms(eve.get(mine).text)[f"{mine}/reply"], "text": "Not mine"}
    assert eve.post(f"{path}/reply", fields).status_code == 404
    assert eve.post(f"{path}/close", fields).status_code == 404
    assert "Not mine" not in zoe.get(path).text


def test_a_file_is_seen_by_its_owner_and_the_shop_only(
    zoe: Browser, eve: Browser, guest: Browser, support: Browser
) -> None:
    path = opened(zoe)
    place = file_of(zoe.get(path).text)
    seen = zoe.get(place, follow=True)
    assert (seen.content, seen.headers["content-type"]) == (PNG, "image/png")
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in seen.headers["content-security-policy"]
    assert support.get(place, follow=True).content == PNG
    assert eve.get(place).status_code == 404
    assert guest.get(place).status_code == 303
    assert eve.get(str(zoe.get(place).headers["location"])).status_code == 404


def test_what_is_called_a_photo_and_is_a_page_is_refused(zoe: Browser) -> None:
    answer = post_files(zoe, "/tickets", "/tickets", ("lamp.png", b"<html>"), text="Look")
    assert answer.status_code == 422
    assert "JPEG, PNG, WebP" in answer.text


def test_the_chat_takes_files_with_and_without_a_script(zoe: Browser) -> None:
    token = forms(zoe.get("/chat").text)["/chat"]["form_token"]
    sent = {"text": "", "delivery_id": "d1", "form_token": token}
    for _ in range(2):
        told = zoe.client.post("/api/chat/files", data=sent, files=[("files", ("l.png", PNG))])
        assert "What is it for?" in told.json()["text"]
    shown = zoe.get("/api/chat/messages").json()["messages"]
    assert [[one["name"] for one in message["attachments"]] for message in shown] == [["l.png"], []]
    assert post_files(zoe, "/chat", "/chat", ("k.png", PNG), delivery_id="d2", text="").status_code == 303
    assert zoe.get("/chat").text.count("is-photo") == 2


def test_the_chat_takes_no_file_without_the_forms_token_or_for_another_chat(zoe: Browser) -> None:
    token = forms(zoe.get("/chat").text)["/chat"]["form_token"]
    for fields, status in (({"text": "x"}, 403), ({"form_token": token, "chat": "customer:C2"}, 409)):
        told = zoe.client.post("/api/chat/files", data=fields, files=[("files", ("l.png", PNG))])
        assert told.status_code == status


def test_a_body_too_large_is_refused_and_only_pages_with_files_take_more(zoe: Browser) -> None:
    token = forms(zoe.get("/chat").text)["/chat"]["form_token"]
    large = [("files", ("l.png", PNG + bytes(16_000_000)))]
    told = zoe.client.post("/api/chat/files", data={"form_token": token}, files=large)
    assert told.status_code == 413
    told = zoe.client.post("/account", data={"form_token": token}, files=[("files", ("l.png", bytes(300_000)))])
    assert told.status_code == 413


def test_the_shop_sees_the_photo_of_what_comes_back(support: Browser, database: Database, clock: SettableClock) -> None:
    with database.unit_of_work() as session:
        kept = uploads.keep(session, "C1", Upload("crack.png", PNG), Uploads(), clock.now)
        uploads.show_in_return(session, "C1", [kept.upload_id], "R-1")
    assert file_of(support.get("/returns/R-1").text) == f"/uploads/{kept.upload_id}"
