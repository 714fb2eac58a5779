"""What people of the shop do with a return, step by step: each step once, forward only, and money and stock with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from core.billing.issuing import Shared
from core.billing.settlement import Settled, moved, paid, refund, refunded, turn_back
from core.database.audit import record
from core.database.base import lookup
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.exchange import origins, writing_back
from core.inventory.aside import let_go
from core.inventory.service import Movement, move
from core.money import Money, allocate
from core.orders.model import Order
from core.orders.rows import OrderLineRow, OrderRow
from core.orders.service import hold, order_of
from core.orders.telling import pass_on
from core.reasons import reason_in
from core.returns.model import ENDED, MAY_BECOME, UNDONE, Return, ReturnStatus
from core.returns.rows import ReturnLineRow, ReturnRow
from core.returns.service import returns_of, worth

_SHARE_AT_FIRST, _SHARE_WEIGHT = 0.5, 20.0


@dataclass(frozen=True)
class Case:
    """A return and the order it comes from."""

    found: Return
    order: Order


@dataclass(frozen=True)
class Checked:
    """What was found of a line: units taken back, and how many of these can be sold again."""

    accepted: int
    sellable: int


def cases(session: Session, ended: int = 20) -> list[Case]:
    """Returns that wait for somebody, oldest first, then the latest that came to an end."""
    over = [status.value for status in ENDED]
    numbers = select(ReturnRow.return_number)
    waiting = numbers.where(ReturnRow.status.not_in(over)).order_by(ReturnRow.requested_at, ReturnRow.return_number)
    latest = numbers.where(ReturnRow.status.in_(over)).order_by(ReturnRow.requested_at.desc()).limit(ended)
    found = [*session.scalars(waiting), *session.scalars(latest)]
    return [case for number in found if (case := _case(session, number)) is not None]


def case(session: Session, return_number: str) -> Case:
    """One return with its order, for people of the shop.

    Raises:
        NotFound: there is none of that number.
    """
    found = _case(session, return_number)
    if found is None:
        raise NotFound(f"There is no return {return_number[:40]}.", "no-return", number=return_number[:40])
    return found


def own_case(session: Session, customer_id: str, return_number: str) -> Case:
    """One return of a customer's.

    Raises:
        NotFound: there is none of that number, or it is somebody else's.
    """
    number = session.scalar(
        select(ReturnRow.return_number)
        .join(OrderRow, OrderRow.order_number == ReturnRow.order_number)
        .where(OrderRow.customer_id == customer_id, ReturnRow.return_number == lookup(return_number.upper()))
    )
    if number is None:
        raise NotFound(f"I find no return {return_number[:40]} of yours.", "no-return", number=return_number[:40])
    return case(session, number)


def approve(session: Session, one: Case, who: str, now: datetime) -> None:
    """Agree to it; the goods may be sent."""
    _step(session, one, ReturnStatus.APPROVED, who, now)


def call_off(session: Session, one: Case, who: str, now: datetime) -> None:
    """Keep the goods after all, as long as they were not sent; its units may be returned another time.

    Raises:
        Conflict: it is too late for that.
        Refused: money of an exchange has moved already.
    """
    if one.found.is_swap and moved(session, one.order, f"exchange:{one.found.return_number}"):
        raise Refused("Money of this exchange has moved already; please talk to a person.", "return-settled")
    _cancel(session, one, who, now)


def take_back(session: Session, one: Case, who: str, now: datetime) -> tuple[Settled, ...]:
    """Keep the goods after all, right after asking: what an exchange has moved is turned back with it.

    Raises:
        Conflict: the goods are under way, or it came to its end.
        Refused: money went where it cannot be taken from again.
    """
    _cancel(session, one, who, now)
    return turn_back(session, one.order, f"exchange:{one.found.return_number}", now)


def _cancel(session: Session, one: Case, who: str, now: datetime) -> None:
    """End it before the goods were sent, and have the order's own system told."""
    number = one.found.return_number
    writing_back.may(session, one.order.order_number, "return_cancelled")
    _step(session, one, ReturnStatus.CANCELLED, who, now)
    lines = [{"line": line.line, "quantity": line.quantity} for line in one.found.lines]
    detail = {"return_number": number, "there": dict(origins.places_of(session, "returns", number)), "lines": lines}
    pass_on(session, one.order, "return_cancelled", f"{number}:cancelled", detail, now)


