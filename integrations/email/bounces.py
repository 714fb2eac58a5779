"""Letters that came back, as mail servers report them (RFC 3464): to whom, which letter, and why."""

import logging
import mailbox
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import BinaryIO

from core.errors import InvalidInput
from core.mailroom.model import Bounce

log = logging.getLogger(__name__)
_LARGEST = 1 << 20
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})")
_ID = re.compile(r"<[^<>\s]{3,250}>")


def read(raw: bytes) -> list[Bounce]:
    """The reports in a message; none where it is an answer, an advertisement, nested beyond reading or the like."""
    try:
        return _reports(raw)
    except RecursionError:
        log.warning("a message is nested too deeply to be read")
        return []


def _reports(raw: bytes) -> list[Bounce]:
    message = message_from_bytes(raw[:_LARGEST])  # its headers as they are: reading them as mail's grammar can raise
    if message.get_content_type() != "multipart/report" and not list(_parts(message, "message/delivery-status")):
        return []
    letter = _returned(message)
    return [
        bounce
        for report in _parts(message, "message/delivery-status")
        for part in _recipients(report)
        if (bounce := _bounce(part, letter)) is not None
    ]


def messages(path: Path) -> Iterator[bytes]:
    """The messages of a file (one, or an mbox of many), of a Maildir, or of a folder of files.

    Raises:
        InvalidInput: there is nothing that can be read.
    """
    try:
        if path.is_dir():
            folders = [path / "new", path / "cur"] if (path / "new").is_dir() else [path]
            for file in sorted(file for folder in folders if folder.is_dir() for file in folder.iterdir()):
                if file.is_file():
                    with file.open("rb") as opened:
                        yield opened.read(_LARGEST)
            return
        with path.open("rb") as opened:
            yield from _in_file(path, opened)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error


def take_new(folder: Path) -> Iterator[bytes]:
    """The new messages of a Maildir, each marked as seen once the next is asked for.

    Raises:
        InvalidInput: it is no Maildir.
    """
    if not (folder / "new").is_dir():
        raise InvalidInput(f"{folder} is no Maildir; it has no folder “new” (mail.bounces of the configuration).")
    for file in sorted((folder / "new").iterdir()):
        with file.open("rb") as opened:
            yield opened.read(_LARGEST)
        (folder / "cur").mkdir(exist_ok=True)
        file.rename(folder / "cur" / f"{file.name}:2,S")


def _in_file(path: Path, opened: BinaryIO) -> Iterator[bytes]:
    if opened.read(5) != b"From ":
        opened.seek(0)
        yield opened.read(_LARGEST)
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.keys():  # noqa: SIM118 a mailbox's iteration gives messages, which are read as bytes here
            yield box.get_bytes(key)[:_LARGEST]
    finally:
        box.close()


def _parts(message: Message, kind: str) -> Iterator[Message]:
    return (part for part in message.walk() if part.get_content_type() == kind)


def _recipients(report: Message) -> list[Message]:
    blocks = report.get_payload()
    known = [one for one in blocks if isinstance(one, Message)] if isinstance(blocks, list) else []
    return [one for one in known if one.get("Final-Recipient")]


def _returned(message: Message) -> str:
    """The Message-ID of the letter that came back: from its head, which is enclosed whole or alone."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            enclosed = [one for one in part.get_payload() if isinstance(one, Message)]
            found = enclosed[0].get("Message-ID", "") if enclosed else ""
        elif part.get_content_type() == "text/rfc822-headers":
            head = part.get_payload(decode=True)
            found = message_from_bytes(head).get("Message-ID", "") if isinstance(head, bytes) else ""
        else:
            continue
        if said := _ID.search(str(found)):
            return said[0]
    return ""


def _bounce(part: Message, letter: str) -> Bounce | None:
    """What is said of one recipient; nothing of those who got it, or may yet."""
    action = str(part.get("Action", "")).strip().lower()
    status = _STATUS.match(str(part.get("Status", "")))
    if action != "failed" or not letter:
        return None
    address = str(part.get("Final-Recipient", "")).rpartition(";")[2].strip().strip("<>")
    code = ".".join(status.groups()) if status else ""
    diagnosis = " ".join(str(part.get("Diagnostic-Code", "")).rpartition(";")[2].split())
    return Bounce(letter, address, code, diagnosis[:200])
