"""Somebody who shows an order's number and its address or postcode: told where the order is, and nothing else."""

from core.accounts import limits
from core.accounts.rows import folded
from core.conversation.turn import Answer, Ask, Step, Turn
from core.errors import TooMany
from core.orders.service import order_for_guest
from core.shipments.model import Parcel
from core.shipments.service import parcels_of

_TRIES_PER_CHAT, _TRIES_PER_ORDER, _TRIES_OF_ALL = 10, 20, 5_000


def track(turn: Turn) -> Step:
    """Ask for number and proof, and tell status and parcel events: no street, no phone, no price, no name.

    A wrong number and a wrong proof are answered alike, after the same work, and counted.
    """
    number = str(turn.slots.get("order_number") or "")
    typed = str(turn.slots.get("text") or "").strip()
    if not number and typed and not turn.slots.get("asked_proof"):
        number = typed
    if not number:
        return Ask("order_number", turn.say("which_number", link=f"{turn.house.config.web.base_url}/sign-in"))
    turn.slots["order_number"] = number
    said = turn.slots.get("email") or turn.slots.get("postcode")
    proof = str(said or (typed if turn.slots.get("asked_proof") else ""))
    if not proof:
        turn.slots["asked_proof"] = True
        return Ask("email", turn.say("which_proof"))
    _count(turn, number)
    order = order_for_guest(turn.session, number, folded(proof), proof)
    if order is None:
        return Answer(turn.say("no_match"))
    told = [turn.say("guest_status", order=order.order_number, status=turn.say(f"guest_{order.status.value}"))]
    told += [_parcel(turn, one) for one in parcels_of(turn.session, order)]
    return Answer("\n".join(told))


def _count(turn: Turn, number: str) -> None:
    """Each try counts, for the chat, for the order and over all.

    Raises:
        TooMany: as many as a day allows were made.
    """
    bare = "".join(filter(str.isalnum, number)).upper().lstrip("0")
    most = {
        f"guest:{turn.channel}:{turn.chat}": _TRIES_PER_CHAT,
        f"guest:order:{bare}": _TRIES_PER_ORDER,
        "guest:all": _TRIES_OF_ALL,
    }
    made = {what: limits.count(turn.session, what, turn.now) for what in most}
    if any(made[what] > most[what] for what in most):
        raise TooMany(turn.say("too_many_tries"))


def _parcel(turn: Turn, parcel: Parcel) -> str:
    scan = parcel.last_scan
    at = turn.show(scan.scanned_at) if scan else turn.show(parcel.shipped_at)
    return turn.say("guest_parcel", carrier=parcel.carrier, status=turn.say(f"parcel_{parcel.status.value}"), at=at)
