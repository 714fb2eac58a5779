"""Is it in stock, and how many: from the shelf, what is promised to others, and what is on its way."""

from core.conversation.stock_answer import alert_choice, asked_product, availability, when_back
from core.conversation.turn import Answer, Ask, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell what can be promised; an empty shelf is noted as demand."""
    product = asked_product(turn)
    if isinstance(product, Ask):
        return product
    stock = availability(turn, product.sku)
    wanted = int(turn.slots.get("quantity") or 1)
    focus = {"sku": product.sku}
    if stock.available >= wanted:
        key = "enough" if wanted > 1 else "in_stock"
        return Answer(
            turn.say(key, name=product.name, units=stock.available, wanted=wanted, price=product.price), focus=focus
        )
    told = [turn.say("too_few" if stock.available else "out", name=product.name, units=stock.available)]
    back, actions = when_back(turn, product, stock, wanted, name=turn.say("it"))
    return Answer(" ".join([*told, back]), alert_choice(turn, product), actions=actions, focus=focus)
