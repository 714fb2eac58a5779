"""Who can see my orders: linked chats, browsers that are signed in, and the mailbox on file."""

from core.accounts import links
from core.accounts.service import customer, people_of
from core.conversation.turn import Answer, Choice, Step, Turn

PROOF = 2
AUDIENCE = frozenset({"customer"})
RIGHT = "account"


def answer(turn: Turn) -> Step:
    """List them all."""
    told = [turn.say("mailbox", address=_masked(customer(turn.session, turn.customer_id).email))]
    told += [turn.say("person", name=one.name, role=one.role) for one in people_of(turn.session, turn.customer_id)]
    found = links.links_of(turn.session, turn.customer_id)
    for one in found:
        here = (one.channel, one.chat) == (turn.channel, turn.chat)
        told.append(turn.say("this_chat" if here else "chat", channel=one.channel, day=turn.day_of(one.linked_at)))
    told += [turn.say("browser", at=turn.show(seen)) for seen in links.sessions_of(turn.session, turn.customer_id)]
    told.append(turn.say("nobody_else"))
    choices = (Choice(turn.label_of("unlink_account"), {}, "unlink_account"),) if found else ()
    return Answer("\n".join(told), choices)


def _masked(address: str) -> str:
    """An address the owner recognises: a•••@example.org."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
