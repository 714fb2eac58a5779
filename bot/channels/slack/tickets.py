"""Tickets in the staff's channel: a card with buttons each, and a thread whose words go to the customer."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import CHANNEL, people
from bot.channels.slack.door import SlackDoor
from bot.channels.slack.drawing import plain, unescaped
from core.errors import PortalError, Unavailable

_ASIDE = re.compile(r"\s*(?://|note:)|.{0,4000}?<[@!]", re.IGNORECASE | re.DOTALL)
_STATES = {"waiting": "waits for somebody", "claimed": "is with", "closed": "is closed"}
_BUTTONS = {"waiting": ("Claim", "Close"), "claimed": ("Release", "Close"), "closed": ("Reopen",)}
_PROOFS = ("has not shown who they are", "has not shown who they are", "has shown who they are",
           "has just shown who they are")  # fmt: skip
_LONGEST, _MOST_LINES = 2900, 20
_NOT_STAFF = (
    "This Slack account is not linked to anybody of the shop. Write “link my account” to me in a direct message."
)
_HINT = "What is written in this thread goes to the customer, unless it begins with // or note: or mentions somebody."


async def said(door: SlackDoor, client: AsyncWebClient, event: dict[str, Any], event_id: str) -> None:
    """Something was written in the staff's channel: in a ticket's thread it goes to the customer, once.

    Raises:
        Unavailable: nothing was stored, so Slack must send it again.
    """
    typed = str(event.get("text") or "")
    text = unescaped(typed).strip()
    place = f"{event['channel']}/{event.get('thread_ts') or ''}"
    if not event.get("thread_ts") or _ASIDE.match(typed) or not text:
        return
    number = await door.ask(door.portal.ticket_at, CHANNEL, place)
    if not number:
        return
    where = (event["channel"], event["thread_ts"], event["user"])
    staff = await door.ask(people.staff, door, event["user"])
    if staff is None:
        await _whisper(client, where, _NOT_STAFF)
        return
    try:
        await door.ask(door.portal.answer_ticket, staff, number, text, f"{CHANNEL}:said:{event_id}")
    except Unavailable:
        raise
    except PortalError as refusal:
        await _whisper(client, where, f"The customer did not get that. {refusal}")
    if event.get("files"):
        await _whisper(client, where, "Only words go to the customer; the file stayed here.")
    door.later(bring_about(door))


async def pressed(door: SlackDoor, client: AsyncWebClient, body: dict[str, Any]) -> None:
    """A button of a ticket's card was pressed; rights and the ticket's state are looked at now."""
    action, user, shown = body["actions"][0], body["user"]["id"], body.get("message") or {}
    where = (body["channel"]["id"], shown.get("thread_ts") or shown.get("ts"), user)
    verbs: dict[str, Callable[..., Any]] = {
        "claim": door.portal.claim_ticket, "release": door.portal.release_ticket,
        "close": door.portal.close_ticket, "reopen": door.portal.reopen_ticket,
    }  # fmt: skip
    verb = verbs.get(str(action["action_id"]).partition(":")[2])
    staff = await door.ask(people.staff, door, user)
    if staff is None or verb is None:
        await _whisper(client, where, _NOT_STAFF)
        return
    try:
        await door.ask(verb, staff, str(action["value"]))
    except PortalError as refusal:
        await _whisper(client, where, str(refusal))
    await bring_about(door)


async def bring_about(door: SlackDoor) -> None:
    """Let the cards show what became of their tickets, and send what is to be sent, without waiting for the clock."""
    await door.work(door.portal.brief_desk)
    await door.work(door.portal.send_due, CHANNEL)


def card(ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A ticket as blocks: what it is about, who has it, the order it may be about, and what can be done."""
    state = str(ticket["state"])
    holder = f" {ticket['holder']}" if state == "claimed" else ""
    whose = f"Customer {ticket['customer']}" if ticket["customer"] else "A guest"
    about = f"{whose}, by {ticket['channel']}; {_PROOFS[int(ticket['proof'])]}."
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain(f"Ticket {ticket['number']} {_STATES[state]}{holder}"[:150])},
        {"type": "section", "text": plain(str(ticket["subject"] or "…")[:_LONGEST])},
        {"type": "context", "elements": [plain(about)]},
    ]
    if ticket.get("snapshot"):
        blocks.append({"type": "section", "text": plain(snapshot(ticket["snapshot"])[:_LONGEST])})
    elements = [_button(label, str(ticket["number"])) for label in _BUTTONS[state]]
    page = {"type": "button", "action_id": "link:ticket", "text": plain("Open its page"), "url": ticket["link"]}
    blocks.append({"type": "actions", "elements": [*elements, page]})
    if state != "closed":
        blocks.append({"type": "context", "elements": [plain(_HINT)]})
    return blocks


def snapshot(order: Mapping[str, Any]) -> str:
    """An order as it stood when the ticket was opened, in a few lines."""
    placed = datetime.fromisoformat(str(order["placed_at"]))
    told = [f"Order {order['order_number']}, {_words(order['status'])}, placed {placed:%-d %B %Y}"]
    told += [f"• {line['quantity']} × {line['description']}" for line in order["lines"][:_MOST_LINES]]
    if len(order["lines"]) > _MOST_LINES:
        told.append(f"• {len(order['lines']) - _MOST_LINES} more lines")
    told += [_parcel(one) for one in order["parcels"][:_MOST_LINES]]
    told += [f"Return {one['return_number']}, {_words(one['status'])}" for one in order["returns"][:_MOST_LINES]]
    return "\n".join(told)


def _parcel(parcel: Mapping[str, Any]) -> str:
    due = parcel.get("expected_on")
    expected = f", expected {date.fromisoformat(str(due)):%-d %B %Y}" if due else ""
    return f"Parcel {parcel['tracking_number']} ({parcel['carrier']}), {_words(parcel['status'])}{expected}"


def _words(status: Any) -> str:
    return str(status).replace("_", " ")


def _button(label: str, number: str) -> dict[str, Any]:
    made = {"type": "button", "action_id": f"ticket:{label.lower()}", "text": plain(label), "value": number}
    return {**made, "style": "primary"} if label == "Claim" else made


async def _whisper(client: AsyncWebClient, where: tuple[str, str | None, str], text: str) -> None:
    """Tell one person alone, in the thread they are in."""
    channel, thread, user = where
    await client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, text=text)
