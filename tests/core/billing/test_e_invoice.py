"""Invoices for programs: valid by the published schema, read back equal, refused where the standard wants more."""

import logging
import sys
import tarfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import facturx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.assembly import build
from core.billing import e_invoice, rules
from core.billing.model import Invoice, InvoiceLine, Party, Seller, totals
from core.billing.pdf import invoice_pdf
from core.config import Billing, Config, DatabaseSettings, Shop
from core.database.engine import Database
from core.errors import ConfigError, InvalidInput, NotFound
from core.portal import Portal
from tests.conftest import SettableClock
from tests.shop import bring

EXAMPLES = next(
    (found for up in Path(__file__).parents if (found := up.parent / "shared/data/api/einvoicing").is_dir()), Path()
)
SELLER = Seller(
    "", "Lantern & Lace", ("1 Mill Lane", "Leeds LS1 1AA"), "GB", "GB123456789", "accounts@lamps.example.org",
    "30 days net", ("IBAN GB82 WEST 1234 5698 7654 32",),
)  # fmt: skip
BUYER = Party("Ada Example", "Example & Söhne", ("Hauptstr. 5", "10115 Berlin"), "DE", "DE123456789")
LINES = (
    InvoiceLine(1, "MUG-1", "Mug “dots” <red>", 3, 450, Decimal("0.2"), discount=50),
    InvoiceLine(2, "BOOK-1", "Book", 1, 333, Decimal("0.05")),
)


def invoice(**other: Any) -> Invoice:
    said: dict[str, Any] = {
        "number": "INV-1001", "kind": "invoice", "issued_on": date(2026, 6, 15), "currency": "GBP", "seller": SELLER,
        "buyer": BUYER, "lines": LINES, "due_on": date(2026, 7, 15), "supplied_on": date(2026, 6, 14),
        "order_number": "1001",
    }  # fmt: skip
    return Invoice(**{**said, **other})


def read(made: bytes) -> dict[str, Any]:
    found: dict[str, Any] = facturx.parse_ubl_cii_xml(made, check_xsd=True)
    return found


def test_an_invoice_is_valid_by_the_schema_and_read_back_equal() -> None:
    made = e_invoice.xml(invoice())
    assert facturx.xml_check_xsd(made, flavor="factur-x", level="en16931")
    found, sums = read(made), totals(invoice())
    assert (found["BT-1"], found["BT-2"], found["BT-3"], found["BT-5"]) == ("INV-1001", date(2026, 6, 15), "380", "GBP")
    assert (found["BT-9"], found["BT-72"], found["BT-14"]) == (date(2026, 7, 15), date(2026, 6, 14), "1001")
    money = [Decimal(found[term]) for term in ("BT-106", "BT-110", "BT-112", "BT-115")]
    assert money == [Decimal(one) / 100 for one in (sums.net, sums.tax, sums.gross, sums.gross)]
    assert [(line["BT-129"], line["BT-153"], Decimal(line["BT-131"])) for line in found["BG-25"]] == [
        ("3", "Mug “dots” <red>", Decimal("13.00")), ("1", "Book", Decimal("3.33")),
    ]  # fmt: skip
    assert {(Decimal(band["BT-119"]), Decimal(band["BT-116"]), Decimal(band["BT-117"])) for band in found["BG-23"]} == {
        (Decimal(20), Decimal("13.00"), Decimal("2.60")), (Decimal(5), Decimal("3.33"), Decimal("0.17")),
    }  # fmt: skip
    assert (found["BG-4"]["name"], found["BG-4"]["vat_identifier"]) == ("Lantern & Lace", "GB123456789")
    assert (found["BG-7"]["name"], found["BG-7"]["country_code"]) == ("Example & Söhne", "DE")
    assert found["BT-84"] == "GB82WEST12345698765432"


def test_a_credit_note_names_what_it_corrects() -> None:
    found = read(e_invoice.xml(invoice(number="CN-7", kind="credit_note", corrects="INV-1001", due_on=None)))
    assert (found["BT-3"], found["BG-3"][0]["BT-25"]) == ("381", "INV-1001")


