"""How well and how fast utterances are understood and names found: `python -m benchmarks.understanding`.

The sentences come from development data beside the repository; where a file is absent, its table is left out.
"""

import argparse
import csv
import gzip
import json
import random
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from core.conversation import wording
from core.conversation.intents import INTENTS
from core.conversation.understanding import Reader
from core.conversation.understanding.names import NameIndex

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
TODAY = date(2026, 11, 26)
PRODUCTS = Path(__file__).parents[1] / "integrations" / "demo" / "data" / "products.csv"
# What is asked about products, and the intent and the slots that each has whatever the product is called.
CARRIERS: dict[str, tuple[str, dict[str, str]]] = {
    "is the {} in stock?": ("stock_level", {}),
    "do you have {}": ("stock_level", {}),
    "could you tell me whether you still have the {}": ("stock_level", {}),
    "how much is the {}": ("stock_level", {}),
    "price of {}": ("stock_level", {}),
    "when will the {} be back in stock": ("restock_date", {}),
    "when are you expecting {} again?": ("restock_date", {}),
    "return the {} of order 1002": ("return_item", {"order_number": "1002"}),
    "i want to return 2 {} from order 1002": ("return_item", {"order_number": "1002", "quantity": "2"}),
    "the {} arrived broken, I want to return it": ("return_item", {"reason": "damaged"}),
    "you sent me the wrong {}": ("return_item", {"reason": "wrong_item"}),
    "where is the order with the {}": ("track_order", {}),
    "send me the invoice for the {}": ("get_invoice", {}),
    "the one with the {}": ("", {}),
    "why 480 of the {}?": ("explain_quantity", {"quantity": "480"}),
    "make the {} 480": ("edit_proposal", {"quantity": "480"}),
    "change the {} to 480": ("edit_proposal", {"quantity": "480"}),
    "order 480 {} instead": ("edit_proposal", {"quantity": "480"}),
}
WRITES = {name for name, module in INTENTS.items() if hasattr(module, "act")}
MAPPINGS = tomllib.loads(Path(__file__).with_name("mappings.toml").read_text(encoding="utf-8"))
BITEXT = {intent: set(names) for intent, names in MAPPINGS["bitext"].items()}
CLINC = {intent: set(names) for intent, names in MAPPINGS["clinc"].items()}
ENTITIES: dict[str, str] = MAPPINGS["entities"]
EITHER = {intent: set(names) for intent, names in MAPPINGS["either"].items()}
BLANKS = {
    "{{Order Number}}": "581475",
    "{{Invoice Number}}": "581475",
    "{{Person Name}}": "Jane Smith",
    "{{Refund Amount}}": "150",
    "{{Currency Symbol}}": "$",
}


def bitext(path: Path) -> Iterator[tuple[str, str]]:
    """Utterance and its intent there."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said = row["instruction"]
            for blank, value in BLANKS.items():
                said = said.replace(blank, value)
            yield said, row["intent"]


def clinc(path: Path) -> Iterator[tuple[str, str]]:
    """Utterance and its intent there."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        written = json.load(file)
    for part in ("train", "val", "oos_train", "oos_val"):
        yield from ((said, intent) for said, intent in written[part])


def banking(path: Path) -> Iterator[tuple[str, str]]:
    """Utterance and its intent there."""
    with path.open(encoding="utf-8") as file:
        yield from ((row["text"], row["category"]) for row in csv.DictReader(file))


def table(
    reader: Reader, title: str, rows: Sequence[tuple[str, str]], served: dict[str, set[str]], failures: int
) -> None:
    """Print what is right of what is served, and what is taken for an intent of what is not."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong: list[tuple[str, str, str]] = []
    false: list[tuple[str, str, str]] = []
    seconds, busy = [], []
    for said, intent in rows:
        began, began_busy = time.perf_counter(), time.thread_time()
        understood = reader.read(said, today=TODAY)
        seconds.append(time.perf_counter() - began)
        busy.append(time.thread_time() - began_busy)
        names = "+".join(found.name for found in understood.intents)
        if intent in served:
            asked[intent] += 1
            right[intent] += names in served[intent]
            if names not in served[intent]:
                wrong.append((intent, names or "none", said))
        elif not {found.name for found in understood.intents} <= EITHER.get(intent, set()):
            false.append((intent, names, said))
    print(f"\n{title}: {len(rows)} utterances")
    for intent in sorted(asked):
        print(f"  {intent:28} {right[intent] / asked[intent]:7.1%} of {asked[intent]}")
    if asked:
        print(f"  {'all that are served':28} {right.total() / asked.total():7.1%} of {asked.total()}")
    outside = len(rows) - asked.total()
    writes = [one for one in false if WRITES & set(one[1].split("+"))]
    print(f"  {'taken for a request falsely':28} {len(false) / outside:7.2%} of {outside}, for a write: {len(writes)}")
    print(f"  mostly: {dict(Counter((intent, names) for intent, names, _ in false).most_common(8))}")
    print(f"  time: {_spread(seconds)}; of the processor: {_spread(busy)}")
    chosen = random.Random(7)  # noqa: S311  a fixed choice of samples
    for kind, some in (("write", writes), ("false", false), ("wrong", wrong)):
        for intent, names, said in chosen.sample(some, min(failures, len(some))):
            print(f"    {kind} {intent} -> {names}: {said}")


def slots(reader: Reader, path: Path) -> None:
    """Print how exactly the details of utterances are found: precision, recall and F1 of each kind."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected: dict[str, set[tuple[str, str]]] = {row["utterance"]: set() for row in rows}
    for row in rows:
        if row["entity_type"] in ENTITIES:
            name = ENTITIES[row["entity_type"]]
            expected[row["utterance"]].add((name, _plain(name, row["entity_value"])))
    right, missed, false = Counter[str](), Counter[str](), Counter[str]()
    for said, wanted in expected.items():
        told = reader.read(said, today=TODAY).slots
        found = {(slot.name, _plain(slot.name, slot.text)) for slot in told if slot.name in ENTITIES.values()}
        right.update(name for name, _ in found & wanted)
        missed.update(name for name, _ in wanted - found)
        false.update(name for name, _ in found - wanted)
    print(f"\nDetails: {len(expected)} utterances")
    for name in ENTITIES.values():
        score = 2 * right[name] / max(2 * right[name] + missed[name] + false[name], 1)
        print(f"  {name:28} F1 {score:.3f}  found {right[name]}, missed {missed[name]}, false {false[name]}")


