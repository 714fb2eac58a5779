"""The chat: as JSON for scripts and as forms for browsers without scripts."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from tests.bot.web.browser import Browser
from tests.bot.web.conftest import ON_SQLITE, Arrive

KEYS = {
    "text", "intents", "slots", "confidence", "asks", "buttons", "attachments", "actions", "speaker_proof",
    "handed_off",
}  # fmt: skip


def said(browser: Browser) -> list[dict[str, Any]]:
    """What the browser's chat holds."""
    messages: list[dict[str, Any]] = browser.get("/api/chat/messages").json()["messages"]
    return messages


def test_a_turn_is_answered_by_a_reply(zoe: Browser) -> None:
    reply = zoe.say({"text": "help"}).json()
    assert set(reply) == KEYS
    assert reply["text"]
    assert reply["buttons"]
    assert reply["speaker_proof"] == 3


def test_a_guest_may_talk_and_is_asked_to_sign_in_for_orders(guest: Browser) -> None:
    reply = guest.say({"text": "where is my order?"}).json()
    assert reply["speaker_proof"] == 0
    assert reply["actions"] == []
    assert "/sign-in" in reply["text"]
    assert '<a href="/sign-in?next=/chat">' in guest.get("/chat").text


def test_guests_do_not_read_each_other(arrive: Arrive) -> None:
    one, other = arrive(), arrive()
    one.say({"text": "a secret of mine"})
    assert any("secret" in message["text"] for message in said(one))
    assert said(other) == []


def test_signing_in_leaves_the_guests_chat_behind(arrive: Arrive) -> None:
    guest, zoe = arrive(), arrive("zoe@example.org")
    guest.say({"text": "hello from nobody"})
    assert said(zoe) == []


def test_the_same_delivery_twice_is_said_once(zoe: Browser) -> None:
    turn = {"text": "help", "delivery_id": "abc-1"}
    assert zoe.say(turn).json() == zoe.say(turn).json()
    assert len([message for message in said(zoe) if message["speaker"] == "person"]) == 1


def test_a_button_works_once(zoe: Browser) -> None:
    button = zoe.say({"text": "help"}).json()["buttons"][0]
    press = {"text": button["label"], "button": button["value"]}
    first, second = zoe.say(press).json(), zoe.say(press).json()
    assert first["text"] != second["text"]
    assert "pressed already" in second["text"]


def test_a_button_of_somebody_else_does_nothing(zoe: Browser, guest: Browser) -> None:
    button = zoe.say({"text": "help"}).json()["buttons"][0]
    stolen = guest.say({"text": "x", "button": button["value"]}).json()
    assert "does not belong" in stolen["text"]
    assert "pressed already" not in zoe.say({"text": "x", "button": button["value"]}).json()["text"]


def test_the_chat_works_by_forms(zoe: Browser) -> None:
    answer = zoe.send_form("/chat", "/chat", text="help")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat#end")
    page = zoe.get("/chat").text
    assert page.count('class="said by-person"') == 1
    button = page.split('name="button" value="')[1].split('"')[0]
    zoe.send_form("/chat", "/chat", button=button)
    labels = [message["text"] for message in said(zoe) if message["speaker"] == "person"]
    assert labels[0] == "help"
    assert labels[1] not in {"", "…"}


def test_what_was_said_stays_text(zoe: Browser) -> None:
    zoe.say({"text": "<img src=x onerror=alert(1)>"})
    page = zoe.get("/chat").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_an_empty_message_is_refused(guest: Browser) -> None:
    for turn in ({}, {"text": ""}, {"text": "  \n"}, {"text": 5}, {"text": None}, {"text": ["x"]}):
        assert guest.say(turn).status_code == 422
    assert guest.send_form("/chat", "/chat", text=" ").status_code == 303
    assert said(guest) == []


@ON_SQLITE
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"null", b'{"text": NaN}', b'{"text": "a", "x": Infinity}',
        b'{"text": "a", "x": 1e400}',
        b'{"text": "\xff"}', b'{"text": "a", "button": 5}', b'{"text": "a", "delivery_id": "\\u0000"}',
        b'{"text": "a", "delivery_id": "' + b"x" * 300 + b'"}', b'{"text": "a", "button": "\\ud800"}',
        b'{"text": "a", "x": ' + b"[" * 33 + b"]" * 33 + b"}", b'{"text": "a", "x": ' + b"[" * 100_000,
        b'{"text": "a", "x": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_turn_is_refused_plainly(guest: Browser, body: bytes) -> None:
    answer = guest.send_raw("/api/chat", body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert said(guest) == []


@pytest.mark.parametrize(
    "text", ["a\x00b", "\ud800", "z" * 100_000, "\u202eabc", "e" + "\u0301" * 500, "🧸" * 500, "٥٨١٤٧٥"]
)
def test_hostile_text_is_answered(guest: Browser, text: str) -> None:
    answer = guest.send_raw("/api/chat", json.dumps({"text": text}).encode())
    assert answer.status_code == 200
    assert answer.json()["text"]
    assert guest.get("/chat").status_code == 200


def test_depth_up_to_the_limit_is_read(guest: Browser) -> None:
    assert guest.send_raw("/api/chat", b'{"text": "help", "x": ' + b"[" * 31 + b"]" * 31 + b"}").status_code == 200


def test_a_huge_body_is_refused_with_and_without_its_length(guest: Browser) -> None:
    huge = b'{"text": "' + b"x" * 300_000 + b'"}'
    assert guest.send_raw("/api/chat", huge).status_code == 413
    assert (
        guest.send_raw("/api/chat", (huge[at : at + 50_000] for at in range(0, len(huge), 50_000))).status_code == 413
    )
    assert guest.send_raw("/chat", huge, "application/x-www-form-urlencoded").status_code == 413
    assert guest.say({"text": "help"}).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://[bad"},
    ],
)
def test_other_sites_cannot_make_a_browser_talk(zoe: Browser, headers: dict[str, str]) -> None:
    assert zoe.say({"text": "help"}, **headers).status_code == 403
    assert said(zoe) == []


