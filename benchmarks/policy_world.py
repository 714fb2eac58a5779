"""The policy world: a scripted customer has each task done in conversation, and what was done is compared with it.

    python -m benchmarks.policy_world FOLDER [--tasks FILE …] [--show N]

FOLDER holds users, orders, products (tau-bench retail) and, unless named, tasks_train.jsonl. Prints a line per way of
speaking, and the tasks that went wrong; exit code 1 on any wrong write.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.scripted_customer import Customer, Item, Wish
from bot.assembly import House, build
from bot.importing import run as take_over
from core.chat import Incoming, Reply, Speaker
from core.config import Config, DatabaseSettings, Web
from core.database.migrate import upgrade
from integrations.tau_retail.client import world as read_world
from integrations.tau_retail.mapping import payment_method as method_row

_NUMBERS = count(1)
_SECRET = "policy-world-bench-secret"  # noqa: S105 a database that is thrown away
_ADDRESS = {"address1": "line1", "address2": "line2", "city": "city", "state": "region", "zip": "postcode",
            "country": "country"}  # fmt: skip
_KINDS = {"card": "credit card", "paypal": "PayPal", "gift_card": "gift card"}


@dataclass
class World:
    """The shop's records as the tasks speak of them."""

    users: dict[str, Any]
    orders: dict[str, Any]
    products: dict[str, Any]

    def __post_init__(self) -> None:
        sold = [
            (one["name"], sku, variant) for one in self.products.values() for sku, variant in one["variants"].items()
        ]
        self.variants = {sku: (name, variant["options"]) for name, sku, variant in sold}

    def price(self, sku: str) -> float:
        """What a variant costs."""
        return float(self._variant(sku)["price"])

    def is_available(self, sku: str) -> bool:
        """Whether a variant is on sale."""
        available: bool = self._variant(sku)["available"]
        return available

    def _variant(self, sku: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one["variants"][sku] for one in self.products.values() if sku in one["variants"])
        return found

    def wish(self, user_id: str, action: dict[str, Any]) -> Wish | None:
        """What a customer wants who expects this action; None for one that changes nothing."""
        kind, asked = _ACTIONS.get(action["name"]), action["kwargs"]
        if kind is None:
            return None
        order = self.orders.get(asked.get("order_id", ""), {"items": []})
        items = tuple(self._item(sku, new) for sku, new in zip(
            asked.get("item_ids", []), asked.get("new_item_ids", asked.get("item_ids", [])), strict=True))  # fmt: skip
        return Wish(
            kind,
            asked.get("order_id", "").lstrip("#"),
            items,
            asked.get("payment_method_id", ""),
            self._method_words(user_id, asked.get("payment_method_id", "")),
            self._method_label(user_id, asked.get("payment_method_id", "")),
            asked.get("reason", ""),
            {_ADDRESS[name]: value for name, value in asked.items() if name in _ADDRESS},
            tuple(self._others(order, items)),
        )

    def _item(self, sku: str, new_sku: str) -> Item:
        name, options = self.variants[sku]
        return Item(sku, name, options, new_sku, self.variants[new_sku][1])

    @staticmethod
    def _others(order: dict[str, Any], items: tuple[Item, ...]) -> Iterator[str]:
        wanted = [item.sku for item in items]
        for item in order["items"]:
            if item["item_id"] in wanted:
                wanted.remove(item["item_id"])
            else:
                yield item["name"]

    def _method_label(self, user_id: str, method_id: str) -> str:
        """How the shop calls a method of payment."""
        methods = self.users[user_id]["payment_methods"]
        return str(method_row(user_id, method_id, methods[method_id])["label"]) if method_id in methods else ""

    def _method_words(self, user_id: str, method_id: str) -> str:
        """How the customer calls a method of payment: by kind, and by its last digits where two are of a kind."""
        methods = self.users[user_id]["payment_methods"]
        if method_id not in methods:
            return ""
        kinds = [method["source"] for method in methods.values()]
        chosen = method_row(user_id, method_id, methods[method_id])
        if kinds.count(methods[method_id]["source"]) > 1:
            return chosen["label"] if chosen["kind"] == "card" else method_id
        return _KINDS[chosen["kind"]]


