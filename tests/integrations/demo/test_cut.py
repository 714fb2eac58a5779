"""The files in the package are what the cut makes of the records, and the cut keeps its promises."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from integrations.demo.cut import FIRST_DAY, Cut, Sale, cut, read, write
from integrations.demo.invent import featured_toml, readable, shop
from integrations.demo.parcels import workday
from integrations.demo.shop import shop_folder

FILE = Path(__file__).parents[4] / "shared/data/orders/online_retail_ii_to_2011-06.parquet"
START = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(hours=9)


def sale(invoice: str, day: int, units: int, customer: str = "17850", sku: str = "85123A") -> Sale:
    return Sale(invoice, sku, "WHITE HEART", units, START + timedelta(days=day), 255, customer, "United Kingdom")


def regular(customer: str, first: int) -> list[Sale]:
    """A sale a week for thirty weeks."""
    return [sale(str(first + week), week * 7, 4, customer) for week in range(30)]


@pytest.fixture
def records() -> list[Sale]:
    mine = regular("17850", 1_000)
    guests = regular("", 2_000)
    slip = [sale("3000", 8, 5, "18000"), sale("C3001", 9, -5, "18000")]
    back = [sale("C3002", 15, -6)]
    return sorted([*mine, *guests, *slip, *back], key=lambda one: one.at)


def test_orders_of_the_chosen_and_sales_of_the_others_are_told_apart(records: list[Sale]) -> None:
    made = cut(records)
    assert {order.customer for order in made.orders} == {"17850"}
    assert len(made.orders) == 30
    assert sum(made.other_sales.values()) == 30 * 4


def test_a_slip_cancelled_within_a_day_is_no_demand(records: list[Sale]) -> None:
    day = (START + timedelta(days=8)).date()
    assert ("85123A", day) not in cut(records).other_sales


def test_what_comes_back_belongs_to_the_latest_orders_before(records: list[Sale]) -> None:
    assert [(back.order, back.line, back.units) for back in cut(records).backs] == [("1002", 1, 4), ("1001", 1, 2)]


def test_what_sells_in_few_weeks_is_not_taken(records: list[Sale]) -> None:
    rare = [sale("4000", 3, 50, sku="22633")]
    assert [product.sku for product in cut([*records, *rare]).products] == ["85123A"]


def test_recorded_names_become_readable() -> None:
    assert readable("SET/3 FLORAL GARDEN TOOLS IN BAG") == "Set/3 Floral Garden Tools in Bag"


def test_working_days_leave_weekends_out() -> None:
    friday = date(2011, 7, 1)
    assert workday(friday, 1).isoformat() == "2011-07-04"


@pytest.fixture(scope="module")
def real() -> Cut:
    if not FILE.is_file():
        pytest.skip("the Online Retail II file is not beside the repository")
    return cut(read(FILE))


@pytest.mark.slow
def test_the_files_are_what_the_cut_makes(real: Cut, tmp_path: Path) -> None:
    made = shop(real)
    write(made.tables, tmp_path)
    (tmp_path / "featured.toml").write_text(featured_toml(made), encoding="utf-8")
    differing = [
        path.name for path in tmp_path.iterdir() if path.read_bytes() != (shop_folder() / path.name).read_bytes()
    ]
    assert differing == [], "run python -m integrations.demo.cut FILE"


@pytest.mark.slow
def test_only_records_that_may_be_carried_are_used(real: Cut) -> None:
    assert min(order.placed_at for order in real.orders).date() >= FIRST_DAY
    assert min(day for _, day in real.other_sales) >= FIRST_DAY
