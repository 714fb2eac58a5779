"""Letters that came back: reports as servers write them, forged ones, and what the bell makes of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.assembly import House, chores
from core.config import Config, Mail
from core.database.engine import Database
from core.errors import InvalidInput
from core.mailroom.model import Bounce
from core.mailroom.outbox import Outgoing, post
from core.mailroom.ports import Post
from core.portal import Portal
from integrations.email import bounces
from tests import shop
from tests.bot.command_line import run
from tests.conftest import SettableClock

LETTER = "<0123456789abcdef@lamps.example.org>"


def report(
    letter: str = LETTER, to: str = "ada@example.org", action: str = "failed", code: str = "5.1.1", **enclosed: str
) -> bytes:
    kind = enclosed.get("enclosed", "message/rfc822")
    return f"""From: MAILER-DAEMON@mx.example.org
To: shop@lamps.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 15 Jun 2026 09:00:00 +0000

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {code}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 {code} <{to}>: Recipient address
    rejected: User unknown

--B
Content-Type: {kind}

From: shop@lamps.example.org
To: {to}
Message-ID: {letter}
Subject: Your order

--B--
""".encode()


@pytest.mark.parametrize("enclosed", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_letter_address_and_why(enclosed: str) -> None:
    (found,) = bounces.read(report(enclosed=enclosed))
    assert (found.letter, found.address, found.code, found.is_dead) == (LETTER, "ada@example.org", "5.1.1", True)
    assert found.diagnosis.endswith("Recipient address rejected: User unknown")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"Subject: hello\n\nWhere is my order?", report(action="delayed", code="4.4.7"),
        report(action="delivered", code="2.0.0"), report(letter=""), report(letter="(" * 3000),
        report().replace(b"message/rfc822", b"text/plain"),
        b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n\n--B--",
    ],
)  # fmt: skip
def test_what_is_no_report_of_a_lost_letter_tells_nothing(raw: bytes) -> None:
    assert bounces.read(raw) == []


@pytest.mark.parametrize("letter", ["<@U024BE7LH> look", "<a@[> x", '<"@x>', "<=?utf-8?q?a?=@x>"])
def test_a_number_no_grammar_knows_is_read_as_it_is(letter: str) -> None:
    (found,) = bounces.read(report(letter=letter))
    assert letter.startswith(found.letter)


@pytest.mark.parametrize(("code", "dead"), [("5.1.1", True), ("5.1.10", True), ("5.2.1", True), ("5.2.2", False),
                                            ("5.7.1", False), ("4.4.7", False), ("", False)])  # fmt: skip
def test_only_a_mailbox_that_is_none_is_dead(code: str, dead: bool) -> None:
    assert Bounce(LETTER, "ada@example.org", code, "").is_dead is dead


class Postman:
    """Sends everything, under one reference each."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, letter: Post) -> str:
        self.sent.append(letter.key)
        return f"<{letter.key}@lamps.example.org>"


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def mailing(database: Database, config: Config, clock: SettableClock, postman: Postman) -> Portal:
    portal = Portal(database, config, clock, {"email": postman})
    shop.open_shop(portal)
    return portal


def write(portal: Portal, key: str, clock: SettableClock, to: str = "ada@example.org") -> None:
    told = {"to": to, "subject": "Hello", "text": "Hello"}
    with portal._database.unit_of_work() as session:
        post(session, Outgoing(key, "email", f"customer:{shop.ADA}", "note", told, timedelta(days=1)), clock.now)
    portal.deliver()


def letters_for_staff(portal: Portal) -> list[str]:
    planner = portal.staff_by_email(shop.PLANNER)
    assert planner is not None
    return [letter.reason for letter in portal.dead_letters(planner)]