@dataclass
class Ledger:
    """What the world's policy lets happen, action after action: an action it forbids changes nothing."""

    world: World
    status: dict[str, str] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    payer: dict[str, str] = field(default_factory=dict)

    def takes_effect(self, user_id: str, action: dict[str, Any]) -> bool:
        """Whether the action is allowed now; if it is, it has happened."""
        asked = action["kwargs"]
        number = asked.get("order_id", "")
        if number not in self.world.orders:
            return bool(action["name"] == "modify_user_address")
        status = self.status.get(number, self.world.orders[number]["status"])
        wanted = "delivered" if action["name"].endswith("delivered_order_items") else "pending"
        if status != wanted or not self._is_affordable(user_id, number, action):
            return False
        if action["name"] in {"cancel_pending_order", "modify_pending_order_payment"}:
            self._give_back(number, asked.get("payment_method_id", ""))
        if wanted == "delivered" or action["name"] in {"cancel_pending_order", "modify_pending_order_items"}:
            self.status[number] = f"{status}, then {action['name']}"
        return True

    def _give_back(self, number: str, paid_with: str) -> None:
        """The order's price goes back to what paid it: at once where that is a gift card."""
        order = self.world.orders[number]
        before = self.payer.get(number, order["payment_history"][-1]["payment_method_id"])
        self.spent[before] = self.spent.get(before, 0.0) - sum(item["price"] for item in order["items"])
        self.payer[number] = paid_with

    def _is_affordable(self, user_id: str, number: str, action: dict[str, Any]) -> bool:
        """Whether new items are on sale, and a gift card covers what it is to pay."""
        asked, order = action["kwargs"], self.world.orders[number]
        if not all(self.world.is_available(sku) for sku in asked.get("new_item_ids", [])):
            return False
        due = 0.0
        if "new_item_ids" in asked:
            due = sum(map(self.world.price, asked["new_item_ids"])) - sum(map(self.world.price, asked["item_ids"]))
        elif action["name"] == "modify_pending_order_payment":
            due = sum(item["price"] for item in order["items"])
            if asked["payment_method_id"] == self.payer.get(number, order["payment_history"][-1]["payment_method_id"]):
                return False
        method_id = asked.get("payment_method_id", "")
        method = self.world.users[user_id]["payment_methods"].get(method_id, {})
        if method.get("source") != "gift_card":
            return True
        left = float(method["balance"]) - self.spent.get(method_id, 0.0)  # what was given back counts as not spent
        if due > left + 0.005:
            return False
        self.spent[method_id] = self.spent.get(method_id, 0.0) + due
        return True


_ACTIONS = {
    "cancel_pending_order": "cancel_order",
    "modify_pending_order_address": "change_address",
    "modify_user_address": "change_address",
    "modify_pending_order_payment": "change_payment",
    "modify_pending_order_items": "change_order",
    "return_delivered_order_items": "return_item",
    "exchange_delivered_order_items": "exchange_item",
}
_WRITES = frozenset(_ACTIONS.values())


