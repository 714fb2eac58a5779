"""What a Slack workspace was told, as text for pages: buttons and fields in brackets, charts drawn with letters."""

from collections.abc import Iterator, Sequence
from typing import Any

_BARS = "▁▂▃▄▅▆▇█"


def drawn(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Blocks as text."""
    for block in blocks:
        kind = block["type"]
        if kind == "header":
            yield f"# {block['text']['text']}"
        elif kind == "section":
            yield block["text"]["text"]
        elif kind == "context":
            yield from (f"  {line}" for one in block["elements"] for line in one["text"].splitlines())
        elif kind == "actions":
            yield " ".join(f"[{one['text']['text']}]" for one in block["elements"])
        elif kind == "input":
            yield f"{block['label']['text']}: {_field(block['element'])}"
        elif kind == "data_visualization":
            yield from _chart(block)
        elif kind == "divider":
            yield "───"


def modal(view: dict[str, Any]) -> list[str]:
    """A modal with its title and the buttons below."""
    ends = [f"[{view[name]['text']}]" for name in ("close", "submit") if name in view]
    return [f"# {view['title']['text']}", *drawn(view["blocks"]), " ".join(ends)]


def part(heading: str, words: str, lines: Iterator[str] | Sequence[str]) -> str:
    """One part of a page."""
    return f"## {heading}\n\n{words}\n\n```text\n" + "\n".join(lines) + "\n```\n"


def _field(element: dict[str, Any]) -> str:
    if "options" in element:
        sign = "☐" if element["type"] == "multi_static_select" else "○"
        return " ".join(f"{sign} {one['text']['text']}" for one in element["options"])
    return f"[{element.get('initial_value') or element.get('initial_date') or '…'}]"


def _chart(block: dict[str, Any]) -> Iterator[str]:
    series = block["chart"]["series"]
    values = [point["value"] for one in series for point in one["data"]]
    low, high = min(values), max(values)
    days = block["chart"]["axis_config"]["categories"]
    yield f"{block['title']}, {days[0]} to {days[-1]} ({low:,.0f} to {high:,.0f} units)"
    for one in series:
        steps = (int((point["value"] - low) / ((high - low) or 1) * (len(_BARS) - 1)) for point in one["data"])
        yield f"  {''.join(_BARS[step] for step in steps)}  {one['name']}"
