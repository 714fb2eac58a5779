"""Letters to a mail server: a real one on loopback that takes, refuses or hangs up as it is told."""

import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from typing import cast

import pytest

from core.mailroom.ports import Later, Never, Post
from integrations.email.client import OutboxCourier, SmtpCourier


@dataclass
class Desk:
    """What the server has taken, and what it answers to a command if not yes."""

    answers: dict[str, str] = field(default_factory=dict)
    recipients: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    desk: Desk


class _Talk(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 for one letter at a time."""

    def handle(self) -> None:
        desk = cast("_Server", self.server).desk
        self._say(desk.answers.get("HELLO", "220 desk.example.org"))
        while line := self.rfile.readline().decode().strip():
            command = line.split(":", maxsplit=1)[0].split()[0].upper()
            if command == "RCPT":
                desk.recipients.append(line)
            answer = desk.answers.get(command, {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 yes"))
            if answer == "hang up":
                return
            self._say(answer)
            if answer.startswith("354"):
                desk.letters.append(self._letter())
                self._say(desk.answers.get("END", "250 taken"))
            if command == "QUIT":
                return

    def _letter(self) -> str:
        lines: list[str] = []
        while (line := self.rfile.readline().decode()).rstrip("\r\n") != ".":
            lines.append(line)
        return "".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def _open(desk: Desk) -> Iterator[SmtpCourier]:
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.desk = desk
        running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        running.start()
        try:
            port = server.server_address[1]
            yield SmtpCourier("127.0.0.1", port, "", "", "shop@lamps.example.org", starttls=False)
        finally:
            server.shutdown()
            running.join()


def _post(key: str = "order:1:shipped", **content: str) -> Post:
    whole = {"to": "ada@example.org", "subject": "Your order is on its way", "text": "Hello Ada,\nit left today."}
    return Post(7, key, "email", "customer:1", "shipped", {**whole, **content}, 1)


def _parsed(letter: str) -> EmailMessage:
    return message_from_string(letter, policy=email.policy.default)


def test_outbox_courier_gives_the_outbox_as_reference() -> None:
    assert OutboxCourier().send(_post()) == "outbox:7"


def test_a_letter_arrives_whole_in_every_script() -> None:
    desk = Desk()
    with _open(desk) as courier:
        reference = courier.send(_post(subject="Ihre Rückgabe ✓", text="Zoë Björk — 山田花子\nΕλένη"))
    letter = _parsed(desk.letters[0])
    assert letter["To"] == "ada@example.org"
    assert letter["From"] == "shop@lamps.example.org"
    assert letter["Subject"] == "Ihre Rückgabe ✓"
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Zoë Björk — 山田花子", "Ελένη"]
    assert letter["Message-ID"] == reference
    assert reference.endswith("@lamps.example.org>")


def test_a_second_try_of_the_same_letter_has_the_same_message_id_and_another_letter_another() -> None:
    desk = Desk()
    with _open(desk) as courier:
        first, again, other = courier.send(_post()), courier.send(_post()), courier.send(_post("order:2:shipped"))
    assert first == again
    assert other != first


def test_a_line_break_in_the_subject_adds_no_header() -> None:
    desk = Desk()
    with _open(desk) as courier:
        courier.send(_post(subject="Hello\r\nBcc: everybody@example.org\r\n\r\nbody"))
    letter = _parsed(desk.letters[0])
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hello Bcc: everybody@example.org body"
    assert len(desk.recipients) == 1


def test_an_encoded_line_break_in_the_subject_adds_no_header_either() -> None:
    desk = Desk()
    with _open(desk) as courier:
        courier.send(_post(subject="Back again: =?utf-8?q?mug=0aBcc=3aeve=40example=2eorg?="))
    letter = _parsed(desk.letters[0])
    assert letter["Bcc"] is None
    assert len(desk.recipients) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org, b@example.org",
        "a@example.org\nBcc: b@example.org",
        "nobody",
        "Ada <a@example.org>",
        "",
        "ä@x.org",
    ],
)
def test_an_address_that_is_not_exactly_one_is_never_sent_to(address: str) -> None:
    desk = Desk()
    with _open(desk) as courier, pytest.raises(Never):
        courier.send(_post(to=address))
    assert desk.recipients == []


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 no such person ada@example.org", Never),
        ("RCPT", "450 mailbox busy", Later),
        ("END", "554 looks like spam", Never),
        ("END", "451 try again", Later),
        ("MAIL", "550 sender unknown", Later),
        ("HELLO", "421 too busy", Later),
        ("DATA", "hang up", Later),
    ],
)
def test_a_refusal_is_for_good_only_where_the_letter_is_refused(
    command: str, answer: str, outcome: type[Exception]
) -> None:
    with _open(Desk({command: answer})) as courier, pytest.raises(outcome) as refused:
        courier.send(_post())
    assert "ada@example.org" not in str(refused.value)


@pytest.mark.parametrize("goodbye", ["500 what", "hang up"])
def test_how_the_server_says_goodbye_does_not_make_a_taken_letter_fail(goodbye: str) -> None:
    desk = Desk({"QUIT": goodbye})
    with _open(desk) as courier:
        courier.send(_post())
    assert len(desk.letters) == 1


def test_no_server_means_later() -> None:
    with _open(Desk()) as courier:
        pass
    with pytest.raises(Later, match="does not answer"):
        courier.send(_post())


def test_a_server_without_starttls_gets_no_letter_where_it_is_wanted() -> None:
    desk = Desk({"EHLO": "250 desk.example.org"})
    with _open(desk) as plain, pytest.raises(Later, match="starttls"):
        SmtpCourier(plain.host, plain.port, "", "", "shop@lamps.example.org").send(_post())
    assert desk.letters == []


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(SmtpCourier("mail.example.org", 25, "shop", "hunter2", "shop@example.org"))
