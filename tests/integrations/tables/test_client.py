"""Files as people write them: good rows are taken, every bad one is named by line."""

import csv
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.canonical import TABLES, Batch, Fault
from core.errors import InvalidInput
from core.portal import Portal
from integrations.tables import guide
from integrations.tables.client import batches
from integrations.tables.writing import write_csv, write_templates

Read = Callable[..., Batch]
LONDON = ZoneInfo("Europe/London")
STOCK = "sku,location,on_hand,counted_at\n"
AT = "2026-01-31T09:30:00Z"


def lines_of(batch: Batch) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in batch.faults]


def test_good_rows_are_taken_and_each_bad_one_is_named(read: Read) -> None:
    found = read("stock", f"{STOCK}A,main,5,{AT}\nB,main,-5,{AT}\nC,main,7,soon\nD,main,9,{AT}\n,main,x,{AT}\n")
    assert [(row["sku"], row["on_hand"]) for row in found.rows] == [("A", 5), ("D", 9)]
    assert found.lines == [2, 5]
    assert lines_of(found) == [(3, "on_hand"), (4, "counted_at"), (6, "sku"), (6, "on_hand")]


def test_a_row_has_every_column_of_its_table(read: Read) -> None:
    found = read("customers", "email,Customer_ID, name ,country\nada@example.org,1,Ada,GB\n")
    assert found.rows == [
        {
            "customer_id": "1",
            "name": "Ada",
            "email": "ada@example.org",
            "company": "",
            "phone": "",
            "language": "en",
            "country": "GB",
            "vat_number": "",
        }
    ]
    assert found.faults == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiter_line_ending_and_byte_order_mark_are_found_out(
    read: Read, delimiter: str, ending: str, mark: bytes
) -> None:
    text = ending.join(["sku,location,on_hand,counted_at", f"Ä-1,main,5,{AT}", ""]).replace(",", delimiter)
    found = read("stock", mark + text.encode())
    assert [row["sku"] for row in found.rows] == ["Ä-1"]
    assert found.faults == []


def test_packed_files_are_read(read: Read) -> None:
    assert [row["sku"] for row in read("stock", f"{STOCK}A,main,5,{AT}\n", packed=True).rows] == ["A"]


def test_a_damaged_packed_file_gives_its_first_rows_and_one_fault(tmp_path: Path, read: Read) -> None:
    read("stock", STOCK + "".join(f"S{number},main,5,{AT}\n" for number in range(9_000)), packed=True)
    path = tmp_path / "stock.csv.gz"
    path.write_bytes(path.read_bytes()[:-4_000])
    found = list(batches(path, currency="GBP", zone=LONDON))
    assert 0 < sum(len(batch.rows) for batch in found) < 9_000
    assert ["damaged" in fault.sentence for batch in found for fault in batch.faults] == [True]


def test_an_unknown_column_is_one_fault_with_the_nearest_name_and_the_rest_is_read(read: Read) -> None:
    found = read("stock", f"sku,location,on_hand,counted_at,onhand\nA,main,5,{AT},3\n")
    assert len(found.rows) == 1
    assert found.faults == [
        Fault("stock", 1, "onhand", "The column “onhand” is unknown and was left out; did you mean on_hand?")
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [("sku,location,counted_at", "on_hand is missing"), ("sku,location,on_hand,counted_at,sku", "sku is there twice")],
)
def test_a_header_that_cannot_serve_refuses_the_table_in_one_sentence(read: Read, header: str, said: str) -> None:
    found = read("stock", f"{header}\nA,main,5,{AT},B\n")
    assert found.rows == []
    assert [said in fault.sentence for fault in found.faults] == [True]


def test_a_double_key_names_the_first_line_and_leaves_the_second_row_out(read: Read) -> None:
    found = read("stock", f"{STOCK}A,main,5,{AT}\nA,other,6,{AT}\nA,main,7,{AT}\n")
    assert [row["on_hand"] for row in found.rows] == [5, 6]
    assert lines_of(found) == [(4, "sku")]
    assert "line 2" in found.faults[0].sentence


