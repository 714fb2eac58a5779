"""Stock that lies too long is listed with what it costs, and nothing else is."""

from datetime import date

import pytest

from core.errors import NotFound
from core.portal import Portal
from core.purchasing.overstock import DEAD, OUTLIVES, SLOW, totals
from tests import shop
from tests.core.purchasing.conftest import person

BOSS = person(shop.BOSS)


def test_what_lasts_for_ages_is_slow_with_what_it_costs_and_the_rest_is_left_away(portal: Portal) -> None:
    shop.open_shop(portal)
    found = portal.overstock(BOSS)
    assert [(one.sku, one.kind) for one in found] == [(shop.BELL, SLOW)]
    bell = found[0]
    assert bell.on_hand == 500
    assert bell.surplus == pytest.approx(500 - 180 * bell.per_day, abs=1)
    assert bell.worth.minor == 500 * bell.surplus
    assert bell.holding.minor == pytest.approx(0.25 * bell.worth.minor, abs=1)
    assert bell.cover_days is not None
    assert bell.cover_days > 180
    assert dict(totals(found)) == {SLOW: bell.worth}


def test_what_was_not_sold_for_long_is_dead_and_all_of_it_too_much(portal: Portal) -> None:
    shop.open_shop(portal)
    shop.bring(portal, "products", {"sku": "VASE-1", "name": "Grey Vase", "price": 3000})
    shop.bring(portal, "supplier_items", {"supplier": "ACME", "sku": "VASE-1", "unit_cost": 1500})
    counted = {"sku": "VASE-1", "location": "main", "on_hand": 40, "counted_at": shop.OPENED}
    shop.bring(portal, "stock", counted)
    shop.bring(portal, "sales", {"sku": "VASE-1", "sold_on": date(2026, 2, 1), "units": 3})
    vase = next(one for one in portal.overstock(BOSS) if one.sku == "VASE-1")
    assert (vase.kind, vase.surplus, vase.cover_days, vase.last_sold_on) == (DEAD, 40, None, date(2026, 2, 1))
    assert vase.as_dict()["worth"] == "600.00"


def test_what_is_phased_out_before_it_sells_says_so(portal: Portal) -> None:
    shop.open_shop(portal)
    bell = {"sku": shop.BELL, "name": "Brass Door Bell", "price": 900, "phase_out_on": date(2026, 7, 1)}
    shop.bring(portal, "products", bell)
    found = portal.overstock(BOSS)[0]
    assert found.kind == OUTLIVES
    assert found.surplus > 480


def test_only_planners_see_it(portal: Portal) -> None:
    shop.open_shop(portal)
    with pytest.raises(NotFound):
        portal.overstock(person(shop.SUPPORT))


def test_an_empty_shop_has_none(portal: Portal) -> None:
    assert portal.all_overstock() == []
