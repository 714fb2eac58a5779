"""The app: who is let in, and which handler gets what.

An event is stored before Slack is told that it arrived, so its handler runs to its end before the response. A click or
a command is acknowledged first, because a modal opens within three seconds or not at all; its handler runs after.
"""

import json
import logging
import re
import secrets
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import CHANNEL, customers, home, moving, planning, tickets
from bot.channels.slack.door import SlackDoor, guarded
from core.errors import Unavailable

log = logging.getLogger(__name__)
BOLT = "slack_bolt"  # what Bolt says while it is debugged holds what people wrote, so it is a library's, not ours
_TIMEOUT_S = 10
_OF_PLANNERS = re.compile(r"proposal:")
_OF_MOVES = re.compile(r"move:")
_OF_STAFF = re.compile(r"ticket:")
_OF_CUSTOMERS = re.compile(r"answer:")


def build(door: SlackDoor) -> AsyncApp:
    """The Bolt app over the door; the signature is checked by whoever receives for it (see `gate`)."""
    token = door.settings.token.get_secret_value()
    client = AsyncWebClient(base_url=door.settings.api_url, timeout=_TIMEOUT_S, retry_handlers=[])

    async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult:
        """Nobody is asked over the network who we are; `only_ours` has looked at the team."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    app = AsyncApp(
        client=client,
        authorize=authorize,
        before_authorize=_only_ours(door),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,  # would have to know the bot by its user; what bots say is left out below
        logger=logging.getLogger(BOLT),
    )
    app.error(_failed)
    _hear_events(app, door)
    _hear_clicks(app, door)
    return app


async def _failed(error: Exception) -> None:
    """Log what went wrong; Bolt itself would repeat what the error says, which may be what somebody typed."""
    if isinstance(error, Unavailable):
        log.warning("what Slack told could not be stored: %s", error)
    else:
        log.error("what Slack told was not taken in", exc_info=error, extra={"reference": secrets.token_hex(4)})


def _only_ours(door: SlackDoor) -> Any:
    """What comes for another app, or from people of another workspace, is taken and left unread.

    Of the rest everything is made storable, by whichever way it came.
    """

    async def only_ours(request: AsyncBoltRequest, next: Any) -> BoltResponse | None:  # noqa: A002 Bolt's own name
        if _is_ours(door, request.body):
            request.body = door.portal.storable(request.body)
            request.raw_body = json.dumps(request.body)  # what runs after the acknowledgement reads this anew
            await next()
            return None
        log.warning("Slack sent something for another app or from another workspace; it was left unread")
        return BoltResponse(status=200, body="")

    return only_ours


def _is_ours(door: SlackDoor, body: dict[str, Any]) -> bool:
    if body.get("type") == "url_verification":
        return True  # signed, and of nobody
    found = (body.get(name) for name in ("event", "user", "team"))
    event, user, team = (one if isinstance(one, dict) else {} for one in found)
    app_ids = {str(body["api_app_id"])} if body.get("api_app_id") else set()
    teams = {body.get("team_id"), team.get("id"), user.get("team_id")}
    teams |= {event.get("user_team"), event.get("source_team"), event.get("team")}
    teams.discard(None)
    is_known = bool(teams) and all(str(one) in door.settings.teams for one in teams)
    return is_known and (not door.settings.app_id or app_ids <= {door.settings.app_id})


def _hear_events(app: AsyncApp, door: SlackDoor) -> None:
    async def message(
        body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient, request: AsyncBoltRequest
    ) -> None:
        if event.get("channel_type") == "im":
            is_again = "x-slack-retry-num" in request.headers
            await customers.message(door, client, event, body["event_id"], is_again=is_again)
        elif event.get("channel") == door.settings.staff_channel and customers.is_said_by_a_person(event):
            await tickets.said(door, client, event, body["event_id"])

    async def mentioned(body: dict[str, Any], event: dict[str, Any]) -> None:
        await customers.mentioned(door, event, body["event_id"])

    async def assistant_opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        door.later(customers.assistant_opened(door, client, event))

    async def app_home_opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        door.later(home.opened(door, client, event))

    app.event("message")(message)
    app.event("app_mention")(mentioned)
    app.event("assistant_thread_started")(assistant_opened)
    app.event("app_home_opened")(app_home_opened)
    app.event(re.compile(""))(_nothing_to_do)


async def _nothing_to_do() -> None:
    """What nobody has a use for is taken all the same, or Slack would send it again."""


def _hear_clicks(app: AsyncApp, door: SlackDoor) -> None:
    async def at_once(ack: AsyncAck) -> None:
        await ack()

    async def pressed(body: dict[str, Any], client: AsyncWebClient) -> None:
        await guarded(customers.pressed(door, client, body))

    async def looked_after(body: dict[str, Any], client: AsyncWebClient) -> None:
        await guarded(_or_say_so(door, client, body, tickets.pressed(door, client, body)))

    async def decided(body: dict[str, Any], client: AsyncWebClient) -> None:
        await guarded(_or_say_so(door, client, body, planning.pressed(door, client, body)))

    async def moved(body: dict[str, Any], client: AsyncWebClient) -> None:
        await _or_say_so(door, client, body, moving.pressed(door, client, body))

    async def rejected(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await moving.submitted(door, client, body, ack)

    async def submitted(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await planning.submitted(door, client, body, ack)

    async def command(body: dict[str, Any], client: AsyncWebClient) -> None:
        await guarded(_or_say_so(door, client, body, _commanded(door, client, body)))

    app.action(_OF_CUSTOMERS)(ack=at_once, lazy=[pressed])
    app.action(_OF_STAFF)(ack=at_once, lazy=[looked_after])
    app.action(_OF_PLANNERS)(ack=at_once, lazy=[decided])
    app.action(_OF_MOVES)(ack=at_once, lazy=[moved])
    app.view(_OF_MOVES)(rejected)
    app.action(re.compile(r"link:"))(at_once)  # a button that opens an address is pressed as well
    app.view(_OF_PLANNERS)(submitted)
    app.command("/storekeeper")(ack=at_once, lazy=[command])
    for anything in (app.action, app.view, app.shortcut):
        anything(re.compile(""))(at_once)


async def _commanded(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """`/storekeeper unlink` ends what makes a user somebody of the shop; all else is for planners and conversation."""
    is_end = str(body.get("text") or "").strip().casefold() == "unlink"
    if is_end and await door.ask(door.portal.unlink_staff, CHANNEL, body["user_id"]):
        text = "You speak for nobody of the shop any more."
        await client.chat_postEphemeral(channel=body["channel_id"], user=body["user_id"], text=text)
        return
    await planning.command(door, client, body)


async def _or_say_so(
    door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], work: Coroutine[Any, Any, None]
) -> None:
    """Do what was asked for; an outage is called an outage, to whoever asked."""
    try:
        await work
    except Unavailable:
        user = body.get("user_id") or body["user"]["id"]
        channel = body.get("channel_id") or (body.get("channel") or {}).get("id") or user
        await client.chat_postEphemeral(channel=channel, user=user, text=door.portal.say("en", "", "unavailable"))
