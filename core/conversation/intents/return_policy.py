"""What may come back, how long, and what it costs: the shop's own rules, told from its configuration."""

from core.conversation.turn import Answer, Choice, Step, Turn
from core.money import of_major

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """Tell the rules for returns, claims, withdrawal, refunds and cancelling."""
    config = turn.house.config
    rules = config.returns
    told = [turn.say("returns", days=config.shop.return_days)]
    if rules.claims:
        told.append(turn.say("claims", days=rules.claim_days))
    if rules.withdrawal_days:
        told.append(turn.say("withdrawal", days=rules.withdrawal_days))
    first, last = config.orders.refund_days
    told.append(turn.say("refunds", first=first, last=last))
    fee = of_major(config.service.cancellation_fee, config.shop.currency)
    told.append(turn.say("cancelling_costs" if fee.minor else "cancelling_free", fee=fee))
    return Answer("\n".join(told), (Choice(turn.label_of("return_item"), {}, "return_item"),))
