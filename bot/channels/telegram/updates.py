"""What Telegram tells us, as what the shop hears. Pure: no update, however odd, raises anything."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update

from bot.channels.telegram import CHANNEL
from bot.channels.telegram.commands import command_in
from bot.channels.telegram.drawing import PRESSED
from core.chat import Incoming, Speaker, Upload

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
_GONE = {"kicked", "left"}
_HELD = {
    "voice": ("voice", "video_note", "audio"),
    "sticker": ("sticker",),
    "other": (
        "video",
        "animation",
        "location",
        "contact",
        "poll",
        "venue",
        "dice",
        "game",
        "story",
        "checklist",
        "paid_media",
    ),
}


@dataclass(frozen=True)
class Me:
    """The bot itself: its number, and its name where Telegram told it."""

    number: int
    name: str = ""


@dataclass(frozen=True)
class Press:
    """A pressed button: the query to be thanked for, and the message it hangs under, empty where that is too old."""

    query: str
    message: int = 0
    label: str = ""
    value: str = ""


@dataclass(frozen=True)
class Arrival:
    """An update: what is to be answered, if anything, and what else it tells.

    `chat_open` is set where the update tells that a chat was blocked (False) or is open again (True).
    """

    update_id: int
    incoming: Incoming | None = None
    press: Press | None = None
    chat: str = ""
    chat_open: bool | None = None


@dataclass(frozen=True)
class Ear:
    """What has to be known to understand an update: who we are, and the languages the shop speaks."""

    me: Me
    languages: Collection[str] = field(default=("en",))

    def hear(self, raw: dict[str, Any]) -> Arrival:
        """An update as JSON; one that cannot be read is answered where it tells its chat."""
        update_id = raw.get("update_id")
        number = update_id if isinstance(update_id, int) else 0
        try:
            update = Update.de_json(raw, None)
            return self._heard(update)
        except Exception:  # noqa: BLE001 a library reads what strangers made; whatever it stumbles over is unreadable
            return _unreadable(raw, number)

    def _heard(self, update: Update) -> Arrival:
        if update.callback_query is not None:
            return self._pressed(update.update_id, update.callback_query)
        if update.my_chat_member is not None:
            return _membership(update.update_id, update.my_chat_member)
        message = update.message or update.edited_message
        if message is None:
            return Arrival(update.update_id)
        return Arrival(update.update_id, self._said(update, message), chat=str(message.chat.id))

    def _said(self, update: Update, message: Message) -> Incoming | None:
        """What a person said to us; None for other bots, for talk in groups that is not with us, and for notices."""
        if message.from_user is None or (message.from_user.is_bot and message.sender_chat is None):
            return None
        text, unread, files = message.text or message.caption or "", _unread(message), _files(message)
        if not text and not unread and not files:
            return None
        is_group = message.chat.type != Chat.PRIVATE
        if is_group:
            if not self._is_for_us(message, text):
                return None
            text = self._without_our_name(text)
        named = command_in(text, self.me.name)
        intent, words = named if named is not None else ("", text)
        is_edited = update.edited_message is not None
        return Incoming(
            CHANNEL,
            str(message.chat.id),
            str(update.update_id),
            words,
            Speaker(language=self._language(message.from_user.language_code)),
            is_group=is_group,
            intent=intent,
            is_second_hand=is_edited or message.forward_origin is not None or message.via_bot is not None,
            unread=unread,
            files=files,
        )

    def _pressed(self, update_id: int, query: CallbackQuery) -> Arrival:
        place = query.message
        if place is None or not query.data:
            return Arrival(update_id, press=Press(query.id))
        keyboard = place.reply_markup.inline_keyboard if isinstance(place, Message) and place.reply_markup else ()
        shown = (one.text for row in keyboard for one in row if one.callback_data == query.data)
        label = next(shown, "")
        incoming = Incoming(
            CHANNEL,
            str(place.chat.id),
            str(update_id),
            label.removeprefix(PRESSED) or "…",
            Speaker(language=self._language(query.from_user.language_code)),
            button=str(query.data),
            is_group=place.chat.type != Chat.PRIVATE,
        )
        press = Press(query.id, place.message_id if label else 0, label, str(query.data))
        return Arrival(update_id, incoming, press, str(place.chat.id))

    def _is_for_us(self, message: Message, text: str) -> bool:
        """Whether something in a group is said to us: a command, our name, or an answer to what we said."""
        replied = message.reply_to_message
        if replied is not None and replied.from_user is not None and replied.from_user.id == self.me.number:
            return True
        return command_in(text, self.me.name) is not None or self._is_named(text)

    def _is_named(self, text: str) -> bool:
        return bool(self.me.name) and re.search(rf"@{self.me.name}\b", text, re.IGNORECASE) is not None

    def _without_our_name(self, text: str) -> str:
        if not self.me.name or text.startswith("/"):
            return text
        return re.sub(rf"@{self.me.name}\b", " ", text, flags=re.IGNORECASE).strip()

    def _language(self, code: str | None) -> str:
        """The language the person's Telegram is in, where the shop speaks it."""
        spoken = (code or "")[:2].lower()
        return spoken if spoken in self.languages else "en"


def _unread(message: Message) -> str:
    """The kind of thing a message holds that cannot be handed on; empty where it is only words."""
    for kind, names in _HELD.items():
        if any(getattr(message, name, None) for name in names):
            return kind
    return ""


def _files(message: Message) -> tuple[Upload, ...]:
    """A document, or a photo in its largest size; what is in it stays with Telegram until it is needed."""
    if message.document is not None and message.animation is None:
        file = message.document
        return (Upload(file.file_name or "file", reference=file.file_id, size=file.file_size or 0),)
    if message.photo:
        largest = max(message.photo, key=lambda one: one.width * one.height)
        return (Upload("photo.jpg", reference=largest.file_id, size=largest.file_size or 0),)
    return ()


def _membership(update_id: int, told: ChatMemberUpdated) -> Arrival:
    is_open = told.new_chat_member.status not in _GONE
    return Arrival(update_id, chat=str(told.chat.id), chat_open=is_open)


def _unreadable(raw: dict[str, Any], update_id: int) -> Arrival:
    """An answer for whoever sent something that cannot be read, if it is plain who that was."""
    message = raw.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != Chat.PRIVATE or not isinstance(chat.get("id"), int):
        return Arrival(update_id)
    where = str(chat["id"])
    incoming = Incoming(CHANNEL, where, str(update_id), "", Speaker(), unread="other")
    return Arrival(update_id, incoming, chat=where)
