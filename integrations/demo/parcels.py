"""Invents how orders left the house: parcels with their scans, in step with the day the records end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from integrations.demo.cut import Order
from integrations.demo.people import EU, Person, Row

_SPLIT = 0.08
_LATE = 0.04
_FULL_HISTORY = timedelta(days=45)
Scan = tuple[datetime, str, str, str]


@dataclass(frozen=True)
class Parcel:
    """A parcel with units by order line; `delivered_at` is None while it is under way."""

    tracking_number: str
    order: str
    carrier: str
    shipped_at: datetime
    expected_on: date
    lines: tuple[tuple[int, int], ...]
    scans: tuple[Scan, ...]

    @property
    def delivered_at(self) -> datetime | None:
        """When it arrived."""
        return next((at for at, status, _, _ in self.scans if status == "delivered"), None)


@dataclass(frozen=True)
class Fulfilled:
    """An order, where it stands, and its parcels."""

    order: Order
    status: str
    parcels: tuple[Parcel, ...]

    @property
    def delivered_at(self) -> datetime | None:
        """When all of it had arrived."""
        arrivals = [parcel.delivered_at for parcel in self.parcels]
        return max(at for at in arrivals if at) if arrivals and all(arrivals) else None


@dataclass
class Carrier:
    """Sends orders; what would happen after `ends_at` has not happened."""

    ends_at: datetime
    in_two: str  # the order that is under way in two parcels
    delayed: str  # the order that is late
    rng: Random = field(default_factory=lambda: Random("parcels"))  # noqa: S311 the same shop each time
    sent: int = 0

    def fulfil(self, order: Order, person: Person) -> Fulfilled:
        """Pack, send and deliver an order as far as time allows."""
        ships_on = workday(order.placed_at.date(), self.rng.choice((1, 1, 1, 2)))
        units = [(number, sale.units) for number, sale in enumerate(order.lines, 1)]
        if order.number == self.in_two:
            parts, ships = _halves(units), [workday(self.ends_at.date(), -1), self.ends_at.date()]
        elif len(units) >= 4 and self.rng.random() < _SPLIT:
            parts, ships = _halves(units), [ships_on, workday(ships_on, self.rng.choice((1, 2)))]
        else:
            parts, ships = [units], [ships_on]
        plans = [self._parcel(order, person, part, on) for part, on in zip(parts, ships, strict=True)]
        parcels = tuple(parcel for parcel in plans if parcel.shipped_at <= self.ends_at)
        return Fulfilled(order, self._status(order, parcels, len(plans)), parcels)

    def _status(self, order: Order, parcels: Sequence[Parcel], planned: int) -> str:
        if not parcels:
            return "packed" if self.ends_at - order.placed_at > timedelta(hours=10) else "open"
        return "delivered" if len(parcels) == planned and all(one.delivered_at for one in parcels) else "shipped"

    def _parcel(self, order: Order, person: Person, units: Sequence[tuple[int, int]], ships_on: date) -> Parcel:
        self.sent += 1
        code, carrier, least, most = _carrier(person.country)
        arrives_on = workday(ships_on, self.rng.randint(least, most))
        expected_on = workday(arrives_on, -2) if self.rng.random() < _LATE else arrives_on
        if arrives_on > self.ends_at.date():
            expected_on = arrives_on
        scans = self._scans(person, ships_on, arrives_on)
        if order.number == self.in_two:
            scans = [scan for scan in scans if scan[1] in {"label_created", "picked_up", "in_transit"}]
            expected_on = workday(self.ends_at.date(), 1 + (ships_on == self.ends_at.date()))
        if order.number == self.delayed:
            expected_on = workday(self.ends_at.date(), -1)
            held = datetime.combine(expected_on, time(17, 40))
            scans = [*scans[:3], (held, "exception", scans[2][2], "Held at the hub, address label damaged")]
        return Parcel(
            f"{code}{70_000_000 + self.sent * 37:08d}{person.country}",
            order.number,
            carrier,
            next(at for at, status, _, _ in scans if status == "picked_up"),
            max(expected_on, ships_on),
            tuple(units),
            tuple(scan for scan in scans if scan[0] <= self.ends_at),
        )

    def _scans(self, person: Person, ships_on: date, arrives_on: date) -> list[Scan]:
        hub = "Wakefield hub" if person.country == "GB" else "Coventry international hub"
        scans = [
            (self._at(ships_on, 9, 12), "label_created", "Leeds", ""),
            (self._at(ships_on, 15, 18), "picked_up", "Leeds", "Collected from the sender"),
            (self._at(ships_on + timedelta(days=1), 1, 5), "in_transit", hub, "Left the hub"),
        ]
        if person.country != "GB":
            scans.append((self._at(workday(ships_on, 2), 8, 20), "in_transit", person.city, "Cleared by customs"))
        scans += [
            (self._at(arrives_on, 6, 8), "out_for_delivery", person.city, ""),
            (self._at(arrives_on, 9, 17), "delivered", person.city, "Signed for"),
        ]
        if self.ends_at.date() - arrives_on > _FULL_HISTORY:
            scans = [scan for scan in scans if scan[1] in {"picked_up", "delivered"}]
        return scans

    def _at(self, day: date, first_hour: int, end_hour: int) -> datetime:
        minutes = self.rng.randrange(first_hour * 60, end_hour * 60)
        return datetime.combine(day, time(minutes // 60, minutes % 60))


def rows(fulfilled: Sequence[Fulfilled]) -> dict[str, list[Row]]:
    """The tables parcels, parcel_lines and scans."""
    parcels = [parcel for one in fulfilled for parcel in one.parcels]
    return {
        "parcels": [
            {
                "tracking_number": parcel.tracking_number,
                "order_number": parcel.order,
                "carrier": parcel.carrier,
                "shipped_at": stamp(parcel.shipped_at),
                "expected_on": str(parcel.expected_on),
            }
            for parcel in parcels
        ],
        "parcel_lines": [
            {"tracking_number": parcel.tracking_number, "line": str(line), "quantity": str(units)}
            for parcel in parcels
            for line, units in parcel.lines
        ],
        "scans": [
            {
                "tracking_number": parcel.tracking_number,
                "scanned_at": stamp(at),
                "status": status,
                "place": place,
                "note": note,
            }
            for parcel in parcels
            for at, status, place, note in parcel.scans
        ],
    }


def stamp(at: datetime) -> str:
    """A moment of the shop's wall clock as the files write it."""
    return at.isoformat(timespec="minutes")


def workday(day: date, steps: int) -> date:
    """The day so many working days later, or earlier.

    >>> workday(date(2011, 6, 30), 2), workday(date(2011, 6, 27), -1)
    (datetime.date(2011, 7, 4), datetime.date(2011, 6, 24))
    """
    forward = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        day += timedelta(days=forward)
        while day.weekday() > 4:
            day += timedelta(days=forward)
    return day


def _halves(units: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    middle = (len(units) + 1) // 2
    return [list(units[:middle]), list(units[middle:])]


def _carrier(country: str) -> tuple[str, str, int, int]:
    if country == "GB":
        return "PP", "Pennine Parcels", 1, 2
    return ("CX", "Channel Express", 3, 5) if country in EU else ("WM", "Worldwide Mail", 5, 9)
