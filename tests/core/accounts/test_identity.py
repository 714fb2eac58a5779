"""Codes by mail: used once, by the browser that asked, a few times a day, and telling nothing of who has an account."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.accounts import identity
from core.accounts.identity import Asked
from core.accounts.rows import CodeRow
from core.database.engine import Database
from core.errors import InvalidInput, PortalError, Refused, TooMany
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.accounts.conftest import ADDRESS, NOBODY, Doorbell
from tests.core.database.side_by_side import ON_POSTGRESQL, ON_SQLITE, meanwhile
from tests.shop import ADA, GRACE, PLANNER, bring

Wrong = Callable[[Asked], str]


def whose(portal: Portal, token: str | PortalError) -> str | None:
    """The chat of whoever a token belongs to."""
    assert isinstance(token, str)
    visitor = portal.visitor(token)
    return visitor.chat if visitor else None


def test_a_mailed_code_opens_a_session_of_its_owner(doorbell: Doorbell, people: Portal) -> None:
    assert whose(people, doorbell.attempt(doorbell.ask().code)) == f"customer:{ADA}"
    assert whose(people, doorbell.attempt(doorbell.ask(PLANNER).code)) == f"staff:{PLANNER}"


def test_capitals_and_spaces_around_an_address_do_not_matter(doorbell: Doorbell, people: Portal) -> None:
    asked = doorbell.ask("  GRACE@example.ORG ")
    assert whose(people, doorbell.attempt(asked.code)) == f"customer:{GRACE}"


@ON_SQLITE
def test_capitals_of_other_alphabets_do_not_matter_either(doorbell: Doorbell, people: Portal) -> None:
    bring(people, "customers", {"customer_id": "c-ö", "name": "Öz", "email": "ÖZ@example.org", "country": "TR"})
    assert doorbell.ask("Öz@example.org").person == "customer:c-ö"


@ON_SQLITE
@pytest.mark.parametrize("relayed", ["cafe0001@relay.walmart.com", "ab12@marketplace.amazon.co.uk"])
def test_nobody_signs_in_with_an_address_that_a_marketplace_relays(
    doorbell: Doorbell, people: Portal, relayed: str
) -> None:
    bring(people, "customers", {"customer_id": "c-far", "name": "Far", "email": relayed, "country": "US"})
    assert doorbell.ask(relayed).person is None


@ON_SQLITE
@pytest.mark.parametrize("typed", ["", "ada", "ada@", "@example.org", "ada@example.org\n, eve@example.org", "a" * 5000])
def test_what_is_no_address_is_refused(doorbell: Doorbell, typed: str) -> None:
    with pytest.raises(InvalidInput, match="does not look like an e-mail address"):
        doorbell.ask(typed)


@ON_SQLITE
def test_a_code_has_eight_digits_and_is_kept_only_as_a_hash(doorbell: Doorbell, database: Database) -> None:
    asked = doorbell.ask()
    assert len(asked.code) == 8
    assert asked.code.isdigit()
    with database.reading() as session:
        kept = session.scalars(select(CodeRow)).one()
    assert asked.code not in str({column: getattr(kept, column) for column in ("digest", "browser", "address")})


@ON_SQLITE
def test_a_code_may_be_typed_with_spaces_and_dashes(doorbell: Doorbell) -> None:
    code = doorbell.ask().code
    assert isinstance(doorbell.attempt(f" {code[:4]}-{code[4:]} "), str)


def test_a_code_opens_once(doorbell: Doorbell) -> None:
    code = doorbell.ask().code
    assert isinstance(doorbell.attempt(code), str)
    assert isinstance(doorbell.attempt(code), Refused)


@ON_SQLITE
def test_a_code_is_good_for_ten_minutes(doorbell: Doorbell, clock: SettableClock) -> None:
    first = doorbell.ask().code
    clock.forward(timedelta(minutes=9, seconds=59))
    assert isinstance(doorbell.attempt(first), str)
    second = doorbell.ask().code
    clock.forward(timedelta(minutes=10))
    assert isinstance(doorbell.attempt(second), Refused)


@ON_SQLITE
def test_a_code_opens_nothing_in_another_browser(doorbell: Doorbell) -> None:
    code = doorbell.ask(browser="mine").code
    doorbell.ask("grace@example.org", browser="yours")
    assert isinstance(doorbell.attempt(code, "yours"), Refused)
    assert isinstance(doorbell.attempt(code, "never asked"), Refused)
    assert isinstance(doorbell.attempt(code, "mine"), str)


@ON_SQLITE
def test_a_new_code_voids_the_one_before(doorbell: Doorbell) -> None:
    before, after = doorbell.ask().code, doorbell.ask().code
    assert isinstance(doorbell.attempt(before), Refused)
    assert isinstance(doorbell.attempt(after), str)


@ON_SQLITE
def test_the_sixth_try_is_refused_even_with_the_right_code(doorbell: Doorbell, wrong: Wrong) -> None:
    asked = doorbell.ask()
    for _ in range(5):
        assert isinstance(doorbell.attempt(wrong(asked)), Refused)
    assert isinstance(doorbell.attempt(asked.code), TooMany)


@ON_SQLITE
def test_ten_wrong_tries_lock_an_address_for_every_browser_until_the_next_day(
    doorbell: Doorbell, wrong: Wrong, clock: SettableClock
) -> None:
    for browser in ("one", "two"):
        asked = doorbell.ask(browser=browser)
        for _ in range(5):
            doorbell.attempt(wrong(asked), browser)
    asked = doorbell.ask(browser="three")
    refusal = doorbell.attempt(asked.code, "three")
    assert isinstance(refusal, TooMany)
    assert "tomorrow" in str(refusal)
    clock.forward(timedelta(hours=24))
    assert isinstance(doorbell.attempt(doorbell.ask(browser="three").code, "three"), str)


@ON_SQLITE
def test_signing_in_often_is_no_wrong_try(doorbell: Doorbell, clock: SettableClock) -> None:
    for _ in range(6):
        assert isinstance(doorbell.attempt(doorbell.ask().code), str)
        clock.forward(timedelta(minutes=30))


@ON_SQLITE
def test_the_owner_is_told_when_an_address_is_locked(doorbell: Doorbell, wrong: Wrong, people: Portal) -> None:
    for browser in ("one", "two"):
        asked = doorbell.ask(browser=browser)
        for _ in range(6):
            with pytest.raises(PortalError):
                people.sign_in(browser, wrong(asked))
    assert [letter.to for letter in people.letters()] == [ADDRESS]


@ON_SQLITE
@pytest.mark.parametrize("address", [ADDRESS, NOBODY])
def test_an_address_gets_three_codes_an_hour_and_six_a_day(
    doorbell: Doorbell, clock: SettableClock, address: str
) -> None:
    for _ in range(2):
        for number in range(3):
            doorbell.ask(address, browser=f"browser {number}")
        with pytest.raises(TooMany):
            doorbell.ask(address, browser="another")
        clock.forward(timedelta(hours=1))
    with pytest.raises(TooMany):
        doorbell.ask(address)
    clock.forward(timedelta(hours=22))
    assert doorbell.ask(address).address == address


@ON_SQLITE
def test_the_refusal_of_the_seventh_code_of_a_day_names_the_next_day(doorbell: Doorbell, clock: SettableClock) -> None:
    for _ in range(6):
        doorbell.ask()
        clock.forward(timedelta(minutes=21))
    with pytest.raises(TooMany, match="tomorrow"):
        doorbell.ask()


@ON_SQLITE
def test_a_browser_asks_for_five_addresses_a_day(doorbell: Doorbell, clock: SettableClock) -> None:
    for number in range(5):
        doorbell.ask(f"somebody{number}@example.org")
    with pytest.raises(TooMany, match="several addresses"):
        doorbell.ask("one-more@example.org")
    assert doorbell.ask("somebody0@example.org").address == "somebody0@example.org"
    clock.forward(timedelta(hours=25))
    assert doorbell.ask("one-more@example.org").address == "one-more@example.org"


@ON_SQLITE
def test_an_address_nobody_has_is_treated_like_one_on_file(
    doorbell: Doorbell, wrong: Wrong, database: Database
) -> None:
    told: dict[str, list[str]] = {}
    for address in (ADDRESS, NOBODY):
        asked = doorbell.ask(address, browser=address)
        told[address] = [str(doorbell.attempt(wrong(asked), address)) for _ in range(6)]
    assert told[ADDRESS] == told[NOBODY]
    assert isinstance(doorbell.attempt(doorbell.ask(NOBODY, browser="new").code, "new"), Refused)
    with database.reading() as session:
        kept = dict(session.execute(select(CodeRow.address, func.count()).group_by(CodeRow.address)).all())
    assert kept == {ADDRESS: 1, NOBODY: 2}


def test_both_cases_write_a_letter_and_only_one_goes_out(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    people.ask_for_code(ADDRESS, "one")
    people.ask_for_code(NOBODY, "two")
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.outbox_id)).all()
    assert [(row.content["to"], row.expires_at > clock.now) for row in rows] == [(ADDRESS, True), (NOBODY, False)]
    assert len({tuple(sorted(row.content)) for row in rows}) == 1
    assert [letter.to for letter in people.letters()] == [ADDRESS]


@ON_SQLITE
def test_a_code_is_nowhere_to_be_read_once_it_is_used_up(
    people: Portal, database: Database, clock: SettableClock
) -> None:
    people.ask_for_code(ADDRESS, "one")
    code = next(word for word in people.letters()[0].text.split() if word.isdigit() and len(word) == 8)
    people.sign_in("one", code)
    clock.forward(timedelta(days=60))
    people.deliver()
    people.housekeep()
    with database.reading() as session:
        assert code not in str([row.content for row in session.scalars(select(OutboxRow))])


@ON_POSTGRESQL
def test_asking_at_once_does_not_go_past_the_limit(
    doorbell: Doorbell, database: Database, clock: SettableClock
) -> None:
    doorbell.ask()
    doorbell.ask()
    with database.unit_of_work() as session:
        identity.ask_for_code(session, ADDRESS, "third", clock.now)
        session.flush()
        fourth = meanwhile(database, lambda other: identity.ask_for_code(other, ADDRESS, "fourth", clock.now))
    with pytest.raises(TooMany):
        fourth.result()


@ON_POSTGRESQL
def test_trying_at_once_does_not_go_past_ten_a_day(
    doorbell: Doorbell, database: Database, clock: SettableClock, wrong: Wrong
) -> None:
    for browser, tries in (("one", 5), ("two", 4)):
        asked = doorbell.ask(browser=browser)
        for _ in range(tries):
            doorbell.attempt(wrong(asked), browser)
    third = doorbell.ask(browser="three")
    with database.unit_of_work() as session:
        identity.redeem(session, "two", "12345678", clock.now)
        eleventh = meanwhile(database, lambda other: identity.redeem(other, "three", wrong(third), clock.now))
    assert isinstance(eleventh.result(), TooMany)
