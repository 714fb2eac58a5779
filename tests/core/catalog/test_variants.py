"""Variants are products of one family, told apart by their options."""

from core.catalog.rows import ProductRow
from core.catalog.service import products, variants_of
from core.database.engine import Database
from core.database.upsert import upsert


def kettle(sku: str, options: dict[str, str], *, active: bool = True, family: str = "KETTLE") -> dict[str, object]:
    """A kettle as the table has it."""
    described = {"name": "Kettle", "price": 2450, "currency": "GBP", "active": active}
    return {"sku": sku, **described, "family": family, "options": options}


def test_variants_are_the_others_of_the_family_that_are_on_sale(database: Database) -> None:
    rows = [
        kettle("K1", {"colour": "black", "size": "1 l"}),
        kettle("K2", {"colour": "white", "size": "2 l"}),
        kettle("K3", {"colour": "red"}, active=False),
        kettle("T1", {}, family=""),
        kettle("T2", {}, family=""),
    ]
    with database.unit_of_work() as session:
        upsert(session, ProductRow, rows)
        known = products(session, ["K1", "T1"])
        others = variants_of(session, known["K1"])
        assert [(one.sku, one.options_text) for one in others] == [("K2", "white, 2 l")]
        assert variants_of(session, known["T1"]) == []
