"""A stand-in for Slack's Web API on loopback: keeps what it is sent, refuses what Slack would, fails on demand."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.bot.channels.slack.kit import check_message, check_view
from tests.standing_in import Answering

TOKEN, TEAM, APP, BOT = "xoxb-of-the-tests", "T0SHOP", "A0SHOP", "U0BOT"
APP_TOKEN = "xapp-of-the-tests"
SCOPES = (
    "app_mentions:read,assistant:write,channels:history,chat:write,commands,files:read,files:write,groups:history,"
    "im:history,im:write"
)
_TRIGGER_LIVES_S = 3.0


@dataclass(frozen=True)
class Call:
    """One call as it came in."""

    method: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """How a call is to fail: before it is looked at, or (`after`) once it was done and nobody hears of it.

    Of what is `lost` nobody hears either, and it was not done.
    """

    status: int = 200
    error: str = ""
    retry_after: int = 0
    stalls_s: float = 0.0
    after: bool = False
    lost: bool = False


@dataclass
class WebApi:
    """What the workspace holds, and what to answer."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    sent_files: dict[str, bytes] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    scopes: str = SCOPES
    socket_url: str = ""
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    _triggers: dict[str, float] = field(default_factory=dict)
    _uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one after the other."""
        self.faults.setdefault(method, deque()).extend(faults)

    def trigger(self) -> str:
        """A trigger id as a click brings it: good once, for three seconds."""
        made = f"{next(self._numbers)}.trigger"
        self._triggers[made] = time.monotonic()
        return made

    def file(self, name: str, content: bytes) -> dict[str, Any]:
        """A file that somebody sends with a message, as the message names it."""
        self.sent_files[name] = content
        where = f"{self.url}sent/{name}"
        return {"id": "F1", "name": name, "size": len(content), "url_private": where, "url_private_download": where}

    def posted(self, channel: str = "") -> list[dict[str, Any]]:
        """Messages of a channel, oldest first; of all channels where none is named."""
        return [message for (where, _), message in self.messages.items() if channel in {"", where}]

    def texts(self, channel: str = "") -> list[str]:
        """What those messages say to whoever sees no blocks."""
        return [message["text"] for message in self.posted(channel)]

    def given_to(self, method: str) -> list[dict[str, Any]]:
        """What a method was called with, each time."""
        return [call.given for call in self.calls if call.method == method]

    def answer(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """What Slack would say; a refusal is an answer with `ok` false."""
        with self._lock:
            self.calls.append(Call(method, given))
            verb = _VERBS.get(method)
            answer = _no("unknown_method") if verb is None else verb(self, given)
            if str(answer.get("error", "")).startswith("invalid_"):
                self.refused.append(f"{method}: {answer['error']}")
            return answer

    def take_file(self, file_id: str, content: bytes) -> None:
        """The bytes of a file on their way."""
        self._uploads[file_id]["content"] = content

    def _auth_test(self, _given: dict[str, Any]) -> dict[str, Any]:
        return _ok(team_id=TEAM, user_id=BOT, bot_id="B0BOT", url="https://shop.example.org/", team="Shop", user="bot")

    def _open_connection(self, _given: dict[str, Any]) -> dict[str, Any]:
        return _ok(url=self.socket_url)

    def _post_message(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._open(given["channel"])
        if given["channel"] in self.gone:
            return _no("channel_not_found")
        if (wrong := _wrong_message(given)) is not None:
            return _no(wrong)
        ts = f"1700000000.{next(self._numbers):06d}"
        self.messages[channel, ts] = {**given, "channel": channel, "ts": ts}
        return _ok(channel=channel, ts=ts, message={"text": given["text"]})

    def _post_ephemeral(self, given: dict[str, Any]) -> dict[str, Any]:
        wrong = _wrong_message(given)
        return _no(wrong) if wrong is not None else _ok(message_ts=f"1700000000.{next(self._numbers):06d}")

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        where = (given["channel"], given["ts"])
        if where not in self.messages:
            return _no("message_not_found")
        if (wrong := _wrong_message(given)) is not None:
            return _no(wrong)
        self.messages[where] = {**self.messages[where], **given}
        return _ok(channel=where[0], ts=where[1])

    def _open_view(self, given: dict[str, Any]) -> dict[str, Any]:
        made_at = self._triggers.pop(given.get("trigger_id", ""), None)
        if made_at is None:
            return _no("exchanged_trigger_id")
        if time.monotonic() - made_at > _TRIGGER_LIVES_S:
            return _no("expired_trigger_id")
        return self._keep_view(given["view"], f"V{next(self._numbers)}")

    def _update_view(self, given: dict[str, Any]) -> dict[str, Any]:
        known = [view["id"] for view in self.views]
        if given.get("view_id") not in known:
            return _no("not_found")
        return self._keep_view(given["view"], given["view_id"])

    def _publish_view(self, given: dict[str, Any]) -> dict[str, Any]:
        if (wrong := _wrong_view(given["view"])) is not None:
            return _no(wrong)
        self.homes[given["user_id"]] = given["view"]
        return _ok(view={"id": f"V{next(self._numbers)}"})

    def _keep_view(self, view: dict[str, Any], view_id: str) -> dict[str, Any]:
        if (wrong := _wrong_view(view)) is not None:
            return _no(wrong)
        kept = {**view, "id": view_id, "hash": f"{next(self._numbers)}.hash"}
        self.views = [*(one for one in self.views if one["id"] != view_id), kept]
        return _ok(view=kept)

    def _open_chat(self, given: dict[str, Any]) -> dict[str, Any]:
        return _no("user_not_found") if given["users"] in self.gone else _ok(channel={"id": self._open(given["users"])})

    def _user(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["user"] in self.gone:
            return _no("user_not_found")
        return _ok(user={"id": given["user"], "team_id": TEAM, "is_bot": False, "deleted": False})

    def _upload_url(self, given: dict[str, Any]) -> dict[str, Any]:
        file_id = f"F{next(self._numbers)}"
        self._uploads[file_id] = {"id": file_id, "name": given["filename"], "length": int(given["length"])}
        return _ok(file_id=file_id, upload_url=f"{self.url}upload/{file_id}")

    def _complete_upload(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("channel_id") in self.gone:
            return _no("channel_not_found")
        done = []
        for named in given["files"]:
            kept = self._uploads[named["id"]]
            if len(kept.get("content", b"")) != kept["length"]:
                return _no("file_not_found")
            where = {"channel_id": given.get("channel_id"), "thread_ts": given.get("thread_ts")}
            self.files.append({**kept, **where, "title": named.get("title")})
            done.append({"id": named["id"], "title": named.get("title")})
        return _ok(files=done)

    def _fine(self, _given: dict[str, Any]) -> dict[str, Any]:
        return _ok()

    @staticmethod
    def _open(channel: str) -> str:
        return f"D{channel[1:]}" if channel[:1] in {"U", "W"} else channel


def _ok(**more: Any) -> dict[str, Any]:
    return {"ok": True, **more}


def _no(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _wrong_message(given: dict[str, Any]) -> str | None:
    try:
        check_message(given.get("text", ""), given.get("blocks") or [])
    except Exception as error:  # noqa: BLE001 whatever the kit refuses, Slack does
        return f"invalid_blocks: {type(error).__name__}: {error}"
    return None


def _wrong_view(view: dict[str, Any]) -> str | None:
    try:
        check_view(view)
    except Exception as error:  # noqa: BLE001 the same
        return f"invalid_arguments: {type(error).__name__}: {error}"
    return None


_VERBS: dict[str, Callable[[WebApi, dict[str, Any]], dict[str, Any]]] = {
    "apps.connections.open": WebApi._open_connection,
    "auth.test": WebApi._auth_test,
    "chat.postMessage": WebApi._post_message,
    "chat.postEphemeral": WebApi._post_ephemeral,
    "chat.update": WebApi._update,
    "views.open": WebApi._open_view,
    "views.push": WebApi._open_view,
    "views.update": WebApi._update_view,
    "views.publish": WebApi._publish_view,
    "conversations.open": WebApi._open_chat,
    "users.info": WebApi._user,
    "files.getUploadURLExternal": WebApi._upload_url,
    "files.completeUploadExternal": WebApi._complete_upload,
    "assistant.threads.setStatus": WebApi._fine,
    "assistant.threads.setSuggestedPrompts": WebApi._fine,
    "assistant.threads.setTitle": WebApi._fine,
}


class _Handler(Answering, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A file that somebody sent, for whoever has the token; a page to sign in at for others."""
        api: WebApi = self.server.api  # type: ignore[attr-defined]
        fault = (api.faults.get("files") or deque([Fault()])).popleft()
        if fault.status != 200:
            self._say(fault.status, {}, b"")
            return
        content = api.sent_files.get(urlsplit(self.path).path.removeprefix("/api/sent/"))
        if content is None or self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._say(200, {}, b"<html>Sign in</html>", "text/html")
            return
        self._say(200, {}, content, "application/octet-stream")

    def do_POST(self) -> None:
        api: WebApi = self.server.api  # type: ignore[attr-defined]
        method = urlsplit(self.path).path.removeprefix("/api/")
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if method.startswith("upload/"):
            api.take_file(method.removeprefix("upload/"), body)
            self._say(200, {}, b"OK")
            return
        waiting = api.faults.get(method)
        fault = waiting.popleft() if waiting else Fault()
        time.sleep(fault.stalls_s)
        if fault.lost:
            self.close_connection = True
            return
        if fault.status != 200 and not fault.after:
            self._say(fault.status, {"Retry-After": str(fault.retry_after)}, b'{"ok":false,"error":"ratelimited"}')
            return
        said = self._said(api, method, body, fault)
        if fault.after:
            self.close_connection = True  # it was done, and whoever asked hears nothing of it
            return
        self._say(200, {"X-OAuth-Scopes": api.scopes}, json.dumps(said).encode())

    def _said(self, api: WebApi, method: str, body: bytes, fault: Fault) -> dict[str, Any]:
        given = {**dict(parse_qsl(urlsplit(self.path).query)), **_read(self.headers.get("content-type", ""), body)}
        token = self.headers.get("authorization", "").removeprefix("Bearer ") or given.pop("token", "")
        if token != (APP_TOKEN if method == "apps.connections.open" else TOKEN):
            return _no("invalid_auth")
        return _no(fault.error) if fault.error else api.answer(method, given)

    def _say(self, status: int, headers: dict[str, str], body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no trouble of ours."""


def _read(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/json"):
        found: dict[str, Any] = json.loads(body)
        return found
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {name: json.loads(value) if value[:1] in {"{", "["} else value for name, value in fields.items()}


@contextmanager
def serving() -> Iterator[WebApi]:
    """The stand-in, listening until the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    api = WebApi(url=f"http://127.0.0.1:{server.server_port}/api/")
    server.api = api  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
