"""Whatever lines have to agree on: no limit is ever exceeded, parts add up, and nothing depends on who else orders."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.replenishment import Vector
from core.replenishment.agreement import MONEY, ROOM, SUPPLY, TERMS, Agreed, Rows, Shared, agree
from core.replenishment.costing import cost
from core.replenishment.demand import Velocity
from core.replenishment.life import life_cap
from core.replenishment.plan import Items, explain, quantity_fault, reason
from tests.core.replenishment.shelf import assortment, items, pace

COUNT, ORDERS, PLACES = 18, 4, 2
LAW = settings(max_examples=10, deadline=None)
_NEARLY = 1e-6


class World:
    """Items of a few orders at two places, with terms, room and money drawn at random; `loose` has no limits."""

    def __init__(self, seed: int, *, loose: bool = False) -> None:
        draw = np.random.default_rng(seed)
        items, self.pace = assortment(COUNT, seed)
        self.order = np.sort(draw.integers(0, ORDERS, COUNT))
        self.place = self.order % PLACES
        until = np.where(draw.random(COUNT) < 0.3, draw.uniform(5, 200, COUNT), np.inf)
        cap = life_cap(items, self.pace, until, 0.3 * items.unit_cost)
        levelled = (draw.random(COUNT) < 0.4)[:, None] & np.ones(3, dtype=bool)
        self.items = replace(
            items, order_cost=np.full(COUNT, 12.0), life_cap=cap,
            pack_size=np.where(levelled, items.pack[:, None] * [1.0, 4.0, 20.0], np.inf),
            pack_handling=np.where(levelled, draw.uniform(0, 2, COUNT)[:, None] * [1.0, 2.0, 6.0], np.nan),
        )  # fmt: skip
        self.weight, self.volume = draw.uniform(0.1, 3.0, COUNT), draw.uniform(0.001, 0.05, COUNT)
        self.pallet = 1.0 / draw.integers(20, 400, COUNT)

        def of_order(low: float, high: float, share: float = 0.6) -> Vector:
            drawn = np.where(draw.random(ORDERS) < share, draw.uniform(low, high, ORDERS), np.nan)
            return drawn[self.order]

        given_terms = {
            "minimum_order_value": of_order(20, 600),
            "vehicle_weight_kg": of_order(20, 400),
            "vehicle_volume_m3": of_order(0.5, 8),
            "vehicle_pallets": of_order(0.5, 6),
            "trip_cost": of_order(1, 60),
            "freight_cost": of_order(5, 60),
            "free_freight_from": of_order(50, 900),
        }
        self.terms = {
            name: np.where(np.isnan(values), usual, values)
            for (name, usual), values in zip(TERMS.items(), (given_terms[name] for name in TERMS), strict=True)
        }
        whole, taken = draw.uniform(0.5, 12, PLACES)[self.place], draw.uniform(0, 4, PLACES)[self.place]
        money = draw.uniform(50, 2000, ORDERS)[self.order]
        product, has = np.arange(COUNT) % (COUNT // 3), np.floor(draw.uniform(0, 300, COUNT // 3))
        self.shared: tuple[Shared, ...] = () if loose else (
            Shared(SUPPLY, product, np.ones(COUNT), has[product], np.zeros(COUNT)),
            Shared(ROOM, self.place, self.volume, whole, taken),
            Shared(MONEY, self.order, self.items.unit_cost, money, np.zeros(COUNT)),
            Shared(MONEY, 0 * self.order, self.items.unit_cost, np.full(COUNT, 2500.0), np.zeros(COUNT)),
        )  # fmt: skip

    def agreed(self, rows: np.ndarray | None = None, pace: Velocity | None = None) -> Agreed:
        """What is agreed on by some of the rows, or by all."""
        some = np.arange(COUNT) if rows is None else rows
        known = pace or self.pace
        part = Velocity(*(values[some] for values in vars(known).values()))
        asked = Rows(
            self.order[some], self.weight[some], self.volume[some], self.pallet[some],
            {name: values[some] for name, values in self.terms.items()},
        )  # fmt: skip
        shared = [
            Shared(one.kind, one.group[some], one.size[some], one.whole[some], one.taken[some]) for one in self.shared
        ]
        return agree(self.items.rows(some), part, asked, shared)


WORLDS = st.integers(0, 2**32 - 1)


@LAW
@given(WORLDS)
def test_no_order_exceeds_pack_minimum_maximum_life_value_vehicle_supply_room_or_money(seed: int) -> None:
    world = World(seed)
    quantity = world.agreed().proposed.quantity
    for row, units in enumerate(quantity):
        assert quantity_fault(world.items, row, units) == ""
    assert np.all(quantity <= world.items.life_cap)
    value = quantity * world.items.prices.at(quantity)
    for order in range(ORDERS):
        mine = world.order == order
        least = world.terms["minimum_order_value"][mine].max(initial=0.0)
        assert value[mine].sum() == 0 or value[mine].sum() >= least - _NEARLY
    for shared in world.shared:
        used = np.bincount(shared.group, shared.size * quantity)[shared.group]
        assert np.all((used <= np.maximum(shared.whole - shared.taken, 0.0) + _NEARLY) | (used == 0))


@LAW
@given(WORLDS)
def test_freight_is_free_only_for_an_order_that_is_worth_it_after_every_cut(seed: int) -> None:
    world = World(seed)
    agreed = world.agreed()
    value = agreed.proposed.quantity * world.items.prices.at(agreed.proposed.quantity)
    for order in np.unique(world.order[agreed.free & (value > 0)]):
        mine = world.order == order
        assert value[mine].sum() >= world.terms["free_freight_from"][mine].max() - _NEARLY


def test_an_order_that_room_leaves_too_small_for_free_freight_pays_it_and_says_so() -> None:
    one, known = items(on_hand=0.0, order_cost=4.0), pace(5.0)
    terms = {name: np.array([value]) for name, value in TERMS.items()}
    terms |= {"freight_cost": np.array([50.0]), "free_freight_from": np.array([200.0])}
    rows = Rows(np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1), np.zeros(1), terms)
    loose = agree(one, known, rows)
    room = Shared(ROOM, rows.order, rows.volume, np.array([60.0]), np.zeros(1))
    tight = agree(one, known, rows, [room])
    assert loose.proposed.quantity[0] * 2.0 >= 200.0
    assert (loose.proposed.items.order_cost[0], tight.proposed.items.order_cost[0]) == (4.0, 54.0)
    assert tight.proposed.quantity[0] == 60.0
    assert ["pays its freight" in one.sentence for one in tight.notes] == [True]


@LAW
@given(WORLDS)
def test_parts_and_costs_of_every_line_add_up_whatever_was_agreed_on(seed: int) -> None:
    agreed = World(seed).agreed()
    for row in range(COUNT):
        found = reason(agreed.proposed, row)
        assert sum(found["parts"].values()) == found["quantity"]
        shown = [amount for name, amount in found["cost"].items() if name != "total"]
        assert round(sum(shown), 2) == found["cost"]["total"]
    again = cost(agreed.proposed.items, agreed.proposed.base, agreed.proposed.quantity)
    assert np.array_equal(again.total, agreed.proposed.costed.total)


@LAW
@given(WORLDS)
def test_planning_each_order_by_itself_changes_nothing_where_nothing_is_shared(seed: int) -> None:
    world = World(seed, loose=True)
    together = world.agreed().proposed.quantity
    for order in range(ORDERS):
        rows = np.flatnonzero(world.order == order)
        if len(rows):
            assert np.array_equal(world.agreed(rows).proposed.quantity, together[rows])


@LAW
@given(WORLDS, st.floats(1.0, 4.0))
def test_more_demand_never_means_a_later_order(seed: int, times: float) -> None:
    world = World(seed, loose=True)
    items = replace(world.items, life_cap=np.full(COUNT, np.inf))
    free = {name: np.full(COUNT, usual) for name, usual in TERMS.items()}
    alone = Rows(np.arange(COUNT), world.weight, world.volume, world.pallet, free)
    more = replace(world.pace, exposure=world.pace.exposure / times)
    before, after = (agree(items, pace, alone).proposed for pace in (world.pace, more))
    assert np.all(after.reorder_point >= before.reorder_point)
    assert np.all((before.quantity == 0) | (after.quantity > 0))


@LAW
@given(WORLDS)
def test_more_room_and_money_never_leave_the_year_dearer_by_more_than_a_last_pack(seed: int) -> None:
    world = World(seed)
    tight = world.agreed().proposed
    loose = World(seed, loose=True).agreed().proposed
    pack = float(np.max(world.items.pack * world.items.unit_cost))
    assert loose.costed.total.sum() <= tight.costed.total.sum() + pack


@pytest.mark.parametrize("there", [0.0, 37.0, 120.0, 4000.0])
def test_too_little_at_the_supplier_is_shared_where_a_unit_less_costs_least(there: float) -> None:
    shops = items(3, on_hand=[0.0, 40.0, 0.0], stockout_cost=[1.5, 1.5, 9.0], order_cost=4.0)
    known = pace(np.array([3.0, 3.0, 3.0]), 3)
    orders = Rows(
        np.arange(3), np.zeros(3), np.zeros(3), np.zeros(3), {name: np.full(3, value) for name, value in TERMS.items()}
    )
    has = Shared(SUPPLY, np.zeros(3, dtype=np.int64), np.ones(3), np.full(3, there), np.zeros(3))
    loose, tight = agree(shops, known, orders), agree(shops, known, orders, [has])
    asked, got = loose.proposed.quantity, tight.proposed.quantity
    assert np.array_equal(got - asked, tight.proposed.to_supply)
    if there >= asked.sum():
        assert np.array_equal(got, asked)
        assert tight.portions == {}
        return
    assert got.sum() <= there
    assert there - got.sum() < 1 or there == 0
    told = [tight.portions[row] for row in range(3)]
    assert [(one.there, one.asked, one.yours) for one in told] == [(there, asked.sum(), units) for units in got]
    if 0 < there < 120:
        assert got[2] >= got[0] >= got[1]
    if there == 0:
        assert "nothing is ordered unless it has" in tight.notes[0].sentence


def test_a_line_says_what_of_the_suppliers_units_is_its_own() -> None:
    shops = items(2, on_hand=[0.0, 40.0])
    orders = Rows(
        np.arange(2), np.zeros(2), np.zeros(2), np.zeros(2), {name: np.full(2, value) for name, value in TERMS.items()}
    )
    has = Shared(SUPPLY, np.zeros(2, dtype=np.int64), np.ones(2), np.full(2, 80.0), np.zeros(2))
    agreed = agree(shops, pace(3.0, 2), orders, [has])
    portion = agreed.portions[0]
    told = explain(reason(agreed.proposed, 0) | {"supply": vars(portion)}, "Mug")
    assert f"of 80 there, {portion.yours} are yours ({portion.asked} are asked for in all" in told


def going(vehicle: float, trip_cost: float, **changes: float) -> Agreed:
    """What is agreed on for one line of 1 kg a unit that travels in such vehicles."""
    one = items(1, (), **{"on_hand": 0.0, **changes})
    terms = {name: np.array([value]) for name, value in TERMS.items()}
    terms |= {"vehicle_weight_kg": np.array([vehicle]), "trip_cost": np.array([trip_cost])}
    return agree(one, pace(5.0), Rows(np.zeros(1, dtype=np.int64), np.ones(1), np.zeros(1), np.zeros(1), terms))


def test_the_load_that_pays_best_is_the_economic_one_or_a_full_vehicle() -> None:
    # sqrt(2 * 40 * 5 / (0.25 * 2 / 365)) = 540.4 kg of 1,000; of 300 kg it is a full vehicle
    assert going(1000.0, 40.0).choices[0][1].best_fill == pytest.approx(0.5404, abs=1e-3)
    small = going(300.0, 40.0).choices[0][1]
    assert (small.best_fill, small.every_days) == (1.0, 60.0)


def test_the_order_of_today_waits_is_topped_up_or_goes_and_says_what_the_other_way_costs() -> None:
    waits = going(100_000.0, 5000.0, stockout_cost=0.02, order_cost=0.1)
    assert waits.choices[0][1].decided == "waits"
    assert waits.proposed.quantity[0] == 0
    assert "it waits" in waits.notes[0].sentence
    assert f"going today would cost {waits.choices[0][1].dearer:,.2f} more" in waits.notes[0].sentence
    assert going(300.0, 40.0, stockout_cost=9.0).choices[0][1].decided == "cut"
    filled = going(600.0, 40.0, stockout_cost=9.0)
    choice = filled.choices[0][1]
    assert choice.decided == "topped up"
    assert choice.otherwise == choice.trips - 1
    assert choice.dearer > 0
    told = explain(reason(filled.proposed, 0) | {"load": vars(choice)}, "Mug")
    assert "because of vehicles (topped up to" in told
    assert "a trip pays best 90 % full, every 108 days" in told
    assert going(300.0, 0.0).choices == []


def test_nothing_is_said_of_vehicles_that_room_leaves_emptier_than_was_weighed_up() -> None:
    one, known = items(on_hand=0.0, stockout_cost=9.0), pace(5.0)
    terms = {name: np.array([value]) for name, value in TERMS.items()}
    terms |= {"vehicle_weight_kg": np.array([600.0]), "trip_cost": np.array([40.0])}
    rows = Rows(np.zeros(1, dtype=np.int64), np.ones(1), np.ones(1), np.zeros(1), terms)
    room = Shared(ROOM, rows.order, rows.volume, np.array([60.0]), np.zeros(1))
    assert len(agree(one, known, rows).choices) == 1
    assert agree(one, known, rows, [room]).choices == []


def test_a_dear_product_does_not_fill_the_vehicle_that_a_cheap_one_does() -> None:
    cheap, dear = (going(600.0, 30.0, unit_cost=cost, stockout_cost=20.0) for cost in (0.2, 40.0))
    assert cheap.choices[0][1].fill > 0.95
    assert dear.choices[0][1].best_fill < 0.3
    assert dear.proposed.quantity[0] < cheap.proposed.quantity[0]


def test_what_cannot_be_met_says_what_would_help() -> None:
    world = World(7)
    full = tuple(replace(one, taken=one.whole) if one.kind == ROOM else one for one in world.shared)
    world.shared = full
    agreed = world.agreed()
    assert not agreed.proposed.quantity.any()
    assert all("m³ for all that is due" in one.sentence for one in agreed.notes if "fills" in one.sentence)
    assert any("fills" in one.sentence for one in agreed.notes)


def test_items_of_one_row_plan_alone() -> None:
    world = World(3, loose=True)
    one: Items = world.items.row(0)
    assert len(one) == 1
    assert len(world.agreed(np.array([0])).proposed.quantity) == 1
