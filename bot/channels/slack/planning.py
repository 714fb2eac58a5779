"""Planners in Slack: what they press, submit and command.

A click arrives acknowledged; a modal has to be opened with its `trigger_id` before anything else is asked, and filled
after. A submitted view is acknowledged here, with what is wrong where something is.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import people
from bot.channels.slack.door import SlackDoor
from core.errors import PortalError


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button whose action id begins with `proposal:` was pressed."""
    user, channel = body["user"]["id"], (body.get("channel") or {}).get("id") or body["user"]["id"]
    await client.chat_postEphemeral(channel=channel, user=user, text=await _open_proposals(door, user))


async def submitted(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], ack: AsyncAck) -> None:
    """A view whose callback id begins with `proposal:` was submitted."""
    user = body["user"]["id"]
    await ack()
    await client.chat_postMessage(channel=user, text=await _open_proposals(door, user))


async def command(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """Somebody typed `/storekeeper …`; `body["text"]` is what follows."""
    user, channel = body["user_id"], body["channel_id"]
    await client.chat_postEphemeral(channel=channel, user=user, text=await _open_proposals(door, user))


async def _open_proposals(door: SlackDoor, user: str) -> str:
    staff = await door.ask(people.staff, door, user)
    if staff is None:
        return "Proposals are for planners; this Slack account is not linked to one."
    try:
        found = await door.ask(door.portal.proposals, staff)
    except PortalError as refusal:
        return str(refusal)
    return f"{len(found)} proposals, at {door.config.web.base_url}/planner"
