"""The desk of promotions, prices and events to come: what they are expected to sell, and planners who enter them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts.model import Staff
from core.catalog.service import all_products, categories
from core.inventory.service import location_names
from core.portal.rooms import Rooms
from core.purchasing import announcing, books
from core.purchasing.announcing import Draft
from core.purchasing.events import Event
from core.purchasing.outlook import Expected, expected
from core.purchasing.service import planner

_MOST_LISTED = 1000


@dataclass(frozen=True)
class Scope:
    """What an event can be about: products by code and name (where they are few enough to list), and names."""

    products: Sequence[tuple[str, str]]
    categories: Sequence[str]
    locations: Sequence[tuple[str, str]]


class EventDesk(Rooms):
    """Verbs of planners about events."""

    def events(self, staff: Staff) -> list[Expected]:
        """Promotions, prices and events to come, and what each is expected to sell.

        Raises:
            NotFound: not somebody who plans.
        """
        shop, settings, now = self._config.shop, self._config.planning, self._clock()
        with self._database.reading() as session:
            planner(session, staff)
            read = books.read(session, shop, settings, books.Wanted(now.astimezone(shop.zone).date()), now)
        return expected(read)

    def event_scope(self, staff: Staff) -> Scope:
        """What an event can be about.

        Raises:
            NotFound: not somebody who plans.
        """
        with self._database.reading() as session:
            planner(session, staff)
            goods = sorted((sku, one.name) for sku, one in all_products(session).items())
            listed = goods if len(goods) <= _MOST_LISTED else []
            kinds = sorted({one for one in categories(session).values() if one})
            return Scope(listed, kinds, sorted(location_names(session).items()))

    def add_event(self, staff: Staff, draft: Draft) -> Event:
        """Enter an event; the next plan counts with it.

        Raises:
            Conflict: one like it is there already.
            InvalidInput: it says something nobody can plan with; all faults in one text.
            NotFound: not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            return announcing.add(session, staff, draft, self._config.shop, self._clock())

    def change_event(self, staff: Staff, number: str, seen: str, draft: Draft) -> Event:
        """Change an event from what was shown of it.

        Raises:
            Conflict: it was changed or withdrawn since, is over, or is like another.
            InvalidInput: as `add_event`.
            NotFound: not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            return announcing.change(session, staff, number, seen, draft, self._config.shop, self._clock())

    def withdraw_event(self, staff: Staff, number: str, seen: str) -> Event:
        """Take an event out of the days to come.

        Raises:
            Conflict: it was changed or withdrawn since it was shown, or is over.
            NotFound: not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            return announcing.withdraw(session, staff, number, seen, self._config.shop, self._clock())

    def undo_event(self, staff: Staff, number: str) -> Event | None:
        """Take the last change of an event back; None where it was only just entered.

        Raises:
            Conflict: it was changed again since.
            NotFound: there is nothing to take back, or not somebody who plans.
        """
        with self._database.unit_of_work() as session:
            return announcing.undo(session, staff, number, self._clock())
