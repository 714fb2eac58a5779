"""Planners in Slack: what they press, submit and command.

A click arrives acknowledged; a modal is opened with its `trigger_id` before anything else is asked, and filled after. A
submitted view is acknowledged with what is to be seen meanwhile. Who may do what is asked at every click.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import CHANNEL, customers, home, modals, people
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.drawing import drawn
from bot.channels.slack.values import Shown, read
from core.accounts.model import Staff
from core.chat import Incoming, Speaker
from core.errors import Conflict, InvalidInput, NotFound, PortalError, Unavailable
from core.portal import Portal
from core.purchasing.model import Proposal, ProposalStatus

log = logging.getLogger(__name__)
STRANGER = "Proposals are for planners; this Slack account is not linked to one."
_TITLES = {"edit": "Change quantities", "split": "Split", "reject": "Reject", "snooze": "Snooze"}
_CONFIRMED = {"save": "Save", "part": "Split"}
_MOST_TYPED = 10_000_000
_WHOLE = re.compile(r"[0-9]{1,100}")


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button whose action id begins with `proposal:` was pressed."""
    action = body["actions"][0]
    verb = str(action["action_id"]).split(":")[1]
    if verb == "quantity":
        await _recost(door, client, body)
    elif verb in _TITLES:
        await _open(door, client, body, verb)
    elif verb in {"approve", "wake"}:
        await tell(client, body, await _at_once(door, body, verb))
        await show(door, client, body)


async def submitted(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], ack: AsyncAck) -> None:
    """A view whose callback id begins with `proposal:` was submitted."""
    view = body["view"]
    verb = str(view["callback_id"]).split(":")[1]
    if verb not in _SUBMITTED:
        await ack()
        return
    if errors := _FAULTS.get(verb, _faultless)(view):
        await ack(response_action="errors", errors=errors)
        return
    await ack(response_action="update", view=modals.waiting(_TITLES.get(verb, _CONFIRMED.get(verb, ""))))
    door.later(_finish(door, client, body, verb))


async def command(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """Somebody typed `/storekeeper …`: the same as writing it to the app, answered where only they read it."""
    user, channel = body["user_id"], body["channel_id"]
    words = str(body.get("text") or "").strip() or "what is waiting for me?"
    if not channel.startswith("D"):
        opened = await client.conversations_open(users=user)
        channel = str(opened["channel"]["id"])
    incoming = Incoming(CHANNEL, channel, f"command:{body['trigger_id']}", words, Speaker(), sender=user)
    try:
        await door.ask(door.portal.receive, incoming)
    except Unavailable:
        said = _words(door.portal.say("en", "", "unavailable"))
        await client.chat_postEphemeral(channel=body["channel_id"], user=user, **said)
        return
    await customers.answer(door, channel)


async def _open(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], verb: str) -> None:
    """Open a modal at once; what has to be looked up for it comes after."""
    carried = str(body["actions"][0]["value"])
    tomorrow = door.clock().astimezone(door.config.shop.zone).date() + timedelta(days=1)
    first = {"reject": modals.rejecting(carried), "snooze": modals.snoozing(carried, tomorrow)}
    opened = await client.views_open(
        trigger_id=body["trigger_id"], view=first.get(verb) or modals.waiting(_TITLES[verb])
    )
    if verb in first:
        return

    async def filled(staff: Staff) -> modals.View:
        shown = read(carried)
        one = await door.ask(door.portal.proposal, staff, shown.proposal_id)
        if one.status is not ProposalStatus.OPEN or one.content_hash != shown.content_hash:
            await door.ask(door.portal.edit, staff, shown.proposal_id, shown.content_hash, {})  # says by whom and when
            raise Conflict("This proposal was changed since you saw it. Look again.")
        return modals.editing(one, {}) if verb == "edit" else modals.splitting(one)

    await fill(door, client, body["user"]["id"], str(opened["view"]["id"]), filled)


