"""A person, in one step: a ticket with what was said so far; the bot keeps quiet until asked back."""

from core.chat import Action
from core.conversation import transcript
from core.conversation.turn import Answer, Step, Turn
from core.support.service import Handover, close_tickets_of, open_ticket

PROOF = 0
AUDIENCE = frozenset({"customer"})
_MOST_MESSAGES = 40


def answer(turn: Turn) -> Step:
    """Open the ticket and hand over."""
    person = f"customer:{turn.speaker.customer_id}" if turn.speaker.customer_id else None
    said = transcript.messages(turn.session, turn.channel, turn.chat, person, limit=_MOST_MESSAGES)
    last_words = next((message.reply.text for message in reversed(said) if message.speaker == "person"), "")
    handover = Handover(turn.speaker.customer_id, turn.channel, turn.chat, last_words[:120], transcript.as_text(said))
    ticket = open_ticket(turn.session, handover, turn.now)
    action = Action("open_ticket", {}, {"ticket_number": ticket.ticket_number})
    return Answer(turn.say("done", number=ticket.ticket_number), actions=(action,), hands_off=True)


def end(turn: Turn) -> None:
    """Back to the bot: the ticket is closed."""
    close_tickets_of(turn.session, turn.channel, turn.chat, turn.now)
