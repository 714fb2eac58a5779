"""Somebody is not satisfied: it is written down for a person, and a person is one step away."""

from core.chat import Action
from core.conversation.handing_over import hand_over
from core.conversation.turn import Answer, Choice, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Keep the complaint as a ticket, and offer what puts things right."""
    subject = turn.say("subject", words=turn.text.strip()[:150])
    ticket = hand_over(turn, subject)
    action = Action("open_ticket", {"subject": subject}, {"ticket_number": ticket.ticket_number})
    choices = tuple(Choice(turn.label_of(one), {}, one) for one in ("talk_to_human", "claim_item", "return_item"))
    return Answer(turn.say("done", number=ticket.ticket_number), choices, actions=(action,),
                  undo={"kind": "ticket", "ticket_number": ticket.ticket_number})  # fmt: skip
