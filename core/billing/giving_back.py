"""What of each payment for an order was not given back yet, and which payments a sum that goes back comes from.

A refund names the payment it gives back, so that no payment gives back more than it was, wherever the money goes: to
the way of paying it came from, or onto a gift card as credit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.billing.rows import PaymentRow


@dataclass(frozen=True)
class Left:
    """A payment, and what of it can still be given back, in minor units."""

    payment: PaymentRow
    minor: int


@dataclass(frozen=True)
class Part:
    """So much of a payment that goes back to `method_id`; None is a way of paying that is not on file."""

    of_payment: str
    method_id: str | None
    minor: int


def left_of(rows: Sequence[PaymentRow]) -> list[Left]:
    """What is left of the payments of one order, first paid first; those given back wholly are left out.

    A refund that names no payment, as other systems book them, lessens those made the same way, then the others, the
    latest first.
    """
    left = {row.payment_id: row.amount for row in rows if row.kind == "payment"}
    refunds = [row for row in rows if row.kind == "refund"]
    for named in (row for row in refunds if row.of_payment in left):
        left[named.of_payment or ""] -= named.amount
    payments = [row for row in rows if row.kind == "payment"]
    for unnamed in (row for row in refunds if row.of_payment not in left):
        rest = unnamed.amount
        for payment in _own_first(payments, unnamed.method_id):
            taken = min(rest, max(0, left[payment.payment_id]))
            left[payment.payment_id] -= taken
            rest -= taken
    return [Left(payment, left[payment.payment_id]) for payment in payments if left[payment.payment_id] > 0]


def parts(left: Sequence[Left], minor: int, method_id: str | None, *, to_it_only: bool) -> list[Part]:
    """Where a sum comes from and goes, no more than is left.

    Without a method each payment is given back the way it was made, the latest first. With one, its own payments come
    first; what they do not cover goes back the way the others were made, or (`to_it_only`) to it as well.
    """
    by_payment = {one.payment.payment_id: one.minor for one in left}
    found = []
    for payment in _own_first([one.payment for one in left], method_id):
        taken = min(minor, by_payment[payment.payment_id])
        if taken > 0:
            to = method_id if to_it_only else payment.method_id
            found.append(Part(payment.payment_id, to, taken))
            minor -= taken
    return found


def _own_first(payments: Iterable[PaymentRow], method_id: str | None) -> list[PaymentRow]:
    """The latest first, those made by the method before all others."""
    latest_first = list(payments)[::-1]
    return sorted(latest_first, key=lambda one: method_id is None or one.method_id != method_id)
