"""Carries post to Telegram: each part of a letter once, and trouble as Later, Never or Gone."""

from collections.abc import Callable
from typing import Any, Protocol

from bot.channels.telegram.drawing import Call, call, parts
from bot.channels.telegram.wire import Refusal, Silence, Unreached, Upload, Wire
from core.mailroom.ports import Gone, Later, Never, Post, Unclear

_MOST_HALF_SENT = 1000
_NO_SUCH_CHAT = ("chat not found", "user is deactivated", "group chat was deleted", "peer_id_invalid")


class Document(Protocol):
    """A document to be sent."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def media_type(self) -> str:
        """What kind of file it is."""

    @property
    def content(self) -> bytes:
        """What is in it."""


class TelegramCourier:
    """Sends over the Bot API; `document` gets what a link of ours stands for.

    `repeat` says in a language that a message may have come before, which is known after a crash.

    A letter of several parts that got stuck half way goes on where it stopped, as long as this process lives.
    """

    def __init__(self, wire: Wire, document: Callable[[str], Document], repeat: Callable[[str], str]) -> None:
        self._wire = wire
        self._document = document
        self._repeat = repeat
        self._half_sent: dict[int, list[str]] = {}

    def send(self, post: Post) -> str:
        """Send a letter and give the numbers of its messages.

        Raises:
            Later: Telegram is not there, is busy, or asks us to slow down.
            Unclear: the connection broke over it.
            Gone: the chat takes nothing from us any more.
            Never: there is no such chat, or Telegram refuses what it says.
        """
        chat = str(post.content["to"])
        if not chat.lstrip("-").isdigit():
            raise Never("That is no chat of Telegram's.")
        sent = self._half_sent.pop(post.outbox_id, [])
        for letter in self._parts(post)[len(sent) :]:
            try:
                sent.append(self._send(call(letter, chat)))
            except (Later, Never):
                if sent and len(self._half_sent) < _MOST_HALF_SENT:
                    self._half_sent[post.outbox_id] = sent
                raise
        return ",".join(sent)

    def _parts(self, post: Post) -> list[dict[str, Any]]:
        """The calls' worth of a letter; an answer was parted when it was written."""
        content = post.content
        if post.may_be_repeat and content.get("text"):
            note = self._repeat(str(content.get("language") or "en"))
            content = {**content, "text": f"{content['text']}\n\n({note})"}
        return parts(content)

    def _send(self, one: Call) -> str:
        upload = None
        if one.encloses is not None:
            document = self._document(one.encloses["url"])
            upload = Upload("document", one.encloses["name"], document.media_type, document.content)
        try:
            return self._sent(one, upload)
        except Unreached as away:
            raise Later(str(away)) from away
        except Silence as silence:
            raise Unclear(str(silence)) from silence
        except Refusal as refusal:
            raise _trouble(refusal) from refusal

    def _sent(self, one: Call, upload: Upload | None) -> str:
        try:
            message = self._wire.call(one.method, upload, **one.parameters)
        except Refusal as refusal:
            if not refusal.moved_to:
                raise
            there = {**one.parameters, "chat_id": int(refusal.moved_to)}  # a group that became a supergroup
            message = self._wire.call(one.method, upload, **there)
        return str(message.get("message_id", "")) if isinstance(message, dict) else ""


def _trouble(refusal: Refusal) -> Later | Never:
    said = refusal.description.casefold()
    if refusal.code == 429:
        return Later("Telegram asks us to slow down.", refusal.retry_after)
    if refusal.code in {401, 404, 409} or refusal.code >= 500:
        return Later(f"Telegram does not serve us ({refusal.code}); where that lasts, check telegram.token.")
    if refusal.code == 403 or any(words in said for words in _NO_SUCH_CHAT):
        return Gone(f"The chat takes nothing from us: {refusal.description}")
    return Never(f"Telegram refuses the message: {refusal.description}")
