"""The same letter as HTML: its own words, escaped, addresses as links; nothing is fetched to read it."""

import html
import re

_LINK = re.compile(r"https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)]")
_NEW_LINE = "\n"
_BODY = "margin:0;padding:24px;background:#f4f1ea;color:#1d2430;font:16px/1.5 Georgia,'Times New Roman',serif"
_SHEET = "max-width:640px;margin:0 auto;padding:24px 28px;background:#ffffff;border:1px solid #d9d2c3"
_NAME = "margin:0 0 16px;font-weight:bold"
_TABLE = "font:13px/1.5 Menlo,Consolas,monospace;white-space:pre-wrap"


def page(text: str, subject: str, shop: str) -> str:
    """A page of paragraphs; lines that stand in columns keep their columns.

    >>> "<script>" in page("a <script> b", "s", "Lamps")
    False
    """
    blocks = "\n".join(_paragraph(block) for block in re.split(r"\n[ \t]*\n", text.strip("\n")) if block.strip())
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{html.escape(subject)}</title></head>\n'
        f'<body style="{_BODY}"><div style="{_SHEET}">\n<p style="{_NAME}">{html.escape(shop)}</p>\n'
        f"{blocks}\n</div></body></html>\n"
    )


def _paragraph(block: str) -> str:
    lines = [_linked(line) for line in block.splitlines()]
    if re.search(r"\S {2,}\S", block):
        return f'<p style="margin:0 0 14px;{_TABLE}">{_NEW_LINE.join(lines)}</p>'
    return f'<p style="margin:0 0 14px">{"<br>".join(lines)}</p>'


def _linked(line: str) -> str:
    """A line with its addresses as links; everything else means itself."""
    parts, at = [], 0
    for found in _LINK.finditer(line):
        address = html.escape(found[0])
        parts += [html.escape(line[at : found.start()]), f'<a href="{address}" style="color:#1d4f91">{address}</a>']
        at = found.end()
    return "".join([*parts, html.escape(line[at:])])