@pytest.mark.parametrize(
    ("here", "there", "tax_id", "note", "kind"),
    [
        ("DE", "FR", "FR123", "", "K"), ("DE", "FR", "", "", "Z"), ("DE", "US", "", "", "G"),
        ("DE", "DE", "", "Small business, § 19 UStG", "E"), ("GB", "GB", "", "", "Z"),
    ],
)  # fmt: skip
def test_what_bears_no_tax_says_why(here: str, there: str, tax_id: str, note: str, kind: str) -> None:
    seller = Seller("", "Lamps", ("1 Street",), here, f"{here}123456789")
    free = (InvoiceLine(1, "A", "A", 1, 100, Decimal(0)),)
    found = read(e_invoice.xml(invoice(seller=seller, buyer=Party("B", "", (), there, tax_id), lines=free, note=note)))
    assert (found["BG-23"][0]["BT-118"], found["BG-25"][0]["BT-151"]) == (kind, kind)
    assert bool(found["BG-23"][0].get("BT-120")) == (kind != "Z")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"seller": Seller("", "Lamps", ("1 Street",), "GB")}, "the seller's VAT number"),
        ({"seller": Seller("", "Lamps", ("1 Street",), "", "GB1")}, "the seller's country"),
        ({"buyer": Party("Ada")}, "the buyer's country"),
        ({"currency": "KWD"}, "too many decimals"),
    ],
)
def test_what_the_standard_wants_and_is_not_said_is_refused_in_a_sentence(other: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        e_invoice.xml(invoice(**other))


money = st.integers(0, 10_000_00)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(1, 500), money, st.sampled_from(["0", "0.05", "0.2"]), st.text(min_size=1)),
        min_size=1,
        max_size=5,
    )
)
def test_any_invoice_is_valid_or_refused_and_its_sums_hold(drawn: list[tuple[int, int, str, str]]) -> None:
    lines = tuple(
        InvoiceLine(number, "", words, quantity, price, Decimal(rate), discount=price // 3)
        for number, (quantity, price, rate, words) in enumerate(drawn, 1)
    )
    try:
        found = read(e_invoice.xml(invoice(lines=lines)))
    except InvalidInput:
        return
    assert Decimal(found["BT-112"]) == Decimal(totals(invoice(lines=lines)).gross) / 100


def test_the_pdf_holds_the_xml_and_still_its_pages() -> None:
    plain = invoice_pdf(invoice())
    made = e_invoice.xml(invoice())
    whole = e_invoice.embedded(plain, made, invoice(), "en_GB")
    name, inside = facturx.get_xml_from_pdf(whole)
    assert name == "factur-x.xml"
    assert inside == made
    assert len(PdfReader(BytesIO(whole)).pages) == len(PdfReader(BytesIO(plain)).pages)


free_or_taxed = st.lists(
    st.tuples(
        st.integers(1, 500), st.sampled_from([0, 1, 333, 99_999]), st.sampled_from(["0", "0.05", "0.077", "0.2"])
    ),
    min_size=1, max_size=5,
)  # fmt: skip
anything = st.fixed_dictionaries({
    "seller": st.builds(
        Seller, st.just(""), st.just("Lamps"), st.just(("1 Street",)), st.sampled_from(["DE", "GB"]),
        st.just("DE123456789"), st.just("a@example.org"), st.sampled_from(["", "30 days"]),
        st.sampled_from([(), SELLER.bank]),
    ),
    "buyer": st.builds(
        Party, st.just("B"), st.just(""), st.sampled_from([(), ("Hauptstr. 5",)]), st.sampled_from(["DE", "FR", "US"]),
        st.sampled_from(["", "FR12345678901"]),
    ),
    "corrects": st.sampled_from(["", "INV-1"]),
    "note": st.sampled_from(["", "Return RET-1"]), "due_on": st.sampled_from([None, date(2026, 7, 15)]),
    "supplied_on": st.sampled_from([None, date(2026, 6, 14)]),
    "ship_to": st.sampled_from([None, Party("C", "", ("x",), "FR")]),
})  # fmt: skip


@settings(max_examples=15)
@given(free_or_taxed, anything)
def test_whatever_we_issue_keeps_the_published_business_rules(
    drawn: list[tuple[int, int, str]], other: dict[str, Any]
) -> None:
    lines = tuple(
        InvoiceLine(number, "", "Lamp", quantity, price, Decimal(rate), discount=price // 3)
        for number, (quantity, price, rate) in enumerate(drawn, 1)
    )
    other["kind"] = "credit_note" if other["corrects"] else "invoice"
    assert [one for one in rules.broken(e_invoice.xml(invoice(lines=lines, **other))) if not one.only_advice] == []


def test_what_breaks_a_rule_is_refused_and_names_it() -> None:
    without_country = Seller("", "Lamps", ("1 Street",), "GB", "123456789")
    with pytest.raises(InvalidInput, match=r"INV-1001 cannot be an e-invoice: .*BR-CO-09"):
        e_invoice.xml(invoice(seller=without_country))


def test_a_shop_where_the_rules_cannot_be_asked_cannot_switch_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(vat_number="GB123456789", address=("1 Mill Lane", "Leeds"))
    assert e_invoice.missing(shop) == []
    monkeypatch.setitem(sys.modules, "saxonche", None)
    assert "storekeeper[e-invoice]" in e_invoice.missing(shop)[0]


def test_a_shop_without_a_vat_number_cannot_switch_it_on(tmp_path: Path) -> None:
    lacking = Config(
        database=DatabaseSettings(url=f"sqlite:///{tmp_path}/x.db"), billing=Billing(e_invoice="xml"), shop=Shop()
    )
    with pytest.raises(ConfigError, match=r"needs shop\.vat_number, shop\.address"):
        build(lacking)


@pytest.mark.parametrize("how", ["off", "xml", "factur-x"])
def test_a_customer_gets_it_beside_or_inside_the_pdf_where_the_shop_wants_that(
    database: Database, config: Config, clock: SettableClock, how: Literal["off", "xml", "factur-x"]
) -> None:
    shop = Shop(vat_number="GB123456789", address=("1 Mill Lane", "Leeds"))
    portal = Portal(database, config.model_copy(update={"billing": Billing(e_invoice=how), "shop": shop}), clock)
    person = {"customer_id": "C1", "name": "Ada", "email": "ada@example.org", "country": "GB"}
    head = {"invoice_number": "INV/1", "kind": "invoice", "customer_id": "C1", "issued_on": date(2026, 6, 1)}
    line = {"invoice_number": "INV/1", "line": 1, "description": "Lamp", "quantity": 2, "unit_price": 2400}
    bring(portal, "customers", person)
    bring(portal, "invoices", {**head, "bill_name": "Ada", "bill_country": "GB"})
    bring(portal, "invoice_lines", {**line, "tax_rate": 0.2})
    pdf = portal.file(portal.invoice_link("C1", "INV/1").removeprefix("/files/"), None).content
    inside = list(PdfReader(BytesIO(pdf)).attachments)
    assert inside == (["factur-x.xml"] if how == "factur-x" else [])
    if how == "off":
        with pytest.raises(NotFound):
            portal.invoice_xml("C1", "INV/1")
        return
    found = portal.invoice_xml("C1", "INV/1")
    assert (found.name, found.media_type, read(found.content)["BT-112"]) == ("INV/1.xml", "application/xml", "57.60")
    with pytest.raises(NotFound):
        portal.invoice_xml("C2", "INV/1")


def published() -> Iterator[tuple[str, bytes]]:
    path = EXAMPLES / "en16931_examples.tar.gz"
    if not path.is_file():
        pytest.skip("the published examples are not here")
    with tarfile.open(path) as packed:
        for member in packed.getmembers():
            if member.name.endswith(".xml") and (file := packed.extractfile(member)) is not None:
                yield member.name, file.read()


def test_published_examples_are_read() -> None:
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    read_ones = 0
    for _, content in published():
        if b"urn:cen.eu:en16931:2017" in content:
            found = facturx.parse_ubl_cii_xml(content, check_xsd=False)
            read_ones += bool(found["BT-1"] and Decimal(found["BT-112"]) is not None)
    assert read_ones >= 25


def test_published_examples_break_no_business_rule_and_one_with_a_wrong_sum_does() -> None:
    """Some of them say what the profile of Factur-X, which is narrower, does not know."""
    examples = dict(published())
    assert len(examples) == 31
    broken = {name: [one.sentence for one in rules.broken(content)] for name, content in examples.items()}
    assert [said for said in broken.values() if any("[BR-" in one for one in said)] == []
    assert [name for name, said in broken.items() if name.startswith("ubl/") and said] == []
    name = "ubl/examples/ubl-tc434-example2.xml"
    off = examples[name].replace(b">801.78<", b">801.79<")
    assert off != examples[name]
    assert any("BR-CO-1" in one.sentence for one in rules.broken(off))
