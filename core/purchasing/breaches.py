"""What an order with other quantities would not keep within: room, money, vehicles, and what sells in time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from core.catalog.service import handling
from core.config import Config
from core.inventory import service as inventory
from core.inventory.service import Room
from core.money import Money, exponent
from core.purchasing.inbound import claimed
from core.purchasing.known import Known, arrays
from core.purchasing.model import Proposal
from core.purchasing.position import positions
from core.purchasing.scarcity import load
from core.purchasing.service import supplier, terms_of
from core.purchasing.spending import spent


@dataclass(frozen=True)
class Edited:
    """A line as it would be: what is known of it, its name, and how many, before and then."""

    name: str
    known: Known
    before: int
    quantity: int


def breaches(
    session: Session, whole: Proposal, lines: Sequence[Edited], total: Money, config: Config, now: datetime
) -> Iterator[str]:
    """A sentence for each limit that an order of these lines, of that total, would not keep or would strain."""
    room = inventory.rooms(session).get(whole.location, Room())
    yield from _room(session, whole, lines, room)
    yield from _budgets(session, whole, room, total, config, now)
    terms = supplier(session, whole.supplier)
    before = load([(one.known, one.before) for one in lines], terms)
    then = load([(one.known, one.quantity) for one in lines], terms)
    if then.trips > before.trips:
        yield f"It takes {then.trips} trips instead of {before.trips}, {then}."
    yield from _supply(session, whole, lines)
    for one in lines:
        cap = float(arrays([one.known])[0].life_cap[0])
        if one.quantity > max(cap, one.before):
            yield f"{one.name}: more than {cap:,.0f} would not sell before they spoil or are phased out."


def _supply(session: Session, whole: Proposal, lines: Sequence[Edited]) -> Iterator[str]:
    gone = claimed(session, without_proposal=whole.proposal_id)
    terms = terms_of(session, whole.supplier, [one.known.item.sku for one in lines])
    for one in lines:
        sku = one.known.item.sku
        available = terms[sku].available if sku in terms else None
        others = gone.get((whole.supplier, sku), 0)
        if available is not None and one.quantity > one.before and others + one.quantity > available:
            taken = f", of which {others:,} are asked for elsewhere" if others else ""
            yield f"{one.name}: the supplier has {available:,}{taken}; {one.quantity:,} would be too many."


def _room(session: Session, whole: Proposal, lines: Sequence[Edited], room: Room) -> Iterator[str]:
    if room.storage_m3 is None:
        return
    sizes = handling(session)
    there = positions(session, without_proposal=whole.proposal_id)
    taken = sum(
        sizes[sku].volume_m3 * max(position.units, 0)
        for (sku, location), position in there.items()
        if location == whole.location and sku in sizes
    )
    filled = taken + sum(one.quantity * one.known.volume_m3 for one in lines)
    if filled > room.storage_m3:
        over = filled - room.storage_m3
        yield (
            f"{whole.location_name} has {room.storage_m3:,.2f} m³; with what is there and on its way it would hold "
            f"{filled:,.2f}, {over:,.2f} too many."
        )


def _budgets(
    session: Session, whole: Proposal, room: Room, total: Money, config: Config, now: datetime
) -> Iterator[str]:
    zone, currency = config.shop.zone, total.currency
    begun = datetime.combine(now.astimezone(zone).date().replace(day=1), time(), zone)
    others = spent(session, begun, without_proposal=whole.proposal_id)
    is_shops = currency == config.shop.currency
    of_shop = config.planning.budget * 10 ** exponent(currency) if config.planning.budget and is_shops else None
    of_place = room.budget if currency == (room.currency or config.shop.currency) else None
    limits: Mapping[str, tuple[int | None, int]] = {
        whole.supplier_name: (supplier(session, whole.supplier).budget, others.of(currency, supplier=whole.supplier)),
        whole.location_name: (of_place, others.of(currency, location=whole.location)),
        "the month": (of_shop, others.of(currency)),
    }
    for whose, (budget, gone) in limits.items():
        if budget is not None and gone + total.minor > budget:
            over = Money(gone + total.minor - budget, currency)
            yield f"The budget of {whose} is {Money(budget, currency)} a month; this would be {over} beyond it."
