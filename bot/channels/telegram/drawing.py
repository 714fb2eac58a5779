"""What is said, as calls of the Bot API: text without markup, buttons under it, documents as files. Pure."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram.letters import LONGEST_CAPTION, Mark, entities, pieces, units
from core.chat import Incoming, Reply

PRESSED = "✓ "
_SHORT_LABEL = 18
_REFERENCE = 4  # characters; what is shorter is no reference worth copying
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True).to_dict()


@dataclass(frozen=True)
class Call:
    """One call of the Bot API; `encloses` is the document that goes with it, by name, media type and address."""

    method: str
    parameters: dict[str, Any]
    encloses: dict[str, str] | None = None


def draw(incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
    """A reply as letters that take one call each. In groups nobody gets buttons that others could press."""
    content: dict[str, Any] = {"text": reply.text, "references": _references(reply)}
    if not incoming.is_group:
        content["buttons"] = [vars(button) for button in reply.buttons]
        content["attachments"] = [vars(attachment) for attachment in reply.attachments]
    where = {"to": incoming.chat, "language": incoming.speaker.language}
    return [{**where, **part} for part in parts(content)]


def parts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """A letter of any length as letters that take one call each: its text, then its documents; buttons with the text.

    A short text is written under its only document.
    """
    documents = list(content.get("attachments") or ())
    text = str(content.get("text") or "")
    references = content.get("references") or []
    found = pieces(text, _marks(text, references))
    letters: list[dict[str, Any]] = [
        {"text": piece.text, "entities": entities(piece), "references": references} for piece in found
    ]
    if len(letters) == 1 and len(documents) == 1 and units(letters[0]["text"]) <= LONGEST_CAPTION:
        letters[0]["attachments"] = documents
        documents = []
    if letters and content.get("buttons"):
        letters[-1]["buttons"] = content["buttons"]
    return letters + [{"attachments": [document]} for document in documents]


def call(letter: dict[str, Any], chat: str) -> Call:
    """The call that sends a letter of one part."""
    parameters: dict[str, Any] = {"chat_id": int(chat), "reply_markup": _keyboard(letter.get("buttons") or ())}
    document = next(iter(letter.get("attachments") or ()), None)
    text, marked = letter.get("text") or None, letter.get("entities") or None
    if document is not None:
        return Call("sendDocument", {**parameters, "caption": text, "caption_entities": marked}, document)
    return Call("sendMessage", {**parameters, "text": text, "entities": marked, "link_preview_options": _NO_PREVIEW})


def pressed_keyboard(label: str, value: str) -> dict[str, Any]:
    """The keyboard of a message whose button was pressed: what was chosen, and nothing else to press."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(PRESSED + label, callback_data=value)]]).to_dict()


def _references(reply: Reply) -> list[str]:
    """Numbers of what was just made, which people copy."""
    made = (value for action in reply.actions for value in action.result.values())
    return sorted(
        {one for one in made if isinstance(one, str) and len(one) >= _REFERENCE and any(map(str.isdigit, one))}
    )


def _marks(text: str, references: Any) -> tuple[Mark, ...]:
    """Where references stand in a text, to be copied by a touch."""
    found = []
    for reference in references:
        place = text.find(reference)
        if place >= 0:
            found.append(Mark("code", place, place + len(reference)))
    found.sort(key=lambda mark: mark.start)
    return tuple(found) if all(one.end <= other.start for one, other in pairwise(found)) else ()


def _keyboard(buttons: Any) -> dict[str, Any] | None:
    """Short labels two in a row, others alone."""
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        drawn = InlineKeyboardButton(button["label"], callback_data=button["value"])
        last = rows[-1] if rows else []
        if len(last) == 1 and max(units(last[0].text), units(drawn.text)) <= _SHORT_LABEL:
            last.append(drawn)
        else:
            rows.append([drawn])
    return InlineKeyboardMarkup(rows).to_dict() if rows else None
