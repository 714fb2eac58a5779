"""The whole Online Retail II file through the portal, checked against sums that pyarrow makes of it by itself."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from core.database.engine import Database
from core.portal import Portal
from integrations.online_retail.client import batches

FILE = Path(__file__).parents[4] / "shared/data/orders/online_retail_ii_to_2011-06.parquet"
NOT_GOODS = (
    r"^(?i)(POST|DOT|C2|C3|M|D|S|B|GIFT|BANK CHARGES|ADJUST\d*|AMAZONFEE|TEST\d+|GIFT_0001_\d+|DCGS\w*)$"  # the README
)


@pytest.mark.slow
@pytest.mark.skipif(not FILE.is_file(), reason="the Online Retail II file is not beside the repository")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_line_of_the_whole_file_is_taken_or_named(portal: Portal, database: Database) -> None:
    lines = pq.read_table(FILE)
    sales, cancelled = _sales(lines), _cancelled(lines)
    left_out = Counter[str]()
    for batch in batches(FILE, currency="GBP", zone=ZoneInfo("Europe/London")):
        assert portal.mirror(batch) == []
        left_out.update(fault.sentence.partition(": ")[2].split()[0] for fault in batch.faults)

    with database.reading() as session:
        order_lines, units, pence = session.execute(
            text("SELECT count(*), sum(quantity), sum(quantity * unit_price) FROM order_lines")
        ).one()
        counts = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 names of our own
            for table in ("orders", "customers", "products")
        }
        back = session.execute(text("SELECT sum(quantity) FROM return_lines")).scalar_one()
        too_much = session.execute(text(_TOO_MUCH_BACK)).all()

    assert order_lines == sales.num_rows
    assert units == pc.sum(sales["quantity"]).as_py()
    assert pence == _pence(sales)
    assert counts == {
        "orders": pc.count_distinct(sales["invoice"]).as_py(),
        "customers": pc.count_distinct(lines["customer_id"].drop_null()).as_py(),
        "products": pc.count_distinct(pc.utf8_upper(pc.utf8_trim_whitespace(sales["stock_code"]))).as_py(),
    }
    assert 0.9 * _units(cancelled) < back < _units(cancelled)
    assert too_much == []
    assert left_out["Stock"] == _write_offs(lines)
    assert left_out["Bad"] == pc.sum(pc.starts_with(lines["invoice"], "A")).as_py()


_TOO_MUCH_BACK = """
    SELECT o.order_number, o.line FROM order_lines o
    JOIN returns r ON r.order_number = o.order_number
    JOIN return_lines l ON l.return_number = r.return_number AND l.line = o.line
    GROUP BY o.order_number, o.line, o.quantity HAVING sum(l.quantity) > o.quantity
"""


def _sales(lines: pa.Table) -> pa.Table:
    return (
        _goods(lines)
        .filter((pc.field("quantity") > 0) & (pc.field("unit_price") >= 0.005))
        .filter(pc.match_substring_regex(pc.field("invoice"), r"^\d"))
    )


def _cancelled(lines: pa.Table) -> pa.Table:
    return _goods(lines).filter(
        pc.starts_with(pc.field("invoice"), "C") & (pc.field("quantity") < 0) & pc.is_valid(pc.field("customer_id"))
    )


def _write_offs(lines: pa.Table) -> int:
    """Of goods only: what else is written off is counted as no goods."""
    return int(
        _goods(lines)
        .filter((pc.field("quantity") < 0) & pc.match_substring_regex(pc.field("invoice"), r"^\d"))
        .num_rows
    )


def _goods(lines: pa.Table) -> pa.Table:
    return lines.filter(~pc.match_substring_regex(pc.utf8_trim_whitespace(pc.field("stock_code")), NOT_GOODS))


def _pence(lines: pa.Table) -> int:
    pence = pc.cast(pc.round(pc.multiply(lines["unit_price"], 100)), pa.int64())
    return int(pc.sum(pc.multiply(pence, pc.cast(lines["quantity"], pa.int64()))).as_py())


def _units(cancelled: pa.Table) -> int:
    return -int(pc.sum(cancelled["quantity"]).as_py())
