"""Photos are kept without place, maker and words, upright, and refused where they cannot be read."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from core.chat import Incoming, Speaker, Upload
from core.config import Uploads
from core.database.engine import Database
from core.portal import Portal
from core.uploads.cleaning import cleaned
from core.uploads.rows import UploadRow
from tests.pictures import picture, snapshot
from tests.shop import ADA, open_shop

LIMITS = Uploads()
GPS = 0x8825
KINDS = ["JPEG", "PNG", "WEBP"]


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_photo_was_taken_and_by_what_is_gone_and_it_stands_upright(kind: str) -> None:
    taken = snapshot(kind)
    assert dict(opened(taken).getexif().get_ifd(GPS))
    kept = cleaned(Upload("kitchen", taken), LIMITS)
    assert not kept.fault
    shown = opened(kept.content)
    assert (shown.format, shown.size) == (kind, (20, 40))  # it was 40 wide, lying on its side
    assert not dict(shown.getexif())
    for trace in (b"Canary", b"canary", b"York", b"Exif", b"xmpmeta"):
        assert trace not in kept.content


def test_words_in_a_picture_are_gone_and_what_is_seen_through_stays() -> None:
    words, drawn = PngImagePlugin.PngInfo(), BytesIO()
    words.add_text("Author", "canary author")
    words.add_itxt("XML:com.adobe.xmp", "canary", zip=True)
    Image.new("RGBA", (4, 4), (1, 2, 3, 77)).save(drawn, format="PNG", pnginfo=words)
    kept = opened(cleaned(Upload("logo.png", drawn.getvalue()), LIMITS).content)
    assert kept.convert("RGBA").getpixel((1, 1)) == (1, 2, 3, 77)
    assert "Author" not in kept.info
    assert "XML:com.adobe.xmp" not in kept.info


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_photo_that_breaks_off_is_refused(kind: str, share: float) -> None:
    whole = picture(kind, (200, 200))
    assert cleaned(Upload("half", whole[: int(len(whole) * share)]), LIMITS).fault == "broken"


def test_a_small_file_of_very_many_pixels_is_never_unpacked() -> None:
    drawn = BytesIO()
    Image.new("1", (12_000, 9_000)).save(drawn, format="PNG")
    assert len(drawn.getvalue()) < 100_000
    assert cleaned(Upload("bomb.png", drawn.getvalue()), LIMITS).fault == "pixels"


def test_other_files_stay_byte_by_byte() -> None:
    report = Upload("report.pdf", b"%PDF-1.7 /GPS stays")
    assert cleaned(report, LIMITS) == report


def send(portal: Portal, content: bytes, language: str = "en") -> str:
    speaker = Speaker(ADA, proof=3, language=language)
    files = (Upload("kitchen.jpg", content),)
    return portal.converse(Incoming("web", "chat", f"photo-{language}-{len(content)}", "", speaker, files=files)).text


def test_a_photo_sent_in_a_chat_is_stored_without_its_place(portal: Portal, database: Database) -> None:
    open_shop(portal)
    send(portal, snapshot())
    with database.reading() as session:
        content, size = session.execute(select(UploadRow.content, UploadRow.size)).one()
    assert not dict(opened(content).getexif())
    assert size == len(content)


def test_a_damaged_photo_is_told_of_and_not_kept(portal: Portal, database: Database) -> None:
    open_shop(portal)
    damaged = snapshot()[:300]
    assert "kitchen.jpg cannot be opened; it seems to be damaged." in send(portal, damaged)
    assert "kitchen.jpg lässt sich nicht öffnen" in send(portal, damaged, "de")
    with database.reading() as session:
        assert session.scalars(select(UploadRow)).all() == []
