"""What a connected system says: whole records, each with the moment it was last changed, page by page."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Cursor = dict[str, Any]
Rows = list[dict[str, Any]]

ACTS = frozenset(
    {
        "cancel", "reopened", "address", "items", "payment", "return", "exchange", "return_cancelled", "refund",
        "reorder", "ship", "cancel_asked", "acknowledge",
    }
)  # fmt: skip
"""What may be written back; what a system does not take is refused before a customer says yes."""

SUPPLY = frozenset({"purchase_order", "supplier_letter"})
"""Taking our orders to suppliers that came from there, and telling those suppliers of them in our place."""

PARTS = {
    "orders": ("order_lines", "payments", "parcels", "parcel_lines"),
    "returns": ("return_lines",),
    "customers": ("account_people",),
    "invoices": ("payments",),
}
"""Tables of which a record brings all there is: what it no longer has is removed."""

SET = frozenset({"scans"})
"""Tables whose rows are a set that only grows: rows of an older record are as good as those of a newer one."""


ENDING = frozenset({"products", "supplier_items"})
"""Tables of which a record that was removed there ends something here."""


@dataclass(frozen=True)
class Record:
    """One record of a connected system, with the canonical rows that make it up, parents first.

    `table` is the canonical table that it is kept under and `key` our own number there; `version` is text that sorts
    by when it was changed, so that an older one never takes the place of a newer one. `about` is the id there of the
    order it belongs to; its rows name the order by that id. `gone` is a record that was removed there: it needs no
    rows, and the number we know it by is taken. The two parts of a key of two are joined by “@”. `served_there` is an
    order whose goods the system sends itself: it takes no act on it from us. `not_taken` are acts that the system takes
    on others of its orders, but not on this one as it stands. `cancel_asked` are lines of an order that
    its customer asked the system to cancel, which is ours to do; `awaits` is an act that it waits for.
    """

    table: str
    external_id: str
    key: str
    version: str
    rows: Mapping[str, Rows]
    about: str = ""
    gone: bool = False
    served_there: bool = False
    not_taken: Sequence[str] = ()
    cancel_asked: Sequence[int] = ()
    awaits: str = ""

    @property
    def digest(self) -> str:
        """The same for the same content, whoever says it; of sets that only grow each telling has another part."""
        told = {name: self.rows[name] for name in sorted(self.rows) if name not in SET}
        content = json.dumps(told, sort_keys=True, default=_plain)
        return hashlib.sha256(content.encode()).hexdigest()[:32]


def version(moment: datetime, triggered: str = "~") -> str:
    """A version by the moment of a change; of two of the same moment what was asked for goes before what was told.

    >>> from datetime import UTC
    >>> changed = datetime(2026, 1, 1, tzinfo=UTC)
    >>> version(changed, "2026-01-01T00:00:00.5Z") < version(changed)
    True
    """
    return f"{moment.timestamp():017.6f} {triggered}"


@dataclass(frozen=True)
class Hint:
    """That a record may have changed, without saying how: it is looked up."""

    table: str
    external_id: str


@dataclass(frozen=True)
class Remark:
    """One thing said in a ticket at another system's desk, for the customer to read."""

    external_id: str
    is_customer: bool
    author: str
    text: str
    said_at: datetime


@dataclass(frozen=True)
class DeskCase:
    """A ticket as the people of another system have it.

    `number` is our own, where it began here; `customer` is the id there of whoever it belongs to.
    """

    external_id: str
    number: str
    customer: str
    subject: str
    opened_at: datetime
    is_closed: bool
    remarks: Sequence[Remark] = ()

    @property
    def state(self) -> str:
        """How a ticket of ours would stand."""
        return "closed" if self.is_closed else "open"


@dataclass(frozen=True)
class Level:
    """Units of a product that a system offers from a place of ours; `external_id` is what it calls the two together."""

    external_id: str
    sku: str
    location: str
    units: int


@dataclass(frozen=True)
class Page:
    """Records to take in one transaction, and from where to go on after it; `hints` at what has to be looked up too.

    `levels` are what the system offers from shelves whose stock it is told.
    """

    records: Sequence[Record]
    cursor: Cursor
    faults: Sequence[str] = ()
    hints: Sequence[Hint] = ()
    cases: Sequence[DeskCase] = ()
    levels: Sequence[Level] = ()


@dataclass(frozen=True)
class System:
    """A connected system: what it is called, which acts it takes, and where a person does the others."""

    name: str
    label: str
    acts: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drift:
    """How far our records were from a system's when all of them were compared; everything seen was put right."""

    seen: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0


@dataclass(frozen=True)
class Standing:
    """How a feed of a system stands: when it was last read to its end, and since when it does not answer."""

    system: str
    label: str
    feed: str
    succeeded_at: datetime | None
    failing_since: datetime | None
    trouble: str
    drift: Drift | None
    compared_at: datetime | None


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
