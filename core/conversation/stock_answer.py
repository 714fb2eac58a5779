"""What can be said about stock: what is free, and when more is expected."""

from core.catalog.model import Product
from core.chat import Action
from core.conversation.resolve import named_product
from core.conversation.turn import Ask, Choice, Turn
from core.inventory import service as inventory
from core.inventory.model import Availability, Inbound
from core.orders.service import reserved
from core.purchasing.inbound import inbound


def asked_product(turn: Turn) -> Product | Ask:
    """The product that is asked about, else the one last talked about, else a question."""
    words = turn.slots.get("product") or turn.slots.get("text") or turn.focus.get("sku")
    return named_product(turn, str(words)) if words else Ask("product", turn.say("name_product"))


def availability(turn: Turn, sku: str) -> Availability:
    """Units here, units promised, units coming."""
    return Availability(
        sku,
        inventory.on_hand(turn.session, [sku]).get(sku, 0),
        reserved(turn.session, [sku]).get(sku, 0),
        inbound(turn.session, [sku], turn.today).get(sku, ()),
    )


def when_back(
    turn: Turn, product: Product, stock: Availability, wanted: int, *, name: str = ""
) -> tuple[str, tuple[Action, ...]]:
    """A day range from the first arrival that leaves something over; the question is noted as demand, once a day."""
    asker = f"customer:{turn.speaker.customer_id}" if turn.speaker.customer_id else f"{turn.channel}:{turn.chat}"
    arrival = stock.back_on
    actions: tuple[Action, ...] = ()
    if turn.speaker.staff_id is None and inventory.enquire(
        turn.session, product.sku, asker, turn.today, wanted, arrival
    ):
        actions = (Action("note_enquiry", {"sku": product.sku, "quantity": wanted}, {"asked_on": str(turn.today)}),)
    return _when(turn, name or product.name, arrival), actions


def alert_choice(turn: Turn, product: Product) -> tuple[Choice, ...]:
    """An offer to tell a customer when it is back; a planner knows before."""
    if turn.speaker.staff_id is not None:
        return ()
    return (Choice(turn.label_of("back_in_stock_alert"), {"product": product.sku}, "back_in_stock_alert"),)


def _when(turn: Turn, name: str, arrival: Inbound | None) -> str:
    if arrival is None:
        return turn.say("not_ordered", name=name)
    if arrival.is_overdue:
        return turn.say("overdue", name=name)
    if arrival.earliest == arrival.latest:
        return turn.say("back_on", name=name, day=arrival.earliest)
    return turn.say("back_between", name=name, earliest=arrival.earliest, latest=arrival.latest)
