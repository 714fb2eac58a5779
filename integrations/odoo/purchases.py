"""What Odoo says of purchase orders and what arrives of them, in canonical rows; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.exchange.model import Record, version
from integrations.odoo.mapping import Books, changed, is_placed, named, ref, sku_of, units_of
from integrations.reading import Json, minor, moment, needed, said

OURS = "Storekeeper "  # before our number, in the source document of orders that were approved here
_NOT_YET = {"draft", "sent", "to approve"}
_BOUGHT = {"purchase", "done"}


@dataclass(frozen=True)
class Purchase:
    """A purchase order with its lines, the moves that brought goods of it, and the goods, by their numbers."""

    order: Json
    lines: Sequence[Json]
    moves: Sequence[Json]
    goods: Mapping[int, Json]
    pickings: Mapping[int, Json]
    location: str


def number_of(order: Json) -> str:
    """Our number of an order: the one it was approved under here, else its name there."""
    origin = said(order, "origin")
    return origin.removeprefix(OURS) if origin.startswith(OURS) else needed("a purchase order", order, "name")


def counted(lines: Sequence[Json]) -> list[Json]:
    """The lines that are of goods, in the order in which they were made: that is how lines are numbered here."""
    return sorted((one for one in lines if not one.get("display_type") and ref(one, "product_id")), key=_made)


def _made(line: Json) -> int:
    return int(line["id"])


def purchase(found: Purchase, books: Books, zone: ZoneInfo) -> Record | None:
    """An order that was placed or cancelled, with its receipts; None of what is only asked about.

    Raises:
        Unreadable: a word that we do not know says how it stands, or what every order has is missing.
    """
    if not is_placed(found.order, "purchase order", _NOT_YET, _BOUGHT):
        return None
    number, bought = number_of(found.order), counted(found.lines)
    lines = [_line(one, number, place, found, books) for place, one in enumerate(bought, 1)]
    receipts = _receipts(number, bought, found, books)
    ordered_at = moment(found.order.get("date_approve") or found.order["date_order"])
    status = _status(found.order, lines)
    head = {
        "purchase_order_number": number, "supplier": f"odoo-{ref(found.order, 'partner_id')}",
        "location": found.location, "status": status, "ordered_at": ordered_at,
        "expected_on": moment(found.order.get("date_planned") or found.order["date_order"]).astimezone(zone).date(),
        "received_at": max((one["received_at"] for one in receipts), default=ordered_at)
        if status == "received" else None,
        "currency": named(found.order, "currency_id"),
    }  # fmt: skip
    rows = {"purchase_orders": [head], "purchase_order_lines": lines, "receipts": receipts}
    when = version(changed(found.order, *found.lines, *found.moves))
    return Record("purchase_orders", str(found.order["id"]), number, when, rows)


def _status(order: Json, lines: Sequence[Mapping[str, Any]]) -> str:
    if said(order, "state") == "cancel":
        return "cancelled"
    if lines and all(one["received"] >= one["quantity"] for one in lines):
        return "received"
    is_confirmed = order.get("acknowledged") or order.get("mail_reception_confirmed")
    return "confirmed" if is_confirmed else "sent"


def _line(line: Json, number: str, place: int, found: Purchase, books: Books) -> dict[str, Any]:
    goods, currency = found.goods[ref(line, "product_id") or 0], named(found.order, "currency_id")
    own, unit = ref(goods, "uom_id"), ref(line, "product_uom_id") or ref(line, "product_uom")
    each = books.converted(1.0, unit or own, own)
    units = units_of(float(line.get("product_qty") or 0) * each, "a line")
    return {
        "purchase_order_number": number, "line": place, "sku": sku_of(goods), "quantity": units,
        "received": max(0, int(float(line.get("qty_received") or 0) * each + 1e-6)),
        "unit_cost": minor(float(line.get("price_unit") or 0) / each, currency), "currency": currency,
    }  # fmt: skip


def _receipts(number: str, bought: Sequence[Json], found: Purchase, books: Books) -> list[dict[str, Any]]:
    """What came with each transfer, line by line."""
    places = {one["id"]: place for place, one in enumerate(bought, 1)}
    came: dict[tuple[str, int], float] = {}
    at: dict[tuple[str, int], datetime] = {}
    for move in found.moves:
        place, picking = places.get(ref(move, "purchase_line_id") or 0), ref(move, "picking_id") or 0
        if place is None or said(move, "state") != "done":
            continue
        own = ref(found.goods.get(ref(move, "product_id") or 0, {}), "uom_id")
        done = float(move.get("quantity") or move.get("quantity_done") or 0)
        units = books.converted(done, ref(move, "product_uom") or own, own)
        receipt = (named(move, "picking_id") or f"odoo-move-{move['id']}", place)
        came[receipt] = came.get(receipt, 0.0) + units
        at[receipt] = moment(found.pickings.get(picking, {}).get("date_done") or move["date"])
    return [
        {
            "receipt_number": receipt, "purchase_order_number": number, "line": place,
            "units": units_of(units, f"receipt {receipt}"), "received_at": at[receipt, place],
        }
        for (receipt, place), units in sorted(came.items())
        if units > 0
    ]  # fmt: skip
