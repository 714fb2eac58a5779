"""Show in the chat whose chat it is: a code to the address on file, typed back; what was asked before goes on then."""

from core.accounts import identity, links
from core.accounts.service import customer
from core.chat import Action
from core.conversation.turn import Answer, Ask, Step, Turn
from core.errors import InvalidInput, PortalError
from core.mailroom import outbox
from core.notifications.service import Notice, notify

PROOF = 0
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Ask for the address, mail a code, ask for the code, and let the chat speak for the customer.

    A known address and an unknown one are answered by the same sentence and the same work.
    """
    if turn.speaker.customer_id is not None and turn.speaker.proof >= 3:
        return Answer(turn.say("is_linked"))
    typed = str(turn.slots.get("text") or "").strip()
    if turn.slots.get("sent"):
        return _redeem(turn, str(turn.slots.pop("code", "") or typed))
    address = _address(turn, typed)
    if not address:
        return Ask("email", turn.say("which_email", link=f"{turn.house.config.web.base_url}/sign-in"))
    try:
        asked = identity.ask_for_code(turn.session, address, _browser(turn), turn.now)
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
        return customer(turn.session, turn.speaker.customer_id).email
    said = str(turn.slots.get("email") or "")
    return said or (typed if "@" in typed else "")


def _redeem(turn: Turn, code: str) -> Step:
    digits = "".join(filter(str.isdigit, code))
    if not digits:
        return Ask("code", turn.say("which_code"))
    outcome = identity.person_of_code(turn.session, _browser(turn), digits, turn.now)
    if isinstance(outcome, PortalError):
        return Ask("code", turn.refusal(outcome))
    kind, _, customer_id = outcome.partition(":")
    if kind != "customer":
        return Answer(turn.say("not_for_staff"))
    links.link(turn.session, turn.channel, turn.chat, customer_id, turn.now)
    person = customer(turn.session, customer_id)
    notice = Notice(f"linked:{turn.channel}:{turn.chat}:{turn.now.isoformat()}", turn.say("mail_subject"))
    notify(turn.session, person, notice, turn.say("mail", channel=turn.channel), turn.now)
    action = Action("link_account", {"channel": turn.channel}, {})
    return Answer(turn.say("done", name=person.name), actions=(action,), speaks_for=customer_id)


def _browser(turn: Turn) -> str:
    return f"chat:{turn.channel}:{turn.chat}"
