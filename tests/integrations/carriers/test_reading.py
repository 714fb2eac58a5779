"""Payloads of our own making, in the shapes that carriers document."""

from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.shipments.model import ParcelStatus
from integrations.carriers import aftership, dhl, dpd, easypost, fedex, own, ups, usps
from integrations.carriers.reading import Reader, Unreadable, moment, text

LONDON = ZoneInfo("Europe/London")


def activity(kind: str, time: str) -> dict[str, Any]:
    where = {"address": {"city": "Leeds", "countryCode": "GB"}}
    return {"date": "20260612", "time": time, "location": where, "status": {"type": kind, "description": "on its way"}}


def answer(*activities: dict[str, Any]) -> dict[str, Any]:
    return {"trackResponse": {"shipment": [{"package": [{"trackingNumber": "1z9", "activity": list(activities)}]}]}}


def test_scans_are_put_in_order_however_they_come() -> None:
    (parcel,) = ups.read(answer(activity("D", "163000"), activity("P", "080000"), activity("O", "120000")), "", LONDON)
    assert [scan.status.value for scan in parcel.scans] == ["picked_up", "out_for_delivery", "delivered"]


def test_a_time_without_a_zone_is_of_the_shops_zone() -> None:
    (parcel,) = ups.read(answer(activity("D", "163000")), "", LONDON)
    assert parcel.scans[0].scanned_at == datetime(2026, 6, 12, 15, 30, tzinfo=UTC)


def test_a_time_with_a_zone_is_that_moment() -> None:
    assert moment("2026-06-12T13:26:00-07:00", LONDON) == datetime(2026, 6, 12, 20, 26, tzinfo=UTC)


def test_an_unknown_word_is_unknown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    (parcel,) = ups.read(answer(activity("Q7", "080000")), "", LONDON)
    assert (parcel.scans[0].status, "Q7" in caplog.text) == (ParcelStatus.UNKNOWN, True)


def test_a_sentence_that_may_name_somebody_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    ups.read(answer(activity("Handed to Ada Wong", "080000")), "", LONDON)
    assert "does not have" in caplog.text
    assert "Ada" not in caplog.text


def test_a_scan_whose_time_cannot_be_read_is_left_out() -> None:
    (parcel,) = ups.read(answer(activity("D", "no time"), activity("P", "080000")), "", LONDON)
    assert [scan.status for scan in parcel.scans] == [ParcelStatus.PICKED_UP]


def test_what_no_line_holds_is_taken_out_of_texts() -> None:
    assert text("Leeds\x00\n\ud800 Hub") == "Leeds Hub"


READERS = [ups.read, fedex.read, usps.read, dhl.read, dpd.read]
ODD = [{}, {"shipments": 7}, {"scans": "x"}, "<a", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', None, 5]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__module__.rpartition(".")[2])
def test_what_is_of_another_shape_is_refused(read: Reader) -> None:
    for payload in ODD:
        with pytest.raises(Unreadable):
            read(payload, "", LONDON)


def test_easypost_events_about_anything_else_tell_nothing() -> None:
    assert easypost.read({"id": "evt_1", "result": {"object": "Batch"}}, "", LONDON) == []


def test_aftership_tells_that_a_parcel_went_back() -> None:
    checkpoint = {"tag": "Exception", "subtag": "Exception_011", "checkpoint_time": "2026-06-12T10:00:00+02:00"}
    (parcel,) = aftership.read({"msg": {"tracking_number": "AB1", "checkpoints": [checkpoint]}}, "", LONDON)
    assert parcel.scans[0].status is ParcelStatus.RETURNED


ODD_VALUES: list[Any] = [
    None,
    -1,
    True,
    1e308,
    "",
    "x",
    "\x00\ud800",
    [],
    [None],
    {},
    [{}],
    "9999-12-31T23:59:59-14:00",
    10**30,
]
SHAPES: list[tuple[Reader, Any]] = [
    (ups.read, answer(activity("D", "163000"))),
    (easypost.read, {"result": {"object": "Tracker", "tracking_code": "A1", "tracking_details": [
        {"status": "delivered", "datetime": "2026-06-12T10:00:00Z", "tracking_location": {"city": "Leeds"}}]}}),
    (aftership.read, {"msg": {"tracking_number": "A1", "checkpoints": [
        {"tag": "Delivered", "checkpoint_time": "2026-06-12T10:00:00Z", "city": "Leeds"}]}}),
    (own.read, {"tracking_number": "A1", "scans": [{"scanned_at": "2026-06-12T10:00:00Z", "status": "delivered"}]}),
]  # fmt: skip


def with_odd_values(value: Any) -> Iterator[Any]:
    """The same with one value in it odd, for every value and every oddity."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        for odd in (*ODD_VALUES, *with_odd_values(one)):
            changed = copy(value)
            changed[key] = odd
            yield changed


@pytest.mark.parametrize(("read", "payload"), SHAPES, ids=lambda one: getattr(one, "__module__", ""))
def test_an_odd_value_anywhere_is_refused_or_read_and_can_be_stored(read: Reader, payload: Any) -> None:
    for odd in with_odd_values(payload):
        with suppress(Unreadable):
            for parcel in read(odd, "", LONDON):
                assert all(
                    scan.scanned_at.isoformat() and f"{scan.place}{scan.note}".isprintable() for scan in parcel.scans
                )
