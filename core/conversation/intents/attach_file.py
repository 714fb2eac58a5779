"""A photo or a PDF: how one is sent here, or what one that just came is for."""

from core.conversation import files
from core.conversation.turn import Answer, Choice, Step, Turn
from core.support.service import tickets_of
from core.uploads.service import uploads_by_id

PROOF = 0
AUDIENCE = frozenset({"customer"})
_MOST_TICKETS = 2


def answer(turn: Turn) -> Step:
    """Offer what can be done with the files at hand; without any, tell how they are sent."""
    found = files.at_hand(turn)
    if not found or turn.speaker.customer_id is None:
        known = turn.house.wording.knows(turn.intent, f"how_{turn.channel}")
        return Answer(turn.say(f"how_{turn.channel}" if known else "how", most=turn.house.config.uploads.largest_mb))
    names = ", ".join(one.name for one in uploads_by_id(turn.session, found).values())
    open_ones = [one for one in tickets_of(turn.session, turn.speaker.customer_id) if one.is_open][:_MOST_TICKETS]
    choices = [
        Choice(turn.say("label_ticket", number=one.ticket_number), {"ticket_number": one.ticket_number}, "reply_ticket")
        for one in open_ones
    ]
    choices += [Choice(turn.label_of(one), {}, one) for one in ("claim_item", "open_ticket")]
    return Answer(turn.say("kept", names=names), tuple(choices))
