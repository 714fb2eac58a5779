"""Refuses numbers that no rule can work with, and says whose they are."""

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector


def not_negative(**named: Vector) -> None:
    """Every array is finite and at least 0.

    Raises:
        ValueError: names the first item, counted from 0, and what is wrong with it.
    """
    for name, values in named.items():
        _refuse(name, values, np.isfinite(values) & (values >= 0), "must be finite and not negative")


def positive(**named: Vector) -> None:
    """Every array is finite and above 0.

    Raises:
        ValueError: names the first item, counted from 0, and what is wrong with it.
    """
    for name, values in named.items():
        _refuse(name, values, np.isfinite(values) & (values > 0), "must be finite and positive")


def finite(**named: Vector) -> None:
    """Every array is finite.

    Raises:
        ValueError: names the first item, counted from 0, and what is wrong with it.
    """
    for name, values in named.items():
        _refuse(name, values, np.isfinite(values), "must be finite")


def chances(**named: Table) -> None:
    """Every row holds probabilities that add up to 1.

    Raises:
        ValueError: names the first row that does not.
    """
    for name, table in named.items():
        fair = np.all(table >= 0, axis=-1) & (np.abs(table.sum(axis=-1) - 1.0) < 1e-6)
        _refuse(name, table.sum(axis=-1), fair, "must be probabilities that add up to 1")


def tiers(start: Table, unit_cost: Table) -> None:
    """Price breaks start at 0, rise in quantity and fall in price; places not used start at infinity.

    Raises:
        ValueError: names the first item whose breaks do not.
    """
    if start.shape != unit_cost.shape:
        raise ValueError("every price break needs one quantity and one price")
    _refuse("first break", start[:, 0], start[:, 0] == 0, "must start at 0")
    used = np.isfinite(start)
    priced = ~used | (np.isfinite(unit_cost) & (unit_cost > 0))
    rising = ~used[:, 1:] | (start[:, 1:] > start[:, :-1])
    falling = ~used[:, 1:] | (unit_cost[:, 1:] <= unit_cost[:, :-1])
    for name, right, rule in (
        ("price", priced, "must be finite and positive in every tier"),
        ("breaks", rising, "must rise in quantity"),
        ("prices", falling, "must not rise with quantity"),
    ):
        if not right.all():  # whose they are is looked for only where something is wrong
            _refuse(name, np.sum(~right, axis=1), right.all(axis=1), rule)


def _refuse(name: str, values: Vector, right: NDArray[np.bool_] | np.bool_, rule: str) -> None:
    if not np.all(right):
        at = int(np.flatnonzero(~np.atleast_1d(right))[0])
        label = name.replace("_", " ")
        raise ValueError(f"item {at}: {label} {rule}, not {np.atleast_1d(values).ravel()[at]:g}")
