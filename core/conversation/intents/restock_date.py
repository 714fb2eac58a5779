"""When is it back: a range of days from the orders to suppliers under way, or the truth that there is none."""

from core.conversation.stock_answer import alert_choice, asked_product, availability, when_back
from core.conversation.turn import Answer, Ask, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell the day range, or that it is here already."""
    product = asked_product(turn)
    if isinstance(product, Ask):
        return product
    stock = availability(turn, product.sku)
    if stock.available > 0:
        return Answer(turn.say("here", name=product.name, units=stock.available), focus={"sku": product.sku})
    told, actions = when_back(turn, product, stock, int(turn.slots.get("quantity") or 1))
    return Answer(told, alert_choice(turn, product), actions=actions, focus={"sku": product.sku})
