"""How long a hit and a miss take, in one run and random order: python -m benchmarks.same_time [--rounds N]."""

import argparse
import logging
import random
import re
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
from rich.console import Console
from rich.progress import Progress
from scipy.stats import bootstrap
from sqlalchemy import select

from benchmarks.machine import machine, quantile
from core.accounts.model import Customer, Visitor
from core.billing import links
from core.chat import Speaker
from core.database.engine import Database
from core.errors import PortalError
from core.mailroom.rows import OutboxRow
from core.portal import Portal
from tests.conftest import POSTGRESQL, SQLITE
from tests.flows.talking import Talk
from tests.promises import stall
from tests.promises.fresh import on

ROUNDS, SEED, NOTICEABLE = 50, 11, 0.1
OWNER, OTHER = stall.CUSTOMERS
POSTCODE, ELSEWHERE, INVOICE = "YO1 7AA", "LS1 4AP", "900001"
KNOWN = ("asks", "errs", "links", "mistypes")
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Pair:
    """Two cases side by side; `is_secret` where the answers are alike and time must not tell them apart either."""

    what: str
    hit: str
    miss: str
    is_secret: bool


PAIRS = (
    Pair("sign-in code asked for", "known address", "unknown address", True),
    Pair("wrong sign-in code", "to a known address", "to an unknown address", True),
    Pair("guest's order", "wrong postcode", "no such order", True),
    Pair("guest's order", "right postcode", "wrong postcode", False),
    Pair("file link", "another's", "forged", True),
    Pair("file link", "another's", "expired", False),
    Pair("linking a chat", "right code", "wrong code", False),
)


@dataclass(frozen=True)
class Counter:
    """The stall with customers and orders enough for a fresh one in every round."""

    database: Database
    portal: Portal

    def stock_up(self, rounds: int) -> None:
        """Bring a customer for each use of an address, an order for each round, and one invoice."""
        people = [{"customer_id": f"c-{word}-{number}", "name": "Somebody", "email": _address(word, number),
                   "country": "GB"} for word in KNOWN for number in range(rounds)]  # fmt: skip
        heads = [{"order_number": f"7{number:05}", "customer_id": OWNER, "placed_at": stall.OPENED, "status": "open",
                  "payment_method": "card", "ship_postcode": POSTCODE} for number in range(rounds)]  # fmt: skip
        lines = [{"order_number": head["order_number"], "line": 1, "sku": stall.MUG, "description": "Enamel Mug",
                  "quantity": 2, "unit_price": stall.PRICES[stall.MUG], "tax_rate": stall.TAX}
                 for head in heads]  # fmt: skip
        invoice = {"invoice_number": INVOICE, "kind": "invoice", "order_number": "700000", "customer_id": OWNER,
                   "issued_on": date(2026, 6, 15)}  # fmt: skip
        line = {"invoice_number": INVOICE, "line": 1, "sku": stall.MUG, "description": "Enamel Mug", "quantity": 2,
                "unit_price": stall.PRICES[stall.MUG], "tax_rate": stall.TAX}  # fmt: skip
        for table, rows in (("customers", people), ("orders", heads), ("order_lines", lines), ("invoices", [invoice]),
                            ("invoice_lines", [line])):  # fmt: skip
            left_out = stall.bring(self.portal, table, *rows)
            assert not left_out, left_out

    def round(self, number: int) -> dict[str, Callable[[], str]]:
        """Everything made ready for one more of each case, by case."""
        ready = {**self._codes(number), **self._guests(number), **self._files(), **self._chats(number)}
        self._chat(f"filler-{number}").say("hello")  # the next code is drawn ahead, so that no case pays for it
        return ready

    def _codes(self, number: int) -> dict[str, Callable[[], str]]:
        ready: dict[str, Callable[[], str]] = {}
        for asking, erring, words in (
            ("known address", "to a known address", KNOWN[:2]),
            ("unknown address", "to an unknown address", ("none", "nope")),
        ):
            address, browser = _address(words[0], number), f"{words[0]}-{number}"
            ready[asking] = partial(self._ask, address, browser)
            tried = f"{words[1]}-{number}"
            self.portal.ask_for_code(_address(words[1], number), tried)
            ready[erring] = partial(_refused, partial(self.portal.sign_in, tried, "12345678"))
        return ready

    def _ask(self, address: str, browser: str) -> str:
        self.portal.ask_for_code(address, browser)
        return "mailed"

    def _guests(self, number: int) -> dict[str, Callable[[], str]]:
        ready: dict[str, Callable[[], str]] = {}
        for case, order, proof in (
            ("right postcode", f"7{number:05}", POSTCODE),
            ("wrong postcode", f"7{number:05}", ELSEWHERE),
            ("no such order", f"9{number:05}", POSTCODE),
        ):
            talk = Talk(self.portal, Speaker(), "web", f"{case}-{number}")
            talk.say("where is my order?")
            talk.say(order)
            ready[case] = partial(_said, talk, proof)
        return ready

    def _files(self) -> dict[str, Callable[[], str]]:
        secret = stall.config().web.secret.get_secret_value().encode()
        soon, past = stall.OPENED + timedelta(minutes=9), stall.OPENED - timedelta(minutes=9)
        reader = Visitor(Customer(OTHER, "Wombat Holder", "", "", "en", "GB"), None, 3, "", "chat")
        tokens = {
            "another's": links.sign(secret, "invoice", INVOICE, OWNER, soon),
            "forged": links.sign(secret[::-1], "invoice", INVOICE, OWNER, soon),
            "expired": links.sign(secret, "invoice", INVOICE, OWNER, past),
        }
        return {case: partial(_refused, partial(self.portal.file, token, reader)) for case, token in tokens.items()}

    def _chats(self, number: int) -> dict[str, Callable[[], str]]:
        ready: dict[str, Callable[[], str]] = {}
        for case, word in (("right code", "links"), ("wrong code", "mistypes")):
            talk = self._chat(f"{word}-{number}")
            talk.say("link this chat to my account")
            talk.say(_address(word, number))
            right = self._mailed()
            code = right if case == "right code" else f"{(int(right) + 1) % 10**8:08}"
            ready[case] = partial(_said, talk, code)
        return ready

    def _chat(self, name: str) -> Talk:
        return Talk(self.portal, Speaker(), stall.ROOMS, name)

    def _mailed(self) -> str:
        """The code of the latest letter."""
        with self.database.reading() as session:
            content = session.scalars(select(OutboxRow.content).order_by(OutboxRow.outbox_id.desc()).limit(1)).one()
        return str(re.findall(r"\b\d{8}\b", content["text"])[0])


