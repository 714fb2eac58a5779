"""What the exchange needs from a connected system: feeds to pull, deliveries to read, and somebody who writes back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from core.errors import PortalError
from core.exchange.model import Cursor, Hint, Page, Record, System
from core.mailroom.ports import Courier


class Outcome(Enum):
    """What came of a call that did not succeed."""

    SILENT = "not answering"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    REFUSED = "refused"
    MALFORMED = "malformed"


class Trouble(PortalError):
    """A call that did not succeed; `after_s` is how long we were asked to wait, if we were.

    `may_have_arrived` where the connection broke after the request had left.
    """

    def __init__(
        self, outcome: Outcome, sentence: str, *, after_s: float | None = None, may_have_arrived: bool = False
    ) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.after_s = after_s
        self.may_have_arrived = may_have_arrived


class Feed(Protocol):
    """One stream of records of a system, such as its orders; called outside any transaction."""

    @property
    def name(self) -> str:
        """What it is called."""

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """What changed since a cursor, or (None) all there is, page by page up to what there is now.

        A page's cursor is kept in the transaction that takes the page; a pull that was cut off goes on from there.

        Raises:
            Trouble: the system does not answer, or not as it should; pages given before stay taken.
        """


@dataclass(frozen=True)
class Delivery:
    """What a delivery says: records, what to look up, or that a person asked for their data.

    `asks` is “export” or “erase”, and `customer_id` whose.
    """

    records: Sequence[Record] = ()
    hints: Sequence[Hint] = ()
    asks: str = ""
    customer_id: str = ""

    @property
    def about(self) -> frozenset[tuple[str, str]]:
        """The records that it speaks of, by table and id there; what is said of one is taken in in turn."""
        told = {(one.table, one.external_id) for one in self.records}
        hinted = {(one.table, one.external_id) for one in self.hints}
        return frozenset(told | hinted | {("orders", one.about) for one in self.records if one.about})


class Reader(Protocol):
    """Reads what a system delivers to us; pure, so that a delivery can be read again."""

    def read(self, topic: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Delivery:
        """What a delivery says.

        Raises:
            ValueError: it is not of the shape that the system documents.
        """


@dataclass(frozen=True)
class Admitted:
    """A delivery whose signature is good: under which id it is stored, and what it is about.

    `also` is another id that repeats share, where there is one. `headers` are kept with it.
    """

    delivery_id: str
    topic: str
    headers: Mapping[str, str]
    also: str = ""


class Doorkeeper(Protocol):
    """Tells a system's deliveries from anybody else's."""

    def __call__(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Admitted | None:
        """What is delivered; None where the bytes are not signed by the system. `headers` have lower-case names."""


class Refetch(Protocol):
    """Looks single records up again."""

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is now, with those that hang on it; one that is gone says so.

        Raises:
            Trouble: the system does not answer.
        """


@dataclass(frozen=True)
class Found:
    """One thing that `storekeeper check` found about a system, with what to do about it."""

    is_well: bool
    text: str


class Inspector(Protocol):
    """Tries a system out."""

    def __call__(self, now: datetime) -> Sequence[Found]:
        """Credentials, permissions, clock and one read; never raises."""


@dataclass(frozen=True)
class Shelves:
    """The places of ours that a system sells from and is told of, and how many units at each it never hears of."""

    locations: frozenset[str]
    safety_stock: int = 0


@dataclass(frozen=True)
class Backend:
    """A connected system; parts that it does not have are left out.

    `feeds` in the order in which records refer to each other. `courier` carries write-backs: outbox rows of kind
    `write_back` on the channel of the system's name; where it `keeps_tickets`, tickets are carried there too, and of
    `shelves` what is for sale there, as rows of kind `stock`: it counts nothing there itself.
    """

    system: System
    feeds: Sequence[Feed] = ()
    doorkeeper: Doorkeeper | None = None
    reader: Reader | None = None
    refetch: Refetch | None = None
    courier: Courier | None = None
    inspector: Inspector | None = None
    close: Callable[[], None] | None = None
    keeps_tickets: bool = False
    shelves: Shelves | None = None
