"""How well German is understood that nobody learnt, of `german_held_out.toml` or a file like it."""

import argparse
import time
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

from core.conversation import wording
from core.conversation.intents import INTENTS
from core.conversation.understanding import Reader, lessons

HELD_OUT = Path(__file__).with_name("german_held_out.toml")
TODAY = date(2026, 11, 26)
OUTSIDE = "out_of_scope"
WRITES = {name for name, module in INTENTS.items() if hasattr(module, "act")}


def held_out(path: Path) -> list[tuple[str, str]]:
    """Utterances with their intents."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))["said"]
    return [(said, intent) for intent, texts in written.items() for said in texts]


def main() -> None:
    """Print what is right, what is taken for a request falsely, and how long reading takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=HELD_OUT)
    parser.add_argument("--failures", action="store_true", help="print what was understood wrongly")
    chosen = parser.parse_args()
    reader = Reader.load(wording.FOLDER)
    reader.learn()
    learnt = {said.casefold() for said in lessons.load(wording.FOLDER).said_in("de")}
    rows = held_out(chosen.file)
    right, asked, false, writes, busy = Counter[str](), Counter[str](), 0, 0, []
    for said, intent in rows:
        began = time.thread_time()
        names = [one.name for one in reader.read(said, today=TODAY, language="de").intents]
        busy.append((time.thread_time() - began) * 1000)
        if intent == OUTSIDE:
            false += bool(names)
            writes += bool(WRITES & set(names))
        else:
            asked[intent] += 1
            right[intent] += names == [intent]
        if chosen.failures and names != ([] if intent == OUTSIDE else [intent]):
            print(f"    {intent} -> {'+'.join(names) or 'none'}: {said}")
    outside = len(rows) - asked.total()
    print(f"{len(rows)} utterances, {sum(said.casefold() in learnt for said, _ in rows)} of them among the examples")
    for intent in asked:
        print(f"  {intent:28} {right[intent]} of {asked[intent]}")
    print(f"  {'all that are served':28} {right.total() / asked.total():7.1%} of {asked.total()}")
    print(f"  {'taken for a request falsely':28} {false / max(outside, 1):7.1%} of {outside}, for a write: {writes}")
    print(f"  of the processor: median {np.median(busy):.2f} ms, p99 {np.percentile(busy, 99):.2f} ms")


if __name__ == "__main__":
    main()
