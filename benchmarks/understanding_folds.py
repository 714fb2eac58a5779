"""How well a language is understood that no collection of utterances exists of: each fifth of its examples, unlearnt.

The reader learns four fifths of a language's own examples and reads the rest, as a whole message each. That is harder
than it is for people's messages where a wording stands only once among the examples, and easier where one person wrote
them all; so it tells how intents compare and whether a change helps, and is no promise.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import replace
from datetime import date

from core.conversation import wording
from core.conversation.understanding import Reader, lessons

TODAY = date(2026, 11, 26)


def held_out(language: str, folds: int, fold: int) -> tuple[Reader, list[tuple[str, str]]]:
    """A reader that learnt all but one fold, and what is in the fold with its labels."""
    taught = lessons.load(wording.FOLDER)
    learnt: dict[str, list[str]] = {}
    asked: list[tuple[str, str]] = []
    for label, texts in taught.examples[language].items():
        shuffled = random.Random(f"{label}").sample(texts, len(texts))  # noqa: S311  a fixed choice of samples
        learnt[label] = [said for at, said in enumerate(shuffled) if at % folds != fold]
        asked += [(said, label) for at, said in enumerate(shuffled) if at % folds == fold]
    return Reader(replace(taught, examples={**taught.examples, language: learnt})), asked


def main() -> None:
    """Print how many are right, by intent, and what is taken for a request falsely."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", default="de")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--failures", action="store_true", help="print what was understood wrongly")
    chosen = parser.parse_args()
    served = lessons.load(wording.FOLDER).served
    right, asked = Counter[str](), Counter[str]()
    told = false = outside = 0
    busy = 0.0
    for fold in range(chosen.folds):
        reader, rows = held_out(chosen.language, chosen.folds, fold)
        reader.learn()
        for said, label in rows:
            began = time.thread_time()
            understood = reader.read(said, today=TODAY)
            busy += time.thread_time() - began
            told += understood.language == chosen.language
            names = "+".join(one.name for one in understood.intents)
            if label in served:
                asked[label] += 1
                right[label] += names == label
            else:
                outside += 1
                false += bool(names)
            if chosen.failures and (names != label if label in served else names):
                print(f"    {label} -> {names or 'none'}: {said}")
    for label in sorted(asked):
        print(f"  {label:28} {right[label] / asked[label]:7.1%} of {asked[label]}")
    print(f"  {'all that are served':28} {right.total() / asked.total():7.1%} of {asked.total()}")
    print(f"  {'taken for a request falsely':28} {false / max(outside, 1):7.1%} of {outside}")
    everything = asked.total() + outside
    print(
        f"  {'language told at once':28} {told / everything:7.1%} of {everything},"
        f" {busy / everything * 1000:.2f} ms each"
    )


if __name__ == "__main__":
    main()
