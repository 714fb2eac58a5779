"""A day with a fault anywhere ends like a day without: nothing lost, no effect twice."""

import pytest

from tests.conftest import POSTGRESQL, SQLITE
from tests.promises.fresh import Fresh
from tests.promises.sweep import KINDS, sweep

SEEDS, EVERY = {SQLITE: 0, POSTGRESQL: 1}, {SQLITE: 250, POSTGRESQL: 300}


@pytest.mark.slow
def test_a_day_with_a_fault_ends_like_one_without(fresh: tuple[str, Fresh]) -> None:
    kind, new = fresh
    faults = list(sweep(new, SEEDS[kind], EVERY[kind]).faults)  # all of them: python -m benchmarks.faults
    assert {fault.kind for fault in faults} == set(KINDS)
    assert [fault for fault in faults if not fault.is_survived] == []