def test_our_own_page_and_scripts_may_talk(zoe: Browser) -> None:
    assert zoe.say({"text": "help"}, Sec_Fetch_Site="same-origin").status_code == 200
    assert zoe.say({"text": "help"}, Origin="http://127.0.0.1:8000").status_code == 200
    assert zoe.say({"text": "help"}).status_code == 200


def test_a_form_is_no_json(zoe: Browser) -> None:
    assert zoe.send_raw("/api/chat", b'{"text": "help"}', "text/plain").status_code == 422


def test_a_page_of_an_ended_session_is_told(zoe: Browser, guest: Browser) -> None:
    assert zoe.get("/api/chat/messages?chat=customer:C1").status_code == 200
    assert guest.get("/api/chat/messages?chat=customer:C1").status_code == 409
    assert guest.say({"text": "cancel it", "chat": "customer:C1"}).status_code == 409
    assert said(guest) == []
    assert guest.get("/api/chat/events?chat=customer:C1").status_code == 409


async def listen(
    app: FastAPI, browser: Browser, *, after: str = "", last_event_id: str = "", enough: Callable[[str], bool]
) -> str:
    """What the event stream sends until it is enough or ends."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", cookies.encode())]
    if last_event_id:
        headers.append((b"last-event-id", last_event_id.encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/api/chat/events", "raw_path": b"/api/chat/events", "query_string": f"after={after}".encode(),
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "root_path": "",
    }  # fmt: skip
    heard, gone = [], asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
            assert dict(message["headers"])[b"content-type"].startswith(b"text/event-stream")
        else:
            heard.append(message.get("body", b"").decode())
        if enough("".join(heard)):
            gone.set()

    async with asyncio.timeout(20):
        await app(scope, receive, send)
    return "".join(heard)


def events(stream: str) -> list[dict[str, Any]]:
    """The messages in a stream."""
    return [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]


def app_of(browser: Browser) -> FastAPI:
    assert isinstance(browser.client.app, FastAPI)
    return browser.client.app


def test_events_bring_what_is_said_with_its_number(zoe: Browser) -> None:
    zoe.say({"text": "help"})
    stream = asyncio.run(listen(app_of(zoe), zoe, after="0", enough=lambda heard: heard.count("event: said") == 2))
    told = events(stream)
    assert [one["speaker"] for one in told] == ["person", "shop"]
    assert f"id: {told[1]['id']}" in stream
    assert told == said(zoe)


def test_events_resume_after_the_last_one_seen(zoe: Browser) -> None:
    zoe.say({"text": "help"})
    seen = said(zoe)[0]["id"]
    stream = asyncio.run(
        listen(app_of(zoe), zoe, after="0", last_event_id=str(seen), enough=lambda heard: "event: said" in heard)
    )
    assert [one["speaker"] for one in events(stream)] == ["shop"]


def test_events_bring_nothing_of_another_chat(zoe: Browser, guest: Browser) -> None:
    zoe.say({"text": "only mine"})
    guest.say({"text": "from a guest"})
    stream = asyncio.run(listen(app_of(guest), guest, after="0", enough=lambda heard: heard.count("event: said") == 2))
    assert "only mine" not in stream


def test_a_stream_ends_when_the_door_closes(zoe: Browser) -> None:
    app_of(zoe).state.door.closing.set()
    assert "listening" in asyncio.run(listen(app_of(zoe), zoe, enough=lambda _heard: False))


def test_a_stream_outlives_the_people_who_listen_to_it_no_longer(zoe: Browser) -> None:
    stream = asyncio.run(listen(app_of(zoe), zoe, enough=lambda heard: "listening" in heard))
    assert events(stream) == []


def test_places_to_listen_are_bounded_and_given_back(zoe: Browser) -> None:
    places = app_of(zoe).state.door.listeners
    asyncio.run(listen(app_of(zoe), zoe, enough=lambda heard: "listening" in heard))
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    assert taken == 200
    assert zoe.get("/api/chat/events").status_code == 429
    assert zoe.say({"text": "help"}).status_code == 200
