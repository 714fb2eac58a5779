"""The chat: a page that works by forms, and the same conversation for scripts, with events as they happen."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from bot.web.callers import Caller, Calling, Sent, WithFiles
from bot.web.door import Door, door_of
from bot.web.ingress import opaque
from bot.web.show import go_to, page
from core.chat import Incoming, Reply
from core.conversation.transcript import Said
from core.errors import Conflict, InvalidInput, TooMany, Unavailable

router = APIRouter()
CHANNEL = "web"
_LOOKS = 60  # an event stream ends after as many looks, so that who listens is checked again
_BETWEEN_LOOKS_S = 1.0
_FOR_CUSTOMERS = (
    "Where is my last order?",
    "Send me the invoice",
    "I want to return something",
    "Talk to a person",
)
_FOR_PLANNERS = ("What is there to decide?", "Which proposals are open?", "Help")


def same_chat(calling: Calling, chat: str = "") -> Caller:
    """Who calls, provided it is still whose chat the page shows.

    Raises:
        Conflict: the session behind the page has ended or changed.
    """
    if chat and chat != calling.chat:
        raise Conflict("You were signed out, or signed in as somebody else. Load the page again.")
    return calling


def place_to_listen(request: Request) -> Iterator[None]:
    """One of the places for event streams; without one the chat works all the same, only less promptly.

    Raises:
        TooMany: all are taken.
    """
    places = door_of(request).listeners
    if not places.acquire(blocking=False):
        raise TooMany("Too many are listening just now. Ask for new messages instead, or try again in a minute.")
    try:
        yield
    finally:
        places.release()


SameChat = Annotated[Caller, Depends(same_chat)]


@router.get("/chat")
def chat(request: Request, calling: Calling) -> Response:
    """The conversation so far, and a field to go on with it."""
    return _chat_page(request, calling)


@router.post("/chat")
def say(request: Request, calling: Calling, sending: WithFiles) -> Response:
    """Say something, with files or without, and without a script; a button's words are looked up where it was shown."""
    fields = sending.fields
    button, text = fields.get("button") or None, fields.get("text", "")
    if button:
        text = _words_of(_said(request, calling), opaque(button, "button"))
    if not text.strip() and not sending.files:
        return go_to("/chat")
    delivery_id = opaque(fields.get("delivery_id") or token_hex(8), "delivery_id")
    _converse(request, Incoming(CHANNEL, calling.chat, delivery_id, text, calling.speaker, button,
                                         files=sending.files))  # fmt: skip
    return go_to("/chat#end")


@router.post("/api/chat")
def converse(request: Request, calling: Calling, sent: Sent) -> JSONResponse:
    """One turn: `{"text", "button"?, "delivery_id"?}` is answered by a Reply.

    A page also sends the `chat` it shows, so that nothing is said as somebody else after the session ended.
    """
    same_chat(calling, str(sent.get("chat") or ""))
    text, button = sent.get("text", ""), sent.get("button")
    if not isinstance(text, str) or not (text.strip() or button):
        raise InvalidInput("Say something: “text” must be a string with words in it.")
    pressed = opaque(button, "button") if button is not None else None
    delivery_id = opaque(sent.get("delivery_id") or token_hex(8), "delivery_id")
    incoming = Incoming(CHANNEL, calling.chat, delivery_id, text, calling.speaker, pressed)
    return JSONResponse(_converse(request, incoming).as_dict())


@router.post("/api/chat/files")
def converse_with_files(request: Request, calling: Calling, sending: WithFiles) -> JSONResponse:
    """One turn with files: a form with `text`, `delivery_id`, `chat`, `form_token` and `files`."""
    fields = sending.fields
    same_chat(calling, fields.get("chat", ""))
    if not sending.files:
        raise InvalidInput("Choose a file first.")
    delivery_id = opaque(fields.get("delivery_id") or token_hex(8), "delivery_id")
    text = fields.get("text", "")
    incoming = Incoming(CHANNEL, calling.chat, delivery_id, text, calling.speaker, files=sending.files)
    return JSONResponse(_converse(request, incoming).as_dict())


@router.get("/api/chat/messages")
def messages(request: Request, calling: SameChat, after: str = "0") -> JSONResponse:
    """What was said since a message, oldest first."""
    door = door_of(request)
    news = _said(request, calling, after=_place(after))
    return JSONResponse({"messages": [_as_json(door, said, calling.language) for said in news]})


@router.get("/api/chat/events", response_class=EventSourceResponse, dependencies=[Depends(place_to_listen)])
async def events(
    request: Request,
    calling: SameChat,
    after: str = "",
    last_event_id: Annotated[str, Header()] = "",
) -> AsyncIterator[ServerSentEvent]:
    """New messages as they are said; with `Last-Event-ID` (or `after`) those since then first."""
    door = door_of(request)
    seen = _place(last_event_id or after) if last_event_id or after else await _latest(door, calling)
    yield ServerSentEvent(comment="listening", retry=2000)
    for _ in range(_LOOKS):
        for said in await _news(door, calling, seen):
            seen = said.message_id
            yield ServerSentEvent(id=str(seen), event="said", data=_as_json(door, said, calling.language))
        if door.closing.is_set():
            return
        await asyncio.sleep(_BETWEEN_LOOKS_S)


async def _news(door: Door, calling: Caller, seen: int) -> list[Said]:
    """What was said since; while the database is away nothing was."""
    try:
        return await run_in_threadpool(door.portal.transcript, CHANNEL, calling.chat, calling.person, after=seen)
    except Unavailable:
        return []


async def _latest(door: Door, calling: Caller) -> int:
    said = await run_in_threadpool(door.portal.transcript, CHANNEL, calling.chat, calling.person, limit=1)
    return said[-1].message_id if said else 0


def _converse(request: Request, incoming: Incoming) -> Reply:
    return door_of(request).portal.converse(incoming)


def _said(request: Request, calling: Caller, after: int = 0) -> list[Said]:
    return door_of(request).portal.transcript(CHANNEL, calling.chat, calling.person, after=after)


def _chat_page(request: Request, calling: Caller) -> Response:
    said = _said(request, calling)
    told: dict[str, Any] = {
        "said": said,
        "last_id": said[-1].message_id if said else 0,
        "delivery_id": token_hex(8),
        "base_url": door_of(request).config.web.base_url,
        "starters": _FOR_PLANNERS if calling.staff else _FOR_CUSTOMERS,
        "asks_stock": not calling.staff,
    }
    return page(request, calling, "chat.html", **told)


def _words_of(said: list[Said], button: str) -> str:
    shown = (one for message in said for one in message.reply.buttons)
    return next((one.label for one in shown if one.value == button), "…")


def _as_json(door: Door, said: Said, language: str) -> dict[str, Any]:
    reply = said.reply.as_dict()
    return {
        "id": said.message_id,
        "speaker": said.speaker,
        "said_at": said.said_at.isoformat(),
        "when": door.paper.writing_in(language).minute(said.said_at),
        "text": reply["text"],
        "buttons": reply["buttons"],
        "attachments": reply["attachments"],
    }


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
