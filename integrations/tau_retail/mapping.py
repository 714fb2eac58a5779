"""From the records of the tau-bench retail world to canonical rows; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.canonical import Fault
from core.errors import InvalidInput
from core.money import minor_units

Row = dict[str, Any]

CURRENCY, LOCATION, CARRIER = "USD", "main", "parcel service"
PRESENT = datetime(2024, 5, 15, 20, tzinfo=UTC)
_WEEKS_OF_ORDERS, _DAYS_ON_THE_WAY = 4, 3
_IN_STOCK = 100  # the world says only whether there is any
_STATUS = {"pending": "open", "processed": "packed", "delivered": "delivered", "cancelled": "cancelled"}
_COUNTRIES = {"USA": "US"}
_KINDS = {"credit_card": "card", "paypal": "paypal", "gift_card": "gift_card"}


@dataclass
class Shop:
    """The world's records, read once; `faults` tells what of them was left out."""

    users: dict[str, Any]
    orders: dict[str, Any]
    products: dict[str, Any]
    shift_days: int = 0
    faults: list[Fault] = field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        """Canonical rows by table."""
        found: dict[str, list[Row]] = {"locations": [{"location": LOCATION, "name": "Warehouse", "country": "US"}]}
        for table, one in self._rows():
            found.setdefault(table, []).append(one)
        return found

    @property
    def present(self) -> datetime:
        """The world's present day, moved as asked."""
        return PRESENT + timedelta(days=self.shift_days)

    def _rows(self) -> Iterator[tuple[str, Row]]:
        readers = (("customers", self.users, self._user), ("products", self.products, self._product),
                   ("orders", self.orders, self._order))  # fmt: skip
        for table, records, read in readers:
            for place, (key, record) in enumerate(records.items()):
                try:
                    yield from list(read(place, key, record))
                except (KeyError, TypeError, ValueError, AttributeError, InvalidInput) as error:
                    self.faults.append(
                        Fault(table, place + 1, "", f"{key} was left out: {error!r} is not as expected.")
                    )

    def _user(self, _: int, customer_id: str, user: Row) -> Iterator[tuple[str, Row]]:
        name = f"{user['name']['first_name']} {user['name']['last_name']}"
        country = _COUNTRIES[user["address"]["country"]]
        about = {"customer_id": customer_id, "name": name, "email": user["email"], "country": country}
        yield "customers", about
        yield "addresses", {"customer_id": customer_id, "kind": "shipping", **_address(user["address"])}
        for method_id, method in user["payment_methods"].items():
            yield "payment_methods", payment_method(customer_id, method_id, method)

    def _product(self, _: int, family: str, product: Row) -> Iterator[tuple[str, Row]]:
        for sku, variant in product["variants"].items():
            options = {name: str(value) for name, value in variant["options"].items()}
            sold = {"sku": sku, "name": product["name"], "price": _cents(variant["price"]), "currency": CURRENCY}
            yield "products", {**sold, "family": family, "options": options}
            units = _IN_STOCK if variant["available"] else 0
            yield "stock", {"sku": sku, "location": LOCATION, "on_hand": units, "counted_at": self.present}

    def _order(self, place: int, key: str, order: Row) -> Iterator[tuple[str, Row]]:
        number, status = key.lstrip("#"), _STATUS[order["status"]]
        placed_at = self.present - timedelta(days=_DAYS_ON_THE_WAY + 1 + place % (_WEEKS_OF_ORDERS * 7))
        name = self.users[order["user_id"]]["name"]
        ships_to = {f"ship_{part}": value for part, value in _address(order["address"]).items()}
        paid_by = order["payment_history"][0]["payment_method_id"]
        yield (
            "orders",
            {
                "order_number": number,
                "customer_id": order["user_id"],
                "placed_at": placed_at,
                "status": status,
                "currency": CURRENCY,
                "location": LOCATION,
                "payment_method": paid_by,
                "ship_name": f"{name['first_name']} {name['last_name']}",
                **ships_to,
            },
        )
        for line, item in enumerate(order["items"], start=1):
            yield (
                "order_lines",
                {
                    "order_number": number,
                    "line": line,
                    "sku": item["item_id"],
                    "description": item["name"],
                    "quantity": 1,
                    "unit_price": _cents(item["price"]),
                    "currency": CURRENCY,
                },
            )
        yield from _payments(number, placed_at, order["payment_history"])
        if status in {"packed", "delivered"}:
            yield from _parcels(number, placed_at, order, is_there=status == "delivered")


def _payments(number: str, placed_at: datetime, history: list[Row]) -> Iterator[tuple[str, Row]]:
    for place, paid in enumerate(history, start=1):
        yield (
            "payments",
            {
                "payment_id": f"{number}-{place}",
                "order_number": number,
                "kind": paid["transaction_type"],
                "amount": _cents(paid["amount"]),
                "currency": CURRENCY,
                "method": _label(paid["payment_method_id"]),
                "method_id": paid["payment_method_id"],
                "paid_at": placed_at + timedelta(hours=place - 1),
            },
        )


def _parcels(number: str, placed_at: datetime, order: Row, *, is_there: bool) -> Iterator[tuple[str, Row]]:
    for parcel in order["fulfillments"]:
        tracking = parcel["tracking_id"][0]
        shipped_at = placed_at + timedelta(days=1)
        yield "parcels", {
            "tracking_number": tracking, "order_number": number, "carrier": CARRIER, "shipped_at": shipped_at,
            "expected_on": (placed_at + timedelta(days=_DAYS_ON_THE_WAY)).date(),
        }  # fmt: skip
        left = list(parcel["item_ids"])
        for line, item in enumerate(order["items"], start=1):
            if item["item_id"] in left:
                left.remove(item["item_id"])
                yield "parcel_lines", {"tracking_number": tracking, "line": line, "quantity": 1}
        scans = [("label_created", shipped_at)]
        scans += [("delivered", placed_at + timedelta(days=_DAYS_ON_THE_WAY))] if is_there else []
        for status, scanned_at in scans:
            yield "scans", {"tracking_number": tracking, "scanned_at": scanned_at, "status": status}


def _address(address: Row) -> Row:
    """An address in the shop's columns."""
    return {
        "line1": address["address1"],
        "line2": address.get("address2") or "",
        "city": address["city"],
        "region": address.get("state") or address.get("province") or "",
        "postcode": address["zip"],
        "country": _COUNTRIES[address["country"]],
    }


def payment_method(customer_id: str, method_id: str, method: Row) -> Row:
    """A method of payment on file, masked."""
    kind = _KINDS[method["source"]]
    tail = f" ending in {method['last_four']}" if kind == "card" else ""
    label = f"{method['brand'].capitalize()}{tail}" if kind == "card" else _label(method_id)
    balance = _cents(method["balance"]) if kind == "gift_card" else None
    return {"method_id": method_id, "customer_id": customer_id, "kind": kind, "label": label,
            "balance": balance, "currency": CURRENCY}  # fmt: skip


def _label(method_id: str) -> str:
    """What a method of payment is called after its kind: “gift card”, “PayPal”, “credit card”."""
    return {"paypal": "PayPal", "gift_card": "gift card"}.get(method_id.rpartition("_")[0], "credit card")


def _cents(amount: float) -> int:
    return minor_units(str(round(amount, 2)), CURRENCY)
