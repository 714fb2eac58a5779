"""Show in the chat whose chat it is: a code to the address on file, or one from the portal; what was begun goes on."""

from core.accounts import identity, links, staff_links
from core.accounts.service import customer, member
from core.chat import Action
from core.conversation import telling, wrong_code
from core.conversation.turn import Answer, Ask, Step, Turn
from core.errors import InvalidInput, PortalError
from core.mailroom import outbox
from core.mailroom.outbox import Outgoing
from core.notifications.service import Notice, notify

PROOF = 0
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Ask for the address, mail a code, ask for the code, and let the chat speak for the customer.

    A known address and an unknown one are answered by the same sentence and the same work.
    """
    if turn.slots.get("invitation"):
        return _link(turn, *links.accept(turn.session, str(turn.slots.pop("invitation")), turn.now))
    if turn.speaker.customer_id is not None and turn.speaker.proof >= 3:
        return Answer(turn.say("is_linked"))
    typed = str(turn.slots.get("text") or "").strip()
    if turn.slots.get("sent"):
        return _redeem(turn, str(turn.slots.pop("code", "") or typed))
    address = _address(turn, typed)
    if not address:
        return Ask("email", turn.say("which_email", link=f"{turn.house.config.web.base_url}/sign-in"))
    try:
        asked = identity.ask_for_code(
            turn.session, address, identity.browser_of_chat(turn.channel, turn.chat), turn.now, turn.house.codes.take()
        )
    except InvalidInput:
        turn.slots.pop("email", None)
        return Ask("email", turn.say("no_email"))
    letter = {"to": asked.address, "subject": turn.say("code_subject"),
              "text": turn.say("code_mail_chat", code=asked.code, shop=turn.house.config.shop.name)}  # fmt: skip
    outbox.post(turn.session, identity.letter(asked, letter), turn.now)
    turn.slots["sent"] = True
    return Ask("code", turn.say("code_sent", address=address))


def _address(turn: Turn, typed: str) -> str:
    """Where the code goes: for somebody known, to the address on file and nowhere else."""
    if turn.speaker.customer_id is not None:
        return turn.speaker.member or customer(turn.session, turn.speaker.customer_id).email
    said = str(turn.slots.get("email") or "")
    return said or (typed if "@" in typed else "")


def _redeem(turn: Turn, code: str) -> Step:
    digits = "".join(filter(str.isdigit, code))
    if not digits:
        return Ask("code", turn.say("which_code"))
    outcome = identity.person_of_code(
        turn.session, identity.browser_of_chat(turn.channel, turn.chat), digits, turn.now, turn.house.typed
    )
    if isinstance(outcome, PortalError):
        wrong_code.note(turn.session, turn.house, identity.browser_of_chat(turn.channel, turn.chat), turn.now)
        return Ask("code", turn.refusal(outcome))
    kind, _, customer_id = outcome.person.partition(":")
    if kind != "customer":
        return _link_staff(turn, customer_id) if turn.sender else Answer(turn.say("not_for_staff"))
    return _link(turn, customer_id, outcome.member)


def _link_staff(turn: Turn, address: str) -> Answer:
    """Let the channel's user speak for somebody of the shop from their next message on, and tell the mailbox."""
    staff_links.link(turn.session, turn.channel, turn.sender, address, turn.now)
    letter = {"to": address, "subject": turn.say("staff_mail_subject"),
              "text": turn.say("staff_mail", channel=turn.channel)}  # fmt: skip
    key = f"staff-linked:{turn.channel}:{turn.sender}:{turn.now.isoformat()}"
    outbox.post(turn.session, Outgoing(key, "email", f"staff:{address}", "notice", letter), turn.now)
    action = Action("link_account", {"channel": turn.channel}, {})
    return Answer(turn.say("staff_done", address=address), actions=(action,))


def _link(turn: Turn, customer_id: str, of_member: str) -> Answer:
    """Let the chat speak for them, and tell the mailbox and the chats that did before."""
    person = customer(turn.session, customer_id)
    colleague = member(turn.session, customer_id, of_member) if of_member else None
    cause, told = f"linked:{turn.channel}:{turn.chat}:{turn.now.isoformat()}", turn.say("mail", channel=turn.channel)
    for one in links.links_of(turn.session, customer_id):
        if (one.channel, one.chat) != (turn.channel, turn.chat):
            where = (one.channel, one.chat, f"customer:{customer_id}")
            telling.say(turn.session, where, "shop", told, f"{cause}:{one.channel}:{one.chat}", turn.now)
    links.link(turn.session, (turn.channel, turn.chat), customer_id, turn.now, member=of_member)
    notify(turn.session, person, Notice(cause, turn.say("mail_subject")), told, turn.now)
    action = Action("link_account", {"channel": turn.channel}, {})
    said = turn.say("done", name=colleague.name if colleague else person.name)
    undo = {"kind": "link", "channel": turn.channel, "chat": turn.chat}
    return Answer(said, actions=(action,), speaks_for=customer_id, member=of_member, undo=undo)
