"""Blocks as somebody reads them: what docs/slack.md shows, and what tests compare it with."""

from collections.abc import Iterator
from typing import Any


def rendered(blocks: list[dict[str, Any]]) -> str:
    """Blocks as lines of text; buttons and other choices stand in brackets."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: dict[str, Any]) -> Iterator[str]:
    if block["type"] == "header":
        yield f"# {block['text']['text']}"
    elif block["type"] == "actions":
        yield " ".join(f"[{element['text']['text']}]" for element in block["elements"])
    elif block["type"] == "context":
        yield " ".join(element["text"] for element in block["elements"])
    else:
        yield block["text"]["text"]
