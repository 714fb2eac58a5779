"""Photos without what a camera writes into them: where and when, by which device and with which words."""

import warnings
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageOps

from core.chat import Upload
from core.config import Uploads
from core.uploads.model import media_type_of

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_QUALITY = 92
_MEGAPIXEL = 1_000_000


def cleaned(given: Upload, limits: Uploads) -> Upload:
    """The upload as it may be kept: a photo drawn anew, upright and in its colours, and nothing else of it.

    What is no photo, or is too large to be taken anyway, stays as it is. A photo that cannot be read, or has more
    pixels than are worth unpacking, comes back with its `fault` and without its content.
    """
    media_type = media_type_of(given.content)
    if media_type not in _FORMATS or len(given.content) > limits.largest_bytes:
        return given
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(given, media_type, limits)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return replace(given, content=b"", fault="pixels")
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError):  # whatever a decoder stumbles over
        return replace(given, content=b"", fault="broken")


def _redrawn(given: Upload, media_type: str, limits: Uploads) -> Upload:
    with Image.open(BytesIO(given.content), formats=[_FORMATS[media_type]]) as opened:
        if opened.width * opened.height > limits.most_megapixels * _MEGAPIXEL:
            return replace(given, content=b"", fault="pixels")
        upright = ImageOps.exif_transpose(opened)
        colours = upright.info.get("icc_profile")
        upright.info = {"transparency": upright.info["transparency"]} if "transparency" in upright.info else {}
        drawn = BytesIO()
        upright.save(drawn, format=_FORMATS[media_type], quality=_QUALITY, icc_profile=colours)
    return replace(given, content=drawn.getvalue())
