"""Files that customers send: what they are by their first bytes, whatever they are called."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath

_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
}
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Kept:
    """A file that was kept, without its content."""

    upload_id: str
    customer_id: str
    name: str
    media_type: str
    size: int
    uploaded_at: datetime

    @property
    def is_image(self) -> bool:
        """Whether a page may show it in place."""
        return self.media_type.startswith("image/")


def media_type_of(content: bytes) -> str:
    """What a file is by its first bytes; empty for what is not taken.

    >>> media_type_of(b"%PDF-1.7 and so on"), media_type_of(b"<svg onload=...>")
    ('application/pdf', '')
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith(b"%PDF-") else ""


def safe_name(given: str, media_type: str) -> str:
    """A file name without folders and without anything odd, that ends as its content says.

    >>> safe_name("..\\\\x/../My lamp.exe", "image/png"), safe_name("", "application/pdf")
    ('My lamp.png', 'file.pdf')
    """
    bare = PurePosixPath(PureWindowsPath(given).name).name
    kept = "".join(one if one.isalnum() or one in " ._-" else "_" for one in bare).strip(" ._")[:_LONGEST_NAME]
    ending = _ENDINGS[media_type]
    if kept.lower().endswith(ending):
        return kept
    stem = kept.rpartition(".")[0] or kept
    return f"{stem or 'file'}{ending[0]}"
