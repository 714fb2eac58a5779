"""Why that many: the numbers of a proposal, kept so that they add up, and the same numbers in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from core.replenishment.costing import YEAR, Costed
from core.replenishment.items import Items
from core.replenishment.lot_size import Limits
from core.replenishment.packs import Packs
from core.replenishment.proposal import Proposed, recost
from core.replenishment.season import extra_days
from core.replenishment.trips import Choice

_NEGLIGIBLE = 0.001
_LEAST_TOLD = 5
"""A season of fewer per cent is not worth a word."""
_ENDS = ("first_on", "last_on")
_COSTS = ("purchase", "ordering", "holding", "stockout")
_PARTS = (
    "need",
    "rounding",
    "to_minimum",
    "to_maximum",
    "to_life",
    "to_level",
    "to_break",
    "to_order_value",
    "to_load",
    "to_supply",
    "to_room",
    "to_budget",
    "by_planner",
)


def reason(proposed: Proposed, row: int, quantity: int | None = None) -> dict[str, Any]:
    """The numbers behind one line, ready for JSON.

    What adds up in it, to the digits shown:
    `stock`: on_hand + on_order - backordered = position;
    `demand`: mean + safety = reorder_point, for `days` = lead_days + review_days;
    `parts`: need + … + by_planner = quantity, and need = order_up_to - position where something is due;
    `cost` and `cost_without`: purchase + ordering + holding + stockout = total, over `horizon_days`.

    Args:
        proposed: a proposal.
        row: which of its items.
        quantity: what a planner orders instead, whole; the difference becomes the part `by_planner`.

    Returns:
        Plain numbers and short words, nested one deep.
    """
    items, base = proposed.items, proposed.base
    planned = int(proposed.quantity[row])
    chosen = planned if quantity is None else quantity
    costed, at = proposed.costed, row
    if chosen != planned:
        one = type(proposed.velocity)(*(part[[row]] for part in vars(proposed.velocity).values()))
        costed, at = recost(items.row(row), one, np.array([float(chosen)])), 0
    parts = {name: int(getattr(proposed, name)[row]) for name in _PARTS[:-1]}
    return {
        "stock": {name: int(getattr(items, name)[row]) for name in ("on_hand", "on_order", "backordered", "position")},
        "demand": _demand(proposed, row),
        "levels": {
            "reorder_point": int(base.levels.reorder_point[row]),
            "order_up_to": int(base.levels.order_up_to[row]),
        },
        "parts": {**parts, "by_planner": chosen - planned},
        "quantity": chosen,
        **_made_of(items, row, chosen),
        "price": _price(proposed, row, chosen),
        "terms": _terms(proposed, row),
        "order_value": proposed.order_value,
        "horizon_days": int(base.horizon[row]),
        "cost": _cost_lines(costed, at),
        "cost_without": _cost_lines(proposed.costed_without, row),
        "risk": round(float(costed.risk[at]), 4),
        "risk_without": round(float(proposed.costed_without.risk[row]), 4),
        "short": round(float(costed.expected_short[at]), 2),
        "short_without": round(float(proposed.costed_without.expected_short[row]), 2),
    }


def explain(reason: dict[str, Any], name: str, money: Callable[[float], str] = "{:,.2f}".format) -> str:
    """The same numbers as a planner says them: what there is, what is asked for, why that many, what it is worth.

    Args:
        reason: as `reason` gives it.
        name: what the product is called.
        money: writes an amount in major units.

    Returns:
        A few sentences.
    """
    worth, quantity = _worth_words(reason, money), _quantity_words(reason, money)
    said = [_stock_words(reason, name), _demand_words(reason), quantity, worth, _source_words(reason, money)]
    return " ".join(filter(None, said))


def _demand(proposed: Proposed, row: int) -> dict[str, float]:
    base, items = proposed.base, proposed.items
    mean = round(float(proposed.demand_mean[row]), 2)
    extra = {"extra": round(float(base.extra[row]), 2)} if base.extra[row] else {}
    season = _season(proposed, row)
    return {
        **extra,
        **({"season": season} if season != 1.0 else {}),
        "per_day": round(float(base.rate[row]), 3),
        "lead_days": round(float(items.lead_days[row]), 1),
        "review_days": round(float(base.review[row]), 1),
        "days": round(round(float(items.lead_days[row]), 1) + round(float(base.review[row]), 1), 1),
        "mean": mean,
        "sd": round(float(proposed.demand_sd[row]), 2),
        "safety": round(float(proposed.reorder_point[row]) - mean, 2),
    }


def _season(proposed: Proposed, row: int) -> float:
    """What a day until the order after this one could arrive sells, on the mean, over the usual."""
    weeks = proposed.items.season[[row]]
    if not weeks.shape[1]:
        return 1.0
    until = proposed.items.lead_days[[row]] + proposed.base.review[[row]]
    return round(1.0 + float(extra_days(weeks, until)[0] / until[0]), 3)


def _price(proposed: Proposed, row: int, quantity: int) -> dict[str, Any]:
    items = proposed.items
    tier = int(np.sum(items.break_quantity[row] <= quantity)) - 1
    return {
        "base": float(items.unit_cost[row]),
        "unit_cost": float(items.unit_cost[row] if tier < 0 else items.break_cost[row, tier]),
        "tier": tier,
        "from_quantity": 0 if tier < 0 else int(items.break_quantity[row, tier]),
        "saving": round(float(proposed.saving[row]), 2),
        "beyond_life": _beyond_life(proposed, row),
    }


def _beyond_life(proposed: Proposed, row: int) -> list[int]:
    """Where the price breaks begin that would be too much to sell in time."""
    items = proposed.items
    starts, one = items.break_quantity[row], [row]
    if not np.isfinite(starts).any():
        return []
    most = Limits(items.minimum[one], items.pack[one], items.maximum[one])
    sells = replace(most, maximum=np.minimum(items.maximum[one], items.life_cap[one]))
    return [int(start) for start in starts if np.isfinite(start) and sells.most[0] < start <= most.most[0]]


def _made_of(items: Items, row: int, quantity: int) -> dict[str, Any]:
    """Packs of each level as [units, how many], largest first; nothing where there is one level."""
    if not np.isfinite(items.pack_size[row]).any():
        return {}
    packs = Packs(items.pack_size[[row]], items.pack_handling[[row]])
    counts = zip(packs.size[0].tolist(), packs.counts(np.array([float(quantity)]))[0].tolist(), strict=True)
    made = [[int(size), int(count)] for size, count in counts if count]
    return {"made_of": made[::-1]} if made else {}


def _terms(proposed: Proposed, row: int) -> dict[str, Any]:
    items = proposed.items
    levels = [int(size) for size in items.pack_size[row] if np.isfinite(size)]
    most, life = items.maximum[row], items.life_cap[row]
    return {
        "minimum": int(items.minimum[row]),
        "pack": int(items.pack[row]),
        **({"packs": levels} if levels else {}),
        "maximum": None if np.isinf(most) else int(most),
        "life_cap": None if np.isinf(life) else int(life),
    }


def _cost_lines(costed: Costed, row: int) -> dict[str, float]:
    """Rounded one by one, so that what is shown adds up to the total that is shown."""
    lines = {name: round(float(getattr(costed, name)[row]), 2) for name in _COSTS}
    return {**lines, "total": round(sum(lines.values()), 2)}


def _stock_words(reason: dict[str, Any], name: str) -> str:
    stock = reason["stock"]
    parts = [f"{stock['on_hand']:,} on hand"]
    if stock["on_order"]:
        back = f" ({stock['returning']:,} of them returns of customers)" if stock.get("returning") else ""
        parts.append(f"{stock['on_order']:,} on order{back}")
    if stock["backordered"]:
        parts.append(f"{stock['backordered']:,} promised to customers")
    counted = f", so {stock['position']:,} to count on" if len(parts) > 1 else ""
    return f"{name}: {_listed(parts)}{counted}."


def _demand_words(reason: dict[str, Any]) -> str:
    demand, levels = reason["demand"], reason["levels"]
    mean, sd, safety = round(demand["mean"]), round(demand["sd"]), levels["reorder_point"] - round(demand["mean"])
    kept = f" plus {safety:,} for safety" if safety > 0 else f" less {-safety:,}, as running short is cheap here"
    return (
        f"Customers ask for about {demand['per_day']:.2g} a day{_season_words(demand)}.{_event_words(reason)}"
        " If nothing is ordered today,"
        f" the next order can be here in {demand['days']:g} days; until then about {mean:,} will be asked for, "
        f"give or take {sd:,}. So it is time to order once {levels['reorder_point']:,} or fewer are left:"
        f" these {mean:,}{kept if safety else ''}."
    )


def _season_words(demand: dict[str, float]) -> str:
    """What the time of the year makes of the days before the next arrival, where it is worth a word."""
    more = round(100 * (demand.get("season", 1.0) - 1.0))
    if abs(more) < _LEAST_TOLD:
        return ""
    return f" over the year; in the coming weeks {abs(more)} % {'more' if more > 0 else 'less'}, as in the years before"


def _event_words(reason: dict[str, Any]) -> str:
    """What promotions, prices and events before the next arrival make of it."""
    told = []
    for one in reason.get("events", ()):
        days = " to ".join(f"{day:%-d %B}" for day in sorted({date.fromisoformat(one[key]) for key in _ENDS}))
        more = f"{abs(one['extra']):,.0f} {'more' if one['extra'] > 0 else 'fewer'}"
        told.append(f" {one['name']} ({days}) sells {one['factor']:.2g} times the usual, so {more} until then.")
    return "".join(told)


def _quantity_words(reason: dict[str, Any], money: Callable[[float], str]) -> str:
    parts, price, terms = reason["parts"], reason["price"], reason["terms"]
    quantity, position = reason["quantity"], reason["stock"]["position"]
    saves = f", which saves {money(price['saving'])}" if price["saving"] > 0 else ""
    because = {
        "rounding": f"for whole packs of {terms['pack']:,}",
        "to_minimum": f"to the minimum of {terms['minimum']:,}",
        "to_maximum": f"because of the maximum of {terms['maximum'] or 0:,}",
        "to_life": "because more would not sell before it spoils or is phased out",
        "to_level": "for full packs that cost less to handle",
        "to_break": f"to reach a better price{saves}",
        "to_order_value": "so that freight is free"
        if reason.get("order_value") == "freight"
        else "because of the supplier's minimum order value",
        "to_load": _load_words(reason),
        "to_supply": _supply_words(reason),
        "to_room": "because of the room there is",
        "to_budget": "because of the money there is",
        "by_planner": "by the planner",
    }
    steps = [
        f"{'plus' if parts[part] > 0 else 'less'} {abs(parts[part]):,} {why}"
        for part, why in because.items()
        if parts.get(part)
    ]
    if parts["need"]:
        point, full = reason["levels"]["reorder_point"], reason["levels"]["order_up_to"]
        start = (
            f"Filling up from {position:,} to {full:,}, which is {point:,} and a usual order of {full - point:,}, "
            f"takes {parts['need']:,}"
        )
    else:
        start = f"{position:,} is enough for today"
    packed = ", ".join(f"{count:,} × {size:,}" for size, count in reason.get("made_of", ()))
    each = f"{quantity:,} at {money(price['unit_cost'])} each{f', in {packed}' if packed else ''}"
    ending = f": {each}." if quantity else ": nothing is ordered."
    return ", ".join([start, *steps]) + ending + _left_out_words(price)


def _load_words(reason: dict[str, Any]) -> str:
    load = reason.get("load")
    return f"because of vehicles ({Choice(**load)})" if load else "so that vehicles leave full"


def _supply_words(reason: dict[str, Any]) -> str:
    """Why a line gets a part of what there is."""
    supply = reason.get("supply")
    if not supply:
        return "because of what the supplier has"
    return (
        f"because the supplier has too little: of {supply['there']:,} there, {supply['yours']:,} are yours "
        f"({supply['asked']:,} are asked for in all, and a unit less costs least where it is left out)"
    )


def _left_out_words(price: dict[str, Any]) -> str:
    """Price breaks that would be too much to sell in time."""
    starts = [f"{start:,}" for start in price.get("beyond_life", ())]
    if not starts:
        return ""
    return (
        f" The price from {_listed(starts)} on is left out: so many would not sell before they spoil or are phased out."
    )


def _worth_words(reason: dict[str, Any], money: Callable[[float], str]) -> str:
    without, total = reason["cost_without"]["total"], reason["cost"]["total"]
    if not reason["quantity"]:
        return f"The risk of running short before the next order could arrive is {_percent(reason['risk_without'])}."
    apart = round(without - total, 2)
    if apart > 0:
        worth = f"that is {money(apart)} less than without this order"
    elif apart >= -_NEGLIGIBLE * total:
        worth = f"that is practically as much as without this order ({money(-apart)} more)"
    else:
        worth = f"that is {money(-apart)} more than without this order"
    days = reason["horizon_days"]
    time = "coming year is" if days == YEAR else f"coming {days:,} days are"
    return (
        f"The risk of running short before the next order could arrive falls from {_percent(reason['risk_without'])}"
        f" to {_percent(reason['risk'])}. The {time} expected to cost {money(total)} in goods, orders, storage and"
        f" missed sales; {worth}."
    )


def _source_words(reason: dict[str, Any], money: Callable[[float], str]) -> str:
    """What the year would cost with each supplier, where there are several."""
    sources = reason.get("sources", ())
    if len(sources) < 2:
        return ""
    dearer = _listed([f"{money(one['cost'])} from {one['supplier']}" for one in sources[1:]])
    cheapest = f"{money(sources[0]['cost'])} from {sources[0]['supplier']}"
    return f"A year of it, with orders and stock, costs {cheapest} and {dearer}."


def _percent(share: float) -> str:
    if share < 0.01:
        return "under 1 %"
    if share > 0.99:
        return "over 99 %"
    return f"{round(100 * share)} %"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
