"""Payloads that others collected yield the events written down beside them; nothing is tried where they are missing."""

import gzip
import json
import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.shipments.model import Heard, ParcelStatus, Scan
from integrations.carriers import aftership, anybody, dhl, dpd, easypost, fedex, ups, usps
from integrations.carriers.reading import Reader, Unreadable

FOLDER = next(
    (found for up in Path(__file__).parents if (found := up.parent / "shared/data/api/tracking").is_dir()), Path()
)
ZONE = ZoneInfo("Europe/London")
OURS = {
    "pending": ParcelStatus.LABEL_CREATED,
    "picked_up": ParcelStatus.PICKED_UP,
    "in_transit": ParcelStatus.IN_TRANSIT,
    "ready_for_pickup": ParcelStatus.IN_TRANSIT,
    "out_for_delivery": ParcelStatus.OUT_FOR_DELIVERY,
    "delivered": ParcelStatus.DELIVERED,
    "on_hold": ParcelStatus.EXCEPTION,
    "delivery_failed": ParcelStatus.EXCEPTION,
    "delivery_delayed": ParcelStatus.EXCEPTION,
}
# Where what is written beside an event says less, or something else, than its words: a parcel back from a failed
# attempt is not out for delivery, one in the delivery vehicle is, and one picked up or posted is no longer pending.
SAID_BETTER = {
    ("dpd", "ReturningFromDelivery"): ParcelStatus.EXCEPTION,
    ("dhl_parcel_de", "PO"): ParcelStatus.OUT_FOR_DELIVERY,
    ("dhl_parcel_de", "AE"): ParcelStatus.PICKED_UP,
    ("dhl_parcel_de", "ES"): ParcelStatus.PICKED_UP,
    ("dhl_express", "PL"): ParcelStatus.IN_TRANSIT,
    ("mydhl", "PU"): ParcelStatus.PICKED_UP,
}
ANYBODY = [
    ("asendia", "TrackingResponse", "ParsedTrackingResponse"),
    ("australiapost", "TrackingResponse", "ParsedTrackingResponse"),
    ("canadapost", "TrackingResponseXml", "ParsedTrackingResponse"),
    ("chronopost", "TrackingResponse", "ParsedTrackingResponse"),
    ("dhl_poland", "TrackingResponseXML", "ParsedTrackingResponse"),
    ("hermes", "TrackingResponse", "ParsedTrackingResponse"),
    ("landmark", "TRACKING_RESPONSE_XML", "PARSED_TRACKING_RESPONSE"),
    ("landmark", "DELIVERED_TRACKING_RESPONSE_XML", "PARSED_DELIVERED_RESPONSE"),
    ("landmark", "DELIVERY_FAILED_TRACKING_RESPONSE_XML", "PARSED_DELIVERY_FAILED_RESPONSE"),
    ("landmark", "EARLY_STAGE_TRACKING_RESPONSE_XML", "PARSED_EARLY_STAGE_PENDING_RESPONSE"),
    ("landmark", "IN_TRANSIT_TRACKING_RESPONSE_XML", "PARSED_IN_TRANSIT_RESPONSE"),
    ("landmark", "MIDNIGHT_TIME_SORTING_RESPONSE_XML", "PARSED_MIDNIGHT_TIME_SORTING_RESPONSE"),
    ("landmark", "MULTI_LEG_DELIVERED_TRACKING_RESPONSE_XML", "PARSED_MULTI_LEG_DELIVERED_RESPONSE"),
    ("landmark", "OUT_FOR_DELIVERY_TRACKING_RESPONSE_XML", "PARSED_OUT_FOR_DELIVERY_RESPONSE"),
    ("landmark", "TO_BE_ROUTED_TRACKING_RESPONSE_XML", "PARSED_TO_BE_ROUTED_RESPONSE"),
    ("parcelone", "TrackingResponseJSON", "ParsedTrackingResponse"),
    ("smartkargo", "TrackingResponse", "ParsedTrackingResponse"),
    ("smartkargo", "PartnerTrackingResponse", "ParsedPartnerTrackingResponse"),
    ("smartkargo", "DotNetTicksTrackingResponse", "ParsedDotNetTicksTrackingResponse"),
    ("spring", "TrackingResponse", "ParsedTrackingResponse"),
    ("teleship", "TrackingResponse", "ParsedTrackingResponse"),
]
CASES: list[tuple[str, Reader, str, str]] = [
    ("ups", ups.read, "TrackingResponseJSON", "ParsedTrackingResponse"),
    ("fedex", fedex.read, "TrackingResponse", "ParsedTrackingResponse"),
    ("fedex", fedex.read, "DuplicateTrackingResponse", "ParsedDuplicateTrackingResponse"),
    ("fedex", fedex.read, "InconsistentDateTimeResponse", "ParsedInconsistentDateTimeResponse"),
    ("usps", usps.read, "TrackingResponse", "ParsedTrackingResponse"),
    ("usps_international", usps.read, "TrackingResponse", "ParsedTrackingResponse"),
    ("dhl_universal", dhl.read, "TrackingResponseJSON", "ParsedTrackingResponse"),
    ("dhl_parcel_de", dhl.read, "TrackingResponseXML", "ParsedTrackingResponse"),
    ("dhl_express", dhl.read, "TrackingResponseXML", "ParsedTrackingResponse"),
    ("dhl_express", dhl.read, "IntransitTrackingResponseXML", "ParsedInTransitTrackingResponse"),
    ("mydhl", dhl.read, "TrackingResponse", "ParsedTrackingResponse"),
    ("dpd", dpd.read, "TrackingResponse", "ParsedTrackingResponse"),
]


