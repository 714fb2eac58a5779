"""What is kept about people is declared for every table, handed over whole, and erased as declared."""

from datetime import timedelta

import pytest
from sqlalchemy import String, cast, func, select

from core.canonical import BY_NAME, Batch
from core.database.base import Base
from core.database.engine import Database
from core.errors import NotFound
from core.portal import Portal
from core.privacy import POLICY, undeclared
from tests.conftest import SettableClock
from tests.flows.canaries import MARKS, NUMBERS, open_marked_shop
from tests.flows.talking import customer, guest
from tests.shop import ADA, GRACE

# the law keeps what was sold, billed and paid; lines name goods, not people
KEEPS = {"invoices", "invoice_lines", "order_lines", "orders", "parcels", "parcel_lines", "payments", "returns",
         "return_lines", "scans"}  # fmt: skip


@pytest.fixture
def shop(portal: Portal) -> Portal:
    open_marked_shop(portal)
    return portal


def holding(database: Database, word: str) -> dict[str, int]:
    """Tables with rows that hold a word, however it is written, and how many."""
    found = {}
    with database.reading() as session:
        for name, table in Base.metadata.tables.items():
            said = [func.lower(cast(column, String)).contains(word.lower()) for column in table.columns]
            rows = sum(any(row) for row in session.execute(select(*said)))
            if rows:
                found[name] = rows
    return found


def test_every_table_says_what_becomes_of_a_customers_rows() -> None:
    assert undeclared(list(Base.metadata.tables)) == []


def test_what_is_kept_after_erasure_has_a_reason() -> None:
    assert [name for name, kept in POLICY.items() if not kept.deletes and not kept.why] == []


def test_a_table_nobody_declared_is_found() -> None:
    assert undeclared(["orders", "diaries"]) == ["diaries"]


def test_every_column_that_names_a_customer_is_declared() -> None:
    named = {name for name, table in Base.metadata.tables.items() if "customer_id" in table.columns}
    assert {name for name in named if not POLICY[name].by} == set()


def test_an_export_holds_all_of_one_customer_and_nothing_of_another(shop: Portal) -> None:
    told = {customer_id: str(shop.export_customer(customer_id).as_dict()) for customer_id in MARKS}
    assert MARKS[GRACE] not in told[ADA]
    assert NUMBERS[GRACE] not in told[ADA]
    assert MARKS[ADA] not in told[GRACE]
    tables = set(shop.export_customer(ADA).tables)
    assert {"customers", "addresses", "account_people", "payment_methods", "orders", "order_lines", "parcels",
            "parcel_lines", "scans", "invoices", "invoice_lines", "payments", "returns", "return_lines", "messages",
            "tickets", "feedback", "stock_alerts"} <= tables  # fmt: skip
    assert f"5{NUMBERS[ADA]}" in shop.export_customer(ADA).files


def test_an_export_gives_no_secret_away(shop: Portal) -> None:
    shop.ask_for_code("quokka@example.org", "browser")
    told = shop.export_customer(ADA).tables["sign_in_codes"]
    assert all("digest" not in row for row in told)


def test_after_erasure_a_person_is_found_only_where_the_law_keeps_it(shop: Portal, database: Database) -> None:
    before = holding(database, MARKS[GRACE])
    shop.erase_customer(ADA, "operator")
    assert set(holding(database, MARKS[ADA])) <= KEEPS
    assert holding(database, MARKS[GRACE]) == before


def test_after_erasure_orders_lose_name_and_street(shop: Portal, database: Database) -> None:
    shop.erase_customer(ADA, "operator")
    with database.reading() as session:
        orders = Base.metadata.tables["orders"].columns
        rows = session.execute(select(orders["ship_name"], orders["ship_line1"]).where(orders["customer_id"] == ADA))
        assert {tuple(row) for row in rows} == {("", "")}


def test_what_is_erased_cannot_sign_in_and_is_told_nothing(shop: Portal, clock: SettableClock) -> None:
    shop.ask_for_code("quokka@example.org", "browser")
    code = next(word for word in shop.letters()[0].text.split() if word.isdigit() and len(word) == 8)
    token = shop.sign_in("browser", code)
    shop.erase_customer(ADA, "operator")
    assert shop.visitor(token) is None
    assert shop.customer_by_email("quokka@example.org") is None
    said = customer(shop, ADA).say("where is my last order?")  # a channel that has not heard of it yet
    assert NUMBERS[ADA] not in said.text
    assert said.speaker_proof == 0
    clock.forward(timedelta(minutes=1))
    shop.deliver()
    assert [letter for letter in shop.letters() if "quokka" in letter.to] == []


def test_who_was_erased_is_not_brought_back_by_an_import(shop: Portal, database: Database) -> None:
    shop.erase_customer(ADA, "operator")
    whole = {column.name: column.default for column in BY_NAME["customers"].columns}
    row = {**whole, "customer_id": ADA, "name": "Quokka Holder", "email": "quokka@example.org", "country": "GB"}
    other = {**row, "customer_id": "c-new", "name": "New", "email": "new@example.org"}
    left_out = shop.mirror(Batch("customers", [row, other], [2, 3], []))
    assert [(fault.line, "erased on request" in fault.sentence) for fault in left_out] == [(2, True)]
    assert shop.customer_by_email("new@example.org") == "c-new"
    assert "customers" not in holding(database, "quokka")


def test_erasing_twice_finds_nobody(shop: Portal) -> None:
    shop.erase_customer(ADA, "operator")
    with pytest.raises(NotFound):
        shop.erase_customer(ADA, "operator")


def test_two_erased_customers_who_asked_for_the_same_leave_demand_behind(shop: Portal, database: Database) -> None:
    for customer_id in MARKS:
        shop.erase_customer(customer_id, "operator")
    with database.reading() as session:
        askers = session.scalars(select(Base.metadata.tables["enquiries"].columns["asker"])).all()
    assert len(set(askers)) == len(askers) == 2
    assert not set(askers) & {f"customer:{one}" for one in MARKS}


def test_erasing_in_the_chat_wants_fresh_proof_and_two_steps(shop: Portal, database: Database) -> None:
    assert "sign in again" in customer(shop, ADA, proof=2).say("delete my data").text
    talk = customer(shop, ADA)
    shown = talk.say("delete my data")
    assert shown.asks == "confirm"
    assert "invoices" in shown.text
    assert "customers" in holding(database, "quokka")
    done = talk.say("yes")
    assert [action.name for action in done.actions] == ["delete_my_data"]
    assert done.speaker_proof == 0
    assert set(holding(database, "quokka")) <= KEEPS
    assert NUMBERS[ADA] not in guest(shop).say("where is my order?").text
