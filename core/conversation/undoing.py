"""What taking an act back would change, and taking it back: for each kind of act that can be."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.accounts import links
from core.accounts.model import Address
from core.accounts.service import default_address, keep_default_address, speak
from core.billing import settlement
from core.billing.correcting import without_lines
from core.catalog.service import products
from core.conversation.paying import corrected, receipt
from core.conversation.turn import Turn
from core.errors import Refused
from core.inventory import alerts
from core.notifications.service import reachable, restore, wishes
from core.orders import changes, restoring
from core.orders.changes import Changed
from core.orders.model import Order, OrderStatus
from core.orders.service import order_of
from core.returns import handling
from core.support import service as support
from core.support.model import Ticket

Undo = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How acts of one kind are taken back: the lines of what would change, then doing it.

    Both raise Refused or NotFound where it cannot be done; `do` gives the lines of the receipt.
    """

    shown: Callable[[Turn, Undo], list[str]]
    do: Callable[[Turn, Undo], list[str]]


def order_undo(changed: Changed, cause: str) -> Undo:
    """What taking back a change of an order's lines, or its cancellation, needs to know."""
    number = changed.before.order_number
    if changed.after.status is OrderStatus.CANCELLED:
        return {"kind": "cancelled", "order_number": number, "cause": cause}
    kept = {"before": restoring.kept_lines(changed.before), "after": restoring.kept_lines(changed.after)}
    return {"kind": "lines", "order_number": number, "cause": cause, **kept}


def address_undo(number: str | None, before: Address | None, after: Address) -> Undo | None:
    """The same for an address, where there was one before."""
    if before is None or not before.line1:
        return None
    return {"kind": "address", "order_number": number, "before": asdict(before), "after": asdict(after)}


def payment_undo(order: Order, label: str, cause: str) -> Undo:
    """The same for a way of paying."""
    before = order.payment_method
    return {"kind": "payment", "order_number": order.order_number, "before": before, "after": label, "cause": cause}


def _order(turn: Turn, undo: Undo) -> Order:
    return order_of(turn.session, turn.customer_id, undo["order_number"])


