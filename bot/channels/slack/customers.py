"""People who write to the app: what they write and press is stored, answered by the portal, and sent as blocks."""

import logging
import re
from typing import Any

from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import CHANNEL, files, people
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.drawing import answers, plain, unescaped
from core.chat import Incoming, Speaker
from core.errors import Unavailable

log = logging.getLogger(__name__)
_SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_OPENING_MENTION = re.compile(r"^\s*<@[UW]\w{1,40}(?:\|[^<>]{0,80})?>[\s,:]*")
_PROMPTS = ("track_order", "get_invoice", "return_item", "talk_to_human")


def is_said_by_a_person(event: dict[str, Any]) -> bool:
    """Whether a message is what somebody wrote, rather than an edit, a notice of Slack's, or the words of a bot."""
    return event.get("subtype") in _SPOKEN and bool(event.get("user")) and not event.get("bot_id")


async def message(
    door: SlackDoor, client: AsyncWebClient, event: dict[str, Any], event_id: str, *, is_again: bool
) -> None:
    """Something was written to the app alone; it is stored when this returns, and answered after.

    Raises:
        Unavailable: nothing was stored, so Slack must send it again; whoever wrote is told once that it may take long.
    """
    if not is_said_by_a_person(event):
        return
    thread = event.get("thread_ts") or ""
    incoming = Incoming(
        CHANNEL, event["channel"], event_id, unescaped(event.get("text") or ""), Speaker(), sender=event["user"],
        thread=thread, files=files.named(event),
    )  # fmt: skip
    try:
        await door.ask(door.portal.receive, incoming)
    except Unavailable:
        if not is_again:
            await _say_unavailable(door, client, event["channel"], thread)
        raise
    if thread:
        door.later(_show_busy(client, event["channel"], thread))
    door.later(answer(door, event["channel"]))


async def mentioned(door: SlackDoor, event: dict[str, Any], event_id: str) -> None:
    """The app was spoken to where others read along; in the planners' channel people of the shop are at home."""
    if not is_said_by_a_person(event):
        return
    user, channel = event["user"], event["channel"]
    is_at_home = channel == door.settings.planner_channel and await door.ask(people.staff, door, user) is not None
    incoming = Incoming(
        CHANNEL, channel, event_id, unescaped(_OPENING_MENTION.sub("", event.get("text") or "")), Speaker(),
        is_group=not is_at_home, sender=user, thread=event.get("thread_ts") or event["ts"],
    )  # fmt: skip
    await door.ask(door.portal.receive, incoming)
    door.later(answer(door, channel))


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button under an answer was pressed; Slack has its acknowledgement, and the button works until it was heard."""
    action, place, shown = body["actions"][0], body.get("container") or {}, body.get("message") or {}
    channel = body["channel"]["id"]
    delivery_id = f"click:{place.get('message_ts', '')}:{action['action_id']}:{action.get('action_ts', '')}"
    incoming = Incoming(
        CHANNEL, channel, delivery_id, (action.get("text") or {}).get("text") or "…", Speaker(), action["value"],
        is_group=not channel.startswith("D") and channel != door.settings.planner_channel,
        sender=body["user"]["id"], thread=shown.get("thread_ts") or "",
    )  # fmt: skip
    try:
        is_new = await door.ask(door.portal.receive, incoming)
    except Unavailable:
        await _say_unavailable(door, client, channel, incoming.thread)
        return
    if is_new and shown.get("blocks"):
        door.later(_show_choice(client, channel, shown, incoming.text))
    await answer(door, channel)


async def answer(door: SlackDoor, chat: str) -> None:
    """Answer all that waits in a chat, oldest first, and send it without waiting for the clock."""
    while await door.work(door.portal.answer_next, CHANNEL, chat, answers, files.fetcher(door)) is not None:
        await door.work(door.portal.send_due, CHANNEL)
    if await door.work(door.portal.brief_desk):
        await door.work(door.portal.send_due, CHANNEL)


async def look_after(door: SlackDoor) -> None:
    """Answer what was stored and not answered, by whomever."""
    for chat in await door.ask(door.portal.unanswered_chats, CHANNEL):
        await answer(door, chat)


async def assistant_opened(door: SlackDoor, client: AsyncWebClient, event: dict[str, Any]) -> None:
    """Offer in the assistant pane what people ask most."""
    opened = event["assistant_thread"]
    words = [door.portal.say("en", intent, "label") for intent in _PROMPTS]
    prompts = [{"title": one, "message": one} for one in words]
    await _as_far_as_it_goes(
        client, "assistant.threads.setSuggestedPrompts", channel_id=opened["channel_id"],
        thread_ts=opened["thread_ts"], prompts=prompts,
    )  # fmt: skip


async def _show_choice(client: AsyncWebClient, channel: str, shown: dict[str, Any], label: str) -> None:
    """Let a message show what was chosen in place of its buttons."""
    told = {"type": "context", "elements": [plain(f"✓ {label}")]}
    blocks = [*(block for block in shown["blocks"] if block.get("type") != "actions"), told]
    text = shown.get("text") or "…"
    await _as_far_as_it_goes(client, "chat.update", channel=channel, ts=shown["ts"], text=text, blocks=blocks)


async def _say_unavailable(door: SlackDoor, client: AsyncWebClient, channel: str, thread: str) -> None:
    text = door.portal.say("en", "", "unavailable")
    await _as_far_as_it_goes(client, "chat.postMessage", channel=channel, thread_ts=thread or None, text=text)


async def _show_busy(client: AsyncWebClient, channel: str, thread: str) -> None:
    await _as_far_as_it_goes(
        client, "assistant.threads.setStatus", channel_id=channel, thread_ts=thread, status="is looking that up…"
    )


async def _as_far_as_it_goes(client: AsyncWebClient, method: str, **given: Any) -> None:
    """Something that is nice to have and loses nothing: a plain thread, say, has no status to show."""
    try:
        await client.api_call(method, json=given)
    except (SlackClientError, OSError) as error:
        log.debug("%s did not go through: %s", method, error)
