"""Available to sell: what lies on a shelf, less what is spoken for, less what left since the shelf was counted."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.inventory import service as inventory
from core.inventory.rows import StockRow
from core.orders.rows import OrderLineRow, OrderRow
from core.orders.service import reserved_by_place
from core.shipments.rows import ParcelRow

Place = tuple[str, str]
_LEFT = ("shipped", "delivered")


def available_to_sell(
    session: Session, locations: Collection[str], skus: Sequence[str] | None = None
) -> dict[Place, int]:
    """Units of these products, or of all, that may still be sold at each of these places; never below nothing.

    Only products that were ever counted or booked at a place are there: of others nobody knows.
    """
    spoken_for, left = reserved_by_place(session, skus), left_since_counted(session, locations, skus)
    return {
        place: max(0, units - spoken_for.get(place, 0) - left.get(place, 0))
        for place, units in inventory.on_hand_by_place(session, skus).items()
        if place[1] in locations
    }


def left_since_counted(
    session: Session, locations: Collection[str], skus: Sequence[str] | None = None
) -> dict[Place, int]:
    """Units in orders that left after a shelf was last counted: the books of stock do not know of them yet.

    An order left with its last parcel; one without a parcel when it was placed, as far as anybody knows.
    """
    sent = (
        select(ParcelRow.order_number, func.max(ParcelRow.shipped_at).label("at"))
        .group_by(ParcelRow.order_number)
        .subquery()
    )
    rows = (
        select(OrderLineRow.sku, OrderRow.location, func.sum(OrderLineRow.quantity))
        .join(OrderRow, OrderRow.order_number == OrderLineRow.order_number)
        .join(StockRow, (StockRow.sku == OrderLineRow.sku) & (StockRow.location == OrderRow.location))
        .join(sent, sent.columns.order_number == OrderRow.order_number, isouter=True)
        .where(
            OrderRow.status.in_(_LEFT), OrderRow.location.in_(locations),
            func.coalesce(sent.columns.at, OrderRow.placed_at) > StockRow.counted_at,
        )
        .group_by(OrderLineRow.sku, OrderRow.location)
    )  # fmt: skip
    found = session.execute(rows if skus is None else rows.where(OrderLineRow.sku.in_(skus)))
    return {(sku, location): int(units) for sku, location, units in found}
