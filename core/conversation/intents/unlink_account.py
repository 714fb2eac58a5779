"""End what chats may see of the account: this one, or all of them."""

from typing import Any

from core.accounts import links
from core.accounts.service import customer
from core.chat import Action
from core.conversation.turn import Answer, Confirm, Step, Turn
from core.notifications.service import Notice, notify

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = ""  # whoever linked a chat may end that


def answer(turn: Turn) -> Step:
    """Show how many chats would be ended."""
    found = _theirs(turn)
    if not found:
        return Answer(turn.say("none"))
    return Confirm(turn.say("confirm", count=len(found)), {"chats": len(found)})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """End them, and tell the mailbox."""
    here = any((one.channel, one.chat) == (turn.channel, turn.chat) for one in _theirs(turn))
    gone = links.unlink(turn.session, turn.customer_id, turn.now, of_member=turn.speaker.member or None)
    notice = Notice(f"unlinked:{turn.customer_id}:{turn.now.isoformat()}", turn.say("mail_subject"))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, turn.say("mail", count=gone), turn.now)
    action = Action("unlink_account", dict(plan), {"ended": gone})
    return Answer(turn.say("done", count=gone), actions=(action,), speaks_for="" if here else None)


def _theirs(turn: Turn) -> list[links.ChatLink]:
    """All chats of the account for its holder, one's own for one of its people."""
    of_account = links.links_of(turn.session, turn.customer_id)
    return [one for one in of_account if not turn.speaker.member or one.member == turn.speaker.member]
