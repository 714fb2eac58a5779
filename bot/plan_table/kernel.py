"""The plan of some suppliers: an Arrow table of their items with their demand in, an Arrow table of proposals out.

The same rows give the same proposals whatever else is in the table: what is learnt from other products is learnt from
products of the same supplier at the same place, and only what places have to share joins their orders.
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.plan_table.forecast import Expected, Span, expected
from core.replenishment import Table, Vector
from core.replenishment.agreement import MONEY, ROOM, SUPPLY, TERMS, Agreed, Rows, Shared, agree
from core.replenishment.items import Items
from core.replenishment.life import life_cap
from core.replenishment.plan import Proposed, reason
from core.replenishment.targets import stockout_costs

if TYPE_CHECKING:
    import pyarrow as pa

TOLD = b"told"
PLACES = {"storage_m3": np.inf, "budget": np.inf}
"""What places have, and what counts where they say nothing."""

_SPOKEN = {ROOM: "cubic_metre", MONEY: "money"}


def schema() -> "pa.Schema":
    """Columns of a proposal."""
    import pyarrow as pa

    text, number, day = pa.string(), pa.float64(), pa.date32()
    kinds = {"sku": text, "location": text, "supplier": text, "quantity": number, "unit_cost": number,
             "line_total": number, "order_on": day, "expected_on": day, "reorder_point": number, "order_up_to": number,
             "forecast_mean": number, "forecast_sd": number, "expected_cost": number, "reason": text}  # fmt: skip
    return pa.schema(list(kinds.items()))


def proposals(table: "pa.Table", span: Span) -> "pa.Table":
    """What to order of each item today, in the order of the table.

    Args:
        table: of whole orders, and whole places where those share room or money, each order's lines together: the
            columns `shelves.read` gives, those of `TERMS` and `PLACES`, and lists that
            `forecast.expected` reads.
        span: of what time.

    Returns:
        Rows as `schema` has them, with shadow prices and notes under `TOLD` in the metadata; the numbers of `reason`
        add up (`core.replenishment.explanation.reason`).
    """
    table = table.combine_chunks()
    supplier, location = (_codes(table, name) for name in ("supplier", "location"))
    order = supplier * (location.max(initial=0) + 1) + location
    known = expected(table, order, span)
    terms = {name: _floats(table, name) for name in (*TERMS, *PLACES)}
    items, pace, volume = _items(table, known), known.pace, _floats(table, "volume_m3")
    rows = Rows(order, _floats(table, "weight_kg"), volume, 1.0 / _floats(table, "units_per_pallet"), terms)
    there = np.bincount(location, volume * np.maximum(items.position, 0.0))[location].astype(np.float64)
    product = supplier * (_codes(table, "sku").max(initial=0) + 1) + _codes(table, "sku")
    shared = (
        Shared(SUPPLY, product, np.ones_like(there), _floats(table, "available"), np.zeros_like(there)),
        Shared(ROOM, location, volume, terms["storage_m3"], there),
        Shared(MONEY, location, items.unit_cost, terms["budget"], np.zeros_like(there)),
    )
    agreed = agree(items, pace, rows, shared)
    return _rows(table, agreed, known, span).replace_schema_metadata({TOLD: json.dumps(_told(table, agreed))})


def _told(table: "pa.Table", agreed: Agreed) -> dict[str, list[dict[str, Any]]]:
    """Shadow prices by place, and what could not be met."""
    prices: dict[str, dict[str, Any]] = {}
    for one in agreed.prices:
        if one.shared.kind == SUPPLY:
            continue
        place = table["location"][int(one.rows[0])].as_py()
        prices.setdefault(place, {"location": place, "cubic_metre": 0.0, "money": 0.0})
        prices[place][_SPOKEN[one.shared.kind]] = one.price
    notes = [
        {name: table[name][int(one.rows[0])].as_py() for name in ("supplier", "location")} | {"sentence": one.sentence}
        for one in agreed.notes
    ]
    trips = [
        {name: table[name][int(rows[0])].as_py() for name in ("supplier", "location")} | vars(choice)
        for rows, choice in agreed.choices
    ]
    return {"prices": list(prices.values()), "notes": notes, "trips": trips}


def _codes(table: "pa.Table", name: str) -> NDArray[np.int64]:
    encoded = table[name].combine_chunks().dictionary_encode()
    codes: NDArray[np.int64] = encoded.indices.to_numpy().astype(np.int64)
    return codes


def _floats(table: "pa.Table", name: str) -> Vector:
    values: Vector = table[name].to_numpy().astype(np.float64)
    return values


def _items(table: "pa.Table", known: Expected) -> Items:
    lead, review = _floats(table, "lead_time_days"), _floats(table, "review_days")
    lead_extra = known.sells_beyond(lead)
    items = Items(
        unit_cost=_floats(table, "unit_cost"), holding_rate=_floats(table, "holding_rate"),
        stockout_cost=_floats(table, "stockout_cost"), order_cost=_floats(table, "order_cost"),
        line_cost=_floats(table, "line_cost"), lead_days=lead,
        lead_sd=_floats(table, "lead_time_sd_days"), review_days=review,
        on_hand=_floats(table, "on_hand"), on_order=_floats(table, "on_order"),
        backordered=_floats(table, "backordered"), minimum=_floats(table, "minimum"), pack=_floats(table, "pack"),
        maximum=_floats(table, "maximum"), break_quantity=_padded(table["break_quantity"], np.inf),
        break_cost=_padded(table["break_cost"], np.nan), pack_size=_padded(table["pack_size"], np.inf),
        pack_handling=_padded(table["pack_handling"], np.nan), season=known.season, lead_extra=lead_extra,
        review_extra=known.sells_beyond(lead + np.maximum(review, 1.0)) - lead_extra,
    )  # fmt: skip
    service, fill = _floats(table, "service_level"), _floats(table, "fill_rate")
    if not (np.all(np.isnan(service)) and np.all(np.isnan(fill))):
        items = replace(items, stockout_cost=stockout_costs(items, known.pace, service, fill))
    life = _floats(table, "shelf_life_days")
    until = items.lead_days + life
    extra = known.sells_beyond(np.where(np.isfinite(until), until, 0.0))
    return replace(items, life_cap=life_cap(items, known.pace, until, _floats(table, "salvage_value"), extra))


def _padded(lists: Any, empty: float) -> Table:
    lists = lists.combine_chunks()
    offsets = lists.offsets.to_numpy()
    most = int(np.diff(offsets).max(initial=0))
    padded = np.full((len(lists), most), empty)
    row = np.repeat(np.arange(len(lists)), np.diff(offsets))
    padded[row, np.arange(len(row)) - (offsets[:-1] - offsets[0])[row]] = lists.flatten().to_numpy()
    return padded


def _more(agreed: Agreed) -> list[dict[str, Any]]:
    """What was agreed on beyond each line: its order's least value, its part of what there was, and its vehicles."""
    more: list[dict[str, Any]] = [{"order_value": said} for said in agreed.order_value.tolist()]
    for row, portion in agreed.portions.items():
        more[row]["supply"] = vars(portion)
    for rows, choice in agreed.choices:
        for row in rows.tolist():
            more[row]["load"] = vars(choice)
    return more


