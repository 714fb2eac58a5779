"""Days to come, spans, so many times as much, orders to suppliers and names, as planners say them in both languages."""

from datetime import date

import pytest

from core.conversation import planner_words as words

MONDAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hold the mugs until Friday", date(2026, 6, 19)),
        ("bis Freitag", date(2026, 6, 19)),
        ("until Monday", date(2026, 6, 22)),
        ("snooze it until tomorrow", date(2026, 6, 16)),
        ("bis morgen", date(2026, 6, 16)),
        ("for two weeks", date(2026, 6, 29)),
        ("in drei Tagen", date(2026, 6, 18)),
        ("next week", date(2026, 6, 22)),
        ("until the 20th of June", date(2026, 6, 20)),
        ("bis zum 20. Juni", date(2026, 6, 20)),
        ("until 2026-07-01", date(2026, 7, 1)),
        ("bis 1.7.", date(2026, 7, 1)),
        ("until 3 March", date(2027, 3, 3)),
        ("until 2026-06-01", None),
        ("until 31 February", None),
        ("hold the mugs", None),
    ],
)
def test_a_day_to_come(text: str, day: date | None) -> None:
    assert words.coming_day(text, MONDAY) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [("what if it takes three weeks?", 21), ("21 days", 21), ("einen Monat", 30), ("vier Wochen", 28), ("soon", None)],
)
def test_a_span(text: str, days: int | None) -> None:
    assert words.span_days(text) == days


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("what if demand doubles", 2.0),
        ("doppelt so viel", 2.0),
        ("half as much", 0.5),
        ("20 % more", 1.2),
        ("30 Prozent weniger", 0.7),
        ("demand drops 30 %", 0.7),
        ("3 times as many", 3.0),
        ("as ever", None),
    ],
)
def test_so_many_times_as_much(text: str, times: float | None) -> None:
    assert words.times_as_much(text) == times


@pytest.mark.parametrize(
    ("text", "number", "units"),
    [
        ("received 40 of the blue lamp on PO-12", 12, 40),
        ("po 000012 arrived", 12, None),
        ("1,200 mugs on PO-7", 7, 1200),
        ("24 Tassen", None, 24),
    ],
)
def test_an_order_and_how_many(text: str, number: int | None, units: int | None) -> None:
    assert (words.order_digits(text), words.units_said(text)) == (number, units)


def test_what_shares_most_words_is_meant() -> None:
    names = {1: "Red Polka Dot Mug", 2: "Blue Glass Lamp", 3: "Blue Mug"}
    assert words.mentioned("hold the red mugs until Friday", names) == [1]
    assert words.mentioned("hold the mugs until Friday", names) == [1, 3]
    assert words.mentioned("hold everything", names) == []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Acme confirmed PO-12 for 14 March, 90 of the mugs", {"mug": 90}),
        ("90 of the mugs and 1,200 blue lamps by 2026-07-01", {"mug": 90, "lamp": 1200}),
        ("PO-12 bestätigt, 90 von den Mugs", {"mug": 90}),
        ("confirmed for 14 March", {}),
    ],
)
def test_units_of_each_that_is_named(text: str, units: dict[str, int]) -> None:
    assert words.units_by_name(text, {"mug": "Red Polka Dot Mug", "lamp": "Blue Glass Lamp"}) == units
