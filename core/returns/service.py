"""Returns: what may come back, asking for it once, and where it stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.catalog.service import products
from core.config import Returns
from core.database.audit import record
from core.database.mirror import existing
from core.database.numbers import next_code
from core.errors import InvalidInput, Refused
from core.exchange import writing_back
from core.inventory.aside import set_aside, take_turns
from core.inventory.service import on_hand
from core.money import Money, allocate, rounded_share
from core.orders.model import Order, OrderStatus
from core.orders.rows import OrderRow
from core.orders.service import reserved
from core.orders.telling import pass_on
from core.returns.model import (
    ENDED,
    UNDONE,
    Return,
    Returnable,
    ReturnKind,
    ReturnLine,
    ReturnStatus,
    window_ends_on,
)
from core.returns.rows import ReturnLineRow, ReturnRow
from core.shipments.service import parcels_of

MIRRORED = {"returns": ReturnRow, "return_lines": ReturnLineRow}


@dataclass(frozen=True)
class ReturnRules:
    """The shop's own rules: how long after delivery goods may come back, counted in the customer's days."""

    days: int
    zone: ZoneInfo
    settings: Returns = field(default_factory=Returns)


@dataclass(frozen=True)
class AskedReturn:
    """What a customer wants to send back: units by line of the order, why, and what becomes of the money or line."""

    units: dict[int, int]
    reason: str
    kind: ReturnKind = ReturnKind.RETURN
    refund_to: str | None = None
    swaps: dict[int, str] = field(default_factory=dict)


def only_forward(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, with the status of returns that have come further here already: money is given back once."""
    reached = {key[0]: row.status for key, row in existing(session, ReturnRow, rows).items()}
    return [
        {**row, "status": _further(reached.get(row["return_number"], row["status"]), row["status"])} for row in rows
    ]


def _further(now: str, told: str) -> str:
    order = [status.value for status in ReturnStatus]
    return now if ReturnStatus(now) in ENDED or order.index(told) < order.index(now) else told


def returnable(
    session: Session, order: Order, rules: ReturnRules, today: date, kind: ReturnKind = ReturnKind.RETURN
) -> list[Returnable]:
    """A verdict for each line of an order: how many units may come back, or which rule forbids it."""
    delivered = _delivered(session, order, rules.zone)
    gone = returned_units(session, order.order_number)
    known = products(session, [line.sku for line in order.lines])
    used_up = _used_up(session, order, rules, kind)
    verdicts = []
    for line in order.lines:
        units, last_on = delivered.get(line.line, (0, None))
        left = units - gone.get(line.line, 0)
        product = known.get(line.sku)
        final_sale = bool(product and not product.returnable) and kind in _BY_SHOP_RULES
        arrival = _Arrival(left, units, last_on, final_sale)
        rule, why_not = used_up if used_up[0] and units else _forbidden(arrival, rules, today, kind)
        verdicts.append(Returnable(line.line, line.sku, line.description, 0 if rule else left, rule, why_not))
    return verdicts