def receive(session: Session, one: Case, checked: Mapping[int, Checked], who: str, now: datetime) -> None:
    """Take the goods in: what can be sold again goes back on the shelf it was sold from.

    Raises:
        Conflict: it was received or ended before.
        InvalidInput: more accepted than announced, more sellable than accepted, or an exchange accepted in part.
    """
    for line in one.found.lines:
        if line.line not in checked:
            raise InvalidInput(f"Say how many units of {line.description} are accepted.")
        units = checked[line.line]
        if not 0 <= units.sellable <= units.accepted <= line.quantity:
            raise InvalidInput(
                f"{line.description}: accept 0 to {line.quantity} units, and of these call as many sellable as are."
            )
        if one.found.is_swap and units.accepted != line.quantity:
            raise InvalidInput(f"{line.description} is exchanged: accept all {line.quantity} units, or reject it.")
    counts = {str(line.line): [checked[line.line].accepted, checked[line.line].sellable] for line in one.found.lines}
    _step(session, one, ReturnStatus.RECEIVED, who, now, units=counts)
    skus = _skus(one.order)
    for line in one.found.lines:
        units = checked[line.line]
        session.execute(
            update(ReturnLineRow)
            .where(ReturnLineRow.return_number == one.found.return_number, ReturnLineRow.line == line.line)
            .values(accepted=units.accepted, sellable=units.sellable)
        )
        if units.sellable:
            cause = f"return:{one.found.return_number}:{line.line}"
            move(session, Movement(cause, skus[line.line], one.order.location, units.sellable), now)


def reject(session: Session, one: Case, reason: str, who: str, now: datetime) -> None:
    """Turn it down and say why; what an exchange charged goes back.

    Raises:
        Conflict: it came to its end before.
        InvalidInput: no reason given.
        Refused: the exchange gave money back, which nobody can take again without asking.
    """
    if not (said := reason_in(" ".join(reason.split()))):
        raise InvalidInput("Write why; the customer reads it.")
    _step(session, one, ReturnStatus.REJECTED, who, now, reason=said)
    session.execute(update(ReturnRow).where(ReturnRow.return_number == one.found.return_number).values(why_not=said))
    for settled in moved(session, one.order, f"exchange:{one.found.return_number}"):
        if not settled.payment_id.startswith("charge:"):
            raise Refused(
                f"{settled.amount} went back for this exchange already; clear that up with the customer first.",
                "return-settled",
            )
        cause = f"return:{one.found.return_number}:rejected"
        refund(session, one.order, settled.amount, settled.method_id, cause, now)


def settle(session: Session, one: Case, who: str, now: datetime) -> tuple[tuple[Settled, ...], list[Shared]]:
    """Do what was promised once the goods are here: give the money back, or send the other goods out.

    What moved, and what is to be credited for which goods.

    The money is what the accepted units were sold for, and never more than was paid and is not back yet.

    Raises:
        Conflict: it has not been received, was settled before, or the other goods are not on the shelf.
    """
    hold(session, one.order)
    if one.found.is_swap:
        _step(session, one, ReturnStatus.EXCHANGED, who, now)
        _send_out(session, one, now)
        return (), []
    amount = value(session, one)
    goods = _shares(session, one, amount)
    _step(session, one, ReturnStatus.REFUNDED, who, now, amount=amount.minor, currency=amount.currency)
    session.execute(update(ReturnRow).where(ReturnRow.return_number == one.found.return_number).values(settled_at=now))
    if not amount.minor:
        return (), goods
    return refund(session, one.order, amount, one.found.refund_to, f"return:{one.found.return_number}", now), goods


def value(session: Session, one: Case) -> Money:
    """The money that settling a return gives back; once it is refunded, what is left to give for its units."""
    units = {line.line: line.quantity if line.accepted is None else line.accepted for line in one.found.lines}
    left = paid(session, one.order) - refunded(session, one.order)
    due = worth(one.order, units, _settled_units(session, one.order.order_number))
    return Money(max(0, min(due.minor, left.minor)), one.order.currency)


def _shares(session: Session, one: Case, given: Money) -> list[Shared]:
    """What is given back for each line of a return that is about to be settled, adding up to it.

    Where nothing was paid yet there is nothing to give back, but less to pay: then it is what the goods were sold for.
    """
    before = _settled_units(session, one.order.order_number)
    units = {line.line: line.quantity if line.accepted is None else line.accepted for line in one.found.lines}
    sold_for = [worth(one.order, {line: of_it}, before).minor for line, of_it in units.items()]
    total = given.minor if paid(session, one.order).minor else sum(sold_for)
    if not any(sold_for):
        return []
    parts = allocate(total, sold_for)
    return [Shared(line, of_it, part) for (line, of_it), part in zip(units.items(), parts, strict=True) if of_it]


def expected_back(session: Session, skus: Sequence[str] | None = None) -> dict[tuple[str, str], int]:
    """Units of these products, or of all, that should come back sellable: by product and the place they were sold from.

    What is announced and not here yet, claims left out, times the share that came of such returns before.
    """
    under_way = [status.value for status in (ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)]
    announced = (
        select(OrderLineRow.sku, OrderRow.location, func.sum(ReturnLineRow.quantity))
        .join(ReturnRow, ReturnRow.return_number == ReturnLineRow.return_number)
        .join(OrderRow, OrderRow.order_number == ReturnRow.order_number)
        .join(
            OrderLineRow,
            (OrderLineRow.order_number == ReturnRow.order_number) & (OrderLineRow.line == ReturnLineRow.line),
        )
        .where(ReturnRow.status.in_(under_way), ReturnRow.kind != "claim")
        .group_by(OrderLineRow.sku, OrderRow.location)
    )
    rows = session.execute(announced if skus is None else announced.where(OrderLineRow.sku.in_(skus))).all()
    if not rows:
        return {}
    share = sellable_share(session)
    counted = {(sku, location): int(units * share) for sku, location, units in rows}
    return {place: units for place, units in counted.items() if units}