def _plain(name: str, text: str) -> str:
    """A detail as both sides write it: an amount by its digits, a number without its hash."""
    text = text.lower().strip(" .")
    return "".join(one for one in text if one.isdigit() or one == ".") if name == "amount" else text.lstrip("#")


def _spread(seconds: Sequence[float]) -> str:
    milliseconds = np.array(seconds) * 1000
    return f"median {np.median(milliseconds):.2f} ms, p99 {np.percentile(milliseconds, 99):.2f} ms"


def names(path: Path) -> None:
    """Print how long building and searching an index of 100,000 names takes."""
    from pyarrow import parquet

    rows = parquet.read_table(path).to_pylist()
    columns = ("brand", "product_category", "product_type", "package_size")
    real = [" ".join(str(row[column] or "") for column in columns) for row in rows]
    chosen = random.Random(7)  # noqa: S311  a fixed choice of samples
    every = real + [f"{chosen.choice(real)} {place}" for place in range(100_000 - len(real))]
    began = time.perf_counter()
    index = NameIndex(every)
    built = time.perf_counter() - began
    asked = [_spoilt(chosen.choice(real), chosen) for _ in range(1000)]
    seconds, busy = [], []
    for words in asked:
        began, began_busy = time.perf_counter(), time.thread_time()
        index.search(words, 6)
        seconds.append(time.perf_counter() - began)
        busy.append(time.thread_time() - began_busy)
    print(f"\nNames: {len(every)}, index built in {built:.2f} s")
    print(f"  search: {_spread(seconds)}; of the processor: {_spread(busy)}")


def _spoilt(name: str, chosen: random.Random) -> str:
    """A name as somebody might type it: a word left out, two letters swapped, the order changed."""
    words = name.lower().split()[:6]
    if len(words) > 2:
        words.pop(chosen.randrange(len(words)))
    chosen.shuffle(words)
    said = " ".join(words)
    at = chosen.randrange(max(len(said) - 1, 1))
    return said[:at] + said[at + 1 : at + 2] + said[at : at + 1] + said[at + 2 :]


def products(reader: Reader, path: Path, failures: int) -> None:
    """Print how often a sentence about a product is understood, whatever the product is called."""
    with path.open(encoding="utf-8") as file:
        called = [row["name"] for row in csv.DictReader(file)]
    index = NameIndex(called)
    print(f"\nProducts: {len(called)} names in {len(CARRIERS)} sentences each")
    right = 0
    for sentence in CARRIERS:
        missed = [name for name in called if not carries(reader, index, sentence, called, name)]
        right += len(called) - len(missed)
        print(f"  {sentence:52} {1 - len(missed) / len(called):7.1%}", *missed[:failures], sep="  ")
    print(f"  {'all':52} {right / len(called) / len(CARRIERS):8.2%}")


def carries(reader: Reader, index: NameIndex, sentence: str, called: Sequence[str], name: str) -> bool:
    """Whether a name in a sentence leaves the intent and the slots as they are, and is found by what is read of it."""
    understood = reader.read(sentence.format(name.lower()), today=TODAY)
    intent, slots = CARRIERS[sentence]
    said = {slot.name: slot.value for slot in understood.slots}
    if "+".join(found.name for found in understood.intents) != intent or not slots.items() <= said.items():
        return False
    nearest = index.search(said.get("product", ""), 1)
    return bool(nearest) and called[nearest[0].index] == name


def main() -> None:
    """Print every table there is data for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bitext", type=Path, default=SHARED / "language" / "bitext_27k_shared_half.csv.gz")
    parser.add_argument("--clinc", type=Path, default=SHARED / "language" / "clinc150_train_val.json.gz")
    parser.add_argument("--banking", type=Path, default=SHARED / "language" / "banking77_train.csv")
    entities = SHARED / "language" / "bitext_8k_entities_shared_half.csv.gz"
    parser.add_argument("--entities", type=Path, default=entities)
    parser.add_argument("--names", type=Path, default=SHARED / "orders" / "completejourney_products.parquet")
    parser.add_argument("--failures", type=int, default=0, help="print so many failures of each kind")
    chosen = parser.parse_args()
    began = time.perf_counter()
    reader = Reader.load(wording.FOLDER)
    print(f"Reader loaded in {time.perf_counter() - began:.2f} s")
    for title, path, read, served in (
        ("Bitext", chosen.bitext, bitext, BITEXT),
        ("CLINC150", chosen.clinc, clinc, CLINC),
        ("banking77", chosen.banking, banking, {}),
    ):
        if path.is_file():
            table(reader, title, list(read(path)), served, chosen.failures)
        else:
            print(f"\n{title}: skipped, {path} is absent")
    if chosen.entities.is_file():
        slots(reader, chosen.entities)
    products(reader, PRODUCTS, chosen.failures)
    if chosen.names.is_file():
        names(chosen.names)
    else:
        print(f"\nNames: skipped, {chosen.names} is absent")


if __name__ == "__main__":
    main()