def request_return(session: Session, order: Order, asked: AskedReturn, rules: ReturnRules, now: datetime) -> Return:
    """Write down a return; checked again under a lock, so that two at once cannot exceed what was delivered.

    Raises:
        InvalidInput: nothing to return, or a line the order does not have.
        Refused: more than may come back; the sentence names the line and the rule.
    """
    session.get(OrderRow, order.order_number, with_for_update=True)
    today = now.astimezone(rules.zone).date()
    verdicts = {verdict.line: verdict for verdict in returnable(session, order, rules, today, asked.kind)}
    if not asked.units or any(line not in verdicts or units < 1 for line, units in asked.units.items()):
        raise InvalidInput("Say which lines of the order should come back, and how many units of each.")
    for line, units in asked.units.items():
        verdict = verdicts[line]
        if units > verdict.quantity:
            why = verdict.why_not or f"only {verdict.quantity} of it can come back"
            raise Refused(f"{verdict.description} cannot be returned: {why}.", verdict.rule or "return-quantity")
    _check_shelf(session, order, asked)
    number = next_code(session, "return", "R", ReturnRow)
    session.add(
        ReturnRow(
            return_number=number,
            order_number=order.order_number,
            kind=asked.kind.value,
            status=ReturnStatus.REQUESTED.value,
            requested_at=now,
            refund_to=asked.refund_to,
        )
    )
    session.flush()
    for line, units in sorted(asked.units.items()):
        new_sku = asked.swaps.get(line)
        row = ReturnLineRow(return_number=number, line=line, quantity=units, reason=asked.reason, new_sku=new_sku)
        session.add(row)
    set_aside(session, f"return:{number}", order.location, _wanted(asked), now)
    record(
        session, now, f"customer:{order.customer_id}", f"{asked.kind.value}_requested", f"return:{number}",
        order=order.order_number, units={str(line): units for line, units in asked.units.items()}, reason=asked.reason,
    )  # fmt: skip
    session.flush()
    skus = {line.line: line.sku for line in order.lines}
    lines = [
        {"line": line, "sku": skus[line], "quantity": units, "new_sku": asked.swaps.get(line)}
        for line, units in sorted(asked.units.items())
    ]
    detail = {"return_number": number, "kind": asked.kind.value, "reason": asked.reason, "lines": lines}
    pass_on(session, order, "return", f"{number}:requested", detail, now, new_key=number)
    return next(found for found in returns_of(session, order) if found.return_number == number)


def _wanted(asked: AskedReturn) -> Counter[str]:
    """Units that should go out for what comes back, by product."""
    wanted: Counter[str] = Counter()
    for line, sku in asked.swaps.items():
        wanted[sku] += asked.units[line]
    return wanted


def _check_shelf(session: Session, order: Order, asked: AskedReturn) -> None:
    """Make sure that what should go out is free; the very same again is sent as soon as there is some.

    Raises:
        Refused: another variant is not on the shelf.
    """
    wanted, own = _wanted(asked), {line.sku: line.description for line in order.lines}
    take_turns(session, list(wanted))
    here, promised = on_hand(session, list(wanted)), reserved(session, list(wanted))
    for sku, units in wanted.items():
        if sku not in own and here.get(sku, 0) - promised.get(sku, 0) < units:
            known = products(session, [sku])
            name = known[sku].name if sku in known else sku
            raise Refused(f"There is not enough of {name} on the shelf.", "change-no-stock", name=name)


def worth(order: Order, units: Mapping[int, int], before: Mapping[int, int]) -> Money:
    """What units of an order's lines were sold for, with their share of discount and tax.

    `before` are the units of each line that came back earlier: the shares of all units of a line add up to the line,
    and the shares of all lines to the order, to the minor unit.
    """
    gross = _gross_of_lines(order)
    total = 0
    for line in order.lines:
        taken, gone = units.get(line.line, 0), before.get(line.line, 0)
        share = gross[line.line]
        total += share * (gone + taken) // line.quantity - share * gone // line.quantity
    return Money(total, order.currency)


def _gross_of_lines(order: Order) -> dict[int, int]:
    """Net and tax of each line; the tax of a rate is computed once and split over its lines."""
    gross = {line.line: line.net.minor for line in order.lines}
    for rate in {line.tax_rate for line in order.lines}:
        members = [line for line in order.lines if line.tax_rate == rate]
        tax = rounded_share(sum(line.net.minor for line in members), rate)
        for line, part in zip(members, allocate(tax, [line.net.minor for line in members]), strict=True):
            gross[line.line] += part
    return gross


def returns_of(session: Session, order: Order) -> tuple[Return, ...]:
    """The returns of an order, oldest first; whoever calls has made sure whose the order is."""
    rows = session.scalars(
        select(ReturnRow)
        .where(ReturnRow.order_number == order.order_number)
        .order_by(ReturnRow.requested_at, ReturnRow.return_number)
    ).all()
    lines = _lines(session, [row.return_number for row in rows], order)
    return tuple(
        Return(
            row.return_number,
            row.order_number,
            ReturnKind(row.kind),
            ReturnStatus(row.status),
            row.requested_at,
            tuple(lines[row.return_number]),
            row.refund_to,
            row.why_not,
        )
        for row in rows
    )


