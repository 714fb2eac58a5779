"""Available to sell: what lies on a shelf, less what is spoken for."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from core.inventory import service as inventory
from core.orders.service import reserved_by_place

Place = tuple[str, str]


def available_to_sell(
    session: Session, locations: Collection[str], skus: Sequence[str] | None = None
) -> dict[Place, int]:
    """Units of these products, or of all, that may still be sold at each of these places; never below nothing.

    Only products that were ever counted or booked at a place are there: of others nobody knows.
    """
    spoken_for = reserved_by_place(session, skus)
    return {
        place: max(0, units - spoken_for.get(place, 0))
        for place, units in inventory.on_hand_by_place(session, skus).items()
        if place[1] in locations
    }