def test_a_dead_address_gets_no_more_mail_and_staff_is_told(
    mailing: Portal, clock: SettableClock, postman: Postman
) -> None:
    write(mailing, "one", clock)
    assert mailing.take_bounces(bounces.read(report("<one@lamps.example.org>"))) == 1
    assert ["came back (5.1.1)" in reason for reason in letters_for_staff(mailing)] == [True]
    write(mailing, "two", clock)
    write(mailing, "three", clock, to="grace@example.org")
    assert postman.sent == ["one", "three"]
    assert mailing.reopen_mailbox("ada@example.org")
    assert not mailing.reopen_mailbox("ada@example.org")
    write(mailing, "four", clock)
    assert postman.sent == ["one", "three", "four"]


def test_a_full_mailbox_is_told_and_tried_again_with_the_next_letter(
    mailing: Portal, clock: SettableClock, postman: Postman
) -> None:
    write(mailing, "one", clock)
    assert mailing.take_bounces(bounces.read(report("<one@lamps.example.org>", code="5.2.2"))) == 1
    assert len(letters_for_staff(mailing)) == 1
    write(mailing, "two", clock)
    assert postman.sent == ["one", "two"]


def test_a_report_is_taken_once_and_never_about_others_or_unknown_letters(
    mailing: Portal, clock: SettableClock
) -> None:
    write(mailing, "one", clock)
    for forged in (report("<one@lamps.example.org>", to="grace@example.org"), report("<none@lamps.example.org>")):
        assert mailing.take_bounces(bounces.read(forged)) == 0
    genuine = bounces.read(report("<one@lamps.example.org>", to="Ada@Example.org"))
    assert [mailing.take_bounces(genuine) for _ in range(2)] == [1, 0]


def test_messages_come_from_a_file_an_mbox_a_maildir_or_a_folder(tmp_path: Path) -> None:
    for folder in ("maildir/new", "maildir/cur", "folder"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("one.eml", "maildir/new/1", "maildir/cur/2:2,S", "folder/3.eml"):
        (tmp_path / name).write_bytes(report())
    stamped = b"From MAILER-DAEMON Mon Jun 15 09:00:00 2026\n" + report() + b"\n"
    (tmp_path / "box.mbox").write_bytes(stamped * 2)
    counts = {name: len([one for raw in bounces.messages(tmp_path / name) for one in bounces.read(raw)])
              for name in ("one.eml", "box.mbox", "maildir", "folder")}  # fmt: skip
    assert counts == {"one.eml": 1, "box.mbox": 2, "maildir": 2, "folder": 1}
    with pytest.raises(InvalidInput, match="cannot be read"):
        list(bounces.messages(tmp_path / "none"))


def test_a_maildir_is_emptied_into_what_was_seen(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "7.mx").write_bytes(report())
    assert [len(bounces.read(raw)) for raw in bounces.take_new(tmp_path)] == [1]
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["7.mx:2,S"]
    assert list(bounces.take_new(tmp_path)) == []
    with pytest.raises(InvalidInput, match="no Maildir"):
        list(bounces.take_new(tmp_path / "cur"))


def test_there_is_a_chore_for_bounces_where_a_maildir_is_named(
    tmp_path: Path, database: Database, config: Config
) -> None:

    (tmp_path / "new").mkdir()
    portal = Portal(database, config)
    named = config.model_copy(update={"mail": Mail(bounces=tmp_path)})
    assert chores(House(config, database, portal)) == {}
    chores(House(named, database, portal))["bounces"]()


def test_the_command_says_what_came_of_it(database_url: str, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[database]\nurl = "{database_url}"\n', encoding="utf-8")
    (tmp_path / "one.eml").write_bytes(report())
    ended = run("mail-in", str(tmp_path / "one.eml"), "--config", str(settings))
    assert ended.out == "1 messages, 1 reports of letters that did not arrive, 0 of them ours.\n"
    assert run("mail-in", "--config", str(settings)).code == 2
    assert "Nothing was held back" in run("mail-in", "--reopen", "a@example.org", "--config", str(settings)).out
