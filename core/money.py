"""Money in whole minor units of one currency; sums never mix currencies."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, list_currencies

from core.errors import InvalidInput

_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?\Z", re.ASCII)


@lru_cache(maxsize=256)
def exponent(currency: str) -> int:
    """Digits behind the decimal point of a currency: GBP 2, JPY 0, KWD 3.

    Raises:
        InvalidInput: not an ISO 4217 code.
    """
    if currency not in _currencies():
        raise InvalidInput(f"“{currency}” is not a currency code; use one of ISO 4217 such as GBP or EUR.")
    return int(get_currency_precision(currency))


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def minor_units(text: str, currency: str) -> int:
    """Decimal text in major units as whole minor units.

    Raises:
        InvalidInput: not a decimal number, or finer than the currency's smallest unit.

    >>> minor_units("2.55", "GBP"), minor_units("-3", "GBP"), minor_units("120", "JPY")
    (255, -300, 120)
    """
    if not _DECIMAL.match(text):
        raise InvalidInput(f"“{text[:40]}” is not an amount; write it like 12.34.")
    try:
        scaled = Decimal(text).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise InvalidInput(f"“{text[:40]}” is not an amount; write it like 12.34.") from error
    if scaled != scaled.to_integral_value():
        raise InvalidInput(f"“{text}” has more decimals than {currency} has.")
    return int(scaled)


def of_major(amount: float, currency: str) -> "Money":
    """An amount that somebody wrote in major units, to the nearest minor unit.

    >>> of_major(4.95, "GBP")
    Money(minor=495, currency='GBP')
    """
    return Money(round(Decimal(str(amount)).scaleb(exponent(currency))), currency)


def rounded_share(minor: int, rate: Decimal) -> int:
    """`minor` times `rate`, rounded half up to whole minor units (tax on an amount).

    >>> rounded_share(1050, Decimal("0.175"))
    184
    """
    return int((Decimal(minor) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(minor: int, weights: list[int]) -> list[int]:
    """Split an amount in proportion to weights so that the parts add up exactly.

    Largest remainders get the odd units; with all weights zero the first part takes everything.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    """
    if not weights:
        raise ValueError("nothing to allocate to")
    total = sum(weights)
    if total == 0:
        return [minor] + [0] * (len(weights) - 1)
    sign = -1 if minor < 0 else 1
    shares = [divmod(abs(minor) * weight, total) for weight in weights]
    parts = [share for share, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: abs(minor) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units of `currency`."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Sum of two amounts of the same currency."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Difference of two amounts of the same currency."""
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        """The amount the other way round."""
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        """The amount for a whole quantity."""
        return Money(self.minor * quantity, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} with {other.currency}")
        return other.minor

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def text(self, locale: str = "en_GB") -> str:
        """The amount as people of that locale write it: £12.34, 12,34 €."""
        return format_currency(self.major, self.currency, locale=locale)

    def __str__(self) -> str:
        """The amount as an English invoice shows it."""
        return self.text()
