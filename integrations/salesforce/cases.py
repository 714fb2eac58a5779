"""Cases as tickets, and the words of ours among their comments, which are told by the mark they end with."""

import re
from collections.abc import Sequence

from core.exchange.model import DeskCase, Remark
from integrations.reading import moment, said
from integrations.salesforce.mapping import Row, is_true

LONGEST_BYTES = 3900  # of the 4,000 of a comment, with room for the mark
_OURS = re.compile(r"\[storekeeper ([\w.-]{1,60})\]\s*\Z")
_OF_THE_ORG = frozenset({"", "Standard"})


def case(row: Row, comments: Sequence[Row], key_field: str) -> DeskCase:
    """A case with its comments that customers may read and that did not come from here."""
    return DeskCase(
        said(row, "Id"), said(row, key_field), said(row, "AccountId"),
        said(row, "Subject") or f"Case {said(row, 'CaseNumber')}", moment(row.get("CreatedDate")),
        is_true(row.get("IsClosed")) or is_true(row.get("IsDeleted")),
        [_remark(one) for one in sorted(comments, key=_told_at) if _is_for_customers(one)],
    )  # fmt: skip


def marked(text: str, mark: str) -> list[tuple[str, str]]:
    """What to say as comments, each with the mark it is found again by; what is too long for one becomes several."""
    parts = _parts(text)
    names = [mark if len(parts) == 1 else f"{mark}.{place}" for place in range(1, len(parts) + 1)]
    return [(f"{part}\n\n[storekeeper {name}]", name) for part, name in zip(parts, names, strict=True)]


def mark_of(body: str) -> str:
    """The mark of a comment that came from here; empty for others."""
    found = _OURS.search(body)
    return found[1] if found else ""


def _parts(text: str) -> list[str]:
    parts, begun = [], ""
    for letter in text:
        if len((begun + letter).encode()) > LONGEST_BYTES:
            parts.append(begun)
            begun = ""
        begun += letter
    return [*parts, begun]


def _is_for_customers(comment: Row) -> bool:
    is_shown = is_true(comment.get("IsPublished")) and not is_true(comment.get("IsDeleted"))
    body = str(comment.get("CommentBody") or "")
    return is_shown and bool(body.strip()) and not mark_of(body)


def _remark(comment: Row) -> Remark:
    return Remark(
        said(comment, "Id"), said(comment, "CreatedBy.UserType") not in _OF_THE_ORG, said(comment, "CreatedBy.Name"),
        str(comment["CommentBody"]).strip(), moment(comment.get("CreatedDate")),
    )  # fmt: skip


def _told_at(comment: Row) -> tuple[str, str]:
    return str(comment.get("CreatedDate")), said(comment, "Id")
