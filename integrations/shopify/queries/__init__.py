"""What we ask of Shopify: one document a file, each with the fragments it names."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def document(name: str) -> str:
    """A document with all fragments that it needs, each once."""
    needed, texts = [name], {}
    while needed:
        one = needed.pop()
        if one not in texts:
            texts[one] = (FOLDER / f"{one}.graphql").read_text(encoding="utf-8")
            needed += re.findall(r"\.\.\.(\w+)", texts[one])
    return "\n".join(texts.values())


def names() -> list[str]:
    """All documents there are; what begins with a capital is a fragment."""
    return sorted(path.stem for path in FOLDER.glob("*.graphql") if path.stem[0].islower())
