"""What somebody thinks of the shop, good or bad: kept for those who run it."""

from core.chat import Action
from core.conversation.turn import Answer, Ask, Step, Turn
from core.support.service import keep_feedback

PROOF = 0
AUDIENCE = frozenset({"customer"})
_LONG_ENOUGH = 6


def answer(turn: Turn) -> Step:
    """Ask for the words where they were not said yet, and keep them."""
    words = str(turn.slots.get("text") or "").strip()
    if not words and len(turn.text.split()) >= _LONG_ENOUGH and not _only_asks(turn):
        words = turn.text.strip()
    if not words:
        return Ask("text", turn.say("which_words"))
    keep_feedback(turn.session, turn.speaker.customer_id, turn.channel, words, turn.now)
    return Answer(turn.say("done"), actions=(Action("feedback", {"text": words[:2000]}, {}),))


def _only_asks(turn: Turn) -> bool:
    """Whether the words only say that there will be some."""
    return turn.says("asking_words", turn.text)
