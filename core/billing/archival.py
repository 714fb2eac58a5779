"""Paper that archives take (PDF/A-3b): everything needed to draw it is inside, colours included."""

import io
from functools import lru_cache
from typing import cast

from PIL import ImageCms
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from core.errors import InvalidInput

_HELD = {"/FontFile", "/FontFile2", "/FontFile3"}
_COLOURS = "sRGB IEC61966-2.1"


def ready(pdf: bytes) -> bytes:
    """A document of ours with what it lacks: what its colours mean. Its metadata is for whoever encloses something.

    Raises:
        InvalidInput: it is drawn with a font that every reader has to bring.
    """
    if without := sorted(lent(PdfReader(io.BytesIO(pdf)))):
        raise InvalidInput(
            f"It is drawn with {', '.join(without)}, which cannot be enclosed; name a font as shop.invoice_font."
        )
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.pdf_header = "%PDF-1.7"
    profile = StreamObject()
    profile.set_data(_profile())
    profile[NameObject("/N")] = NumberObject(3)
    intent = DictionaryObject({
        NameObject("/Type"): NameObject("/OutputIntent"),
        NameObject("/S"): NameObject("/GTS_PDFA1"),
        NameObject("/OutputConditionIdentifier"): TextStringObject(_COLOURS),
        NameObject("/Info"): TextStringObject(_COLOURS),
        NameObject("/DestOutputProfile"): profile.flate_encode(),
    })  # fmt: skip
    writer.root_object[NameObject("/OutputIntents")] = ArrayObject([intent])
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


def lent(document: PdfReader) -> set[str]:
    """The fonts that a document names and does not hold."""
    found = set()
    for page in document.pages:
        fonts = cast("DictionaryObject", page["/Resources"]).get("/Font", {})
        for font in fonts.values():
            for drawn in font.get_object().get("/DescendantFonts", [font]):
                about = drawn.get_object()
                if not _HELD & about.get("/FontDescriptor", {}).keys():
                    found.add(str(about["/BaseFont"])[1:])
    return found


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
