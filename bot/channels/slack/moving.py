"""Moves between places in Slack: approved at a click, rejected with a reason; rights are asked for at every click."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import modals, people, planning
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.values import move_of
from core.accounts.model import Staff
from core.errors import PortalError, Unavailable


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button whose action id begins with `move:` was pressed."""
    action = body["actions"][0]
    verb, carried = str(action["action_id"]).split(":")[1], str(action["value"])
    if verb == "reject":
        await client.views_open(trigger_id=body["trigger_id"], view=modals.rejecting(carried, "move:reject"))
    elif verb == "approve":
        await planning.tell(client, body, await _approved(door, body, carried))
        await planning.show(door, client, body)


async def submitted(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], ack: AsyncAck) -> None:
    """The reason for a rejection was submitted."""
    if errors := planning.unreasoned(body["view"]):
        await ack(response_action="errors", errors=errors)
        return
    await ack(response_action="update", view=modals.waiting("Reject"))
    door.later(_rejected(door, client, body))


async def _approved(door: SlackDoor, body: dict[str, Any], carried: str) -> str:
    """Approve it; what came of that in a sentence."""
    try:
        staff = await door.ask(people.staff, door, body["user"]["id"])
        if staff is None:
            return planning.STRANGER
        one = await door.ask(door.portal.approve_move, staff, move_of(carried))
    except Unavailable:
        return door.portal.say("en", "", "unavailable")
    except PortalError as refusal:
        return str(refusal)
    return f"Move {one.move_id} is approved; {one.units:,} × {one.name} can leave {one.origin_name}."


async def _rejected(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    view = body["view"]

    async def filled(staff: Staff) -> modals.View:
        move_id = move_of(str(view["private_metadata"]))
        one = await door.ask(door.portal.reject_move, staff, move_id, planning.why_typed(view))
        return modals.told("Rejected", f"Move {one.move_id} stays where it is; the next plan buys instead.")

    await planning.fill(door, client, body["user"]["id"], str(view["id"]), filled)
    await planning.show(door, client, body)
