"""A real mail server that wants encryption and a log-in, and what people see of a letter."""

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.mailroom.ports import Later, Post
from integrations.email.client import SmtpCourier

CERTIFICATES = Path(__file__).parent / "certificates"
WHO, SECRET = "shop", "correct horse"


class Desk:
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 the library's name
        content = envelope.original_content
        assert content is not None
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.was_encrypted.append(session.ssl is not None)
        return "250 taken"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


def _known(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth: object) -> AuthResult:
    mine = LoginPassword(WHO.encode(), SECRET.encode())
    return AuthResult(success=auth == mine, handled=False)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def server(desk: Desk) -> Iterator[Controller]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
    running = Controller(
        desk, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
        authenticator=_known, auth_required=True,
    )  # fmt: skip
    running.start()
    yield running
    running.stop()


def courier(server: Controller, password: str = SECRET, authority: str = "server.pem") -> SmtpCourier:
    trusted = CERTIFICATES / authority if authority else None
    return SmtpCourier(
        "localhost", server.port, WHO, password, "shop@lamps.example.org", shop="Lamps & Lace", authority=trusted
    )


def post(text: str = "Hello Ada,\nit left today.", **content: object) -> Post:
    whole = {"to": "ada@example.org", "subject": "Your order", "text": text, **content}
    return Post(7, "order:1:shipped", "email", "customer:1", "shipped", whole, 1)


def test_a_letter_goes_encrypted_and_logged_in(server: Controller, desk: Desk) -> None:
    reference = courier(server).send(post())
    assert desk.was_encrypted == [True]
    assert desk.letters[0]["Message-ID"] == reference


def test_a_wrong_password_or_a_stranger_s_certificate_leaves_the_letter_waiting(server: Controller, desk: Desk) -> None:
    with pytest.raises(Later, match="535"):
        courier(server, password="wrong").send(post())
    with pytest.raises(Later):
        courier(server, authority="").send(post())
    assert desk.letters == []


def test_a_letter_is_text_and_html_of_the_same_words_with_what_is_attached(server: Controller, desk: Desk) -> None:
    text = 'Hello <b>Ada</b> & "Co",\n\n  2 x MUG    at £4.50\n\nSee https://lamps.example.org/orders/1?a=1&b=2.'
    files = [{"name": "invoice.pdf", "media_type": "application/pdf", "content": b"%PDF-1.7"}]
    courier(server).send(post(text, files=files))
    letter = desk.letters[0]
    plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().splitlines() == text.splitlines()
    page = rich.get_content()
    assert "Hello &lt;b&gt;Ada&lt;/b&gt; &amp; &quot;Co&quot;," in page
    assert '<a href="https://lamps.example.org/orders/1?a=1&amp;b=2"' in page
    assert "Lamps &amp; Lace" in page
    assert not [word for word in ("<b>", "<img", "<script", "src=", "url(") if word in page]
    assert [part.get_filename() for part in letter.iter_attachments()] == ["invoice.pdf"]
