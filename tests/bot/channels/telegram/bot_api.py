"""A stand-in for Telegram's Bot API on loopback: keeps what it is sent, refuses what it would, fails on demand."""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Mime
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from tests.standing_in import Answering

TOKEN = "7000001:AA-of-the-tests-and-of-nobody-else-0000"
ME = {"id": 7000001, "is_bot": True, "first_name": "Shop", "username": "lantern_bot"}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class Refused(Exception):
    """What Telegram answers with an error."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Lost(Exception):
    """The connection is cut before a word is said."""


@dataclass(frozen=True)
class Fault:
    """How a call is to fail: before it is looked at, or (`after`) once it was done; of what is `lost` nobody hears."""

    code: int = 0
    description: str = "Internal Server Error"
    parameters: dict[str, Any] = field(default_factory=dict)
    stalls_s: float = 0.0
    after: bool = False
    lost: bool = False


@dataclass
class BotApi:
    """What people see in their chats, what waits to be fetched, and what to answer."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)
    menus: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _changed: threading.Condition = field(default_factory=threading.Condition)
    closing: bool = False

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one after the other."""
        self.faults.setdefault(method, deque()).extend(faults)

    def offer(self, update: dict[str, Any]) -> None:
        """Let an update be fetched."""
        with self._changed:
            self.pending.append(update)
            self._changed.notify_all()

    def wait_for(self, what: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Wait until something is so, and give it."""
        until = time.monotonic() + seconds
        with self._changed:
            while not (found := what()):
                if time.monotonic() > until:
                    raise AssertionError(f"it did not happen; called were {[name for name, _ in self.calls][-12:]}")
                self._changed.wait(0.05)
            return found

    def given_to(self, method: str) -> list[dict[str, Any]]:
        """What a method was called with, each time."""
        return [given for name, given in list(self.calls) if name == method]

    def in_chat(self, chat: int) -> list[dict[str, Any]]:
        """The messages of a chat, oldest first."""
        return [message for message in self.messages if message["chat"]["id"] == chat]

    def serve(self, token: str, method: str, given: dict[str, Any]) -> Any:
        """What Telegram would answer.

        Raises:
            Refused: it would refuse.
        """
        if token != TOKEN:
            raise Refused(401 if ":" in token else 404, "Unauthorized" if ":" in token else "Not Found")
        fault = self.faults[method].popleft() if self.faults.get(method) else None
        with self._changed:
            self.calls.append((method, given))
            self._changed.notify_all()
        if fault is not None and not fault.after:
            time.sleep(fault.stalls_s)
            if fault.lost:
                raise Lost
            if fault.code:
                raise Refused(fault.code, fault.description, **fault.parameters)
        verb = _VERBS.get(method)
        if verb is None:
            raise Refused(404, "Not Found")
        result = verb(self, given)
        with self._changed:
            self._changed.notify_all()
        if fault is not None and fault.after:
            time.sleep(fault.stalls_s)
            if fault.lost:
                raise Lost
            raise Refused(fault.code, fault.description, **fault.parameters)
        return result

    def _get_me(self, _given: dict[str, Any]) -> Any:
        return ME

    def _get_updates(self, given: dict[str, Any]) -> Any:
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, until = int(given.get("offset") or 0), time.monotonic() + float(given.get("timeout") or 0)
        with self._changed:
            self.pending = [update for update in self.pending if update.get("update_id", 0) >= offset]
            while not self.pending and time.monotonic() < until and not self.closing:
                self._changed.wait(0.05)
            return self.pending[: int(given.get("limit") or 100)]

    def _send(self, given: dict[str, Any]) -> Any:
        chat = given["chat_id"]
        if not isinstance(chat, int):
            raise Refused(400, "Bad Request: chat_id must be a number")
        if chat in self.moved:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=self.moved[chat])  # fmt: skip
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        check_keyboard(given.get("reply_markup"))
        kind = "private" if chat > 0 else "supergroup"
        message = {
            "message_id": next(self._numbers), "date": 1_780_000_000, "from": ME, "chat": {"id": chat, "type": kind},
        }  # fmt: skip
        return {name: value for name, value in {**message, **_content(given)}.items() if value}

    def _send_message(self, given: dict[str, Any]) -> Any:
        check_text(given.get("text"), given.get("entities"), 4096)
        message = self._send(given)
        self.messages.append(message)
        return message

    def _send_document(self, given: dict[str, Any]) -> Any:
        if given.get("caption"):
            check_text(given["caption"], given.get("caption_entities"), 1024)
        if not given.get("document"):
            raise Refused(400, "Bad Request: there is no document in the request")
        message = self._send(given)
        self.messages.append(message)
        return message

    def _edit_keyboard(self, given: dict[str, Any]) -> Any:
        check_keyboard(given.get("reply_markup"))
        for message in self.in_chat(given["chat_id"]):
            if message["message_id"] == given["message_id"]:
                if message.get("reply_markup") == given.get("reply_markup"):
                    raise Refused(400, "Bad Request: message is not modified")
                message["reply_markup"] = given.get("reply_markup")
                return message
        raise Refused(400, "Bad Request: message to edit not found")

    def _thank(self, given: dict[str, Any]) -> Any:
        if not str(given.get("callback_query_id", "")).startswith("query-"):
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def _set_commands(self, given: dict[str, Any]) -> Any:
        for one in given["commands"]:
            if not _COMMAND.fullmatch(one["command"]) or not 1 <= len(one["description"]) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self.menus[given.get("language_code", "")] = given["commands"]
        return True

    def _set_webhook(self, given: dict[str, Any]) -> Any:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", given.get("secret_token", "a")):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = dict(given)
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> Any:
        if given.get("drop_pending_updates"):
            self.pending = []
        self.webhook = {}
        return True

    def _get_file(self, given: dict[str, Any]) -> Any:
        if given["file_id"] not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"photos/{given['file_id']}"}

    def _yes(self, _given: dict[str, Any]) -> Any:
        return True

    def _webhook_info(self, _given: dict[str, Any]) -> Any:
        return {"url": self.webhook.get("url", ""), "pending_update_count": len(self.pending)}


