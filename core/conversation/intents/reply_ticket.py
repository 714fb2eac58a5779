"""Something to add to a ticket; one that was closed not long ago opens again by it."""

import hashlib

from core.chat import Action
from core.conversation import files
from core.conversation.own_ticket import ticket_meant
from core.conversation.turn import Answer, Ask, Step, Turn
from core.support.model import CUSTOMER, Ticket
from core.support.service import reply_of_customer
from core.support.thread import Words

PROOF = 2
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Find the ticket and what is to be added, and add it."""
    days = turn.house.config.support.reopen_days
    ticket = ticket_meant(turn, lambda one: one.is_open or one.may_reopen(turn.now, days))
    if not isinstance(ticket, Ticket):
        return ticket
    said = _words(turn)
    sent = files.at_hand(turn)
    if not said and not sent:
        turn.slots["asked_words"] = True
        return Ask("words", turn.say("which_words", number=ticket.ticket_number, subject=ticket.subject))
    digest = hashlib.sha256(said.encode()).hexdigest()[:24]
    key = f"{turn.channel}:{turn.chat}:{turn.now.isoformat()}:{digest}"
    words = Words(CUSTOMER, said, key, turn.speaker.member, sent)
    reply_of_customer(turn.session, ticket, words, days, turn.now)
    files.take(turn)
    action = Action("reply_ticket", {"ticket_number": ticket.ticket_number}, {"reopened": not ticket.is_open})
    link = f"{turn.house.config.web.base_url}/tickets/{ticket.ticket_number}"
    told = "done" if ticket.is_open else "reopened"
    return Answer(turn.say(told, number=ticket.ticket_number, link=link), actions=(action,))


def _words(turn: Turn) -> str:
    """What was answered, or what stands behind the first colon."""
    answered = str(turn.slots.get("text") or "").strip()
    if answered and turn.slots.get("asked_words"):
        return answered
    _, colon, behind = turn.text.partition(":")
    return behind.strip() if colon else ""
