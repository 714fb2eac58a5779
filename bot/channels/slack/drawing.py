"""Text and buttons as Slack's blocks, within its limits and without a way for anybody's words to become markup."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.chat import Incoming, Reply

MOST_BLOCKS, LONGEST_SECTION, LONGEST_LABEL, LONGEST_VALUE = 50, 3000, 75, 2000
LONGEST_TEXT, LONGEST_MESSAGE = 3900, 9000
_IN_A_ROW = 5
_REFERENCE = re.compile(r"<([^<>|]{1,3000})(?:\|([^<>|]{0,3000}))?>")


def escaped(text: str) -> str:
    """Text in which nothing is markup: no mention, no link, no channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """What somebody typed, as Slack tells it: its three entities, and links and mentions in angle brackets.

    >>> unescaped("<mailto:ada@example.org|ada@example.org> &amp; <https://example.org/a>")
    'ada@example.org & https://example.org/a'
    """
    bare = _REFERENCE.sub(lambda found: found.group(2) or found.group(1).removeprefix("mailto:"), text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> dict[str, Any]:
    """A text object that shows its characters as they are."""
    return {"type": "plain_text", "text": text, "emoji": False}


def parts(text: str, longest: int) -> Iterator[str]:
    """A text in pieces of at most so many characters, cut between lines or words where there are any."""
    rest = text.strip()
    while len(rest) > longest:
        head = rest[:longest]
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut if cut > longest // 2 else longest
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def sections(text: str) -> list[dict[str, Any]]:
    """A text as sections."""
    return [{"type": "section", "text": plain(part)} for part in parts(text, LONGEST_SECTION)]


def buttons(shown: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Buttons in rows; what is pressed comes back as `answer:…` with its value."""
    elements = [
        {"type": "button", "action_id": f"answer:{place}", "text": plain(one["label"][:LONGEST_LABEL]),
         "value": one["value"][:LONGEST_VALUE]}
        for place, one in enumerate(shown)
    ]  # fmt: skip
    rows = [elements[begin : begin + _IN_A_ROW] for begin in range(0, len(elements), _IN_A_ROW)]
    return [{"type": "actions", "elements": row} for row in rows]


def summary(text: str) -> str:
    """What notifications and screen readers get beside the blocks: escaped, and cut between characters."""
    head = next(parts(text, LONGEST_TEXT), "…")
    while len(escaped(head)) > LONGEST_TEXT:
        head = head[: len(head) * 3 // 4]
    return escaped(head)


def drawn(content: Mapping[str, Any], *, may_be_repeat: bool = False) -> dict[str, Any]:
    """What `chat.postMessage` is given for a text with buttons, or for blocks that somebody has drawn already."""
    text = str(content.get("text") or "…")
    blocks = list(content.get("blocks") or [*sections(text), *buttons(content.get("buttons") or ())])
    if may_be_repeat:
        blocks = [{"type": "context", "elements": [plain("(may be a repeat)")]}, *blocks]
    return {"text": summary(text), "blocks": blocks[:MOST_BLOCKS], "unfurl_links": False, "unfurl_media": False}


def answers(incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
    """A reply as post for the courier, one call of Slack's each: its text with the buttons last, then its files."""
    to = f"{incoming.chat}/{incoming.thread}" if incoming.thread else incoming.chat
    texts = list(parts(reply.text, LONGEST_MESSAGE))
    told: list[dict[str, Any]] = [{"to": to, "text": text} for text in texts]
    if reply.buttons:
        told = told or [{"to": to, "text": "…"}]
        told[-1]["buttons"] = [asdict(button) for button in reply.buttons]
    return told + [{"to": to, "text": one.name, "attachments": [asdict(one)]} for one in reply.attachments]
