"""Short work goes before long work, which waits no longer than it is willing to."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.portal.precedence import Precedence


def test_nothing_is_waited_for_where_nobody_goes_first() -> None:
    assert Precedence().after(0)


def test_who_comes_after_waits_until_the_last_of_the_first_is_through() -> None:
    precedence, one_is_in, may_leave = Precedence(), threading.Event(), threading.Event()

    def go_first() -> None:
        with precedence.first():
            one_is_in.set()
            may_leave.wait(20)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(go_first)
        assert one_is_in.wait(20)
        with precedence.first():
            assert not precedence.after(0)
        assert not precedence.after(0)
        second = pool.submit(precedence.after, 20)
        may_leave.set()
        assert second.result()
        first.result()


def test_trouble_of_who_went_first_holds_nobody_up() -> None:
    precedence = Precedence()
    with pytest.raises(ZeroDivisionError), precedence.first():
        _ = 1 / 0
    assert precedence.after(0)
