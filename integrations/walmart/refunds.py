"""What a refund is made of at Walmart: shares of what was charged for the lines that left, with their tax; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.exchange.ports import Outcome, Trouble
from core.money import Money
from integrations.reading import Json, minor, part, said, several
from integrations.walmart.mapping import units_in

_NAMES = {"PRODUCT": ("Item Price", "Item Price Tax"), "SHIPPING": ("Shipping", "Shipping Tax")}


def shares(lines: Iterable[Json], amount: Money, reason: str, note: str) -> list[dict[str, Any]]:
    """An amount over what is left to give back of lines that left, first line first: lines of a refund.

    Raises:
        Trouble: more than is left.
    """
    left, told = amount.minor, []
    for line in lines:
        charges = []
        for kind, net, tax in _left(line, amount.currency):
            share = min(left, net + tax)
            if share > 0:
                charges.append(_charge(kind, share, share * tax // (net + tax), amount.currency, reason))
                left -= share
        if charges:
            refund = {"refundComments": note, "refundCharges": {"refundCharge": charges}}
            told.append(
                {"lineNumber": said(line, "lineNumber"), "isFullRefund": False, "refunds": {"refund": [refund]}}
            )
    if left > 0:
        raise Trouble(Outcome.REFUSED, "Walmart has less left to give back than was promised.")
    return told


def is_made(lines: Iterable[Json], note: str) -> bool:
    """Whether a refund with this note is among those of the lines."""
    return any(said(one, "refundComments") == note for line in lines for one in several(line, "refund"))


def due_of_return(lines: Sequence[Json], currency: str) -> int:
    """What Walmart gives back for the units of a return that it has given nothing back for, in minor units."""
    return sum(unrefunded(line) * sum(_per_unit(one, currency) for one in several(line, "charges")) for line in lines)


def unrefunded(line: Json) -> int:
    """Units of a line of a return that no money went back for."""
    done = line.get("refundedQty")
    units = int(float(part(line, "quantity").get("measurementValue") or 1))
    return max(units - (done if isinstance(done, int) else 0), 0)


def _left(line: Json, currency: str) -> Iterator[tuple[str, int, int]]:
    """What is left of a line's charges, goods before freight: kind, net and tax, for the units that left."""
    ordered = int(float(part(line, "orderLineQuantity").get("amount") or 1)) or 1
    gone = units_in(line, "shipped", "delivered")
    back = [part(one, "charge") for refund in several(line, "refund")
            for one in several(refund, "refundCharges", "refundCharge")]  # fmt: skip
    for kind in _NAMES:
        net, tax = _sums(several(line, "charges", "charge"), kind, currency)
        net_back, tax_back = _sums(back, kind, currency)
        yield kind, max(net * gone // ordered - abs(net_back), 0), max(tax * gone // ordered - abs(tax_back), 0)


def _sums(charges: Iterable[Json], kind: str, currency: str) -> tuple[int, int]:
    chosen = [one for one in charges if said(one, "chargeType") == kind]
    net = sum(minor(part(one, "chargeAmount").get("amount"), currency) for one in chosen)
    taxes = [part(one, "tax", "taxAmount").get("amount") for one in chosen]
    return net, sum(minor(one, currency) for one in taxes if one is not None)


def _per_unit(charge: Json, currency: str) -> int:
    net = minor(part(charge, "chargePerUnit").get("currencyAmount"), currency)
    taxes = [part(one, "taxPerUnit").get("currencyAmount") for one in several(charge, "tax")]
    return net + sum(minor(one, currency) for one in taxes if one is not None)


def _charge(kind: str, share: int, tax: int, currency: str, reason: str) -> Mapping[str, Any]:
    name, tax_name = _NAMES[kind]
    return {
        "refundReason": reason,
        "charge": {
            "chargeType": kind, "chargeName": name, "chargeAmount": _negative(share - tax, currency),
            "tax": {"taxName": tax_name, "taxAmount": _negative(tax, currency)},
        },
    }  # fmt: skip


def _negative(amount: int, currency: str) -> dict[str, Any]:
    return {"currency": currency, "amount": float(-Decimal(Money(amount, currency).major))}
