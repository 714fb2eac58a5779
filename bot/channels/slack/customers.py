"""Customers in direct messages: what they write and press goes to the portal, its reply comes back as blocks."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import CHANNEL
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.drawing import drawn, unescaped
from core.chat import Incoming, Speaker

_SPOKEN = {None, "file_share", "thread_broadcast"}


async def message(door: SlackDoor, client: AsyncWebClient, event: dict[str, Any], event_id: str) -> None:
    """Something was written; only what people write to the app alone is a conversation."""
    is_spoken = event.get("subtype") in _SPOKEN and event.get("user") and not event.get("bot_id")
    if event.get("channel_type") != "im" or not is_spoken:
        return
    incoming = Incoming(
        CHANNEL, event["channel"], event_id, unescaped(event.get("text") or ""), Speaker(), sender=event["user"],
        thread=event.get("thread_ts") or "",
    )  # fmt: skip
    await _answer(door, client, incoming)


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button under an answer was pressed."""
    action, place = body["actions"][0], body.get("container") or {}
    delivery_id = f"click:{action.get('action_ts', '')}:{action['action_id']}:{place.get('message_ts', '')}"
    words = (action.get("text") or {}).get("text") or "…"
    incoming = Incoming(
        CHANNEL, body["channel"]["id"], delivery_id, words, Speaker(), action["value"], sender=body["user"]["id"],
        thread=(body.get("message") or {}).get("thread_ts") or "",
    )  # fmt: skip
    await _answer(door, client, incoming)


async def _answer(door: SlackDoor, client: AsyncWebClient, incoming: Incoming) -> None:
    reply = await door.ask(door.portal.converse, incoming)
    content = {"text": reply.text, "buttons": [vars(button) for button in reply.buttons]}
    await client.chat_postMessage(channel=incoming.chat, thread_ts=incoming.thread or None, **drawn(content))
