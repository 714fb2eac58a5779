"""A mailbox by IMAP: every report once, whatever breaks, and nothing of what is no report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.assembly import House, chores, take_from_mailbox
from bot.checking import findings
from core.config import Config
from core.database.engine import Database
from core.errors import Unavailable
from core.portal import Portal
from core.systems import Mailbox as Settings
from tests import shop
from tests.bot.command_line import run
from tests.conftest import SettableClock
from tests.integrations.email.mailbox import CERTIFICATES, PASSWORD, USER, Mailbox, serving
from tests.integrations.email.test_bounces import Postman, letters_for_staff, report, write


def settings_for(number: int, **other: Any) -> Settings:
    said = {"host": "localhost", "port": number, "user": USER, "password": SecretStr(PASSWORD)}
    return Settings(**{**said, "authority": CERTIFICATES / "server.pem", **other})


@pytest.fixture
def portal(database: Database, config: Config, clock: SettableClock) -> Portal:
    opened = Portal(database, config, clock, couriers={"email": Postman()})
    shop.open_shop(opened)
    return opened


@pytest.fixture
def mailbox() -> Mailbox:
    letters = {3: report("<one@lamps.example.org>"), 4: b"Subject: hello\r\n\r\nWhere is my lamp?\r\n"}
    return Mailbox({**letters, 9: report("<two@lamps.example.org>", to="grace@example.org")})


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    with serving(mailbox) as found:
        yield found


def letters_leave(portal: Portal, clock: SettableClock) -> None:
    write(portal, "one", clock)
    write(portal, "two", clock, to="grace@example.org")


def test_reports_are_taken_once_and_marked_and_other_letters_stay_for_a_person(
    portal: Portal, clock: SettableClock, mailbox: Mailbox, port: int
) -> None:
    letters_leave(portal, clock)
    settings = settings_for(port)
    assert take_from_mailbox(portal, settings) == (3, 2, 2)
    assert mailbox.seen == {3, 9}
    mailbox.commands.clear()
    assert take_from_mailbox(portal, settings) == (0, 0, 0)
    assert "UID SEARCH UID 10:*" in mailbox.commands
    assert not [said for said in mailbox.commands if "FETCH" in said]


def test_what_came_later_is_read_though_somebody_looked_at_it_first(
    portal: Portal, clock: SettableClock, mailbox: Mailbox, port: int
) -> None:
    letters_leave(portal, clock)
    late = mailbox.messages.pop(9)
    assert take_from_mailbox(portal, settings_for(port)) == (2, 1, 1)
    mailbox.messages[9] = late
    mailbox.seen.add(9)
    assert take_from_mailbox(portal, settings_for(port)) == (1, 1, 1)


@pytest.mark.parametrize("at", ["FETCH", "STORE", "SEARCH"])
def test_a_connection_that_breaks_loses_and_doubles_nothing(
    portal: Portal, clock: SettableClock, mailbox: Mailbox, port: int, at: str
) -> None:
    letters_leave(portal, clock)
    mailbox.breaks_at = at
    with pytest.raises(Unavailable, match="broke off"):
        take_from_mailbox(portal, settings_for(port))
    mailbox.breaks_at = ""
    take_from_mailbox(portal, settings_for(port))
    assert ["came back" in reason for reason in letters_for_staff(portal)] == [True, True]


def test_a_folder_that_counts_anew_is_read_anew_and_no_report_counts_twice(
    portal: Portal, clock: SettableClock, mailbox: Mailbox, port: int
) -> None:
    letters_leave(portal, clock)
    take_from_mailbox(portal, settings_for(port))
    mailbox.validity, mailbox.seen = 8, set()
    mailbox.messages = {1: report("<one@lamps.example.org>")}
    assert take_from_mailbox(portal, settings_for(port)) == (1, 1, 0)


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_it_is_read_by_starttls_and_on_this_machine_without(
    portal: Portal, mailbox: Mailbox, port: int, security: str
) -> None:
    mailbox.security = security
    assert take_from_mailbox(portal, settings_for(port, security=security))[:2] == (3, 2)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"password": SecretStr("wrong")}, "does not let bounces@lamps.example.org in; check user and password"),
        ({"folder": "Junk"}, "does not open Junk"),
        ({"authority": None}, "does not answer .SSLCertVerificationError"),
        ({"port": 1}, "does not answer .ConnectionRefusedError"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_without_the_password(
    portal: Portal, port: int, other: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unavailable, match=said) as caught:
        take_from_mailbox(portal, settings_for(port, **other))
    assert PASSWORD not in str(caught.value)


def test_a_password_never_crosses_the_net_for_all_to_read() -> None:
    with pytest.raises(ValidationError, match="for all to read"):
        settings_for(143, host="imap.example.org", security="none")
    with pytest.raises(ValidationError, match="needs user and password"):
        settings_for(993, user="")


def test_the_check_and_the_command_and_the_clock_use_it(
    portal: Portal, database: Database, config: Config, port: int, tmp_path: Path, database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    house = House(config.model_copy(update={"mailbox": settings_for(port)}), database, portal)
    sentences = [one.text for one in findings(house)]
    assert f"The mailbox {USER}@localhost/INBOX lets us in; 3 messages in it are unseen." in sentences
    monkeypatch.setenv("STOREKEEPER__MAILBOX__PASSWORD", PASSWORD)
    written = (f'[database]\nurl = "{database_url}"\n[mailbox]\nhost = "localhost"\nport = {port}\nuser = "{USER}"\n'
               f'authority = "{CERTIFICATES / "server.pem"}"\n')  # fmt: skip
    (tmp_path / "config.toml").write_text(written, encoding="utf-8")
    ended = run("mail-in", "--config", str(tmp_path / "config.toml"))
    assert ended.out == "3 messages, 2 reports of letters that did not arrive, 0 of them ours.\n"
    chores(house)["mailbox"]()