def test_a_key_of_a_refused_row_may_come_again(read: Read) -> None:
    found = read("stock", f"{STOCK}A,main,x,{AT}\nA,main,7,{AT}\n")
    assert [row["on_hand"] for row in found.rows] == [7]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"A,main,5", "3 fields"),
        (b"A,main,5," + AT.encode() + b",more", "5 fields"),
        (b"A\x00,main,5," + AT.encode(), "NUL"),
        (b"A\x1b[31m,main,5," + AT.encode(), "control characters"),
        (b"\xc4,main,5," + AT.encode(), "not UTF-8"),
        (b'"A"x,main,5,' + AT.encode(), "quotation mark"),
        (b"A" * 200_000 + b",main,5," + AT.encode(), "too long"),
        (b"A" * 2_000_000 + b",main,5," + AT.encode(), "longer than"),
        (b"A" * 300 + b",main,5," + AT.encode(), "longer than 254"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_next_one_is_read(read: Read, row: bytes, said: str) -> None:
    found = read("stock", STOCK.encode() + row + b"\nB,main,6," + AT.encode() + b"\n")
    assert [(fault.line, said in fault.sentence) for fault in found.faults] == [(2, True)]
    assert [(line, each["sku"]) for line, each in zip(found.lines, found.rows, strict=True)] == [(3, "B")]


def test_lines_count_right_after_a_cell_of_several_lines(read: Read) -> None:
    found = read(
        "addresses", 'customer_id,kind,line1,city,country\n1,billing,"Mill\nLane",Leeds,GB\n1,shipping,x,,GB\n'
    )
    assert found.rows[0]["line1"] == "Mill\nLane"
    assert lines_of(found) == [(4, "city")]


def test_a_quotation_mark_that_is_never_closed_is_one_fault(read: Read) -> None:
    found = read("stock", f'{STOCK}A,main,5,{AT}\n"B,main,6,{AT}\nC,main,7,{AT}\n')
    assert [row["sku"] for row in found.rows] == ["A"]
    assert [("quotation mark" in fault.sentence, fault.line) for fault in found.faults] == [(True, 3)]


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty"), (b"\n\n", "empty"), ("sku,on_hand\n".encode("utf-16"), "UTF-16")]
)
def test_a_file_without_a_header_is_one_fault(read: Read, content: bytes, said: str) -> None:
    found = read("stock", content)
    assert found.rows == []
    assert [said in fault.sentence for fault in found.faults] == [True]


@pytest.mark.parametrize(
    ("table", "content", "column"),
    [
        (
            "order_lines",
            "order_number,line,sku,description,quantity,unit_price,discount\n1,1,A,Lamp,2,1.00,2.01\n",
            "discount",
        ),
        ("invoices", "invoice_number,kind,issued_on,due_on\n1,invoice,2026-02-01,2026-01-31\n", "due_on"),
        (
            "purchase_order_lines",
            "purchase_order_number,line,sku,quantity,received,unit_cost\n1,1,A,2,3,1.00\n",
            "received",
        ),
        ("supplier_items", "supplier,sku,unit_cost,minimum,maximum\nK,A,1.00,12,6\n", "maximum"),
        ("supplier_closures", "supplier,first_on,last_on\nK,2026-08-14,2026-08-01\n", "last_on"),
    ],
)
def test_a_row_that_contradicts_itself_is_left_out(read: Read, table: str, content: str, column: str) -> None:
    found = read(table, content)
    assert found.rows == []
    assert lines_of(found) == [(2, column)]


def test_a_folder_is_read_parents_first_and_strange_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(f"{STOCK}A,main,5,{AT}\n", encoding="utf-8")
    (tmp_path / "locations.csv").write_text("location,name\nmain,Main\n", encoding="utf-8")
    (tmp_path / "costumers.csv").write_text("name\nAda\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("remember", encoding="utf-8")
    found = list(batches(tmp_path, currency="GBP", zone=LONDON))
    assert [batch.table for batch in found] == ["locations", "stock"]
    faults = [fault for batch in found for fault in batch.faults]
    assert [fault.table for fault in faults] == ["costumers"]
    assert "did you mean customers?" in faults[0].sentence


def test_a_folder_without_any_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"customers\.csv"):
        list(batches(tmp_path, currency="GBP", zone=LONDON))


def test_the_same_table_twice_is_refused(tmp_path: Path) -> None:
    for name in ("stock.csv", "stock.csv.gz"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InvalidInput, match="both there"):
        list(batches(tmp_path, currency="GBP", zone=LONDON))


def test_a_large_file_comes_in_batches(tmp_path: Path) -> None:
    rows = "".join(f"S{number},main,5,{AT}\n" for number in range(12_001))
    (tmp_path / "stock.csv").write_text(STOCK + rows, encoding="utf-8")
    sizes = [len(batch.rows) for batch in batches(tmp_path / "stock.csv", currency="GBP", zone=LONDON)]
    assert sum(sizes) == 12_001
    assert max(sizes) <= 5_000


def test_the_templates_can_be_imported_as_they_stand(tmp_path: Path, portal: Portal) -> None:
    write_templates(tmp_path / "shop")
    taken = {}
    for batch in batches(tmp_path / "shop", currency="GBP", zone=LONDON):
        assert batch.faults == []
        assert portal.mirror(batch) == []
        taken[batch.table] = len(batch.rows)
    assert taken == {table.name: 1 for table in TABLES}


def test_templates_overwrite_nothing(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"stock\.csv already"):
        write_templates(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["stock.csv"]


def test_written_cells_are_not_taken_for_formulas(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", ["name"], [["=cmd|' /C calc'!A0"], ["@SUM(A1)"], ["lamp"]])
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        assert [row[0] for row in csv.reader(file)] == ["name", "'=cmd|' /C calc'!A0", "'@SUM(A1)", "lamp"]


def test_the_page_about_imports_is_current() -> None:
    written = Path(__file__).parents[3] / "docs" / "import.md"
    assert written.read_text(encoding="utf-8") == guide.page(), "run make guide"
