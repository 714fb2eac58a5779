"""Something a person should look into, without waiting in the chat for it: a ticket with its subject."""

from core.chat import Action
from core.conversation.handing_over import hand_over
from core.conversation.turn import Answer, Ask, Choice, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer"})
_SHORTEST = 3


def answer(turn: Turn) -> Step:
    """Open the ticket once it is known what it is about; the bot goes on answering meanwhile."""
    subject = _subject(turn)
    if not subject:
        return Ask("subject", turn.say("which_subject"))
    ticket = hand_over(turn, subject)
    action = Action("open_ticket", {"subject": subject}, {"ticket_number": ticket.ticket_number})
    choices = (Choice(turn.label_of("talk_to_human"), {}, "talk_to_human"),)
    return Answer(turn.say("done", number=ticket.ticket_number, subject=subject), choices, actions=(action,),
                  undo={"kind": "ticket", "ticket_number": ticket.ticket_number})  # fmt: skip


def _subject(turn: Turn) -> str:
    """What was answered, or what stands behind the words that lead to a subject."""
    answered = str(turn.slots.get("text") or "").strip()
    if answered:
        return answered[:200]
    folded = turn.text.casefold()
    for lead in turn.say("leads").split(", "):
        at = folded.find(f"{lead} ")
        if at >= 0 and len(turn.text[at + len(lead) :].split()) >= _SHORTEST - 1:
            return turn.text[at + len(lead) :].strip(" .,:;")[:200]
    return ""
