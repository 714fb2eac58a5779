"""Is it in stock, and how many: from the shelf, what is promised to others, and what is on its way."""

from core.conversation.stock_answer import alert_choice, asked_product, promised, wanted_units, when_back
from core.conversation.turn import Answer, Ask, Step, Turn

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell what can be promised; an empty shelf is noted as demand."""
    product = asked_product(turn)
    if isinstance(product, Ask):
        return product
    said = promised(turn, product.sku, wanted_units(turn))
    focus = {"sku": product.sku}
    if said.now == said.asked:
        key = "enough" if said.asked > 1 else "in_stock"
        return Answer(
            turn.say(key, name=product.name, units=said.free, wanted=said.asked, price=product.price), focus=focus
        )
    told = [turn.say("too_few" if said.free else "out", name=product.name, units=said.free)]
    back, actions = when_back(turn, product, said, name=turn.say("it"))
    return Answer(" ".join([*told, back]), alert_choice(turn, product), actions=actions, focus=focus)
