"""Taking over the canonical tables: which slice keeps which, and how rows go in, by the batch or record by record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.accounts import service as accounts
from core.billing import service as billing
from core.canonical import BY_NAME, TABLES, Fault, completed
from core.catalog import service as catalog
from core.config import Config, Planning, Shop
from core.database import audit
from core.database.base import Base
from core.database.mirror import existing, keep_only, take_once, take_over
from core.exchange import origins
from core.exchange.model import PARTS, SET, Drift, Record
from core.exchange.origins import Told
from core.inventory import service as inventory
from core.orders import cancelling
from core.orders import service as orders
from core.purchasing import deliveries, kept_there
from core.purchasing import service as purchasing
from core.purchasing.changes import By
from core.returns import service as returns
from core.shipments import booking, leaving
from core.shipments import service as shipments

KEPT_BY: dict[str, type[Base]] = {
    **accounts.MIRRORED,
    **billing.MIRRORED,
    **catalog.MIRRORED,
    **inventory.MIRRORED,
    **orders.MIRRORED,
    **purchasing.MIRRORED,
    **returns.MIRRORED,
    **shipments.MIRRORED,
}


_ADDED_TO = frozenset({"products", "locations", "suppliers", "supplier_items"})
"""Tables of which a shop knows more than its other systems, and brings it beside them."""

_BILLED_TO = tuple(column.name for column in BY_NAME["invoices"].columns if column.name.startswith("bill_"))
"""Who an invoice went to: whoever moved since is on it as they were, whatever their system says of them now."""

_SENDING = frozenset({"orders", "order_lines", "parcels"})
"""Tables that tell what left, and when."""

_ISSUED = "it was issued already and says something else; documents do not change, correct it by a credit note."


def take(
    session: Session,
    table: str,
    rows: Sequence[dict[str, Any]],
    shop: Shop,
    now: datetime,
    planning: Planning | None = None,
    *,
    is_current: bool = False,
) -> dict[int, str]:
    """Take rows of one canonical table; the same rows twice leave the same records.

    What was issued stays as it is, a status only goes forward, and a count older than the latest is refused. Where
    rows are known to be the latest there is (`is_current`), an order may also go back. What left with orders is off
    its shelf.

    Returns:
        For each row (by its index) that was left out, the sentence why.
    """
    faults = _take(session, table, rows, shop, now, planning, is_current=is_current)
    _book_what_left(session, [(table, row) for index, row in enumerate(rows) if index not in faults], now)
    return faults


def _book_what_left(session: Session, taken: Sequence[tuple[str, dict[str, Any]]], now: datetime) -> None:
    """Book the departures that rows of any tables tell of."""
    leaving.of_orders(session, {row["order_number"] for table, row in taken if table in _SENDING}, now)


def _count(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> dict[int, str]:
    """Take over counts; of shelves that nobody knew before, what left them since is booked too."""
    unknown = inventory.unknown_shelves(session, rows)
    faults = inventory.count(session, rows, now)
    begun = [rows[index]["counted_at"] for index in unknown if index not in faults]
    if begun:
        leaving.of_shelves(session, min(begun), now)
    return faults


def _take(
    session: Session,
    table: str,
    rows: Sequence[dict[str, Any]],
    shop: Shop,
    now: datetime,
    planning: Planning | None = None,
    *,
    is_current: bool = False,
) -> dict[int, str]:
    gone = accounts.of_the_erased(session, rows) if table in accounts.PERSONAL else {}
    if gone:
        kept = [index for index in range(len(rows)) if index not in gone]
        taken = _take(session, table, [rows[index] for index in kept], shop, now, planning, is_current=is_current)
        return gone | {kept[index]: why for index, why in taken.items()}
    if table == "stock":
        return _count(session, rows, now)
    if table in {"purchase_orders", "purchase_order_lines", "receipts"}:
        return _take_purchases(session, table, rows, (shop, planning or Planning(), now), is_current=is_current)
    if table == "invoices":
        seller = billing.seller_of(shop)
        beside = ("seller", *(_BILLED_TO if is_current else ()))
        return take_once(session, KEPT_BY[table], [{**row, "seller": seller} for row in rows], _ISSUED, beside)
    if table == "invoice_lines":
        return take_once(session, KEPT_BY[table], rows, _ISSUED)
    if table in {"orders", "returns"}:
        rows = _forward(session, table, rows, is_current=is_current)
    if table == "parcels" and not is_current:
        return booking.take(session, rows, now)
    if table in {"customers", "staff", "account_people"}:
        rows = accounts.with_folded_address(rows)
    return take_over(session, KEPT_BY[table], rows)


def _take_purchases(
    session: Session,
    table: str,
    rows: Sequence[dict[str, Any]],
    by: tuple[Shop, Planning, datetime],
    *,
    is_current: bool,
) -> dict[int, str]:
    """What was bought: a connected system does not overrule what planners decided here, an import does."""
    shop, planning, now = by
    if table == "receipts":
        return deliveries.take(session, rows, planning, now)
    if is_current:
        told = By("system", now, now.astimezone(shop.zone).date())
        take_in = kept_there.take_orders if table == "purchase_orders" else kept_there.take_lines
        return take_in(session, rows, told)
    if table == "purchase_order_lines":
        rows = deliveries.with_receipts(session, rows, now)
    return take_over(session, KEPT_BY[table], rows)


def _forward(
    session: Session, table: str, rows: Sequence[dict[str, Any]], *, is_current: bool
) -> Sequence[dict[str, Any]]:
    """Rows whose status goes only forward; that of orders may go back where rows are the latest there is."""
    if table == "returns":
        return returns.only_forward(session, rows)
    return orders.without_names(session, rows if is_current else orders.only_forward(session, rows))


@dataclass(frozen=True)
class Taken:
    """What became of records: how many were news, the sentences why rows were left out, and how far off we were."""

    fresh: int
    faults: list[Fault]
    drift: Drift


def take_records(
    session: Session, system: str, records: Sequence[Record], told: Told, config: Config, now: datetime
) -> Taken:
    """Take records of a connected system, in any order and however often: the latest of each is what stays."""
    sifted = origins.sift(session, system, records, told, now)
    faults: list[Fault] = []
    faulty: set[int] = set()
    taken: list[tuple[str, dict[str, Any]]] = []
    for table in TABLES:
        chosen = [*_rows(sifted.fresh, table.name), *(_rows(sifted.older, table.name) if table.name in SET else ())]
        for alike in _alike([row for _, row in chosen]):
            here = [chosen[index] for index in alike]
            rows = completed(table.name, _with_known(session, table.name, [dict(row) for _, row in here]))
            wrong = _take(session, table.name, rows, config.shop, now, config.planning, is_current=True)
            taken += [(table.name, row) for index, row in enumerate(rows) if index not in wrong]
            faults += [Fault(table.name, 0, "", why) for why in wrong.values()]
            faulty |= {id(here[index][0]) for index in wrong}
    _remove_the_rest(session, sifted.fresh)
    _book_what_left(session, taken, now)
    _retire(session, system, [record for record in sifted.fresh if record.gone], now)
    noted = [(record, "" if id(record) in faulty else record.digest) for record in sifted.fresh]
    origins.note(session, system, noted, told, now)
    for record in sifted.fresh:
        if record.cancel_asked and id(record) not in faulty:
            _cancel_as_asked(session, record, now)
    if told.whole:
        origins.see(session, system, sifted.older, now)
    return Taken(len(sifted.fresh), faults, sifted.drift)


def _with_known(session: Session, table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what we have already in columns that the system does not bring: what a shop added here stays."""
    absent = {one.name: one.default for one in BY_NAME[table].columns if rows and one.name not in rows[0]}
    if not absent or table not in _ADDED_TO:
        return rows
    key = BY_NAME[table].key
    kept = existing(session, KEPT_BY[table], rows).values()
    known = {tuple(getattr(row, name) for name in key): row for row in kept}
    for row in rows:
        before = known.get(tuple(row[name] for name in key))
        row.update({name: getattr(before, name) for name in absent} if before is not None else absent)
    return rows


