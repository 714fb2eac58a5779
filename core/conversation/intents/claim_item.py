"""Something arrived damaged, wrong, or not at all: ours to put right, by money or by the same again."""

from typing import Any

from core.accounts.service import customer
from core.chat import Action
from core.conversation import files, own
from core.conversation.paying import method_back, told_where
from core.conversation.sending_back import Goods, goods_meant, rules, value_back
from core.conversation.turn import Answer, Ask, Choice, Confirm, Instead, Step, Turn
from core.errors import Refused
from core.notifications.service import Notice, notify
from core.orders.service import order_of
from core.returns.model import ReturnKind
from core.returns.service import AskedReturn, request_return
from core.uploads.service import own_ids, show_in_return

PROOF = 3
AUDIENCE = frozenset({"customer"})
REASONS = ("damaged", "wrong_item", "not_as_described", "missing_parts")
_WAYS = ("refund", "replacement")


def answer(turn: Turn) -> Step:
    """Find out what is wrong with what, and how it should be put right; then show the claim as a whole."""
    if not turn.house.config.returns.claims:
        return Instead("return_item")
    goods = goods_meant(turn, ReturnKind.CLAIM)
    if not isinstance(goods, Goods):
        return goods
    reason = _told(turn, "reason", REASONS)
    if not reason:
        choices = tuple(Choice(turn.say(f"reason_{known}"), {"reason": known}) for known in REASONS)
        return Ask("reason", turn.say("why", name=", ".join(line.description for line in goods.lines[:3])), choices)
    photos = _photos(turn)
    if not photos and _wants_photo(turn, reason):
        choices = () if _must_photo(turn) else (Choice(turn.say("without_photo"), {"without_photo": True}),)
        return Ask("photo", turn.say("photo", name=", ".join(line.description for line in goods.lines[:3])), choices)
    way = _told(turn, "resolution", _WAYS)
    if not way:
        return Ask("resolution", turn.say("which_way"), tuple(Choice(turn.say(f"way_{one}"), {"resolution": one})
                                                              for one in _WAYS))  # fmt: skip
    method = method_back(turn, goods.order) if way == "refund" else None
    if isinstance(method, Ask):
        return method
    told = [*goods.left_out, turn.say("confirm", order=goods.order.order_number)]
    told += [turn.say("line", units=goods.units[line.line], name=line.description) for line in goods.lines]
    told.append(turn.say("because", reason=turn.say(f"reason_{reason}")))
    if photos:
        told.append(turn.say("photos", count=len(photos)))
    if way == "refund":
        back = value_back(turn, goods)
        where = told_where(turn, goods.order, back, method) if method else turn.say("as_paid")
        told.append(turn.say("refund", amount=back, method=where))
    else:
        told.append(turn.say("replace"))
    plan: dict[str, Any] = {
        "order_number": goods.order.order_number,
        "lines": goods.as_lines(),
        "reason": reason,
        "resolution": way,
        "payment_method": method.method_id if method else None,
    }
    if photos:
        plan["photos"] = list(photos)
    return Confirm("\n".join([*told, turn.say("go_ahead")]), plan)


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Write the claim down and confirm it by mail."""
    order = order_of(turn.session, turn.customer_id, plan["order_number"])
    photos = own_ids(turn.session, turn.customer_id, plan.get("photos", ()))
    if _must_photo(turn) and _asks_photo(turn, plan["reason"]) and not photos:
        raise Refused("This claim needs a photo of what is wrong; send one and ask again.", "claim-photo")
    units = {line["line"]: line["quantity"] for line in plan["lines"]}
    again = {line["line"]: line["sku"] for line in plan["lines"]} if plan["resolution"] == "replacement" else {}
    asked = AskedReturn(units, plan["reason"], ReturnKind.CLAIM, plan["payment_method"], again)
    written = request_return(turn.session, order, asked, rules(turn), turn.now)
    show_in_return(turn.session, turn.customer_id, photos, written.return_number)
    files.take(turn)
    shop = turn.house.config.shop
    receipt = turn.say("done", number=written.return_number, address=", ".join((shop.name, *shop.address)),
                       lines=", ".join(f"{line.quantity} × {line.description}" for line in written.lines))  # fmt: skip
    notice = Notice(f"return:{written.return_number}:requested", turn.say("mail_subject", number=written.return_number))
    notify(turn.session, customer(turn.session, turn.customer_id), notice, receipt, turn.now)
    action = Action("claim_item", dict(plan), {"return_number": written.return_number})
    undo = {"kind": "return", "return_number": written.return_number}
    return Answer(receipt, actions=(action,), focus={"order_number": order.order_number}, undo=undo)


def _photos(turn: Turn) -> tuple[str, ...]:
    """The photos that were sent for this claim, or just before it."""
    given = turn.slots.get("photos")
    return own_ids(turn.session, turn.customer_id, given) if given else files.at_hand(turn)


def _asks_photo(turn: Turn, reason: str) -> bool:
    """Whether the shop's rules ask for a photo with this reason."""
    return reason.replace("_", " ") in {one.replace("_", " ") for one in turn.house.config.returns.photo_for}


def _must_photo(turn: Turn) -> bool:
    return turn.house.config.returns.photo_required


def _wants_photo(turn: Turn, reason: str) -> bool:
    """Whether a photo is still to be asked for; who may go on without one says so by button or in words."""
    if not _asks_photo(turn, reason):
        return False
    if _must_photo(turn):
        return True
    if turn.says("without_words", own.answered(turn)):
        turn.slots["without_photo"] = True
    return not turn.slots.get("without_photo")


def _told(turn: Turn, slot: str, known: tuple[str, ...]) -> str:
    """What was chosen or said for a slot with a fixed set of values."""
    said = str(turn.slots.get(slot) or "")
    if said in known:
        return said
    for text in (own.answered(turn), own.heard(turn)):
        if found := turn.reason_in(text, [one.replace("_", " ") for one in known]):
            turn.slots[slot] = found.replace(" ", "_")
            return str(turn.slots[slot])
    return ""
