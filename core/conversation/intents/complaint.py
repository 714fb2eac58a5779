"""Somebody is not satisfied: it is written down for a person, and a person is one step away."""

from core.chat import Action
from core.conversation import transcript
from core.conversation.turn import Answer, Choice, Step, Turn
from core.support.service import Handover, open_ticket

PROOF = 0
AUDIENCE = frozenset({"customer"})
_MOST_MESSAGES = 40


def answer(turn: Turn) -> Step:
    """Keep the complaint as a ticket, and offer what puts things right."""
    person = f"customer:{turn.speaker.customer_id}" if turn.speaker.customer_id else None
    said = transcript.messages(turn.session, turn.channel, turn.chat, person, limit=_MOST_MESSAGES)
    subject = turn.say("subject", words=turn.text.strip()[:150])
    handover = Handover(turn.speaker.customer_id, turn.channel, turn.chat, subject, transcript.as_text(said))
    ticket = open_ticket(turn.session, handover, turn.now)
    action = Action("open_ticket", {"subject": subject}, {"ticket_number": ticket.ticket_number})
    choices = tuple(Choice(turn.label_of(one), {}, one) for one in ("talk_to_human", "claim_item", "return_item"))
    return Answer(turn.say("done", number=ticket.ticket_number), choices, actions=(action,))
