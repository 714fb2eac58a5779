"""Calling other systems: what comes of each kind of trouble, what is tried again, and what logs never say."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from core.exchange.ports import Outcome, Trouble
from integrations.http import Call, Http, Patience

GET = Call("orders", "GET", "https://shop.example.org/orders?token=s3cret")
POST = Call("order", "POST", "https://shop.example.org/orders", body={"email": "ada@example.org"})


def in_turn(*answers: httpx.Response | Exception) -> Callable[[int], httpx.Response | Exception]:
    """One answer after the other."""
    return lambda place: answers[place]


def http(answer: Callable[[int], httpx.Response | Exception], slept: list[float] | None = None) -> Http:
    """A system that answers its n-th call so."""
    calls = iter(range(100))

    def respond(_request: httpx.Request) -> httpx.Response:
        given = answer(next(calls))
        if isinstance(given, Exception):
            raise given
        return given

    pauses: list[float] = slept if slept is not None else []
    return Http(
        "the shop", Patience(tries=3), transport=httpx.MockTransport(respond), sleep=pauses.append,
        clock=lambda: datetime(2026, 6, 15, 9, 0, tzinfo=UTC), clock_s=lambda: 0.0, chance=lambda: 0.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, Outcome.UNAUTHORISED), (403, Outcome.FORBIDDEN), (404, Outcome.REFUSED), (422, Outcome.REFUSED),
     (429, Outcome.THROTTLED), (500, Outcome.SILENT), (302, Outcome.REFUSED)],
)  # fmt: skip
def test_each_status_has_its_outcome(status: int, outcome: Outcome) -> None:
    with pytest.raises(Trouble) as told:
        http(lambda _: httpx.Response(status, headers={"location": "/"})).send(GET)
    assert told.value.outcome is outcome


def test_what_is_no_json_is_malformed() -> None:
    with pytest.raises(Trouble) as told:
        http(lambda _: httpx.Response(200, text="<html>")).json(GET)
    assert told.value.outcome is Outcome.MALFORMED


def test_a_call_that_may_be_repeated_is_tried_again_later_and_later() -> None:
    slept: list[float] = []
    answers = in_turn(httpx.ReadTimeout("slow"), httpx.Response(502), httpx.Response(200, json={"ok": True}))
    assert http(answers, slept).json(GET) == {"ok": True}
    assert slept == [0.5, 1.0]


def test_a_call_that_may_not_be_repeated_is_tried_again_only_where_it_cannot_have_arrived() -> None:
    with pytest.raises(Trouble) as told:
        http(in_turn(httpx.ReadTimeout("slow"), httpx.Response(200))).send(POST)
    assert told.value.may_have_arrived
    assert http(in_turn(httpx.ConnectError("no"), httpx.Response(200))).send(POST).status_code == 200


@pytest.mark.parametrize("said", ["7", "Mon, 15 Jun 2026 09:00:07 GMT"])
def test_retry_after_is_obeyed_in_both_forms(said: str) -> None:
    slept: list[float] = []
    http(in_turn(httpx.Response(429, headers={"Retry-After": said}), httpx.Response(200)), slept).send(POST)
    assert slept == [7.0]


def test_a_long_pause_is_left_to_whoever_called() -> None:
    slept: list[float] = []
    with pytest.raises(Trouble) as told:
        http(lambda _: httpx.Response(429, headers={"Retry-After": "600"}), slept).send(GET)
    assert (told.value.after_s, slept) == (600.0, [])


def test_logs_and_sentences_name_neither_secrets_nor_people(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sentences = []
    for call in (GET, POST):
        with pytest.raises(Trouble) as told:
            http(lambda _: httpx.Response(500, text="ada@example.org s3cret")).send(call)
        sentences.append(str(told.value))
    assert not any(word in text for text in [caplog.text, *sentences] for word in ("s3cret", "ada@", "example.org"))


def test_lines_go_on_behind_the_place_that_was_reached() -> None:
    whole = b'{"a":1}\n{"b":2}\n{"c":3}'
    found = list(http(lambda _: httpx.Response(200, content=whole)).lines(GET))
    assert found == [(8, '{"a":1}'), (16, '{"b":2}'), (23, '{"c":3}')]
    partly = http(lambda _: httpx.Response(206, content=whole[8:]))
    assert list(partly.lines(GET, 8)) == found[1:]
    ignoring = http(lambda _: httpx.Response(200, content=whole))
    assert list(ignoring.lines(GET, 8)) == found[1:]