def _show_cancelled(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    restoring.check_reopening(turn.session, order)
    told = [turn.say("order_open_again", order=order.order_number)]
    told += [turn.say("line", units=line.quantity, name=line.description) for line in order.lines]
    return [*told, *_money(turn, order, undo["cause"])]


def _reopen(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    again = restoring.reopen(turn.session, order, changes.next_key(turn.session, order, "reopen"), turn.now)
    moved = settlement.turn_back(turn.session, order, undo["cause"], turn.now)
    return [*receipt(turn, moved), *corrected(turn, without_lines(order), again)]


def _show_lines(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    restoring.check(turn.session, order, undo["before"], undo["after"])
    planned = restoring.as_it_was(order, undo["before"])
    told = [turn.say("order_as_before", order=order.order_number)]
    told += [turn.say("line", units=line.quantity, name=_named(turn, line.sku, line.description))
             for line in planned.lines]  # fmt: skip
    told.append(turn.say("total", before=order.total, after=planned.total))
    return [*told, *_money(turn, order, undo["cause"])]


def _put_lines_back(turn: Turn, undo: Undo) -> list[str]:
    order, key = _order(turn, undo), changes.next_key(turn.session, _order(turn, undo), "undo")
    done = restoring.put_back(turn.session, order, undo["before"], undo["after"], key, turn.now)
    moved = settlement.turn_back(turn.session, order, undo["cause"], turn.now)
    return [*receipt(turn, moved), *corrected(turn, done.before, done.after)]


def _show_address(turn: Turn, undo: Undo) -> list[str]:
    now = _address_now(turn, undo)
    if now != Address(**undo["after"]):
        raise Refused("The address was changed again since.", "undo-address-changed")
    number = undo["order_number"]
    if number is not None:
        changes.may_be_changed(turn.session, _order(turn, undo), turn.house.config.orders, "address")
    head = turn.say("address_of", order=number) if number is not None else turn.say("address_default")
    return [head, turn.say("from_to", old=", ".join(now.lines), new=", ".join(Address(**undo["before"]).lines))]


def _put_address_back(turn: Turn, undo: Undo) -> list[str]:
    _show_address(turn, undo)
    before = Address(**undo["before"])
    if undo["order_number"] is None:
        keep_default_address(turn.session, turn.customer_id, "shipping", before, turn.now)
        return []
    order = _order(turn, undo)
    key = changes.next_key(turn.session, order, "address")
    changes.change_address(turn.session, order, before, turn.house.config.orders, key, turn.now)
    return []


def _address_now(turn: Turn, undo: Undo) -> Address | None:
    if undo["order_number"] is None:
        return default_address(turn.session, turn.customer_id, "shipping")
    return _order(turn, undo).ship_to


def _show_payment(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    changes.may_be_changed(turn.session, order, turn.house.config.orders, "payment")
    if order.payment_method != undo["after"]:
        raise Refused(f"Order {order.order_number} was changed again since.", "undo-changed-since",
                      number=order.order_number)  # fmt: skip
    return [turn.say("payment_of", order=order.order_number), *_money(turn, order, undo["cause"])]


def _put_payment_back(turn: Turn, undo: Undo) -> list[str]:
    _show_payment(turn, undo)
    order = _order(turn, undo)
    key = changes.next_key(turn.session, order, "payment")
    changes.pay_with(turn.session, order, undo["before"], turn.house.config.orders, key, turn.now)
    return receipt(turn, settlement.turn_back(turn.session, order, undo["cause"], turn.now))


def _show_return(turn: Turn, undo: Undo) -> list[str]:
    one = handling.own_case(turn.session, turn.customer_id, undo["return_number"])
    if not one.found.is_sendable:
        raise Refused(f"Return {one.found.return_number} is under way or settled already.", "undo-return-moved",
                      number=one.found.return_number)  # fmt: skip
    told = [turn.say("return_off", number=one.found.return_number, order=one.order.order_number)]
    told += [turn.say("line", units=line.quantity, name=line.description) for line in one.found.lines]
    return [*told, *_money(turn, one.order, f"exchange:{one.found.return_number}")]


def _call_return_off(turn: Turn, undo: Undo) -> list[str]:
    _show_return(turn, undo)
    one = handling.own_case(turn.session, turn.customer_id, undo["return_number"])
    return receipt(turn, handling.take_back(turn.session, one, f"customer:{turn.customer_id}", turn.now))


def _show_placed(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    changes.may_be_cancelled(turn.session, order, turn.house.config.orders)
    told = [turn.say("order_off", order=order.order_number)]
    told += [turn.say("line", units=line.quantity, name=line.description) for line in order.lines]
    kept = settlement.kept_by_method(turn.session, order).values()
    return [*told, *[turn.say("money_back", amount=one.amount, method=one.method) for one in kept]]


def _cancel_placed(turn: Turn, undo: Undo) -> list[str]:
    order = _order(turn, undo)
    key = changes.next_key(turn.session, order, "cancel")
    changes.cancel(turn.session, order, "taken back", turn.house.config.orders, key, turn.now)
    back = settlement.paid(turn.session, order) - settlement.refunded(turn.session, order)
    cause = f"{order.order_number}:{key}"
    moved = settlement.refund(turn.session, order, back, None, cause, turn.now) if back.minor else ()
    return [*receipt(turn, moved), *corrected(turn, order, without_lines(order))]


def _show_wish(turn: Turn, undo: Undo) -> list[str]:
    return [turn.say("wish_off", name=_named(turn, undo["sku"], undo["sku"]))]


def _forget_wish(turn: Turn, undo: Undo) -> list[str]:
    alerts.unsubscribe(turn.session, turn.customer_id, undo["sku"])
    return []


def _show_wishes(turn: Turn, undo: Undo) -> list[str]:
    return [turn.say("wish_on", name=_named(turn, sku, sku), units=units) for sku, units, _ in undo["wishes"]]


def _wish_again(turn: Turn, undo: Undo) -> list[str]:
    for sku, units, asked_at in undo["wishes"]:
        alerts.subscribe(turn.session, sku, turn.customer_id, units, datetime.fromisoformat(asked_at))
    return []


def _show_notices(turn: Turn, undo: Undo) -> list[str]:
    standing, say = wishes(turn.session, turn.customer_id), turn.house.wording.say
    reached = reachable(turn.session, turn.customer_id)
    return [
        say(turn.speaker.language, _NOTICES, "line_on" if any(was[one] for one in reached) else "line_off",
            kind=say(turn.speaker.language, _NOTICES, f"kind_{kind}"))
        for kind, was in undo["before"].items()
        if standing.get(kind) != was
    ]  # fmt: skip


def _choose_again(turn: Turn, undo: Undo) -> list[str]:
    restore(turn.session, turn.customer_id, undo["before"], turn.now)
    return []


def _show_language(turn: Turn, undo: Undo) -> list[str]:
    name = turn.house.wording.say(undo["before"], "change_language", "own_name")
    return [turn.say("language_again", name=name)]


def _speak_again(turn: Turn, undo: Undo) -> list[str]:
    speak(turn.session, turn.customer_id, undo["before"], turn.now)
    return []


def _ticket(turn: Turn, undo: Undo) -> Ticket:
    return support.ticket_of(turn.session, turn.customer_id, undo["ticket_number"])


def _show_ticket(turn: Turn, undo: Undo) -> list[str]:
    found = _ticket(turn, undo)
    if not found.is_open or found.claimed_by:
        raise Refused(f"Ticket {found.ticket_number} is closed, or somebody works on it already.", "undo-ticket-moved",
                      number=found.ticket_number)  # fmt: skip
    return [turn.say("ticket_off", number=found.ticket_number, subject=found.subject)]


def _close_ticket(turn: Turn, undo: Undo) -> list[str]:
    _show_ticket(turn, undo)
    support.close_ticket(turn.session, undo["ticket_number"], f"customer:{turn.customer_id}", turn.now)
    return []


def _show_ticket_closed(turn: Turn, undo: Undo) -> list[str]:
    found = _ticket(turn, undo)
    if found.is_open:
        raise Refused(f"Ticket {found.ticket_number} is open again already.", "undo-ticket-open",
                      number=found.ticket_number)  # fmt: skip
    return [turn.say("ticket_again", number=found.ticket_number, subject=found.subject)]


def _reopen_ticket(turn: Turn, undo: Undo) -> list[str]:
    _show_ticket_closed(turn, undo)
    support.reopen_ticket(turn.session, undo["ticket_number"], f"customer:{turn.customer_id}", turn.now)
    return []


def _show_link(turn: Turn, undo: Undo) -> list[str]:
    link = links.linked(turn.session, undo["channel"], undo["chat"])
    if link is None or link.customer_id != turn.customer_id:
        raise Refused("That chat is not linked to your account any more.", "undo-link-gone")
    return [turn.say("link_off", channel=undo["channel"])]


def _unlink(turn: Turn, undo: Undo) -> list[str]:
    _show_link(turn, undo)
    links.unlink_chat(turn.session, turn.customer_id, undo["channel"], undo["chat"], turn.now)
    return []


_NOTICES = "notification_settings"
KINDS = {
    "cancelled": Kind(_show_cancelled, _reopen),
    "lines": Kind(_show_lines, _put_lines_back),
    "address": Kind(_show_address, _put_address_back),
    "payment": Kind(_show_payment, _put_payment_back),
    "return": Kind(_show_return, _call_return_off),
    "placed": Kind(_show_placed, _cancel_placed),
    "wish": Kind(_show_wish, _forget_wish),
    "wishes": Kind(_show_wishes, _wish_again),
    "notices": Kind(_show_notices, _choose_again),
    "language": Kind(_show_language, _speak_again),
    "ticket": Kind(_show_ticket, _close_ticket),
    "ticket_closed": Kind(_show_ticket_closed, _reopen_ticket),
    "link": Kind(_show_link, _unlink),
}


def _money(turn: Turn, order: Order, cause: str) -> list[str]:
    """What would move the other way round."""
    settlement.check_turning_back(turn.session, order, cause)
    return [
        turn.say("money_back" if one.payment_id.startswith("charge:") else "money_again",
                 amount=one.amount, method=one.method)
        for one in settlement.moved(turn.session, order, cause)
    ]  # fmt: skip


def _named(turn: Turn, sku: str, otherwise: str) -> str:
    """What a product is called with its options, where it comes in variants."""
    product = products(turn.session, [sku]).get(sku)
    if product is None:
        return otherwise
    return f"{product.name} ({product.options_text})" if product.options_text else product.name
