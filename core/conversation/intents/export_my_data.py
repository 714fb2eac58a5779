"""Everything kept about the speaker: how much of what, and where to get it as a file."""

from core.conversation.turn import Answer, Step, Turn
from core.privacy import export

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "account"


def answer(turn: Turn) -> Step:
    """Tell what there is, and the page that hands it over to whoever is signed in."""
    found = export(turn.session, turn.customer_id)
    told = [turn.say("heading", link=f"{turn.house.config.web.base_url}/account/data")]
    told += [turn.say("line", table=name.replace("_", " "), count=len(rows)) for name, rows in found.items()]
    return Answer("\n".join(told))
