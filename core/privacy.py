"""What is kept about a customer, table by table: handed over on request, and erased as far as the law lets it go.

Every table has to be declared here, so that a new one cannot be forgotten; tables are known by name only, which lets
this room stand below those whose tables it looks after.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.chat import Reply
from core.database.audit import record
from core.database.base import Base

_ACCOUNTING = "kept ten years for the tax office, without what only served delivery"
_STOCK = "units without a name"
_SHOP = "nothing about customers"
_NOBODY = "«nobody»"  # stands for something that tells rows apart and says nothing about whom
_WRITTEN_UP = "who changed what, by number only; the chain of changes has to stay whole"


@dataclass(frozen=True)
class Kept:
    """How a table holds a customer's rows, and what becomes of them on erasure.

    `by` names the column that says whose a row is: `customer_id` itself, or one that holds `customer:…`; `through`
    finds it by the key of a parent, which is declared here too. `blank` are columns that are emptied, `deletes`
    removes the rows, `why` says why what stays may stay.
    """

    by: str = ""
    through: tuple[str, str] = ("", "")
    deletes: bool = False
    blank: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


_SHIP = dict.fromkeys(("ship_name", "ship_line1", "ship_line2", "ship_city", "ship_postcode", "ship_region"), "")
_OF_ORDER = ("orders", "order_number")
POLICY: dict[str, Kept] = {
    "account_people": Kept("customer_id", deletes=True),
    "addresses": Kept("customer_id", deletes=True),
    "audit": Kept("who", why=_WRITTEN_UP),
    "chat_invitations": Kept("customer_id", deletes=True),
    "chat_links": Kept("customer_id", deletes=True),
    "closed_chats": Kept(why="that a chat takes no more post, by its number on the platform"),
    "conversations": Kept("person", deletes=True),
    "customers": Kept("customer_id", why="the number alone, which invoices refer to",
                      blank={**dict.fromkeys(("name", "company", "phone", "vat_number"), ""), "email": _NOBODY,
                             "email_folded": _NOBODY}),
    "departures": Kept(through=_OF_ORDER, why=_STOCK),
    "done_acts": Kept("person", deletes=True),
    "desk_cards": Kept(through=("tickets", "ticket_number"), deletes=True),
    "enquiries": Kept("asker", blank={"asker": _NOBODY}, why="demand, by day and product"),
    "events": Kept(why=_SHOP),
    "feeds": Kept(why=_SHOP),
    "feedback": Kept("customer_id", deletes=True),
    "inbox": Kept("source", blank={"content": {}, "answer": Reply("").as_dict()},
                  why="that a message came in, so that a repeat is known"),
    "invoice_lines": Kept(through=("invoices", "invoice_number"), why=_ACCOUNTING),
    "invoices": Kept("customer_id", why=_ACCOUNTING),
    "leases": Kept(why=_SHOP),
    "listings": Kept(why=_SHOP),
    "locations": Kept(why=_SHOP),
    "messages": Kept("person", deletes=True),
    "moves": Kept(why=_SHOP),
    "notification_choices": Kept("customer_id", deletes=True),
    "notification_hours": Kept("customer_id", deletes=True),
    "numbers": Kept(why=_SHOP),
    "offers": Kept("person", deletes=True),
    "order_acknowledgements": Kept(through=_OF_ORDER, why=_STOCK),
    "order_changes": Kept(through=_OF_ORDER, blank={"detail": {}}, why=_ACCOUNTING),
    "order_lines": Kept(through=_OF_ORDER, why=_ACCOUNTING),
    "orders": Kept("customer_id", blank=_SHIP, why=_ACCOUNTING),
    "origins": Kept(why="which record is which of a connected system's, by numbers alone"),
    "outbox": Kept("chat", deletes=True),
    "parcel_asks": Kept(through=("parcels", "tracking_number"), why="when its carrier is asked next, by its number"),
    "parcel_bookings": Kept(through=("parcels", "tracking_number"), why="which parcels its system was told of"),
    "parcel_lines": Kept(through=("parcels", "tracking_number"), why=_STOCK),
    "parcel_questions": Kept(through=("parcels", "tracking_number"), why="where parcels are slow, by their number"),
    "parcels": Kept(through=_OF_ORDER, why="when goods were sent, for claims"),
    "paces": Kept(why="from when on a chat may be sent to, by its number alone, for a day"),
    "payment_methods": Kept("customer_id", deletes=True),
    "payments": Kept(through=_OF_ORDER, blank={"method_id": None}, why=_ACCOUNTING),
    "products": Kept(why=_SHOP),
    "proposal_lines": Kept(why=_SHOP),
    "proposals": Kept(why=_SHOP),
    "approvals": Kept(why=_SHOP),
    "delegations": Kept(why=_SHOP),
    "purchase_order_papers": Kept(why=_SHOP),
    "receipts": Kept(why=_SHOP),
    "purchase_order_lines": Kept(why=_SHOP),
    "purchase_orders": Kept(why=_SHOP),
    "restock_promise_sources": Kept(through=("restock_promises", "promise_id"), why="how well promises were kept"),
    "restock_promises": Kept("asker", blank={"asker": _NOBODY}, why="how well promises were kept, by product"),
    "return_lines": Kept(through=("returns", "return_number"), blank={"reason": ""}, why=_STOCK),
    "returns": Kept(through=_OF_ORDER, blank={"refund_to": None, "why_not": ""}, why=_ACCOUNTING),
    "runs": Kept(why=_SHOP),
    "sales": Kept(why=_SHOP),
    "scans": Kept(through=("parcels", "tracking_number"), why="where parcels were, by their number"),
    "sessions": Kept("person", deletes=True),
    "settings": Kept(why=_SHOP),
    "sign_in_codes": Kept("person", deletes=True),
    "post_places": Kept(why="where in the shop's own channels something was posted, by its number"),
    "staff": Kept(why=_SHOP),
    "staff_links": Kept(why=_SHOP),
    "stock": Kept(why=_SHOP),
    "stock_alerts": Kept("customer_id", deletes=True),
    "stock_movements": Kept(why=_SHOP),
    "stock_set_aside": Kept(why=_STOCK),
    "supplier_closures": Kept(why=_SHOP),
    "supplier_items": Kept(why=_SHOP),
    "suppliers": Kept(why=_SHOP),
    "systems": Kept(why=_SHOP),
    "tallies": Kept(why="how often was tried, by a hash, for two days"),
    "ticket_entries": Kept(through=("tickets", "ticket_number"), deletes=True),
    "told": Kept(why="how far orders and parcels were told of, by their numbers"),
    "tickets": Kept("customer_id", deletes=True),
    "uploads": Kept("customer_id", deletes=True),
}  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """What became of the rows of one table."""

    table: str
    rows: int
    what: str
    why: str


def export(session: Session, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about a customer, by table, in plain JSON values; nothing of anybody else."""
    found = {}
    for name, kept in POLICY.items():
        table = Base.metadata.tables.get(name)
        if table is None or not (kept.by or kept.through[0]) or name in _TWICE:
            continue
        rows = session.execute(select(table).where(_whose(table, kept, customer_id))).mappings().all()
        if rows:
            found[name] = [{key: _plain(value) for key, value in row.items() if key not in _SECRET} for row in rows]
    return found