_VERBS: dict[str, Callable[[BotApi, dict[str, Any]], Any]] = {
    "getMe": BotApi._get_me,
    "getUpdates": BotApi._get_updates,
    "sendMessage": BotApi._send_message,
    "sendDocument": BotApi._send_document,
    "editMessageReplyMarkup": BotApi._edit_keyboard,
    "answerCallbackQuery": BotApi._thank,
    "setMyCommands": BotApi._set_commands,
    "setMyDescription": BotApi._yes,
    "sendChatAction": BotApi._yes,
    "getFile": BotApi._get_file,
    "setWebhook": BotApi._set_webhook,
    "deleteWebhook": BotApi._delete_webhook,
    "getWebhookInfo": BotApi._webhook_info,
}


def _content(given: dict[str, Any]) -> dict[str, Any]:
    kept = ("text", "entities", "caption", "caption_entities", "reply_markup")
    document = given.get("document")
    if document is None:
        return {name: given.get(name) for name in kept}
    name, content = document
    file = {"file_id": f"file-{len(content)}", "file_unique_id": name, "file_name": name, "file_size": len(content)}
    return {**{name: given.get(name) for name in kept}, "document": file}


def check_text(text: Any, entities: Any, longest: int) -> None:
    """Refuse what Telegram would: nothing to say, too long, or entities that lie outside or within a character."""
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 > longest:
        raise Refused(400, "Bad Request: message is too long")
    for entity in entities or ():
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if begin < 0 or entity["length"] < 1 or end > len(encoded) // 2:
            raise Refused(400, "Bad Request: entity beyond the text")
        try:
            encoded[2 * begin : 2 * end].decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise Refused(400, "Bad Request: entity within a character") from error


def check_keyboard(markup: Any) -> None:
    """Refuse a keyboard that Telegram would."""
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            if not button.get("text"):
                raise Refused(400, "Bad Request: inline keyboard button text is empty")
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


@contextmanager
def served() -> Iterator[BotApi]:
    """A stand-in that listens."""
    api = BotApi()

    class Handler(Answering, BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's own name
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            _, bot, method = self.path.split("/", 2)
            try:
                result = api.serve(bot.removeprefix("bot"), method, _given(self.headers, body))
                self._say(200, {"ok": True, "result": result})
            except Refused as refused:
                said = {"ok": False, "error_code": refused.code, "description": refused.description}
                self._say(refused.code, {**said, "parameters": refused.parameters} if refused.parameters else said)
            except Lost:
                self.close_connection = True

        def do_GET(self) -> None:  # the library's own name
            _, _, bot, _, name = self.path.split("/", 4)
            content = api.files.get(name, b"") if bot == f"bot{TOKEN}" else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _say(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A caller that hung up is no trouble of ours."""

    server = Server(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.closing = True
        server.shutdown()
        server.server_close()
        thread.join()


def _given(headers: Mime, body: bytes) -> dict[str, Any]:
    """The parameters of a call, as JSON or as a form with a file."""
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        return dict(json.loads(body))
    parsed = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    given: dict[str, Any] = {}
    for part in parsed.get_payload():
        assert isinstance(part, Mime)
        name, file = part.get_param("name", header="content-disposition"), part.get_filename()
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        given[str(name)] = (file, content) if file else _value(content.decode())
    return given


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