async def _recost(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A quantity was typed in an open modal: show what it would mean."""
    view = body["view"]

    async def filled(staff: Staff) -> modals.View:
        shown, typed = read(view["private_metadata"]), _typed(view)
        one = await door.ask(door.portal.proposal, staff, shown.proposal_id)
        meant = await door.ask(door.portal.recost, staff, shown.proposal_id, _changed(one, typed))
        return modals.editing(one, typed, meant)

    await fill(door, client, body["user"]["id"], view["id"], filled)


async def _finish(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any], verb: str) -> None:
    """Do what was submitted, or show what it would mean, in the modal that waits for it."""
    view = body["view"]

    async def filled(staff: Staff) -> modals.View:
        return await _SUBMITTED[verb](door, staff, view)

    await fill(door, client, body["user"]["id"], view["id"], filled)
    await show(door, client, body)


async def _reviewed(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    shown, typed = read(view["private_metadata"]), _typed(view)
    one = await door.ask(door.portal.proposal, staff, shown.proposal_id)
    changed = _changed(one, typed)
    if not changed:
        return modals.told("Nothing changed", "No quantity is another than it was.")
    if one.content_hash != shown.content_hash:
        raise Conflict("This proposal was changed or decided since you saw it. Look again.")
    return modals.review(await door.ask(door.portal.recost, staff, shown.proposal_id, changed), changed)


async def _saved(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    shown = read(view["private_metadata"])
    one = await door.ask(door.portal.edit, staff, shown.proposal_id, shown.content_hash, shown.quantities)
    return modals.told("Saved", f"{_named(one)}. Nothing is ordered until somebody approves.")


async def _rejected(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    shown = read(view["private_metadata"])
    one = await door.ask(door.portal.reject, staff, shown.proposal_id, shown.content_hash, why_typed(view))
    return modals.told("Rejected", f"{_named(one)}. Nothing is ordered.")


async def _snoozed(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    shown, typed = read(view["private_metadata"]), str(entered(view, "until", "until").get("selected_date") or "")
    try:
        until = date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidInput("Say a day to put it off to.") from error
    one = await door.ask(door.portal.snooze, staff, shown.proposal_id, shown.content_hash, until)
    return modals.told("Put off", f"{_named(one)} comes back on {until:%-d %B}.")


async def _split(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    """Split whole lines off, or show what it would cost to split the units of one."""
    shown, wanted = read(view["private_metadata"]), _split_wanted(view)
    if wanted.stays:
        number, line, stays = shown.proposal_id, int(wanted.line or 0), int(wanted.stays)
        return modals.parting(await door.ask(door.portal.cost_split, staff, number, shown.content_hash, line, stays))
    return _in_two(await door.ask(door.portal.split, staff, shown.proposal_id, shown.content_hash, wanted.lines))


async def _parted(door: SlackDoor, staff: Staff, view: dict[str, Any]) -> modals.View:
    """Split the units of a line as it was shown."""
    shown = read(view["private_metadata"])
    line, stays = next(iter(shown.quantities.items()), (0, 0))
    return _in_two(await door.ask(door.portal.split_units, staff, shown.proposal_id, shown.content_hash, line, stays))


def _in_two(parts: tuple[Proposal, Proposal]) -> modals.View:
    return modals.told("Split", f"{_named(parts[0])} stays.\n{_named(parts[1])} has a card of its own.")


_SUBMITTED: dict[str, Callable[[SlackDoor, Staff, dict[str, Any]], Awaitable[modals.View]]] = {
    "edit": _reviewed,
    "save": _saved,
    "reject": _rejected,
    "snooze": _snoozed,
    "split": _split,
    "part": _parted,
}


async def fill(
    door: SlackDoor,
    client: AsyncWebClient,
    user: str,
    view_id: str,
    filled: Callable[[Staff], Awaitable[modals.View]],
) -> None:
    """Put into an open modal what somebody who plans gets to see, or why not."""
    try:
        staff = await door.ask(people.staff, door, user)
        if staff is None:
            raise NotFound(STRANGER)
        view = await filled(staff)
    except Unavailable:
        view = modals.told("Not just now", door.portal.say("en", "", "unavailable"))
    except PortalError as refusal:
        view = modals.told("That cannot be done", str(refusal))
    try:
        await client.views_update(view_id=view_id, view=view)
    except SlackApiError as refusal:
        if refusal.response.get("error") != "not_found":
            raise  # closed meanwhile is no trouble
        log.info("a modal was closed before it was filled")


async def _at_once(door: SlackDoor, body: dict[str, Any], verb: str) -> str:
    """Approve, or take up again, what the button was shown with; what came of it in a sentence."""
    try:
        staff = await door.ask(people.staff, door, body["user"]["id"])
        if staff is None:
            return STRANGER
        shown: Shown = read(str(body["actions"][0]["value"]))
        act = door.portal.approve if verb == "approve" else door.portal.wake
        one = await door.ask(act, staff, shown.proposal_id, shown.content_hash)
    except Unavailable:
        return door.portal.say("en", "", "unavailable")
    except PortalError as refusal:
        return str(refusal)
    if verb == "wake":
        return f"{_named(one)} waits for a decision again."
    if one.purchase_order_number is None:
        return f"{_named(one)}: your approval is noted. A second person has to approve it before it is ordered."
    return f"{_named(one)} is approved. The purchase order is {one.purchase_order_number}."


async def tell(client: AsyncWebClient, body: dict[str, Any], text: str) -> None:
    """Say something to whoever pressed, where they pressed; in the direct message where that was the home tab."""
    user, channel = body["user"]["id"], (body.get("channel") or {}).get("id")
    if channel:
        await client.chat_postEphemeral(channel=channel, user=user, **_words(text))
    else:
        await client.chat_postMessage(channel=user, **drawn({"text": text}))


async def show(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """Let the card say what happened without waiting for the clock, and the home tab of whoever did it."""
    channel = door.settings.planner_channel
    try:
        if channel:
            await door.ask(door.portal.send_due, CHANNEL)
        if (body.get("view") or {}).get("type") == "home":
            await home.draw(door, client, body["user"]["id"])
    except Unavailable:
        log.warning("cards wait: the database is not there")


def _words(text: str) -> dict[str, Any]:
    made = drawn({"text": text})
    return {"text": made["text"], "blocks": made["blocks"]}


def _named(one: Proposal) -> str:
    return f"Proposal {one.proposal_id}, {one.supplier_name}, {one.total}"


def entered(view: dict[str, Any], block: str, action: str) -> dict[str, Any]:
    found = view.get("state", {}).get("values", {}).get(block, {}).get(action)
    return found if isinstance(found, dict) else {}


def why_typed(view: dict[str, Any]) -> str:
    """The reason as it stands in an open modal."""
    return str(entered(view, "why", "why").get("value") or "")


def unreasoned(view: dict[str, Any]) -> dict[str, str]:
    """The field of a submitted rejection that gives no reason."""
    return {} if Portal.is_reason(why_typed(view)) else {"why": "Say why in words; nothing was rejected."}


def _typed(view: dict[str, Any]) -> dict[int, int]:
    """Quantities by line that are whole numbers, as they stand in an open modal."""
    found = {}
    for block_id, fields in view.get("state", {}).get("values", {}).items():
        line = str(block_id).removeprefix("line:")
        value = str(next(iter(fields.values())).get("value") or "") if fields else ""
        if str(block_id).startswith("line:") and _is_whole(line) and _is_whole(value):
            found[int(line)] = min(int(value), _MOST_TYPED + 1)
    return found


def _is_whole(typed: str) -> bool:
    return _WHOLE.fullmatch(typed) is not None


def _wrong(view: dict[str, Any]) -> dict[str, str]:
    """Fields of a submitted modal that hold no whole number."""
    fields = [name for name in view.get("state", {}).get("values", {}) if str(name).startswith("line:")]
    typed = {f"line:{line}" for line in _typed(view)}
    return {name: "A quantity is a whole number; 0 drops the line." for name in fields if name not in typed}


@dataclass(frozen=True)
class _Split:
    """What stands in an open modal that splits: whole lines, or a line and how many of it stay, as they were typed."""

    lines: list[int]
    line: str
    stays: str


def _split_wanted(view: dict[str, Any]) -> _Split:
    chosen = entered(view, "lines", "lines").get("selected_options") or []
    lines = [int(one["value"]) for one in chosen if _is_whole(str(one.get("value", "")))]
    line = str((entered(view, "part", "part").get("selected_option") or {}).get("value", ""))
    return _Split(lines, line, str(entered(view, "stays", "stays").get("value") or ""))


def _unsplit(view: dict[str, Any]) -> dict[str, str]:
    """Fields of a submitted split that do not say one thing."""
    wanted = _split_wanted(view)
    if wanted.lines and (wanted.line or wanted.stays):
        return {"lines": "Choose whole lines, or units of one line, not both."}
    if wanted.lines:
        return {}
    if not _is_whole(wanted.line):
        has_part = any(block.get("block_id") == "part" for block in view.get("blocks", ()))
        return {"part" if has_part else "lines": "Say which line."}
    return {} if _is_whole(wanted.stays) else {"stays": "A whole number of units stays, fewer than there are."}


def _faultless(_view: dict[str, Any]) -> dict[str, str]:
    return {}


_FAULTS: dict[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "edit": _wrong,
    "reject": unreasoned,
    "split": _unsplit,
}


def _changed(one: Proposal, typed: dict[int, int]) -> dict[int, int]:
    return {line.line: typed[line.line] for line in one.lines if typed.get(line.line, line.quantity) != line.quantity}
