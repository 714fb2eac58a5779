"""What Walmart's marketplace says of returns, in canonical rows; pure."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from core.exchange.model import Record, version
from integrations.reading import Json, moment, needed, part, said, several

log = logging.getLogger(__name__)
_STATES = {"INITIATED": "approved", "DELIVERED": "received", "COMPLETED": "refunded", "CANCELLED": "cancelled"}
_ORDER = ("requested", "approved", "in_transit", "received", "refunded")
_ON_THE_WAY = frozenset({"RETURN_IN_TRANSIT", "RETURN_PICKED_UP"})


def returned(found: Json) -> list[Record]:
    """A return, one record for each purchase order that it touches.

    Raises:
        Unreadable: what every return has is missing.
    """
    number = needed("a return", found, "returnOrderId")
    begun = moment(found.get("returnOrderDate"))
    kind = "exchange" if said(found, "returnType") == "REPLACEMENT" else "return"
    by_order: dict[str, list[Json]] = {}
    for line in several(found, "returnOrderLines"):
        by_order.setdefault(needed("a line of a return", line, "purchaseOrderId"), []).append(line)
    records = []
    for place, (about, lines) in enumerate(sorted(by_order.items())):
        key = number if not place else f"{number}-{place + 1}"
        changed = max([begun, *(moment(line["statusTime"]) for line in lines if line.get("statusTime"))])
        head = {"return_number": key, "order_number": about, "kind": kind, "status": _status(lines, kind),
                "requested_at": begun}  # fmt: skip
        rows = {"returns": [head], "return_lines": [*_lines(key, lines)]}
        records.append(Record("returns", key, key, version(changed), rows, about=about))
    return records


def _status(lines: Sequence[Json], kind: str) -> str:
    words = []
    for line in lines:
        word = said(line, "status")
        if word not in _STATES:
            log.warning("Walmart said “%s” of a line of a return, which its table does not have", word[:40])
        state = _STATES.get(word, "requested")
        events = {said(one, "eventTag") for one in several(line, "returnTrackingDetail")}
        words.append("in_transit" if state == "approved" and events & _ON_THE_WAY else state)
    living = [word for word in words if word != "cancelled"]
    least = min(living, key=_ORDER.index) if living else "cancelled"
    return "exchanged" if least == "refunded" and kind == "exchange" else least


def _lines(number: str, lines: Sequence[Json]) -> Iterator[dict[str, Any]]:
    """Lines of the order with how many come back, each once."""
    units: dict[int, int] = {}
    reasons: dict[int, str] = {}
    for line in lines:
        place = int(line.get("purchaseOrderLineNumber") or line.get("salesOrderLineNumber") or 0)
        units[place] = units.get(place, 0) + int(float(part(line, "quantity").get("measurementValue") or 1))
        reasons.setdefault(place, said(line, "returnReason").replace("_", " ").lower())
    for place in sorted(units):
        yield {"return_number": number, "line": place, "quantity": units[place], "reason": reasons[place]}
