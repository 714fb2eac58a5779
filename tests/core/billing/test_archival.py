"""What an archive asks of a PDF (ISO 19005-3, level B) as far as it can be asked without a validator."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from core.billing import archival, e_invoice
from core.billing.model import Party
from core.billing.pdf import invoice_pdf
from core.errors import InvalidInput
from tests.core.billing.test_e_invoice import invoice


@pytest.fixture
def whole() -> PdfReader:
    one = invoice()
    return PdfReader(BytesIO(e_invoice.embedded(invoice_pdf(one), e_invoice.xml(one), one, "en_GB")))


def test_its_colours_have_a_meaning(whole: PdfReader) -> None:
    root: Any = whole.root_object
    [intent] = root["/OutputIntents"]
    profile = intent["/DestOutputProfile"].get_data()
    assert (intent["/S"], intent["/DestOutputProfile"]["/N"]) == ("/GTS_PDFA1", 3)
    assert (profile[36:40], profile[12:20], profile[8] < 5) == (b"acsp", b"mntrRGB ", True)
    drawn = [page.get_contents() for page in whole.pages]
    assert all(one is not None and b" k\n" not in one.get_data() for one in drawn)


def test_every_font_is_inside_and_says_which_letters_it_draws(whole: PdfReader) -> None:
    assert archival.lent(whole) == set()
    fonts: list[Any] = [font.get_object() for page in whole.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert len(fonts) >= 2
    for font in fonts:
        assert "/ToUnicode" in font
        assert ("/Encoding" in font) != bool(font["/FontDescriptor"]["/Flags"] & 4)


def test_it_says_what_it_is_and_how_the_xml_belongs_to_it(whole: PdfReader) -> None:
    root: Any = whole.root_object
    metadata = root["/Metadata"]
    said = metadata.get_data().decode()
    assert "/Filter" not in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in said
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in said
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in said
    [file] = [one.get_object() for one in root["/AF"]]
    assert (file["/AFRelationship"], file["/UF"], file["/EF"]["/F"]["/Subtype"]) == (
        "/Alternative", "factur-x.xml", "/text/xml",
    )  # fmt: skip
    assert file["/EF"]["/F"]["/Params"]["/ModDate"]
    assert whole.pdf_header == "%PDF-1.7"
    assert whole.trailer["/ID"]


def test_nothing_is_transparent_encrypted_or_acts_by_itself(whole: PdfReader) -> None:
    root: Any = whole.root_object
    assert not whole.is_encrypted
    assert {"/OpenAction", "/AA", "/AcroForm"}.isdisjoint(root)
    for page in whole.pages:
        assert {"/ExtGState", "/XObject"}.isdisjoint(page["/Resources"])  # type: ignore[arg-type]
        assert {"/Annots", "/AA", "/Group", "/PresSteps"}.isdisjoint(page)


def test_a_document_drawn_with_a_readers_own_font_is_refused_and_says_what_to_do() -> None:
    one = invoice(buyer=Party("山田太郎", "", ("東京",), "JP"))
    with pytest.raises(InvalidInput, match=r"STSong.*shop\.invoice_font"):
        e_invoice.embedded(invoice_pdf(one), e_invoice.xml(one), one, "en_GB")
