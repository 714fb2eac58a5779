"""Telegram and Slack as a load test needs them: people who write at a steady rate, a platform that notes answers."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs

SECRET = "a-secret-of-the-benchmark"  # noqa: S105
TOKEN = "7000001:AA-of-the-benchmark-and-of-nobody-else"  # noqa: S105
TEAM = "T0BENCH"
CONNECTIONS = 64
TAKES_S = 0.05  # what a call of a platform over the internet takes
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
_SENDS = {"sendMessage": "chat_id", "chat.postMessage": "channel"}


@dataclass
class Platform:
    """The other side of both doors: takes whatever is sent, and notes when the first answer came to a chat."""

    answered_at: dict[str, float] = field(default_factory=dict)
    _waited_for: set[str] = field(default_factory=set)
    _none_left: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                body = await reader.readexactly(_length(head))
                await asyncio.sleep(TAKES_S)
                said = json.dumps(self._said(head.split(" ", 2)[1].rpartition("/")[2], head, body)).encode()
                writer.write(_OK % (len(said), said))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    async def until_answered(self, chats: set[str]) -> None:
        """Wait until something came to each of these chats."""
        self._waited_for = {chat for chat in chats if chat not in self.answered_at}
        self._none_left = asyncio.Event()
        if self._waited_for:
            await self._none_left.wait()

    def _said(self, method: str, head: str, body: bytes) -> dict[str, Any]:
        number = next(self._numbers)
        if method in _SENDS:
            chat = str(_given(head, body)[_SENDS[method]])
            self.answered_at.setdefault(chat, time.perf_counter())
            self._waited_for.discard(chat)
            if not self._waited_for:
                self._none_left.set()
            if method == "chat.postMessage":
                return {"ok": True, "channel": chat, "ts": f"{number}.0001", "message": {}}
            return {"ok": True, "result": {"message_id": number, "chat": {"id": int(chat)}, "date": 0}}
        return {"ok": True, "result": {"id": 7000001, "is_bot": True, "username": "bench_bot"}}


def _given(head: str, body: bytes) -> dict[str, Any]:
    if "application/json" in head.lower():
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _length(head: str) -> int:
    line = next((line for line in head.lower().split("\r\n") if line.startswith("content-length:")), "content-length:0")
    return int(line.partition(":")[2])


@dataclass(frozen=True)
class Heard:
    """What became of messages written at a steady rate: seconds to the acknowledgement and to the answer, sorted."""

    acknowledged: list[float]
    answered: list[float]
    unanswered: int


@dataclass(frozen=True)
class Letters:
    """Requests to one door, each message from a chat of its own that is linked to a customer."""

    door: str
    port: int
    words: tuple[str, ...]
    chats: Iterator[str]

    def __call__(self) -> tuple[str, bytes]:
        """The next message: the chat it is of, and the request."""
        chat = next(self.chats)
        text = self.words[int(chat.lstrip("D")) % len(self.words)]
        path, body, headers = (_telegram if self.door == "telegram" else _slack)(chat, text)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return chat, f"{head}{told}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _telegram(chat: str, text: str) -> tuple[str, bytes, dict[str, str]]:
    number = int(chat)
    person = {"id": number, "is_bot": False, "first_name": "P", "language_code": "en"}
    message = {"message_id": number, "date": int(time.time()), "from": person, "text": text,
               "chat": {"id": number, "type": "private", "first_name": "P"}}  # fmt: skip
    body = json.dumps({"update_id": number, "message": message}).encode()
    return "/telegram/webhook", body, {"X-Telegram-Bot-Api-Secret-Token": SECRET}


def _slack(chat: str, text: str) -> tuple[str, bytes, dict[str, str]]:
    event = {"type": "message", "channel_type": "im", "channel": chat, "user": f"U{chat[1:]}", "text": text,
             "ts": f"{time.time():.6f}", "team": TEAM}  # fmt: skip
    told = {"type": "event_callback", "api_app_id": "A0BENCH", "team_id": TEAM, "event": event, "event_id": f"E{chat}"}
    body, sent_at = json.dumps(told).encode(), str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{sent_at}:".encode() + body, hashlib.sha256).hexdigest()
    return "/slack/events", body, {"X-Slack-Request-Timestamp": sent_at, "X-Slack-Signature": f"v0={digest}"}


async def steadily(platform: Platform, letters: Letters, rate: float, seconds: float, patience_s: float) -> Heard:
    """Write `rate` messages a second, whether they are acknowledged in time or not, and wait for their answers."""
    lines = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    for _ in range(CONNECTIONS):
        lines.put_nowait(await asyncio.open_connection("127.0.0.1", letters.port))
    began, sent_at, acknowledged = time.perf_counter(), dict[str, float](), list[float]()

    async def one(due: float) -> None:
        chat, request = letters()
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sent_at[chat] = due
        reader, writer = await lines.get()
        if reader.at_eof():  # the server hangs up on a line that nobody used for some seconds
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", letters.port)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        await reader.readexactly(_length(head))
        lines.put_nowait((reader, writer))
        if " 200 " not in head[:20]:
            raise RuntimeError(f"{letters.door} answered {head.splitlines()[0]}")
        acknowledged.append(time.perf_counter() - due)

    await asyncio.gather(*(one(began + number / rate) for number in range(round(rate * seconds))))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(platform.until_answered(set(sent_at)), patience_s)
    while not lines.empty():
        lines.get_nowait()[1].close()
    answered = [platform.answered_at[chat] - at for chat, at in sent_at.items() if chat in platform.answered_at]
    return Heard(sorted(acknowledged), sorted(answered), len(sent_at) - len(answered))