def sellable_share(session: Session) -> float:
    """What share of the units announced comes back and can be sold again, learnt from returns that came to an end.

    A half, as long as there are none; that weighs as much as `_SHARE_WEIGHT` units. What was called off or turned down
    counts as nothing.
    """
    undone = ReturnRow.status.in_([status.value for status in UNDONE])
    announced, sellable = session.execute(
        select(func.coalesce(func.sum(ReturnLineRow.quantity), 0), func.coalesce(func.sum(ReturnLineRow.sellable), 0))
        .join(ReturnRow, ReturnRow.return_number == ReturnLineRow.return_number)
        .where(ReturnRow.kind != "claim", or_(undone, ReturnLineRow.sellable.is_not(None)))
    ).one()
    return (_SHARE_AT_FIRST * _SHARE_WEIGHT + float(sellable or 0)) / (_SHARE_WEIGHT + float(announced or 0))


def claimed_units(session: Session, skus: Sequence[str], since: datetime) -> dict[str, int]:
    """Units of products that customers claimed for since a moment; of what was looked at those accepted."""
    refused = (ReturnStatus.REJECTED.value, ReturnStatus.CANCELLED.value)
    rows = session.execute(
        select(OrderLineRow.sku, func.sum(func.coalesce(ReturnLineRow.accepted, ReturnLineRow.quantity)))
        .join(ReturnRow, ReturnRow.return_number == ReturnLineRow.return_number)
        .join(
            OrderLineRow,
            (OrderLineRow.order_number == ReturnRow.order_number) & (OrderLineRow.line == ReturnLineRow.line),
        )
        .where(
            OrderLineRow.sku.in_(skus),
            ReturnRow.kind == "claim",
            ReturnRow.status.not_in(refused),
            ReturnRow.requested_at >= since,
        )
        .group_by(OrderLineRow.sku)
    )
    return {sku: int(units) for sku, units in rows}


def _step(session: Session, one: Case, to: ReturnStatus, who: str, now: datetime, **details: object) -> None:
    """Move it on, if it still stands where that is a step; whoever comes second is told where it stands."""
    number = one.found.return_number
    before = [status.value for status, following in MAY_BECOME.items() if to in following]
    moving = update(ReturnRow).where(ReturnRow.return_number == number, ReturnRow.status.in_(before))
    if session.scalar(moving.values(status=to.value).returning(ReturnRow.return_number)) is None:
        stands = session.scalar(select(ReturnRow.status).where(ReturnRow.return_number == number)) or "gone"
        raise Conflict(
            f"Return {number} is {stands.replace('_', ' ')}; it cannot become {to.value.replace('_', ' ')} now."
        )
    if to in ENDED:
        let_go(session, f"return:{number}")
    record(session, now, who, f"return_{to.value}", f"return:{number}", **details)


def _send_out(session: Session, one: Case, now: datetime) -> None:
    for line in one.found.lines:
        if line.new_sku:
            cause = f"return:{one.found.return_number}:{line.line}:sent"
            move(session, Movement(cause, line.new_sku, one.order.location, -line.quantity), now)


def _settled_units(session: Session, order_number: str) -> dict[int, int]:
    """Units of each line whose money went back with an earlier return."""
    rows = session.execute(
        select(ReturnLineRow.line, func.sum(func.coalesce(ReturnLineRow.accepted, ReturnLineRow.quantity)))
        .join(ReturnRow, ReturnRow.return_number == ReturnLineRow.return_number)
        .where(ReturnRow.order_number == order_number, ReturnRow.status == ReturnStatus.REFUNDED.value)
        .group_by(ReturnLineRow.line)
    )
    return {line: int(units) for line, units in rows}


def _skus(order: Order) -> dict[int, str]:
    return {line.line: line.sku for line in order.lines}


def _case(session: Session, return_number: str) -> Case | None:
    row = session.execute(
        select(OrderRow.customer_id, OrderRow.order_number, ReturnRow.return_number)
        .join(ReturnRow, ReturnRow.order_number == OrderRow.order_number)
        .where(ReturnRow.return_number == lookup(return_number))
    ).one_or_none()
    if row is None or row.customer_id is None:
        return None
    order = order_of(session, row.customer_id, row.order_number)
    found = next(one for one in returns_of(session, order) if one.return_number == row.return_number)
    return Case(found, order)
