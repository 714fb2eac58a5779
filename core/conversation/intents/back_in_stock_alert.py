"""Tell me when it is back: noted for the shelf's next delivery, in the order of asking."""

from core.chat import Action
from core.conversation.stock_answer import asked_product, promised, wanted_units
from core.conversation.turn import Answer, Ask, Choice, Step, Turn
from core.inventory import alerts
from core.inventory import service as inventory

PROOF = 2
AUDIENCE = frozenset({"customer"})


def answer(turn: Turn) -> Step:
    """Note the wish, or take it back; what is on the shelf needs no waiting for."""
    if turn.says("stop_words", turn.text):
        return _stop(turn)
    product = asked_product(turn)
    if isinstance(product, Ask):
        return product
    wanted = wanted_units(turn)
    said = promised(turn, product.sku, wanted)
    if said.now == wanted:
        return Answer(turn.say("here", name=product.name, units=said.free), focus={"sku": product.sku})
    is_new = alerts.subscribe(turn.session, product.sku, turn.customer_id, wanted, turn.now)
    inventory.enquire(turn.session, product.sku, f"customer:{turn.customer_id}", turn.today, wanted)
    actions = (Action("back_in_stock_alert", {"sku": product.sku, "quantity": wanted}, {}),) if is_new else ()
    choices = (Choice(turn.label_of("restock_date"), {"product": product.sku}, "restock_date"),)
    key = "noted" if is_new else "noted_before"
    undo = {"kind": "wish", "sku": product.sku, "units": wanted} if is_new else None
    return Answer(turn.say(key, name=product.name), choices, actions=actions, focus={"sku": product.sku}, undo=undo)


def _stop(turn: Turn) -> Step:
    words = turn.slots.get("product")
    product = asked_product(turn) if words else None
    if isinstance(product, Ask):
        return product
    wishes = alerts.wishes_of(turn.session, turn.customer_id, product.sku if product else None)
    gone = alerts.unsubscribe(turn.session, turn.customer_id, product.sku if product else None)
    arguments = {"sku": product.sku if product else None, "quantity": 0}
    actions = (Action("back_in_stock_alert", arguments, {}),) if gone else ()
    kept = [[sku, units, asked_at.isoformat()] for sku, units, asked_at in wishes]
    undo = {"kind": "wishes", "wishes": kept} if gone else None
    return Answer(turn.say("forgotten" if gone else "nothing_noted", count=gone), actions=actions, undo=undo)
