"""Whatever is sold, received, counted and lost in between, the last number told is what is for sale."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from core.config import Config, Web
from core.database.engine import Database
from core.inventory.service import Movement, move
from core.mailroom.ports import Later, Never, Unclear
from core.portal import Portal
from tests.conftest import SettableClock
from tests.core.exchange.offering import Offering, count, open_at, order, told
from tests.shop import MUG, bring


@dataclass
class Day:
    """A shop whose mugs are sold here and at a marketplace; `mugs` lie there, and `sold` are those spoken for."""

    portal: Portal
    offering: Offering
    clock: SettableClock
    mugs: int = 10
    sold: dict[str, int] = field(default_factory=dict)
    steps: int = 0

    @property
    def for_sale(self) -> int:
        """What nobody has bought yet."""
        return self.mugs - sum(self.sold.values())

    def sell(self, units: int) -> None:
        """Somebody buys at another door."""
        if units <= self.for_sale:
            number = f"A-{self.steps}"
            self.sold[number] = units
            order(self.portal, self.clock, number, units)

    def sell_there(self, units: int) -> None:
        """Somebody buys at the marketplace, which offers fewer from then on."""
        if units <= self.for_sale:
            self.offering.shown[MUG] = max(0, self.offering.shown[MUG] - units)
            self.sell(units)

    def cancel(self, _units: int) -> None:
        """The latest order is called off."""
        if self.sold:
            order(self.portal, self.clock, *self.sold.popitem(), "cancelled")

    def send(self, _units: int) -> None:
        """The latest order leaves, and the shelf is counted only later."""
        if self.sold:
            number, units = self.sold.popitem()
            self.mugs -= units
            parcel = {"tracking_number": number, "order_number": number, "carrier": "UPS"}
            bring(self.portal, "parcels", {**parcel, "shipped_at": self.clock.now})
            order(self.portal, self.clock, number, units, "shipped")

    def receive(self, units: int) -> None:
        """More mugs arrive."""
        self.mugs += units
        with self.portal._database.unit_of_work() as session:
            move(session, Movement(f"receipt:{self.steps}", MUG, "main", units), self.clock.now)

    def count(self, units: int) -> None:
        """The shelf is counted, and something else is found on it."""
        self.mugs = sum(self.sold.values()) + units
        count(self.portal, self.clock, MUG, self.mugs)

    def tick(self, _units: int) -> None:
        """What changed is posted, and sent."""
        told(self.portal)

    def post(self, _units: int) -> None:
        """What changed is posted, and not sent yet."""
        self.portal.tell_stock()

    def compare(self, _units: int) -> None:
        """The night comes, with its comparison."""
        assert not self.portal.sync("standin", whole=True).troubles

    def wait(self, _units: int) -> None:
        """Most of an hour passes."""
        self.clock.forward(timedelta(minutes=50))

    def silence(self, _units: int) -> None:
        """The next call is not heard."""
        self.offering.troubles.append(Later("It does not answer."))

    def doubt(self, _units: int) -> None:
        """Of the next call nobody knows, and it was not heard."""
        self.offering.troubles.append(Unclear("The connection broke."))

    def lost_answer(self, _units: int) -> None:
        """Of the next call nobody knows, and it was heard."""
        self.offering.losing.append(Unclear("The answer was lost."))

    def refusal(self, _units: int) -> None:
        """The next call is refused."""
        self.offering.troubles.append(Never("Not now."))


STEPS = [name for name, one in vars(Day).items() if callable(one) and not name.startswith("_")]


@contextmanager
def _day(template: Path) -> Iterator[Day]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        path.write_bytes(template.read_bytes())
        database, clock = Database(f"sqlite:///{path}"), SettableClock(datetime(2026, 6, 15, 9, tzinfo=UTC))
        config = Config(web=Web(secret=SecretStr("a-secret-that-only-tests-know")))
        day = Day(Portal(database, config, clock), Offering({MUG: 0}), clock)
        open_at(day.portal, day.offering, clock)
        yield day
        database.close()


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 4)), min_size=1, max_size=20))
@settings(max_examples=60)
def test_the_last_number_told_is_what_is_for_sale(migrated_sqlite: Path, steps: list[tuple[str, int]]) -> None:
    with _day(migrated_sqlite) as day:
        for name, units in steps:
            day.clock.forward(timedelta(seconds=7))
            day.steps += 1
            getattr(day, name)(units)
        day.offering.troubles, day.offering.losing = [], []
        for _ in range(3):
            day.clock.forward(timedelta(hours=2))
            told(day.portal)
        if "refusal" not in dict(steps):
            assert day.offering.shown[MUG] <= day.for_sale
        day.compare(0)
        told(day.portal)
        assert day.offering.shown == {MUG: day.for_sale}
        assert [units for _, units in day.offering.told[-1:]] in ([], [day.for_sale])