def _rows(table: "pa.Table", agreed: Agreed, known: Expected, span: Span) -> "pa.Table":
    import pyarrow as pa

    proposed, more = agreed.proposed, _more(agreed)
    rows = np.arange(len(table)) if span.everything else np.flatnonzero(proposed.quantity > 0)
    base, unit_cost = span.day, proposed.costed.unit_cost[rows]
    arrives = base + np.ceil(proposed.items.lead_days[rows]).astype(np.int32)
    kept = table.select(["sku", "location", "supplier"]).take(pa.array(rows))
    numbers = {
        "quantity": proposed.quantity[rows],
        "unit_cost": unit_cost,
        "line_total": np.round(proposed.quantity[rows] * unit_cost, 6),
        "order_on": pa.array(np.full(len(rows), base, dtype=np.int32)).cast(pa.date32()),
        "expected_on": pa.array(arrives.astype(np.int32)).cast(pa.date32()),
        "reorder_point": proposed.reorder_point[rows],
        "order_up_to": proposed.order_up_to[rows],
        "forecast_mean": proposed.demand_mean[rows],
        "forecast_sd": proposed.demand_sd[rows],
        "expected_cost": proposed.costed.total[rows],
        "reason": [json.dumps(_reason(proposed, row, known, span) | more[row]) for row in rows.tolist()],
    }
    parts = {name: kept[name].cast(pa.string()) for name in kept.schema.names} | numbers
    return pa.table(parts, schema=schema())


def _reason(proposed: Proposed, row: int, known: Expected, span: Span) -> dict[str, Any]:
    """Its numbers, with what is coming before the next order could arrive."""
    until = float(proposed.items.lead_days[row]) + float(proposed.base.review[row])
    told = known.told(row, until, span)
    return reason(proposed, row) | ({"events": told} if told else {})
