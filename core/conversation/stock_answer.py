"""What can be said about stock: what is free, and when more is expected."""

from core.catalog.model import Product
from core.chat import Action
from core.conversation.resolve import named_product
from core.conversation.turn import Ask, Choice, Turn
from core.inventory import service as inventory
from core.purchasing import promises
from core.purchasing.asked_for import decision_on
from core.purchasing.promising import Promise, Rules, promise


def asked_product(turn: Turn) -> Product | Ask:
    """The product that is asked about, else the one last talked about, else a question."""
    words = turn.slots.get("product") or turn.slots.get("text") or turn.focus.get("sku")
    return named_product(turn, str(words)) if words else Ask("product", turn.say("name_product"))


def wanted_units(turn: Turn) -> int:
    """How many units are asked for; one where nothing was said."""
    said = str(turn.slots.get("quantity") or 1)
    return max(1, int(said[:9])) if said.isascii() and said.isdigit() else 1


def promised(turn: Turn, sku: str, units: int) -> Promise:
    """What can be promised of so many units."""
    rules = Rules(turn.today, turn.house.zone, turn.house.config.service.promise_confidence)
    return promise(turn.session, sku, units, rules)


def when_back(turn: Turn, product: Product, said: Promise, *, name: str = "") -> tuple[str, tuple[Action, ...]]:
    """When the rest is here, as a range of days and how sure it is; kept as a promise, and the question as demand.

    Somebody of the shop is told the same, and is promised nothing.
    """
    told = _when(turn, name or product.name, said)
    if turn.speaker.staff_id is not None:
        return told, ()
    who = asker(turn)
    promises.note(turn.session, who, said, turn.now)
    asked = said.asked - said.now
    is_new = inventory.enquire(turn.session, product.sku, who, turn.today, asked)
    noted = Action("note_enquiry", {"sku": product.sku, "quantity": asked}, {"asked_on": str(turn.today)})
    return told, (noted,) if is_new else ()


def asker(turn: Turn) -> str:
    """Who asks, for the records of what was asked: the customer, or a stranger's chat."""
    return f"customer:{turn.speaker.customer_id}" if turn.speaker.customer_id else f"{turn.channel}:{turn.chat}"


def alert_choice(turn: Turn, product: Product) -> tuple[Choice, ...]:
    """An offer to tell a customer when it is back; a planner knows before."""
    if turn.speaker.staff_id is not None:
        return ()
    return (Choice(turn.label_of("back_in_stock_alert"), {"product": product.sku}, "back_in_stock_alert"),)


def _when(turn: Turn, name: str, said: Promise) -> str:
    restock = said.restock
    if restock is None:
        return turn.say("overdue", name=name) if said.is_overdue else _not_ordered(turn, name, said.sku)
    is_part = bool(said.now or said.missing)
    if is_part:
        name = turn.say("the_other" if said.now else "so_many", units=restock.units)
    key = "on" if restock.earliest == restock.latest else "between"
    days = {"day": restock.latest, "earliest": restock.earliest, "latest": restock.latest}
    chance = round(restock.confidence * 100)
    told = turn.say(f"here_{key}" if is_part else f"back_{key}", name=name, chance=chance, **days)
    told = f"{told} {turn.say('ordered_on', day=turn.day_of(restock.sources[-1].ordered_at))}"
    return f"{told} {turn.say('none_for', units=said.missing)}" if said.missing else told


def _not_ordered(turn: Turn, name: str, sku: str) -> str:
    """That nothing is on its way, and what the shop made of that so far."""
    decision = decision_on(turn.session, sku, turn.now)
    if decision is None:
        return turn.say("not_ordered", name=name)
    if decision.declined_at is not None:
        return turn.say("declined", name=name, day=turn.day_of(decision.declined_at))
    return turn.say("proposed", name=name)