def _refused(trying: Callable[[], object]) -> str:
    try:
        trying()
    except PortalError as refusal:
        return str(refusal)
    raise AssertionError("that was to be refused")


def _said(talk: Talk, words: str) -> str:
    return talk.say(words).text


def _address(word: str, number: int) -> str:
    return f"{word:-<8}{number:04}@example.org"


def measured(database: Database, rounds: int, kind: str) -> Times:
    """Milliseconds of each case, one of each a round, in an order drawn anew each round."""
    counter = Counter(database, Portal(database, stall.config(), lambda: stall.OPENED))
    warming = max(2, rounds // 20)
    counter.stock_up(rounds + warming)
    draw, times = random.Random(SEED), defaultdict(list)  # noqa: S311 an order, not a secret
    with Progress(console=Console(stderr=True)) as progress:
        for number in progress.track(range(rounds + warming), description=kind):
            cases, told = list(counter.round(number).items()), {}
            draw.shuffle(cases)
            for case, trying in cases:
                began = time.perf_counter()
                told[case] = trying()
                if number >= warming:
                    times[case].append(1000 * (time.perf_counter() - began))
            assert all((told[pair.hit] == told[pair.miss]) is pair.is_secret for pair in PAIRS), told
    return times


def apart(hit: list[float], miss: list[float]) -> tuple[float, float, float]:
    """The difference of the medians and its bootstrap 95 % interval."""

    def difference(one: np.ndarray, other: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.asarray(np.median(one, axis=axis) - np.median(other, axis=axis))

    found = bootstrap((hit, miss), difference, n_resamples=4000, method="percentile", rng=SEED)
    low, high = found.confidence_interval
    return statistics.median(hit) - statistics.median(miss), float(low), float(high)


def row(pair: Pair, times: Times) -> tuple[str, ...]:
    """A line of the table: both cases, how far apart they are, and whether that tells anything."""
    hit, miss = times[pair.hit], times[pair.miss]
    difference, low, high = apart(hit, miss)
    share = difference / statistics.median(miss)
    told = "not told apart" if low <= 0 <= high else "differs" if abs(share) > NOTICEABLE else "differs little"
    shown = (f"{statistics.median(one):.2f} / {quantile(sorted(one), 0.95):.2f}" for one in (hit, miss))
    return (pair.what, f"{pair.hit} : {pair.miss}", *shown, f"{difference:+.2f} [{low:+.2f}, {high:+.2f}]",
            f"{share:+.0%}", told if pair.is_secret else f"{told}; the answer says which")  # fmt: skip


HEADS = ("what", "hit : miss", "hit", "miss", "difference [95 %]", "", "")


def show(kind: str, times: Times) -> None:
    """Print a kind's table."""
    lines = [HEADS, *(row(pair, times) for pair in PAIRS)]
    wide = [max(len(line[place]) for line in lines) for place in range(len(HEADS))]
    print(f"\n{kind}: median / 95 of 100 within, ms; {min(map(len, times.values()))} of each")
    for line in lines:
        print("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(line, wide, strict=True)).rstrip())


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=ROUNDS, help="how often each case is tried")
    arguments.add_argument("--on", choices=[SQLITE, POSTGRESQL], action="append", help="only this kind of database")
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    print(machine())
    for kind in given.on or [SQLITE, POSTGRESQL]:
        with ExitStack() as stack:
            try:
                fresh = stack.enter_context(on(kind))
            except (ImportError, OSError, subprocess.SubprocessError) as error:
                print(f"\n{kind}: left out, its server does not start here ({error})")
                continue
            database = Database(fresh())
            stack.callback(database.close)
            show(kind, measured(database, given.rounds, kind))


if __name__ == "__main__":
    main()
