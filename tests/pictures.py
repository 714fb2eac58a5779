"""Small pictures to send, as a camera writes them and spoilt."""

from io import BytesIO

from PIL import Image

_TURNED, _GPS, _PLACE = 0x0112, 0x8825, {1: "N", 2: (53.0, 57.0, 36.0), 3: "W", 4: (1.0, 4.0, 48.0)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (8, 6)) -> bytes:
    """A picture of one colour without anything beside it."""
    drawn = BytesIO()
    Image.new("RGB", size, (180, 40, 40)).save(drawn, format=kind)
    return drawn.getvalue()


def snapshot(kind: str = "JPEG") -> bytes:
    """A photo taken on its side in York, wider than high: the place, the maker and a caption are written into it."""
    exif = Image.Exif()
    exif[_TURNED], exif[0x010F], exif[0x010E] = 6, "Canary Cameras", "my kitchen in York"
    exif[_GPS] = _PLACE
    drawn = BytesIO()
    more = {"comment": "canary comment"} if kind == "JPEG" else {}
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>canary xmp 53.96 N</x:xmpmeta>"
    Image.new("RGB", (40, 20), (10, 120, 200)).save(drawn, format=kind, exif=exif, xmp=xmp, **more)
    return drawn.getvalue()
