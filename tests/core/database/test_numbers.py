"""Document numbers have no gap and no double, whoever takes them and whatever fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.database.engine import Database
from core.database.numbers import advance, current, next_number


def take(database: Database, *, fails: bool = False) -> int:
    with database.unit_of_work() as session:
        number = next_number(session, "invoice")
        if fails:
            raise RuntimeError("the document was not written")
        return number


def test_numbers_taken_at_once_have_no_gap_and_no_double(database: Database) -> None:
    def some(_worker: int) -> list[int]:
        return [take(database) for _ in range(10)]

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(some, range(4)) for number in numbers]
    assert sorted(taken) == list(range(1, 41))


def test_the_number_of_a_document_that_was_not_written_is_given_to_the_next(database: Database) -> None:
    first = take(database)
    with pytest.raises(RuntimeError):
        take(database, fails=True)
    assert (first, take(database)) == (1, 2)


def test_each_series_counts_for_itself(database: Database) -> None:
    take(database)
    with database.unit_of_work() as session:
        assert next_number(session, "return") == 1
        assert (current(session, "invoice"), current(session, "return"), current(session, "ticket")) == (1, 1, 0)


def test_a_number_is_only_advanced_from_what_was_read(database: Database) -> None:
    with database.unit_of_work() as session:
        assert advance(session, "plan", 0)
        assert not advance(session, "plan", 0)
        assert advance(session, "plan", 1)
        assert not advance(session, "plan", 1)
        assert current(session, "plan") == 2
