"""A link opens one file of one customer for a quarter of an hour, and nothing else."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from core.billing import links
from core.errors import NotFound, Refused

SECRET, OTHER = b"a secret of sixteen bytes or more", b"another secret, quite long as well"
NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
UNTIL = NOW + links.LIFETIME


def token(secret: bytes = SECRET, purpose: str = "invoice", file: str = "51001", customer: str = "c-ada") -> str:
    return links.sign(secret, purpose, file, customer, UNTIL)


def opens(text: str, *secrets: bytes, now: datetime = NOW) -> links.FileClaim:
    return links.verify(secrets or (SECRET,), text, purpose="invoice", now=now)


def test_a_link_grants_what_it_was_made_for() -> None:
    assert opens(token()) == links.FileClaim("invoice", "51001", "c-ada", UNTIL)


def test_opening_a_link_uses_nothing_up() -> None:
    assert opens(token()) == opens(token())


@pytest.mark.parametrize("file", ["Ü-7/22", "a.b.c", '"],["', "発票 1"])
def test_any_number_goes_into_an_address_as_it_is(file: str) -> None:
    made = token(file=file)
    assert quote(made, safe="") == made
    assert opens(made).file_id == file


def test_a_link_opens_until_its_last_second_and_no_longer() -> None:
    assert opens(token(), now=UNTIL - timedelta(seconds=1)).file_id == "51001"
    with pytest.raises(Refused, match=r"expired\. Ask for the document again") as caught:
        opens(token(), now=UNTIL)
    assert caught.value.rule == "link-expired"


def test_no_character_of_a_link_can_be_changed() -> None:
    made = token()
    for place, character in enumerate(made):
        for other in ("A", "B"):
            if character != other:
                with pytest.raises(NotFound):
                    opens(made[:place] + other + made[place + 1 :])


def test_a_claim_sealed_by_somebody_else_opens_nothing() -> None:
    head, claim, seal = token().split(".")
    wanted = base64.urlsafe_b64encode(json.dumps(["invoice", "52001", "c-grace", 2**40]).encode()).decode().rstrip("=")
    for forged in (f"{head}.{wanted}.{seal}", f"v2.{claim}.{seal}", f"{head}.{claim}.", f"{head}.{wanted}.{'A' * 43}"):
        with pytest.raises(NotFound):
            opens(forged)


@pytest.mark.parametrize("text", ["", ".", "..", "v1..", "x" * 100_000, "v1.ü.ü", "v1.a.b.c", "\x00.\x00.\x00"])
def test_what_is_no_link_opens_nothing(text: str) -> None:
    with pytest.raises(NotFound, match="not valid"):
        opens(text)


def test_a_link_for_another_purpose_opens_nothing() -> None:
    with pytest.raises(NotFound):
        opens(token(purpose="export"))


def test_while_a_secret_is_replaced_both_open_and_afterwards_the_old_one_does_not() -> None:
    before, after = token(OTHER), token(SECRET)
    assert opens(before, SECRET, OTHER) == opens(after, SECRET, OTHER)
    with pytest.raises(NotFound):
        opens(before, SECRET)


def test_a_forged_link_that_is_old_reads_like_any_forged_one() -> None:
    with pytest.raises(NotFound):
        opens(token(OTHER), now=UNTIL + timedelta(days=1))


def test_weak_secrets_and_times_without_a_zone_are_slips_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        links.sign(b"short", "invoice", "1", "c", UNTIL)
    with pytest.raises(ValueError, match="time zone"):
        links.sign(SECRET, "invoice", "1", "c", UNTIL.replace(tzinfo=None))
    with pytest.raises(ValueError, match="at most"):
        links.sign(SECRET, "invoice", "1" * 1000, "c", UNTIL)
