"""The telling desk: connected systems hear how many units they may sell of what lies on our shelves."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.exchange import listings
from core.exchange.listings import Place
from core.exchange.ports import Shelves
from core.portal.rooms import Rooms
from core.shipments.available import available_to_sell

_AT_ONCE = 200


class TellingDesk(Rooms):
    """Verbs of stock that others sell."""

    def tell_stock(self) -> int:
        """Have each system told what changed of what it may sell since it was last told; how many numbers there were.

        Counted and posted in one transaction, one teller at a time: the last number posted is the last one counted.
        """
        return sum(
            self._tell_system(name, backend.shelves)
            for name, backend in self._backends.items()
            if backend.shelves is not None
        )

    def _tell_system(self, system: str, shelves: Shelves) -> int:
        with self._database.reading() as session:
            changed = sorted({one.sku for one in listings.due(session, system, for_sale(session, shelves))})
        told = 0
        for first in range(0, len(changed), _AT_ONCE):
            with self._database.unit_of_work() as session:
                listings.take_turns(session, system)
                due = listings.due(session, system, for_sale(session, shelves, changed[first : first + _AT_ONCE]))
                told += sum(listings.tell(session, system, one, self._clock()) for one in due)
        return told


def for_sale(session: Session, shelves: Shelves, skus: Sequence[str] | None = None) -> Mapping[Place, int]:
    """What a system may sell at each of its places: what is available there, less what is kept back from it."""
    return {
        place: max(0, units - shelves.safety_stock)
        for place, units in available_to_sell(session, shelves.locations, skus).items()
    }
