"""Send an open order elsewhere, or keep another default address; never after the label, never on an issued invoice."""

import re
from typing import Any

from core.accounts.model import Address
from core.accounts.service import customer, default_address, keep_default_address
from core.chat import Action
from core.conversation import own
from core.conversation.resolve import order_choice
from core.conversation.turn import Answer, Ask, Choice, Confirm, Step, Turn
from core.conversation.understanding import addresses
from core.conversation.understanding.addresses import Checked, Found
from core.conversation.undoing import address_undo
from core.errors import Refused
from core.notifications.model import SECURITY
from core.notifications.service import Notice, notify
from core.orders import changes
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of, orders_of

PROOF = 3
AUDIENCE = frozenset({"customer"})
_KEPT = ("line1", "line2", "city", "region", "postcode", "country")
_MOST_OTHERS = 3


def answer(turn: Turn) -> Step:
    """Find out which address should change, read the new one, ask for what it lacks, and show both."""
    target = _target(turn)
    if isinstance(target, (Ask, Answer)):
        return target
    if isinstance(target, Order):
        try:
            changes.may_be_changed(turn.session, target, turn.house.config.orders, "address")
        except Refused as refusal:
            return Answer(turn.refusal(refusal), focus={"order_number": target.order_number})
    found = _address(turn, target)
    if found is None:
        return _ask_address(turn, target)
    checked = addresses.checked(found)
    turn.slots["address"] = {part: getattr(found, part) for part in _KEPT}
    for part in (*checked.missing, *checked.wrong):
        turn.slots["part"] = part
        key = "missing" if part in checked.missing else "wrong"
        return Ask("address" if part == "line1" else part, turn.say(f"{key}_{part}", given=getattr(found, part)))
    number = target.order_number if isinstance(target, Order) else None
    plan = {"order_number": number, "address": {part: getattr(found, part) for part in _KEPT}}
    return Confirm(_diff(turn, target, checked), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Change it, and tell the mailbox on file."""
    person = customer(turn.session, turn.customer_id)
    if plan["order_number"] is None:
        address = Address(name=person.name, **plan["address"])
        before = default_address(turn.session, turn.customer_id, "shipping")
        keep_default_address(turn.session, turn.customer_id, "shipping", address, turn.now)
        receipt = turn.say("done_default", address=", ".join(address.lines[1:]))
        cause, focus = f"address:{turn.customer_id}:{turn.now.isoformat()}", {}
    else:
        order = order_of(turn.session, turn.customer_id, plan["order_number"])
        address = Address(name=order.ship_to.name or person.name, **plan["address"])
        key, before = changes.next_key(turn.session, order, "address"), order.ship_to
        changes.change_address(turn.session, order, address, turn.house.config.orders, key, turn.now)
        receipt = turn.say("done", order=order.order_number, address=", ".join(address.lines[1:]))
        cause, focus = f"order:{order.order_number}:{key}", {"order_number": order.order_number}
    kind = SECURITY if plan["order_number"] is None else "receipt"  # where all further orders go
    notice = Notice(cause, turn.say("mail_subject"), kind, in_chat=(turn.channel, turn.chat))
    notify(turn.session, person, notice, receipt, turn.now)
    undo = address_undo(plan["order_number"], before, address)
    return Answer(receipt, actions=(Action("change_address", dict(plan), {}),), focus=focus, undo=undo)


def _target(turn: Turn) -> Order | str | Ask | Answer:
    """The order whose address should change, or “default”."""
    target = str(turn.slots.get("target") or "")
    if target:
        return target if target == "default" else order_of(turn.session, turn.customer_id, target)
    said = f"{own.heard(turn)}\n{own.answered(turn)}".casefold()
    is_default = turn.says("default_words", said)
    has_order = bool(turn.slots.get("order_number") or turn.slots.get("reference"))
    if is_default and not has_order and not _is_from_default(turn, said):
        turn.slots["target"] = "default"
        return "default"
    open_ones = [one for one in orders_of(turn.session, turn.customer_id) if one.status is OrderStatus.OPEN]
    speaks_of_order = has_order or turn.says("order_words", said)
    meant = own.order_meant(turn, lambda order: order.status is OrderStatus.OPEN, turn.say("which_order"))
    if isinstance(meant, Order) and (speaks_of_order or _is_named(turn, meant)):
        turn.slots["target"] = meant.order_number
        return meant
    if speaks_of_order and isinstance(meant, Ask):
        return meant
    if not open_ones and speaks_of_order:
        return Answer(turn.say("no_open_order"))
    return _which(turn, open_ones)


def _which(turn: Turn, open_ones: list[Order]) -> str | Ask:
    """Ask which address is meant; without an open order it can only be the default one."""
    if not open_ones:
        turn.slots["target"] = "default"
        return "default"
    choices = [order_choice(turn, order) for order in open_ones[:_MOST_OTHERS]]
    choices.append(Choice(turn.say("label_default"), {"target": "default"}))
    return Ask("order_number", turn.say("which_address"), tuple(choices))


def _is_named(turn: Turn, order: Order) -> bool:
    """Whether the words name something that is in the order."""
    return bool(own.lines_named(turn, order, f"{own.heard(turn)}\n{own.answered(turn)}"))


def _is_from_default(turn: Turn, said: str) -> bool:
    """“Send it to my default address”: where it should go, not what should change."""
    return turn.says("to_default_words", said)


def _address(turn: Turn, target: Order | str) -> Found | None:
    """The new address: as said now, as said before with the part that was asked for, or one on file that is named."""
    country = target.ship_to.country if isinstance(target, Order) else ""
    home = default_address(turn.session, turn.customer_id, "shipping")
    country = country or (home.country if home else "") or turn.house.config.shop.country
    typed = own.answered(turn)
    kept = turn.slots.get("address")
    part = turn.slots.pop("part", None)
    if isinstance(kept, dict) and typed:
        whole = addresses.address_in(typed, country)
        if whole is not None and whole.city:
            return whole
        if part:
            return addresses.completed(Found(**kept), part, typed)
        said = re.sub(r"^no, ", "", typed)
        if anew := addresses.corrected(Found(**kept), said, str(turn.slots.get("instead_of") or "")):
            return anew
    if isinstance(kept, dict):
        return Found(**kept)
    for text in (typed, own.heard(turn)):
        if text and (found := addresses.address_in(text, country)):
            return found
    return _on_file(turn, target, f"{own.heard(turn)}\n{typed}", home)


def _on_file(turn: Turn, target: Order | str, said: str, home: Address | None) -> Found | None:
    """“My default address”, “the same as order 581475”."""
    if home is not None and turn.says("to_default_words", said):
        return _as_found(home)
    for order in orders_of(turn.session, turn.customer_id):
        is_other = not isinstance(target, Order) or order.order_number != target.order_number
        if is_other and order.order_number.casefold() in said.casefold() and order.ship_to.line1:
            return _as_found(order.ship_to)
    return None


def _as_found(address: Address) -> Found:
    return Found(*(getattr(address, part) for part in _KEPT))


def _ask_address(turn: Turn, target: Order | str) -> Ask:
    """Ask for the address; those on file that differ may be chosen."""
    now = target.ship_to if isinstance(target, Order) else default_address(turn.session, turn.customer_id, "shipping")
    others: dict[str, Address] = {}
    home = default_address(turn.session, turn.customer_id, "shipping")
    for one in (home, *(order.ship_to for order in orders_of(turn.session, turn.customer_id, 30))):
        if one is not None and one.line1 and (now is None or one.lines[1:] != now.lines[1:]):
            others.setdefault(", ".join(one.lines[1:]), one)
    choices = tuple(
        Choice(label[:75], {"address": {part: getattr(one, part) for part in _KEPT}})
        for label, one in list(others.items())[:_MOST_OTHERS]
    )
    return Ask("address", turn.say("which_new"), choices)


def _diff(turn: Turn, target: Order | str, checked: Checked) -> str:
    new = checked.address
    address = Address("", *(getattr(new, part) for part in ("line1", "line2", "city", "postcode", "country", "region")))
    if isinstance(target, Order):
        told = [turn.say("confirm", order=target.order_number)]
        before = target.ship_to
    else:
        told = [turn.say("confirm_default")]
        before = default_address(turn.session, turn.customer_id, "shipping") or Address("", "", "", "", "", "")
    if before.lines[1:]:
        told.append(turn.say("from", address=", ".join(before.lines[1:])))
    told.append(turn.say("to", address=", ".join(address.lines)))
    if checked.doubtful:
        told.append(turn.say("doubtful", postcode=new.postcode, region=new.region or new.city))
    return "\n".join([*told, turn.say("go_ahead")])