def erase(session: Session, customer_id: str, who: str, now: datetime) -> list[Erased]:
    """Erase a customer: rows that may go are deleted, others lose what names the person. The report says which and why.

    Deleted and blanked before the account itself, so that what hangs on it goes first.
    """
    session.flush()
    nobody = f"erased-{secrets.token_hex(8)}"
    report = []
    for name in sorted(POLICY, key=lambda name: name not in {"inbox", "outbox"}):  # whose they are the chats tell
        kept, table = POLICY[name], Base.metadata.tables.get(name)
        if table is None or not (kept.by or kept.through[0]):
            continue
        where = _whose(table, kept, customer_id)
        rows = len(session.execute(select(*table.primary_key.columns).where(where)).all())
        what = "kept"
        if kept.deletes:
            session.execute(delete(table).where(where))
            what = "deleted"
        elif kept.blank:
            blank = {key: nobody if value == _NOBODY else value for key, value in kept.blank.items()}
            session.execute(
                update(table).where(where).values(blank | ({"erased_at": now} if name == "customers" else {}))
            )
            what = "anonymised"
        if rows:
            report.append(Erased(name, rows, what, kept.why))
    session.expire_all()
    record(session, now, who, "customer_erased", f"customer:{customer_id}",
           tables={one.table: f"{one.what} {one.rows}" for one in report})  # fmt: skip
    return report


_TWICE = frozenset({"inbox"})  # what was said is in messages already, by person and not by chat
_SECRET = frozenset({"value", "digest", "token_digest", "form_token", "email_folded"})


def _whose(table: Table, kept: Kept, customer_id: str) -> ColumnElement[bool]:
    """Which rows of a table are the customer's."""
    if kept.by:
        column = table.columns[kept.by]
        person = f"customer:{customer_id}"
        if kept.by == "customer_id":
            return column == customer_id
        if kept.by == "chat" and "content" in table.columns:
            theirs = table.columns["customer_id"] == customer_id
            return or_(theirs, column == person, column.like(f"{person}:%"), _is_in_chat_of(person, table))
        if kept.by == "source":
            return column.in_(_chats_of(person))
        return and_(column.is_not(None), column == person)
    parent, key = Base.metadata.tables[kept.through[0]], kept.through[1]
    mine = select(parent.columns[key]).where(_whose(parent, POLICY[kept.through[0]], customer_id))
    return table.columns[key].in_(mine)


def _chats_of(person: str) -> Any:
    """The chats somebody wrote in, as deliveries from them and answers to them are filed."""
    chats = Base.metadata.tables["messages"].columns
    return select("chat:" + chats["channel"] + ":" + chats["chat"]).where(chats["person"] == person)


def _is_in_chat_of(person: str, table: Table) -> ColumnElement[bool]:
    """Which rows went to a chat that somebody wrote in."""
    where: ColumnElement[str] = "chat:" + table.columns["channel"] + ":" + table.columns["chat"]
    return where.in_(_chats_of(person))


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def undeclared(tables: Sequence[str]) -> list[str]:
    """Tables nobody has said anything about."""
    return sorted(set(tables) - set(POLICY))