def returned_units(session: Session, order_number: str) -> dict[int, int]:
    """Units of each line that are on their way back or were, rejected and cancelled returns left out."""
    rows = session.execute(
        select(ReturnLineRow.line, func.sum(ReturnLineRow.quantity))
        .join(ReturnRow, ReturnRow.return_number == ReturnLineRow.return_number)
        .where(ReturnRow.order_number == order_number, ReturnRow.status.not_in([status.value for status in UNDONE]))
        .group_by(ReturnLineRow.line)
    )
    return {line: int(units) for line, units in rows}


def _delivered(session: Session, order: Order, zone: ZoneInfo) -> dict[int, tuple[int, date | None]]:
    delivered: dict[int, tuple[int, date | None]] = {}
    parcels = parcels_of(session, order)
    if not parcels and order.status is OrderStatus.DELIVERED:
        # nothing tells the day it came: the window is counted from the earliest day it could be
        day = order.placed_at.astimezone(zone).date()
        return {line.line: (line.quantity, day) for line in order.lines}
    for parcel in parcels:
        if parcel.delivered_at is None:
            continue
        day = parcel.delivered_at.astimezone(zone).date()
        for inside in parcel.lines:
            units, latest = delivered.get(inside.line, (0, None))
            delivered[inside.line] = (units + inside.quantity, max(day, latest or day))
    return delivered


_BY_SHOP_RULES = frozenset({ReturnKind.RETURN, ReturnKind.EXCHANGE})


@dataclass(frozen=True)
class _Arrival:
    """What of a line has come to the customer, when, and how much of it is still theirs."""

    left: int
    delivered: int
    delivered_on: date | None
    final_sale: bool


def _used_up(session: Session, order: Order, rules: ReturnRules, kind: ReturnKind) -> tuple[str, str]:
    """Whether the order's system takes none, or it has had as many returns and exchanges as the shop allows."""
    try:
        writing_back.may(session, order.order_number, "exchange" if kind is ReturnKind.EXCHANGE else "return")
    except Refused as refusal:
        return refusal.rule, str(refusal)
    most = rules.settings.requests_per_order
    if not most or kind not in _BY_SHOP_RULES:
        return "", ""
    asked = [one for one in returns_of(session, order) if one.status not in UNDONE and one.kind in _BY_SHOP_RULES]
    return ("return-once", "something of this order was sent back before, which can be done once") if len(
        asked) >= most else ("", "")  # fmt: skip


def _forbidden(arrival: _Arrival, rules: ReturnRules, today: date, kind: ReturnKind) -> tuple[str, str]:
    if arrival.delivered == 0 or arrival.delivered_on is None:
        return "return-not-delivered", "it has not been delivered yet"
    if arrival.left <= 0:
        return "return-already", "all of it has been returned already"
    if arrival.final_sale:
        return "return-final-sale", "it was sold as final sale"
    days = {
        ReturnKind.CLAIM: rules.settings.claim_days,
        ReturnKind.WITHDRAWAL: rules.settings.withdrawal_days,
    }.get(kind, rules.days)
    ended_on = window_ends_on(arrival.delivered_on, days)
    if today > ended_on:
        return "return-window", f"the {days} days for {_CALLED[kind]} ended on {ended_on:%-d %B %Y}"
    return "", ""


_CALLED = {
    ReturnKind.RETURN: "returns",
    ReturnKind.EXCHANGE: "exchanges",
    ReturnKind.CLAIM: "claims",
    ReturnKind.WITHDRAWAL: "withdrawal",
}


def _lines(session: Session, numbers: Sequence[str], order: Order) -> dict[str, list[ReturnLine]]:
    found: dict[str, list[ReturnLine]] = {number: [] for number in numbers}
    descriptions = {line.line: line.description for line in order.lines}
    rows = session.scalars(
        select(ReturnLineRow).where(ReturnLineRow.return_number.in_(numbers)).order_by(ReturnLineRow.line)
    )
    for row in rows:
        found[row.return_number].append(
            ReturnLine(
                row.line,
                descriptions.get(row.line, ""),
                row.quantity,
                row.reason,
                row.new_sku,
                row.accepted,
                row.sellable,
            )
        )
    return found