def _retire(session: Session, system: str, gone: Sequence[Record], now: datetime) -> None:
    """What was removed there is no longer sold, bought or worked at, unless another system has it; the record stays."""
    for record in gone:
        if any(name != system for name, _ in origins.places_of(session, record.table, record.key)):
            continue
        if record.table == "products":
            catalog.take_off_sale(session, record.key)
        elif record.table == "orders" and orders.call_off(session, record.key):
            audit.record(session, now, f"system:{system}", "order_called_off", f"order:{record.key}")
        elif record.table == "supplier_items":
            purchasing.no_longer_buy(session, *record.key.partition("@")[::2])


def _cancel_as_asked(session: Session, record: Record, now: datetime) -> None:
    """Cancel what a customer asked an order's own system to, unless some of it was sent from here."""
    customer_id = record.rows["orders"][0]["customer_id"]
    if customer_id is not None:
        order = orders.order_of(session, customer_id, record.key)
        if not shipments.parcels_of(session, order):
            cancelling.heed(session, order, record.cancel_asked, now)


def _rows(records: Sequence[Record], table: str) -> list[tuple[Record, dict[str, Any]]]:
    return [(record, row) for record in records for row in record.rows.get(table, ())]


def _alike(rows: Sequence[dict[str, Any]]) -> list[list[int]]:
    """The rows by which columns they have: all rows that go in together have the same."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(tuple(sorted(row)), []).append(index)
    return list(groups.values())


def _remove_the_rest(session: Session, records: Sequence[Record]) -> None:
    """Remove what records no longer have, of the tables they bring."""
    for table, parts in PARTS.items():
        for part in parts:
            whole = [record for record in records if record.table == table and part in record.rows]
            if whole:
                _keep_part(session, whole, table, part)


def _keep_part(session: Session, whole: Sequence[Record], table: str, part: str) -> None:
    parents, rows = [record.key for record in whole], [row for _, row in _rows(whole, part)]
    if part == "parcels":
        shipments.keep_parcels(session, parents, [row["tracking_number"] for row in rows])
    elif part == "parcel_lines":
        parcels = [row["tracking_number"] for _, row in _rows(whole, "parcels")]
        keep_only(session, KEPT_BY[part], "tracking_number", parcels, rows)
    else:
        keep_only(session, KEPT_BY[part], BY_NAME[table].key[0], parents, rows)
