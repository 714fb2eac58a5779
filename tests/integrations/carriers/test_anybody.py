"""Answers of carriers nobody has met: moments of all kinds, any order, words that say nothing, and rubbish."""

import json
import logging
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.shipments.model import ParcelStatus
from integrations.carriers import anybody, gls
from integrations.carriers.moments import written_moment
from integrations.carriers.reading import Unreadable

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "named", "utc"),
    [
        ("2026-06-14T09:12:00+02:00", "", "07:12"),
        ("2026-06-14T09:12:00Z", "", "09:12"),
        ("2026-06-14 09:12:00", "", "07:12"),
        ("2026-06-14T09:12:00.1234567", "", "07:12"),
        ("2026-06-14T09:12:00+0200", "", "07:12"),
        ("20260614 091200", "", "07:12"),
        ("202606140912", "", "07:12"),
        ("14.06.2026 09:12", "", "07:12"),
        ("14/06/2026 09:12", "", "07:12"),
        ("06/14/2026 9:12 AM", "", "07:12"),
        ("06/14/2026 12:12 AM", "", "22:12"),
        ("6/14/2026 09:12:00 p.m.", "", "19:12"),
        ("2026-06-14 09:12", "America/New_York", "13:12"),
        ("2026-06-14 09:12", "EST", "14:12"),
        ("2026-06-14 09:12 EST", "", "14:12"),
        ("2026-06-14 09:12 GMT+03:00", "", "06:12"),
        ("2026-06-14 09:12", "-05:00", "14:12"),
        ("Sun, 14 Jun 2026 09:12:00 +0200", "", "07:12"),
        ("1781428320", "", "09:12"),
        ("1781428320000", "", "09:12"),
        ("/Date(1781428320000+0000)/", "", "09:12"),
    ],
)
def test_a_moment_is_read_however_it_is_written(written: str, named: str, utc: str) -> None:
    at = written_moment(written, BERLIN, named, day_first=False if written.startswith(("06/", "6/")) else None)
    assert at is not None
    assert f"{at.astimezone(UTC):%H:%M}" == utc


@pytest.mark.parametrize("written", ["", "soon", "2026-13-40", "31/31/2026 10:00", "99:99", "0", None, {}, "9" * 40])
def test_what_is_no_moment_is_none(written: Any) -> None:
    assert written_moment(written, BERLIN) is None


def event(at: str, said: str) -> dict[str, str]:
    return {"when": "x", "date": at, "description": said}


def test_days_and_months_are_told_apart_by_the_other_events() -> None:
    events = [event("03/04/2026 10:00", "Delivered"), event("25/03/2026 10:00", "Picked up")]
    (parcel,) = anybody.read({"number": "N1", "history": events}, "N1", BERLIN)
    assert [scan.scanned_at.month for scan in parcel.scans] == [3, 4]
    assert [scan.status for scan in parcel.scans] == [ParcelStatus.PICKED_UP, ParcelStatus.DELIVERED]


def test_any_order_of_events_gives_the_same_parcel() -> None:
    events = [event("2026-06-01 10:00", "Collected"), event("2026-06-02 10:00", "In transit"),
              event("2026-06-03 10:00", "Out for delivery"), event("2026-06-03 15:00", "Delivered")]  # fmt: skip
    read = {json.dumps(str(anybody.read({"events": list(some)}, "N1", BERLIN))) for some in permutations(events)}
    assert len(read) == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Delivered to neighbour", "delivered"), ("Your parcel has been delivered", "delivered"),
        ("Could not be delivered: nobody home", "exception"), ("Delivery attempted", "exception"),
        ("Not yet delivered", "exception"), ("Will be delivered tomorrow", "in_transit"),
        ("Delivered to the local depot", "unknown"), ("Delivery rescheduled", "unknown"),
        ("Out for delivery today", "out_for_delivery"), ("Returned to sender", "returned"),
        ("Return to shipper in transit", "returned"), ("Shipping label created", "label_created"),
        ("Pickup point", "unknown"), ("X7-QQ", "unknown"), ("OUT_FOR_DELIVERY", "out_for_delivery"),
    ],
)  # fmt: skip
def test_words_mean_only_what_they_plainly_say(said: str, status: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert anybody.status_in("", said) is ParcelStatus(status)
    assert bool(caplog.records) == (status == "unknown")


def test_several_parcels_keep_their_own_numbers_and_the_one_asked_about_its_name() -> None:
    parcels = [{"trackingNumber": number, "events": [event("2026-06-01", "In transit")]} for number in ("A1", "B2")]
    assert [one.tracking_number for one in anybody.read({"parcels": parcels}, "", BERLIN)] == ["A1", "B2"]
    (named,) = anybody.read({"id": "internal-7", "events": [event("2026-06-01", "In transit")]}, "C3", BERLIN)
    assert named.tracking_number == "INTERNAL-7"
    (asked,) = anybody.read([event("2026-06-01", "In transit")], "C3", BERLIN)
    assert asked.tracking_number == "C3"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["date", "time", "status", "events", "description", "location", "id"]), inner)
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_payload_is_read_or_refused(payload: Any) -> None:
    try:
        for one in anybody.read(payload, "N1", BERLIN):
            assert all(scan.scanned_at.tzinfo is not None for scan in one.scans)
    except Unreadable as fault:
        assert str(fault)  # noqa: PT017 reading or refusing are both right


def test_gls_is_read_by_the_status_of_its_parcel() -> None:
    events = [
        {"eventDateTime": "2026-06-14T09:12:00+0200", "description": "Parcel is out for delivery", "city": "Essen",
         "country": "DE"},
        {"eventDateTime": "2026-06-13T20:00:00+0200", "description": "The parcel has reached the parcel center"},
    ]  # fmt: skip
    parcel = {"unitno": "11223344556", "status": "INDELIVERY", "statusDateTime": "2026-06-14T09:12:00+0200"}
    (read,) = gls.read({"parcels": [{**parcel, "events": events}, {"requested": "2", "errorCode": "X"}]}, "", BERLIN)
    assert read.tracking_number == "11223344556"
    assert read.scans[-1].status is ParcelStatus.OUT_FOR_DELIVERY
    assert read.scans[-1].scanned_at == datetime(2026, 6, 14, 7, 12, tzinfo=UTC)
    with pytest.raises(Unreadable):
        gls.read({"errors": []}, "", BERLIN)
