"""How much of a product is here or coming, less what is promised, place by place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.inventory import service as inventory
from core.orders import service as orders
from core.purchasing.inbound import between_places, on_order
from core.returns.handling import expected_back


@dataclass(frozen=True)
class Position:
    """Units on the shelf that stay there, on order (open proposals included), and waited for by customers.

    `returning` are those of `on_order` that customers announced to send back and that should be sellable.
    """

    on_hand: int = 0
    on_order: int = 0
    waiting: int = 0
    returning: int = 0

    @property
    def units(self) -> int:
        """The stock position: what there will be once all of that has come and gone."""
        return self.on_hand + self.on_order - self.waiting


class Positions(dict[tuple[str, str], Position]):
    """Positions by (sku, location); a pair that nothing is known of has nothing."""

    def __missing__(self, _place: tuple[str, str]) -> Position:
        """Nothing here, nothing coming."""
        return Position()


def positions(session: Session, skus: Sequence[str] | None = None, without_proposal: int | None = None) -> Positions:
    """Positions of these products, or of all, at every place; one proposal may be left out of what is coming."""
    here = inventory.on_hand_by_place(session, skus)
    coming = on_order(session, without_proposal)
    leaving, arriving = between_places(session)
    waiting = orders.reserved_by_place(session, skus)
    back = expected_back(session, skus)
    wanted = None if skus is None else set(skus)
    places = {
        place
        for part in (here, coming, arriving, waiting, back)
        for place in part
        if wanted is None or place[0] in wanted
    }
    return Positions(
        {
            place: Position(
                max(here.get(place, 0) - leaving.get(place, 0), 0),
                coming.get(place, 0) + arriving.get(place, 0) + back.get(place, 0),
                waiting.get(place, 0),
                back.get(place, 0),
            )
            for place in places
        }
    )
