"""Take back what was just done: within the time the shop gives for it, shown as a whole and after a yes."""

from datetime import timedelta
from typing import Any

from core.accounts.service import customer
from core.chat import Action
from core.conversation import acts
from core.conversation.acts import Doer, Done
from core.conversation.turn import Answer, Choice, Confirm, Step, Turn
from core.conversation.undoing import KINDS
from core.errors import Conflict, PortalError
from core.notifications.service import Notice, notify

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "orders"
_WITHOUT_MAIL = frozenset({"wish", "wishes", "notices", "language", "ticket", "ticket_closed"})


def answer(turn: Turn) -> Step:
    """Find what was done last, and show what taking it back would change, or say why it stays."""
    done = acts.last(turn.session, _doer(turn))
    if done is None:
        return Answer(turn.say("nothing"))
    what = turn.label_of(done.intent)
    if done.undo is None:
        return Answer(turn.say("not_this", what=what), _person(turn))
    minutes = turn.house.config.service.undo_minutes
    if turn.now - done.done_at > timedelta(minutes=minutes):
        return Answer(turn.say("too_late", what=what, at=done.done_at.astimezone(turn.house.zone), minutes=minutes))
    try:
        told = KINDS[done.undo["kind"]].shown(turn, done.undo)
    except PortalError as refusal:
        return Answer(turn.say("cannot", what=what, why=turn.refusal(refusal)), _person(turn))
    return Confirm("\n".join([turn.say("confirm", what=what), *told, turn.say("go_ahead")]), {"act_id": done.act_id})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Take it back, once, if it is still the last thing done."""
    done = acts.last(turn.session, _doer(turn))
    if done is None or done.act_id != plan["act_id"] or done.undo is None:
        raise Conflict("Something else was done since, or it was taken back already.", "undo-overtaken")
    if not acts.take_back(turn.session, _doer(turn), done.act_id, turn.now):
        raise Conflict("Something else was done since, or it was taken back already.", "undo-overtaken")
    told = KINDS[done.undo["kind"]].do(turn, done.undo)
    receipt = "\n".join([turn.say("done", what=turn.label_of(done.intent), number=done.act_id), *told])
    if done.undo["kind"] not in _WITHOUT_MAIL:
        notice = Notice(f"undo:{done.act_id}", turn.say("mail_subject"))
        notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    action = Action("undo", _undone(done), {"reference": done.act_id})
    return Answer(receipt, actions=(action,), focus=_focus(done), speaks_for=_speaks_for(turn, done.undo),
                  language=str(done.undo["before"]) if done.undo["kind"] == "language" else "")  # fmt: skip


def _doer(turn: Turn) -> Doer:
    return Doer(f"customer:{turn.customer_id}", turn.speaker.member)


def _speaks_for(turn: Turn, undo: dict[str, Any]) -> str | None:
    """Nobody, where it was the link of this very chat that was taken back."""
    is_here = undo["kind"] == "link" and (undo["channel"], undo["chat"]) == (turn.channel, turn.chat)
    return "" if is_here else None


def _undone(done: Done) -> dict[str, Any]:
    """What was taken back, as an action names it."""
    undo = done.undo or {}
    named = {name: undo[name] for name in ("order_number", "return_number", "sku", "ticket_number") if undo.get(name)}
    return {"intent": done.intent, **named}


def _focus(done: Done) -> dict[str, Any]:
    number = (done.undo or {}).get("order_number")
    return {"order_number": number} if number else {}


def _person(turn: Turn) -> tuple[Choice, ...]:
    return (Choice(turn.label_of("talk_to_human"), {}, "talk_to_human"),)
