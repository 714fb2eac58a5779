"""The stockroom's mathematics: arrays in, arrays out; one row is one product at one place."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
"""One float per item, shape (n,)."""

Table: TypeAlias = NDArray[np.float64]
"""One row of floats per item, shape (n, days) or (n, tiers)."""


def as_vector(values: Any) -> Vector:
    """The values as a one-dimensional array of floats."""
    return np.atleast_1d(np.asarray(values, dtype=np.float64))