@dataclass
class Tally:
    """How one way of speaking went."""

    done: int = 0
    tasks: int = 0
    wrong_writes: int = 0
    turns: int = 0
    seconds: float = 0.0
    missed: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    """Run it; the exit code tells whether anything was written that nobody had asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", type=Path, nargs="*", help="files of tasks instead of tasks_train.jsonl")
    parser.add_argument("--limit", type=int, help="only so many tasks")
    parser.add_argument("--way", choices=("explicit", "vague"), help="only this way of speaking")
    parser.add_argument("--show", type=int, default=0, help="print the conversations of so many failed tasks")
    chosen = parser.parse_args(arguments)
    files = chosen.tasks or [chosen.folder / "tasks_train.jsonl"]
    tasks = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    world = World(*read_world(chosen.folder))
    print(machine())
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start.db"
        _open_shop(start, chosen.folder)
        for way in (chosen.way,) if chosen.way else ("explicit", "vague"):
            tally = _all(world, tasks[: chosen.limit], start, explicit=way == "explicit", shown=chosen.show)
            share = tally.done / max(tally.tasks, 1)
            print(f"{way:<9} {tally.done:>4} of {tally.tasks} ({share:.1%}), wrong writes {tally.wrong_writes}, "
                  f"{tally.turns / max(tally.tasks, 1):.1f} turns a task, "
                  f"{1000 * tally.seconds / max(tally.turns, 1):.1f} ms a turn")  # fmt: skip
            print("          missed:", ", ".join(f"{name} {n}" for name, n in tally.missed.most_common()) or "nothing")
            print("\n".join(tally.failures))
            wrong += tally.wrong_writes
    return 1 if wrong else 0


def _open_shop(database: Path, folder: Path) -> None:
    house = build(_config(database))
    upgrade(house.database)
    outcome = take_over(house, "tau_retail", folder, quiet=True)
    house.close()
    if outcome.faults:
        raise SystemExit(f"the shop was not taken over whole: {outcome.faults[:3]}")


def _config(database: Path) -> Config:
    return Config(database=DatabaseSettings(url=f"sqlite:///{database}"), web=Web(secret=_SECRET))


def _all(world: World, tasks: list[dict[str, Any]], start: Path, *, explicit: bool, shown: int) -> Tally:
    tally = Tally()
    for place, task in enumerate(tasks):
        copy = start.with_name("task.db")
        for old in start.parent.glob("task.db*"):
            old.unlink()
        shutil.copyfile(start, copy)
        house = build(_config(copy))
        try:
            _one(world, task, house, tally, Way(explicit, place, shown))
        finally:
            house.close()
    return tally


@dataclass(frozen=True)
class Way:
    """How the customer of one task speaks."""

    explicit: bool
    seed: int
    shown: int


def _one(world: World, task: dict[str, Any], house: House, tally: Tally, way: Way) -> None:
    user = task["user_id"]
    customer_id = house.portal.customer_by_email(world.users[user]["email"])
    speaker = Speaker(customer_id=customer_id, proof=3)

    def say(text: str, button: str | None) -> Reply:
        began = time.perf_counter()
        said = Incoming("bench", user, f"bench-{next(_NUMBERS)}", text, speaker, button)
        reply = house.portal.converse(said)
        tally.turns, tally.seconds = tally.turns + 1, tally.seconds + time.perf_counter() - began
        return reply

    customer = Customer(say, way.explicit, way.seed)
    done: list[dict[str, Any]] = []
    said: list[tuple[str, str]] = []
    for action in task["actions"]:
        wish = world.wish(user, action)
        if wish is not None:
            outcome = customer.ask_for(wish)
            done += [one for one in outcome.actions if one["name"] in _WRITES]
            said += outcome.said
    ledger = Ledger(world)
    allowed = [action for action in task["actions"] if action["name"] in _ACTIONS and ledger.takes_effect(user, action)]
    expected = [_expected(action) for action in allowed]
    found = [_found(one) for one in done]
    missing = [one for one in expected if not any(_same(one, other) for other in found)]
    strange = [one for one in found if not any(_same(other, one) for other in expected)]
    tally.tasks += 1
    tally.done += not missing and not strange
    tally.wrong_writes += bool(strange)
    tally.missed.update(one["name"] for one in missing)
    if (missing or strange) and len(tally.failures) < way.shown:
        told = "\n".join(f"    {who}: {text}" for who, text in said)
        tally.failures.append(f"--- task {way.seed}\n{told}\n  missing {missing}\n  wrong {strange}")


def _same(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether it is what was expected; where no money moves, how it would have is no matter."""
    ignored = {"is_free", "method"} if found["is_free"] and not found["method"] else {"is_free"}
    return all(expected[key] == found[key] for key in expected if key not in ignored)


def _expected(action: dict[str, Any]) -> dict[str, Any]:
    """An expected action in plain terms, to be compared."""
    asked = action["kwargs"]
    items = asked.get("item_ids", [])
    return {
        "name": _ACTIONS[action["name"]],
        "order": asked.get("order_id", "").lstrip("#"),
        "items": sorted(zip(items, asked.get("new_item_ids", [""] * len(items)), strict=True)),
        "method": asked.get("payment_method_id", ""),
        "reason": asked.get("reason", ""),
        "address": {_ADDRESS[name]: value for name, value in asked.items() if name in _ADDRESS and name != "country"},
    }


def _found(action: dict[str, Any]) -> dict[str, Any]:
    """An action of the Reply in the same terms."""
    told, name = action["arguments"], action["name"]
    has_method = name in {"change_payment", "change_order", "return_item", "exchange_item"}
    lines = told.get("lines", []) if name != "cancel_order" else []
    return {
        "name": name,
        "is_free": float(action["result"].get("difference", 1)) == 0,
        "order": told.get("order_number") or "",
        "items": sorted((line["sku"], line.get("new_sku", "")) for line in lines for _ in range(line["quantity"])),
        "method": (told.get("payment_method") or "") if has_method else "",
        "reason": (told.get("reason") or "") if name == "cancel_order" else "",
        "address": {part: value for part, value in (told.get("address") or {}).items()
                    if part in _ADDRESS.values() and part != "country"},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