def shared(name: str) -> Any:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip("the collected payloads are not here")
    return json.loads(gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize(
    ("carrier", "read", "given", "beside"), CASES, ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_payload_yields_the_events_beside_it(carrier: str, read: Reader, given: str, beside: str) -> None:
    payloads = shared("carrier_payloads.json.gz")[carrier]["test_payloads"]
    written = payloads[given]
    expected = payloads[beside][0]
    read_as = written if written.lstrip().startswith("<") else json.loads(written)
    parcels = {one.tracking_number: one for one in read(read_as, expected[0]["tracking_number"], ZONE)}
    assert set(parcels) == {one["tracking_number"].upper() for one in expected}
    for one in expected:
        assert not unlike(carrier, one["events"], parcels[one["tracking_number"].upper()])


@pytest.mark.parametrize(("carrier", "given", "beside"), ANYBODY)
def test_a_carrier_nobody_knows_is_read_by_the_shape_of_its_events(carrier: str, given: str, beside: str) -> None:
    payloads = shared("carrier_payloads.json.gz")[carrier]["test_payloads"]
    expected, read_as = payloads[beside][0], payloads[given]
    read_as = read_as if read_as.lstrip().startswith("<") else json.loads(read_as)
    parcels = {one.tracking_number: one for one in anybody.read(read_as, expected[0]["tracking_number"], ZONE)}
    for one in expected:
        scans = parcels[one["tracking_number"].upper()].scans
        assert not [
            event for event in one.get("events", []) if not any(is_plain(carrier, event, scan) for scan in scans)
        ]


def is_plain(carrier: str, event: dict[str, Any], scan: Scan) -> bool:
    """The same minute and words, and the status where one is written beside that is the event's own.

    Beside events of Australia Post stands where the parcel is now; picked up is more than pending or in transit.
    """
    hour = event["time"].split(" ")[0].removeprefix("0")
    at = scan.scanned_at
    clocks = {f"{at:%H:%M}".removeprefix("0"), f"{at:%I:%M}".removeprefix("0")}
    same = event["date"] == f"{at:%Y-%m-%d}" and hour in clocks and " ".join(event["description"].split()) == scan.note
    meant = OURS.get(event.get("status", "")) if carrier != "australiapost" else None
    return same and (meant is None or scan.status in {meant, ParcelStatus.PICKED_UP})


def test_no_answer_about_an_error_looks_like_events_to_anybody() -> None:
    for carrier, kind in shared("carrier_payloads.json.gz").items():
        for name, written in kind["test_payloads"].items():
            if "rror" in name and not name.lower().startswith("parsed") and isinstance(written, str):
                read_as = written if written.lstrip().startswith("<") else json.loads(written)
                with suppress(Unreadable):
                    assert anybody.read(read_as, "N1", ZONE) == [], carrier


def unlike(carrier: str, events: list[dict[str, Any]], heard: Heard) -> list[Any]:
    """Events that no scan is like."""
    return [event for event in events if not any(is_like(carrier, event, scan) for scan in heard.scans)]


def is_like(carrier: str, event: dict[str, Any], scan: Scan) -> bool:
    """The same minute on the clock of the place (DPD's are written beside without morning or evening), and status."""
    clock = datetime.fromisoformat(event["timestamp"]).replace(tzinfo=None, second=0)
    seen = scan.scanned_at.replace(tzinfo=None, second=0, microsecond=0)
    same = (clock == seen) or (carrier == "dpd" and clock.date() == seen.date() and clock.hour == seen.hour % 12 and
                               clock.minute == seen.minute)  # fmt: skip
    meant = SAID_BETTER.get((carrier, event.get("code", ""))) or OURS.get(event.get("status", ""))
    return same and (meant is None or scan.status is meant)


@pytest.mark.parametrize("carrier", ["ups", "fedex", "usps", "dhl_parcel_de", "mydhl", "dpd"])
def test_no_word_of_a_collected_payload_is_unknown(carrier: str, caplog: pytest.LogCaptureFixture) -> None:
    payloads = shared("carrier_payloads.json.gz")[carrier]["test_payloads"]
    for name, read, given, beside in CASES:
        if name == carrier:
            written = payloads[given]
            read(written if written.lstrip().startswith("<") else json.loads(written),
                 payloads[beside][0][0]["tracking_number"], ZONE)  # fmt: skip
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_easypost_trackers_are_read_in_its_words() -> None:
    tracker = shared("easypost_responses.json.gz")["trackers/trackers-retrieve"]
    (parcel,) = easypost.read({"result": tracker}, "", ZONE)
    assert parcel.tracking_number == "EZ1000000001"
    assert len(parcel.scans) == len(tracker["tracking_details"])


def test_aftership_trackings_are_read_in_its_words() -> None:
    recorded = shared("aftership_responses.json.gz")[19]["response"]["data"]["tracking"]
    (parcel,) = aftership.read({"msg": recorded}, "", ZONE)
    assert {scan.status for scan in parcel.scans} >= {ParcelStatus.LABEL_CREATED, ParcelStatus.IN_TRANSIT}


NOTHING_TOLD: list[tuple[str, Reader, str]] = [
    ("ups", ups.read, "AuthError"), ("ups", ups.read, "TrackingNumberNotFoundResponseJSON"),
    ("fedex", fedex.read, "ErrorResponse"), ("usps", usps.read, "ErrorResponse"), ("dpd", dpd.read, "ErrorResponse"),
    ("dhl_universal", dhl.read, "TrackingErrorResponseJSON"), ("dhl_parcel_de", dhl.read, "TrackingErrorResponseXML"),
    ("dhl_express", dhl.read, "TrackingSingleNotFound"), ("mydhl", dhl.read, "ErrorResponse"),
]  # fmt: skip


def test_answers_about_errors_tell_of_no_parcel() -> None:
    carriers = shared("carrier_payloads.json.gz")
    for carrier, read, given in NOTHING_TOLD:
        written = carriers[carrier]["test_payloads"][given]
        with suppress(Unreadable):
            assert read(written if written.lstrip().startswith("<") else json.loads(written), "N1", ZONE) == []
