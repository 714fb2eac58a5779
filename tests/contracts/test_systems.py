"""Every connected system there is: what comes of each kind of trouble, and what logs and sentences never say."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.config import Config, Web
from core.exchange.model import ACTS, SUPPLY
from core.exchange.ports import Backend, Outcome, Trouble
from core.systems import Connected
from tests.integrations.marketplace import hurry
from tests.integrations.salesforce.standin import key_pair

FOLDER = Path(__file__).parents[2] / "integrations"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/backend.py"))
NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
SECRET, PERSON = "s3cret-of-nobody-else", "ada.byron@example.org"


@cache
def fitting(name: str) -> dict[str, str]:
    """Keys whose form is checked."""
    return {
        "shopify": {"shop": "lantern.myshopify.com"},
        "odoo": {"url": "https://lantern.odoo.com"},
        "salesforce": {"url": "https://lantern.my.salesforce.com", "private_key": key_pair()[0]},
    }.get(name, {})


def section(name: str) -> Connected:
    """The section of a system with everything filled in that it may need."""
    kind = type(getattr(Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know"))), name))
    filled: dict[str, Any] = {"on": True}
    for key, field in kind.model_fields.items():
        if field.annotation is SecretStr:
            filled[key] = SecretStr(fitting(name).get(key, SECRET))
        elif field.annotation is str and not field.default:
            filled[key] = fitting(name).get(key, "" if "url" in key else "something")
    made: Connected = kind(**filled)
    return made


def answering(answer: Any) -> httpx.MockTransport:
    """The way to whoever answers every call so."""

    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        status, headers, text = answer
        return httpx.Response(status, headers=headers, text=text, request=request)

    return httpx.MockTransport(respond)


def connected(name: str, answer: Any) -> Backend:
    """The system, answering every call so."""
    plain = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")))
    config = plain.model_copy(update={name: section(name)})
    made: Backend = import_module(f"integrations.{name}.backend").backend(
        config, lambda: NOW, transport=answering(answer)
    )
    hurry(made)
    return made


TROUBLES = {
    "timeout": (httpx.ReadTimeout("slow"), {Outcome.SILENT}),
    "cut": (httpx.RemoteProtocolError("cut"), {Outcome.SILENT}),
    "401": ((401, {}, PERSON), {Outcome.UNAUTHORISED}),
    "403": ((403, {}, PERSON), {Outcome.FORBIDDEN, Outcome.UNAUTHORISED}),
    "429": ((429, {"Retry-After": "600"}, PERSON), {Outcome.THROTTLED}),
    "500": ((500, {}, PERSON), {Outcome.SILENT}),
    "no json": ((200, {}, f"<html>{PERSON}"), {Outcome.MALFORMED}),
    "other json": ((200, {}, "[]"), {Outcome.MALFORMED}),
}


def test_there_are_systems_to_look_at() -> None:
    assert {"shopify", "walmart", "odoo"} <= set(NAMES)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", NAMES)
def test_each_trouble_has_its_outcome_and_says_nothing_it_should_not(
    name: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer, outcomes = TROUBLES[trouble]
    backend = connected(name, answer)
    with pytest.raises(Trouble) as told:
        list(backend.feeds[0].pull(None, NOW))
    assert told.value.outcome in outcomes
    if trouble == "429":
        assert told.value.after_s == 600
    for text in (str(told.value), caplog.text):
        assert SECRET not in text
        assert "PRIVATE KEY" not in text
        assert PERSON not in text
    if backend.close is not None:
        backend.close()


@pytest.mark.parametrize("name", NAMES)
def test_trying_it_out_names_what_is_wrong_and_never_raises(name: str) -> None:
    backend = connected(name, (401, {}, "{}"))
    assert backend.inspector is not None
    found = backend.inspector(NOW)
    assert any(not one.is_well for one in found)
    assert all(SECRET not in one.text for one in found)


@pytest.mark.parametrize("name", NAMES)
def test_what_it_takes_and_where_the_rest_is_done_are_acts_there_are(name: str) -> None:
    backend = connected(name, (500, {}, ""))
    assert backend.system.name == name
    assert backend.system.acts <= ACTS | SUPPLY
    assert set(backend.system.elsewhere) <= ACTS - backend.system.acts
    assert bool(backend.system.acts) == (backend.courier is not None)
    assert len({feed.name for feed in backend.feeds}) == len(backend.feeds)


def test_the_table_of_connected_systems_names_each_of_them_and_tests_that_there_are() -> None:
    told = (FOLDER.parent / "docs" / "integrations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:integrations|core|contracts|flows)/[^`]+)`", told))
    assert named
    assert all((FOLDER.parent / "tests" / path).exists() for path in named)
    assert all(f"integrations/{name}/" in told for name in NAMES)


_NOTHING_HOPEFUL = {"unknown", "open", "packed", "shipped", "label_created", "requested"}


def _contract(name: str) -> Any:
    """What a system's own tests give for trying it like every other."""
    return import_module(f"tests.integrations.{name}.contract")


TRACKING = [name for name in NAMES if hasattr(_contract(name), "tracker")]
"""Systems that are asked where their parcels are."""


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("name", TRACKING)
def test_each_trouble_with_asking_where_parcels_are_has_its_outcome(
    name: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer, outcomes = TROUBLES[trouble]
    tracker = _contract(name).tracker(section(name), answering(answer))
    hurry(tracker)
    with pytest.raises(Trouble) as told:
        tracker.track("1Z-OF-ADA", "Amazon Shipping")
    assert told.value.outcome in outcomes
    for text in (str(told.value), caplog.text):
        assert not any(hidden in text for hidden in (SECRET, PERSON, "1Z-OF-ADA"))


@pytest.mark.parametrize("name", TRACKING)
def test_a_word_nobody_knows_of_a_parcel_is_logged_and_promises_nothing(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard = _contract(name).tracked("Beamed-Up")
    assert "Beamed-Up" in caplog.text
    assert [scan.status.value for one in heard for scan in one.scans] == ["unknown"]


@pytest.mark.parametrize("name", NAMES)
def test_a_word_nobody_knows_is_logged_and_promises_nothing(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        pages = _contract(name).said("Beamed-Up")
    assert "Beamed-Up" in caplog.text
    rows = [row for page in pages for record in page.records for table in record.rows.values() for row in table]
    assert {row["status"] for row in rows if "status" in row} <= _NOTHING_HOPEFUL
    assert "Beamed-Up" not in str(rows)
    assert rows or any("unknown here" in fault for page in pages for fault in page.faults)


@pytest.mark.parametrize("name", [name for name in NAMES if connected(name, (500, {}, "")).courier is not None])
def test_making_something_twice_makes_it_once(name: str) -> None:
    with _contract(name).making() as (courier, post, count):
        before = count()
        made = courier.send(post)
        assert courier.send(replace(post, attempt=2, may_be_repeat=True)) == made
        assert count() == before + 1
