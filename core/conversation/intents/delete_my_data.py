"""Erase the account: shown table by table, done after a yes, with what the law makes the shop keep."""

from typing import Any

from core.chat import Action
from core.conversation.turn import Answer, Confirm, Step, Turn
from core.privacy import POLICY, erase, export

PROOF = 3
AUDIENCE = frozenset({"customer"})
RIGHT = "account"


def answer(turn: Turn) -> Step:
    """Show what would be deleted, what would lose its names, and what stays and why."""
    found = export(turn.session, turn.customer_id)
    told = [turn.say("confirm")]
    for name, rows in found.items():
        kept = POLICY[name]
        key = "deleted" if kept.deletes else "anonymised" if kept.blank else "kept"
        told.append(turn.say(key, table=name.replace("_", " "), count=len(rows), why=kept.why))
    return Confirm("\n".join([*told, turn.say("for_good")]), {})


def act(turn: Turn, plan: dict[str, Any]) -> Answer:
    """Erase; the chat knows nobody afterwards."""
    customer_id = turn.customer_id
    report = erase(turn.session, customer_id, f"customer:{customer_id}", turn.now)
    result = {one.table: f"{one.what} {one.rows}" for one in report}
    return Answer(turn.say("done"), actions=(Action("delete_my_data", dict(plan), result),), speaks_for="")
