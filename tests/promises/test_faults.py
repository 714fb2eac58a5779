"""A day that is cut off anywhere ends like a day that is not: nothing lost, no effect twice."""

import pytest

from tests.promises.conftest import Fresh
from tests.promises.sweep import sweep

EVERY = {"sqlite": 17, "postgresql": 31}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_day_cut_off_ends_like_one_that_is_not(fresh: tuple[str, Fresh], seed: int) -> None:
    kind, new = fresh
    faults = list(sweep(new, seed, EVERY[kind]))
    assert len(faults) > 3
    assert [fault for fault in faults if not fault.is_survived] == []
