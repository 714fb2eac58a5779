"""When is it back: a range of days from the orders to suppliers under way, or the truth that there is none."""

from core.conversation.stock_answer import alert_choice, asked_product, promised, wanted_units, when_back
from core.conversation.turn import Answer, Ask, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell the day range and how sure it is, or that it is here already."""
    product = asked_product(turn)
    if isinstance(product, Ask):
        return product
    said = promised(turn, product.sku, wanted_units(turn))
    if said.now == said.asked:
        return Answer(turn.say("here", name=product.name, units=said.free), focus={"sku": product.sku})
    told, actions = when_back(turn, product, said)
    if said.now:
        told = f"{turn.say('part_here', name=product.name, units=said.now)} {told}"
    return Answer(told, alert_choice(turn, product), actions=actions, focus={"sku": product.sku})
