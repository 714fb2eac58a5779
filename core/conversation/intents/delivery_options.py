"""How parcels travel: ways, prices, days, and where to."""

from babel import Locale

from core.conversation.turn import Answer, Step, Turn
from core.money import of_major

PROOF = 0
AUDIENCE = frozenset({"customer", "staff"})


def answer(turn: Turn) -> Step:
    """List the ways there are; for a country that was named, whether the shop delivers there."""
    service, currency = turn.house.config.service, turn.house.config.shop.currency
    told = [turn.say("heading")]
    for way in service.deliveries:
        first, last = way.days
        price = turn.show(of_major(way.price, currency)) if way.price else turn.say("free")
        free = turn.say("free_above", amount=of_major(way.free_above, currency)) if way.free_above else ""
        days = turn.say("one_day" if last == 1 else "days", first=first, last=last)
        told.append(turn.say("line", name=way.name, price=price, days=days, free=free).rstrip())
    if service.ships_to:
        territories = Locale.parse(turn.locale).territories
        told.append(turn.say("only_to", countries=", ".join(str(territories[code]) for code in service.ships_to)))
    else:
        told.append(turn.say("everywhere"))
    return Answer("\n".join(told))
