"""Packs within packs, such as inners, cartons and pallets: how many of each a quantity is, and what handling costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.replenishment import Table, Vector

_HALVINGS = 64


@dataclass(frozen=True)
class Packs:
    """Levels of packs of n items, smallest first, shape (n, l) each; places not used hold inf and nan.

    Every size is a whole number of the one before, and a full pack costs no more to handle than its parts.
    """

    size: Table
    """Units in a full pack."""
    handling: Table
    """Cost of handling one [money]."""

    def counts(self, quantity: Vector) -> Table:
        """The fewest full packs that make up quantities, shape (n, l); what is less than the smallest is left away.

        Taking the largest first is best where sizes divide one another and a full pack costs no more than its parts.

        >>> levels = Packs(np.array([[12.0, 144.0, 1728.0]]), np.array([[0.2, 1.0, 3.0]]))
        >>> levels.counts(np.array([3900.0]))
        array([[1., 3., 2.]])
        """
        left, found = quantity.astype(np.float64), np.zeros(self.size.shape)
        for level in reversed(range(self.size.shape[1])):
            found[:, level] = np.floor(left / self.size[:, level])
            left = left - found[:, level] * np.where(np.isfinite(self.size[:, level]), self.size[:, level], 0.0)
        return found

    def cost(self, quantity: Vector) -> Vector:
        """What handling quantities costs, shape (n,) [money]; a part of the smallest pack costs that part of it.

        >>> levels = Packs(np.array([[12.0, 144.0, 1728.0]]), np.array([[0.2, 1.0, 3.0]]))
        >>> levels.cost(np.array([3900.0])).round(2)
        array([9.2])
        """
        if not self.size.shape[1]:
            return np.zeros(len(quantity))
        counts = self.counts(quantity)
        used = np.isfinite(self.size)
        whole = np.sum(np.where(used, counts * np.where(used, self.size, 0.0), 0.0), axis=1)
        first = np.where(used[:, 0], self.handling[:, 0] / self.size[:, 0], 0.0)
        total: Vector = np.sum(np.where(used, counts * self.handling, 0.0), axis=1) + (quantity - whole) * first
        return total

    @property
    def saving(self) -> Table:
        """What a full pack costs less to handle than its parts of the level below, shape (n, l); 0 for the smallest."""
        found = np.zeros(self.size.shape)
        if self.size.shape[1] > 1:
            used = np.isfinite(self.size[:, 1:])
            parts = np.divide(self.size[:, 1:], self.size[:, :-1], out=np.zeros(used.shape), where=used)
            found[:, 1:] = np.where(used, parts * self.handling[:, :-1] - self.handling[:, 1:], 0.0)
        return found

    @property
    def pays(self) -> NDArray[np.bool_]:
        """Of which items some full pack costs less than its parts, shape (n,)."""
        found: NDArray[np.bool_] = np.any(self.saving > 0, axis=1)
        return found

    def above_smallest(self) -> Iterator[tuple[int, Vector]]:
        """Each level above the smallest, with the units of its packs."""
        yield from ((level, self.size[:, level]) for level in range(1, self.size.shape[1]))

    def economic(self, level: int, order_cost: Vector, holding: Vector, rate: Vector, most: Vector) -> Vector:
        """The economic quantity where only packs of one level and those above it are bought, in any number.

        The least quantity Q at which Q² h / (2 D) and what the full packs above the level save on it together reach K:
        saved handling is as good as a smaller cost of the order, and each pack that is filled takes its saving off K.

        Args:
            level: which level, from 0 for the smallest.
            order_cost: K, shape (n,) [money].
            holding: h of one unit for a unit of time, shape (n,) [money].
            rate: D in a unit of time, shape (n,) [units].
            most: no larger quantity is looked for, shape (n,), finite [units].

        Returns:
            Shape (n,) [units].

        Source:
            Between two multiples of a larger pack the cost of a unit of time is that of the economic order quantity
            with K less what is saved already, (K - s k) D / Q + h Q / 2; Snyder & Shen, Fundamentals of Supply Chain
            Theory, 2nd ed., 3.2. By hand, K 8, h 0.225, D 1,300, nothing saved: sqrt(2 * 8 * 1300 / 0.225).

        >>> one = Packs(np.array([[12.0, 144.0]]), np.array([[0.0, 0.0]]))
        >>> one.economic(0, *(np.array([x]) for x in (8.0, 0.225, 1300.0, 1e6))).round(2)
        array([304.05])
        """
        saving, low, high = self.saving, np.zeros_like(rate), most.astype(np.float64)
        above = range(level + 1, self.size.shape[1])
        curved = np.divide(holding, 2.0 * rate, out=np.full_like(rate, np.inf), where=rate > 0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            saved = sum((saving[:, one] * np.floor(middle / self.size[:, one]) for one in above), np.zeros_like(rate))
            enough = curved * middle**2 + saved >= order_cost
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high


def none(count: int) -> Packs:
    """No levels at all."""
    return Packs(np.empty((count, 0)), np.empty((count, 0)))


def level_faults(pack: Vector, maximum: Vector, size: Table, handling: Table) -> list[tuple[NDArray[np.bool_], str]]:
    """What is wrong with levels of packs: where, shape (n,), and a sentence for it."""
    if not size.shape[1]:
        return []
    used = np.isfinite(size)
    below, cost_below = size[:, :-1], handling[:, :-1]
    above = used[:, 1:]
    parts = np.divide(size[:, 1:], below, out=np.ones(above.shape), where=above & (below > 0))
    divides = (parts == np.floor(parts)) & (parts > 1)
    dearer = handling[:, 1:] > parts * cost_below + 1e-9
    most = np.max(np.where(used, size, 0.0), axis=1)
    given = np.any(used, axis=1)
    told = {
        "its packs hold no whole number of units": np.any(used & ~((size >= 1) & (size == np.floor(size))), axis=1),
        "its packs are not each a whole number of the pack before; name them from the smallest, such as 12, 144, 1728":
            np.any(above & ~divides, axis=1),
        "the handling of its packs is not a number from 0":
            np.any(used & ~(np.isfinite(handling) & (handling >= 0)), axis=1),
        "a larger one of its packs costs more to handle than its parts; correct the handling":
            np.any(above & dearer, axis=1),
        "its pack of {pack} is not the smallest of its packs; leave pack out or name it among them":
            given & (size[:, 0] != pack),
        "its largest pack is above its maximum of {maximum}; raise that, or leave the pack out":
            given & (most > maximum),
    }  # fmt: skip
    return [(rows, sentence) for sentence, rows in told.items()]
