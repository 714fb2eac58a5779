"""A mailbox of letters that came back, read by IMAP: each message once, in its order, marked once it is kept."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from core.errors import Unavailable
from core.mailroom.model import Bookmark
from core.systems import Mailbox
from integrations.email.client import trusting

_TIMEOUT_S = 20.0
_LARGEST = 1 << 20
_MOST_AT_ONCE = 500
_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True)
class Letter:
    """A message of the mailbox, and where it stands."""

    at: Bookmark
    raw: bytes


@dataclass(frozen=True)
class Folder:
    """An opened folder of a mailbox."""

    server: imaplib.IMAP4
    validity: int

    def new(self, read: Bookmark | None) -> Iterator[Letter]:
        """Messages after those that were read, without marking them; the unseen ones where nothing was read before.

        A folder whose numbers are others than before (UIDVALIDITY) is one of which nothing was read. A few hundred
        come at once; the others wait for the next time.
        """
        goes_on = read is not None and read.validity == self.validity
        last = read.number if read is not None and goes_on else 0
        criteria = f"UID {last + 1}:*" if goes_on else "UNSEEN"
        [found] = _done(self.server.uid("SEARCH", criteria), "search its messages")[:1] or [b""]
        numbers = sorted(int(one) for one in _NUMBER.findall(found or b""))
        for number in [one for one in numbers if one > last][:_MOST_AT_ONCE]:  # “5:*” finds the last one even below 5
            parts = _done(self.server.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{_LARGEST}>)"), "give a message")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is not None:  # it may have been deleted meanwhile
                yield Letter(Bookmark(self.validity, number), raw)

    def mark(self, letter: Letter) -> None:
        """Mark a message as seen."""
        _done(self.server.uid("STORE", str(letter.at.number), "+FLAGS.SILENT", r"(\Seen)"), "mark a message")

    def unseen(self) -> int:
        """How many messages nobody has seen."""
        [found] = _done(self.server.uid("SEARCH", "UNSEEN"), "search its messages")[:1] or [b""]
        return len(_NUMBER.findall(found or b""))


@contextmanager
def opened(settings: Mailbox) -> Iterator[Folder]:
    """The folder that is named.

    Raises:
        Unavailable: the server does not answer, is not who it should be, or does not let us in.
    """
    where = f"The mailbox at {settings.host}"
    try:
        server = _connected(settings)
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unavailable(f"{where} does not answer ({_why(error)}).") from error
    try:
        try:
            server.login(settings.user, settings.password.get_secret_value())
        except imaplib.IMAP4.error as error:
            raise Unavailable(f"{where} does not let {settings.user} in; check user and password.") from error
        _done(server.select(_quoted(settings.folder)), f"open {settings.folder}")
        validity = _NUMBER.findall(bytes((server.response("UIDVALIDITY")[1] or [b""])[0] or b""))
        if not validity:
            raise Unavailable(f"{where} does not number its messages (UIDVALIDITY), so that they cannot be told apart.")
        yield Folder(server, int(validity[0]))
    except imaplib.IMAP4.abort as error:
        raise Unavailable(f"{where} broke off ({_why(error)}).") from error
    except imaplib.IMAP4.error as error:
        raise Unavailable(f"{where} does not {error}.") from error
    except OSError as error:
        raise Unavailable(f"{where} broke off ({_why(error)}).") from error
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
        with suppress(OSError):
            server.shutdown()  # it hangs up only where its goodbye was answered


def _connected(settings: Mailbox) -> imaplib.IMAP4:
    context = trusting(settings.authority)
    if settings.security == "tls":
        return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=_TIMEOUT_S)
    server = imaplib.IMAP4(settings.host, settings.port, timeout=_TIMEOUT_S)
    if settings.security == "starttls":
        try:
            server.starttls(context)
        except (OSError, imaplib.IMAP4.error):
            server.shutdown()
            raise
    return server


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _done(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(what)
    return answer[1]


def _why(error: Exception) -> str:
    return type(error).__name__ if isinstance(error, OSError) else str(error)[:100]
