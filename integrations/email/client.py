"""Couriers for letters: one that keeps them on a page, one that hands them to a mail server."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from core.clock import utc_now
from core.mailroom.ports import Later, Never, Post, Unclear
from integrations.email.dress import page

_TIMEOUT_S = 20.0
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}\Z", re.ASCII)


class OutboxCourier:
    """Leaves letters in the outbox, where the demo's mail page shows them: having written them is having sent them."""

    def send(self, post: Post) -> str:
        """Nothing leaves the house; the reference is the outbox's own."""
        return f"outbox:{post.outbox_id}"


@dataclass(frozen=True)
class SmtpCourier:
    """Hands letters to a mail server; without `user` it does not sign in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    starttls: bool = True
    shop: str = ""
    authority: Path | None = None  # whose certificates are trusted beside the usual ones

    def send(self, post: Post) -> str:
        """Send a letter (`to`, `subject`, `text`, `files`); gives its Message-ID, which a second try would have again.

        Raises:
            Later: the server is not there, is busy, or refuses us rather than the letter.
            Unclear: the connection broke while the letter was handed over.
            Never: the address or the letter is refused for good.
        """
        letter = self._letter(post)
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
        except (OSError, smtplib.SMTPException) as error:
            raise Later(f"The mail server {self.host} does not answer ({type(error).__name__}).") from error
        try:
            self._hand_over(server, letter)
        finally:
            # the letter has been taken or refused by now; how the server says goodbye must not cause a second one
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()
        return str(letter["Message-ID"])

    def _letter(self, post: Post) -> EmailMessage:
        to = str(post.content["to"]).strip()
        if not _ADDRESS.match(to):
            raise Never("The address is not one that mail can be sent to.")
        letter = EmailMessage()  # it would decode an encoded word in a subject, line breaks and all, into more headers
        letter["From"] = self.sender
        letter["To"] = to
        letter["Subject"] = " ".join(str(post.content["subject"]).replace("=?", "= ?").split())
        letter["Date"] = format_datetime(utc_now())
        letter["Message-ID"] = self._message_id(post.key)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(str(post.content["text"]), cte="quoted-printable")  # not every server takes eight bits
        letter.add_alternative(
            page(str(post.content["text"]), str(letter["Subject"]), self.shop), subtype="html", cte="quoted-printable"
        )
        for file in post.content.get("files", ()):
            main, _, sub = str(file["media_type"]).partition("/")
            letter.add_attachment(bytes(file["content"]), maintype=main, subtype=sub, filename=str(file["name"]))
        return letter

    def _message_id(self, key: str) -> str:
        return f"<{sha256(key.encode()).hexdigest()[:40]}@{self.sender.rpartition('@')[2] or 'localhost'}>"

    def _hand_over(self, server: smtplib.SMTP, letter: EmailMessage) -> None:
        try:
            if self.starttls:
                server.starttls(context=trusting(self.authority))
            if self.user:
                server.login(self.user, self.password)
            server.send_message(letter, from_addr=self.sender, to_addrs=[str(letter["To"])])
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=550)
            raise _refusal("the address", code) from error
        except smtplib.SMTPDataError as error:
            raise _refusal("the letter", error.smtp_code) from error
        except smtplib.SMTPResponseException as error:  # sign-in, sender: ours to put right, and the letter waits
            raise Later(f"The mail server refuses us ({error.smtp_code}); check the mail settings.") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Later(
                "The mail server does not offer what the mail settings want; check starttls and user."
            ) from error
        except (OSError, smtplib.SMTPException) as error:  # the server may have taken the letter before
            raise Unclear(f"The connection to the mail server broke ({type(error).__name__}).") from error


def trusting(authority: Path | None) -> ssl.SSLContext:
    """What certificates are checked by: the usual authorities, and one's own."""
    context = ssl.create_default_context()
    if authority is not None:
        context.load_verify_locations(authority)
    return context


def _refusal(what: str, code: int) -> Later | Never:
    if code >= 500:
        return Never(f"The mail server refused {what} for good ({code}).")
    return Later(f"The mail server refused {what} for now ({code}).")
