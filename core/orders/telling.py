"""Telling the system that an order came from what was done to it here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.exchange import writing_back
from core.exchange.writing_back import Change
from core.orders.model import Order


def pass_on(
    session: Session, order: Order, act: str, cause: str, detail: Mapping[str, Any], now: datetime, *, new_key: str = ""
) -> bool:
    """Have it told how the order should be now; False where the order is ours alone."""
    change = Change(act, order.order_number, cause, order.customer_id, as_told(order), detail, new_key)
    return writing_back.pass_on(session, change, now)


def as_told(order: Order) -> dict[str, Any]:
    """An order in plain values, money in minor units."""
    to = order.ship_to
    return {
        "number": order.order_number,
        "status": order.status.value,
        "currency": order.currency,
        "ship_to": {
            "name": to.name, "line1": to.line1, "line2": to.line2, "city": to.city, "postcode": to.postcode,
            "country": to.country, "region": to.region,
        },
        "lines": [
            {"line": one.line, "sku": one.sku, "name": one.description, "quantity": one.quantity,
             "unit_price": one.unit_price.minor}
            for one in order.lines
        ],
    }  # fmt: skip
