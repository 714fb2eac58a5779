"""Money that moves for an order once it is placed: never more back than was paid, and each cause once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.billing.giving_back import Part, left_of, parts
from core.billing.rows import PaymentMethodRow, PaymentRow
from core.database.base import lookup
from core.database.upsert import insert_new
from core.errors import NotFound, Refused
from core.exchange import writing_back
from core.money import Money
from core.orders.model import Order
from core.orders.rows import OrderRow
from core.orders.service import hold
from core.orders.telling import pass_on

GIFT_CARD = "gift_card"


@dataclass(frozen=True)
class Method:
    """A way of paying on file; `label` is masked, `balance` is what is left on a gift card and None for others."""

    method_id: str
    kind: str
    label: str
    balance: Money | None

    def covers(self, amount: Money) -> bool:
        """Whether so much can be paid with it, as far as anybody knows."""
        if self.balance is None:
            return True
        return self.balance.currency == amount.currency and self.balance.minor >= amount.minor


@dataclass(frozen=True)
class Settled:
    """An amount that went back to the customer, or came from them; `method_id` is None where none is on file."""

    payment_id: str
    amount: Money
    method: str
    method_id: str | None
    kind: str


@dataclass(frozen=True)
class Entry:
    """What a movement of money is booked as; a refund names the payment it gives back."""

    kind: str
    payment_id: str
    of_payment: str | None = None


def methods_of(session: Session, customer_id: str) -> list[Method]:
    """What a customer can pay with, gift cards last."""
    rows = session.scalars(
        select(PaymentMethodRow)
        .where(PaymentMethodRow.customer_id == customer_id)
        .order_by(PaymentMethodRow.kind == GIFT_CARD, PaymentMethodRow.kind, PaymentMethodRow.method_id)
    )
    return [_method(row) for row in rows]


def method_of(session: Session, customer_id: str, method_id: str) -> Method:
    """One of a customer's methods.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
    """
    row = session.scalar(
        select(PaymentMethodRow).where(
            PaymentMethodRow.customer_id == customer_id, PaymentMethodRow.method_id == lookup(method_id)
        )
    )
    if row is None:
        raise NotFound(f"I find no way of paying called {method_id[:40]} of yours.", "no-method", number=method_id[:40])
    return _method(row)


def paid(session: Session, order: Order) -> Money:
    """What was paid for an order altogether, refunds left aside."""
    return _sum(session, order, "payment")


def refunded(session: Session, order: Order) -> Money:
    """What went back of it altogether."""
    return _sum(session, order, "refund")


def kept_by_method(session: Session, order: Order) -> dict[str | None, Settled]:
    """What each method has paid for an order and not got back, by its id; amounts of nothing are left out."""
    kept: dict[str | None, Settled] = {}
    for one in left_of(_payments(session, order)):
        paid_by = one.payment.method_id
        amount, before = Money(one.minor, order.currency), kept.get(paid_by)
        label = _kept_label(session, one.payment)
        kept[paid_by] = Settled("", amount + before.amount if before else amount, label, paid_by, "")
    return kept


def overpaid(session: Session, before: Order, after: Order) -> Money:
    """What goes back of an order that became cheaper: no more than was paid above what it comes to now."""
    kept = paid(session, before) - refunded(session, before)
    cheaper, above = before.total.minor - after.total.minor, kept.minor - after.total.minor
    return Money(max(0, min(cheaper, above)), after.currency)


def refunds_of(session: Session, order: Order) -> list[tuple[Settled, datetime]]:
    """What went back of an order, and when."""
    return [
        (
            Settled(row.payment_id, Money(row.amount, row.currency), row.method, row.method_id, _kind(session, row)),
            row.paid_at,
        )
        for row in _payments(session, order)
        if row.kind == "refund"
    ]


def refunds_from_outside(session: Session, since: datetime) -> list[tuple[str, str, str, Money]]:
    """Refunds since then that the shop's other systems made: customer, order, the refund's id, and how much."""
    rows = session.execute(
        select(OrderRow.customer_id, PaymentRow)
        .join(OrderRow, OrderRow.order_number == PaymentRow.order_number)
        .where(PaymentRow.kind == "refund", PaymentRow.paid_at > since, OrderRow.customer_id.is_not(None))
        .order_by(PaymentRow.payment_id)
    )
    return [
        (str(customer_id), str(row.order_number), row.payment_id, Money(row.amount, row.currency))
        for customer_id, row in rows
        if not row.payment_id.startswith("refund:")  # those are told where they are made
    ]


def refund(
    session: Session, order: Order, amount: Money, method_id: str | None, cause: str, now: datetime
) -> tuple[Settled, ...]:
    """Give money of an order back: to one method as far as it paid and the rest to the others, or (None) to all alike.

    A gift card takes all of it, as credit for the payments it came from. The order is held for it, so that two refunds
    at once are bounded together; the same cause again changes nothing.

    Raises:
        Refused: more than was paid and not given back yet.
    """
    return _give(session, order, amount, ("refund", cause), method_id, now)


def pay_out(
    session: Session, order: Order, amount: Money, method_id: str | None, cause: str, now: datetime
) -> tuple[Settled, ...]:
    """Give money of an order out to a method of the customer's choice, whether or not it paid anything.

    Only where the shop's policy leaves the choice to its customers; it lessens the payments the money came from.

    Raises:
        Refused: as for `refund`.
    """
    return _give(session, order, amount, ("pay_out", cause), method_id, now)


def ways_back(
    session: Session, order: Order, amount: Money, method_id: str | None, *, anywhere: bool = False
) -> tuple[Settled, ...]:
    """Where so much would go, as `refund` (or, `anywhere`, `pay_out`) would send it: one for each way of paying."""
    shares: dict[str | None, int] = {}
    for part in _parts(session, order, amount, method_id, anywhere=anywhere):
        shares[part.method_id] = shares.get(part.method_id, 0) + part.minor
    return tuple(
        Settled("", Money(minor, order.currency), _label(session, order, to), to, "") for to, minor in shares.items()
    )


def _give(
    session: Session, order: Order, amount: Money, why: tuple[str, str], method_id: str | None, now: datetime
) -> tuple[Settled, ...]:
    act, cause = why
    hold(session, order)
    if done := _done(session, order, "refund", cause):
        return done
    writing_back.may(session, order.order_number, "refund")
    left = paid(session, order) - refunded(session, order)
    if amount.currency != order.currency or amount.minor < 0 or amount.minor > left.minor:
        sentence = f"Only {left} of order {order.order_number} can be given back."
        raise Refused(sentence, "refund-above-paid", left=left, number=order.order_number)
    for place, part in enumerate(_parts(session, order, amount, method_id, anywhere=act == "pay_out")):
        share = Money(part.minor, order.currency)
        _book(session, order, Entry("refund", f"refund:{cause}:{place}", part.of_payment), share, part.method_id, now)
        _fill(session, order, part.method_id, share)
    if amount.minor:
        detail = {"amount": amount.minor, "currency": amount.currency, "cause": cause}
        pass_on(session, order, "refund", f"{cause}:refund", detail, now)
    return _done(session, order, "refund", cause)


def _parts(session: Session, order: Order, amount: Money, method_id: str | None, *, anywhere: bool) -> list[Part]:
    named = next((one for one in methods_of(session, order.customer_id or "") if one.method_id == method_id), None)
    to_it_only = named is not None and (anywhere or named.kind == GIFT_CARD)
    return parts(left_of(_payments(session, order)), amount.minor, method_id, to_it_only=to_it_only)


def moved(session: Session, order: Order, cause: str) -> tuple[Settled, ...]:
    """What a cause has moved: given back or charged, as the beginning of `payment_id` tells."""
    return _done(session, order, "refund", cause) + _done(session, order, "charge", cause)


def charge(session: Session, order: Order, amount: Money, method_id: str, cause: str, now: datetime) -> Settled:
    """Have an amount paid with a method on file; the same cause again changes nothing.

    Raises:
        NotFound: not a method of the customer's.
        Refused: a gift card does not cover it.
    """
    hold(session, order)
    if done := _done(session, order, "charge", cause):
        return done[0]
    method = method_of(session, order.customer_id or "", method_id)
    if method.balance is not None:
        _spend(session, method, amount)
    _book(session, order, Entry("payment", f"charge:{cause}:0"), amount, method_id, now)
    return _done(session, order, "charge", cause)[0]


def turn_back(session: Session, order: Order, cause: str, now: datetime) -> tuple[Settled, ...]:
    """Reverse what a cause has moved: what it charged goes back to that way of paying, what it gave is taken again.

    Raises:
        Refused: money went where it cannot be taken from again, or a gift card no longer covers it.
    """
    check_turning_back(session, order, cause)
    again = f"undo:{cause}"
    done: tuple[Settled, ...] = ()
    for place, one in enumerate(moved(session, order, cause)):
        if _was_charged(one):
            done += refund(session, order, one.amount, one.method_id, f"{again}:{place}", now)
        elif one.method_id is not None:
            done += (charge(session, order, one.amount, one.method_id, f"{again}:{place}", now),)
    return done


def check_turning_back(session: Session, order: Order, cause: str) -> None:
    """Whether what a cause has moved can be reversed.

    Raises:
        Refused: money went where it cannot be taken from again.
    """
    on_file = {method.method_id for method in methods_of(session, order.customer_id or "")}
    for one in moved(session, order, cause):
        if not _was_charged(one) and one.method_id not in on_file:
            sentence = f"{one.amount} went back to {one.method} already, from where I cannot take it again."
            raise Refused(sentence, "undo-money-gone", amount=one.amount, method=one.method)


def _was_charged(one: Settled) -> bool:
    return one.payment_id.startswith("charge:")


def _spend(session: Session, card: Method, amount: Money) -> None:
    spending = update(PaymentMethodRow).where(
        PaymentMethodRow.method_id == card.method_id,
        PaymentMethodRow.currency == amount.currency,
        PaymentMethodRow.balance >= amount.minor,
    )
    spent = spending.values(balance=PaymentMethodRow.balance - amount.minor).returning(PaymentMethodRow.method_id)
    if session.scalar(spent) is None:
        sentence = f"There is not enough left on {card.label} for {amount}."
        raise Refused(sentence, "payment-gift-card-too-low", label=card.label, amount=amount)


def _fill(session: Session, order: Order, method_id: str | None, amount: Money) -> None:
    if method_id is None:
        return
    filling = update(PaymentMethodRow).where(
        PaymentMethodRow.method_id == method_id,
        PaymentMethodRow.customer_id == order.customer_id,
        PaymentMethodRow.balance.is_not(None),
        PaymentMethodRow.currency == amount.currency,
    )
    session.execute(filling.values(balance=PaymentMethodRow.balance + amount.minor))


def _book(session: Session, order: Order, entry: Entry, amount: Money, method_id: str | None, now: datetime) -> None:
    insert_new(
        session,
        PaymentRow,
        {
            "payment_id": entry.payment_id,
            "order_number": order.order_number,
            "invoice_number": None,
            "kind": entry.kind,
            "amount": amount.minor,
            "currency": amount.currency,
            "method": _label(session, order, method_id),
            "method_id": method_id,
            "of_payment": entry.of_payment,
            "paid_at": now,
        },
    )


def _label(session: Session, order: Order, method_id: str | None) -> str:
    kept = [row for row in _payments(session, order) if row.method_id == method_id]
    if kept:
        return _kept_label(session, kept[0])
    return method_of(session, order.customer_id or "", method_id).label if method_id else order.payment_method


def _kept_label(session: Session, row: PaymentRow) -> str:
    """What the way of a payment is called, also once it is not on file any more."""
    on_file = session.get(PaymentMethodRow, row.method_id) if row.method_id else None
    return on_file.label if on_file is not None else row.method


def _done(session: Session, order: Order, act: str, cause: str) -> tuple[Settled, ...]:
    """What this cause has moved already."""
    prefix = f"{act}:{cause}:"
    return tuple(
        Settled(row.payment_id, Money(row.amount, row.currency), row.method, row.method_id, _kind(session, row))
        for row in _payments(session, order)
        if row.payment_id.startswith(prefix) and row.payment_id[len(prefix) :].isdigit()
    )


def _kind(session: Session, row: PaymentRow) -> str:
    found = session.get(PaymentMethodRow, row.method_id) if row.method_id else None
    return found.kind if found is not None else ""


def _sum(session: Session, order: Order, kind: str) -> Money:
    return Money(sum(row.amount for row in _payments(session, order) if row.kind == kind), order.currency)


def _payments(session: Session, order: Order) -> Sequence[PaymentRow]:
    """Payments and refunds of an order in its currency, first booked first."""
    return session.scalars(
        select(PaymentRow)
        .where(PaymentRow.order_number == order.order_number, PaymentRow.currency == order.currency)
        .order_by(PaymentRow.paid_at, PaymentRow.payment_id)
    ).all()


def _method(row: PaymentMethodRow) -> Method:
    balance = Money(row.balance, row.currency) if row.balance is not None else None
    return Method(row.method_id, row.kind, row.label, balance)
