"""What the shop's own systems and carriers bring, late, early and again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.portal import Portal
from core.shipments.model import Heard, ParcelStatus, Scan
from tests.promises import stall
from tests.promises.kept import LEFT
from tests.promises.model import Order, Parcel
from tests.promises.steps import PLACE, SKUS, WHO, Steps

SCANS = st.sampled_from(["picked_up", "in_transit", "exception", "out_for_delivery", "delivered", "unknown"])


class Records(Steps):
    """Orders, parcels, scans and counts."""

    @rule(who=WHO, sku=SKUS, units=st.integers(1, 3), more=st.booleans(), discount=st.sampled_from([0, 0, 100]),
          pays=st.sampled_from(["card", "gift_card", ""]))  # fmt: skip
    def an_order_is_placed(self, who: str, sku: str, units: int, more: bool, discount: int, pays: str) -> None:
        if who in self.model.erased:
            return
        number = f"7{next(self.world.numbers):05d}"
        word = stall.WORDS[who]
        skus = [sku, stall.MUG if sku != stall.MUG else stall.LAMP][: 1 + more]
        head = {"order_number": number, "customer_id": who, "placed_at": self.world.clock.now, "status": "open",
                "payment_method": f"{word} card", "ship_name": f"{word} Holder", "ship_line1": f"1 {word} Lane",
                "ship_city": "York", "ship_postcode": "YO1 7AA", "ship_country": "GB"}  # fmt: skip
        lines = [{"order_number": number, "line": place, "sku": one, "description": stall.NAMES[one],
                  "quantity": units, "unit_price": stall.PRICES[one], "tax_rate": stall.TAX,
                  "discount": discount} for place, one in enumerate(skus, 1)]  # fmt: skip
        self.model.orders[number] = Order(who, "open", dict.fromkeys(range(1, len(skus) + 1), units))
        self.bring("orders", head)
        self.bring("order_lines", *lines)
        self.look("records")
        if pays:
            total = self.books.total_of(self.books.of("order_lines", order_number=number))
            self.model.orders[number].paid = total
            self.bring("payments", {"payment_id": f"P-{number}", "order_number": number, "kind": "payment",
                                    "amount": total, "method": f"{word} {pays}", "method_id": f"{pays}-{word}",
                                    "paid_at": self.world.clock.now})  # fmt: skip
        self.invoiced(number, who, lines)
        self.look("records")

    def invoiced(self, number: str, who: str, lines: list[dict[str, Any]]) -> None:
        """The shop's books issue the invoice."""
        self.bring("invoices", {"invoice_number": f"5{number}", "kind": "invoice", "order_number": number,
                                "customer_id": who, "issued_on": self.world.clock.now.date(),
                                "bill_name": f"{stall.WORDS[who]} Holder"})  # fmt: skip
        self.bring("invoice_lines", *({**line, "invoice_number": f"5{number}"} for line in lines))

    @precondition(lambda self: self.model.orders)
    @rule(place=PLACE, status=st.sampled_from(["open", "packed", "open", "cancelled"]))
    def an_old_or_new_export_of_an_order_arrives(self, place: int, status: str) -> None:
        number = self.number(place)
        assert number is not None
        row = self.books.by("orders", "order_number")[number]
        order, had_left = self.model.orders[number], self.model.orders[number].status in LEFT
        order.become(status)
        if had_left and order.status not in LEFT:
            self.model.is_called_back(order)
        self.bring("orders", {**row, "status": status})
        self.look("records")

    @precondition(lambda self: self.number(0, "open", "packed"))
    @rule(place=PLACE, apart=st.booleans(), arrives=st.booleans())
    def an_order_is_shipped(self, place: int, apart: bool, arrives: bool) -> None:
        number = self.number(place, "open", "packed")
        assert number is not None
        order, now = self.model.orders[number], self.world.clock.now
        shares = [{line: units} for line, units in order.units.items()] if apart else [dict(order.units)]
        for at, units in enumerate(shares, 1):
            tracking = f"T{number}{at}"
            order.parcels[tracking] = Parcel(units, {(now, "picked_up")})
            self.bring("parcels", {"tracking_number": tracking, "order_number": number, "carrier": "Post",
                                   "shipped_at": now})  # fmt: skip
            self.bring("parcel_lines", *({"tracking_number": tracking, "line": line, "quantity": count}
                                         for line, count in units.items()))  # fmt: skip
            self.bring("scans", {"tracking_number": tracking, "scanned_at": now, "status": "picked_up"})
        order.become("shipped")
        lines = self.books.of("order_lines", order_number=number)
        self.model.leaves(order, [(line["sku"], line["quantity"]) for line in lines], now)
        self.bring("orders", {**self.books.by("orders", "order_number")[number], "status": "shipped"})
        self.look("records")
        if arrives:
            for tracking in list(order.parcels):
                self.scanned(number, tracking, "delivered", 60)
            order.become("delivered")
            self.bring("orders", {**self.books.by("orders", "order_number")[number], "status": "delivered"})
            self.look("records")

    def scanned(self, number: str, tracking: str, status: str, minutes: int) -> None:
        """A carrier says something, maybe of long ago, maybe again."""
        at = self.world.clock.now + timedelta(minutes=minutes)
        self.model.orders[number].parcels[tracking].scans.add((at, status))
        scan = {"tracking_number": tracking, "scanned_at": at, "status": status}
        self.bring("scans", scan)
        self.bring("scans", scan)

    @precondition(lambda self: any(one.parcels for one in self.model.orders.values()))
    @rule(place=PLACE, status=SCANS, minutes=st.integers(-3000, 0))
    def a_parcel_is_scanned(self, place: int, status: str, minutes: int) -> None:
        known = [(number, tracking) for number, one in sorted(self.model.orders.items()) for tracking in one.parcels]
        number, tracking = known[place % len(known)]
        self.scanned(number, tracking, status, minutes)
        self.look("records")

    @rule(sku=SKUS, units=st.integers(0, 40), ago=st.sampled_from([0, 0, 45, 3600, 86_400]))
    def the_shelf_is_counted(self, sku: str, units: int, ago: int) -> None:
        """Maybe a while ago, and somebody only brings it now."""
        at = self.world.clock.forward(timedelta(seconds=1)) - timedelta(seconds=ago)
        if at <= self.model.counted[sku]:
            return
        row = {"sku": sku, "location": "main", "on_hand": units, "counted_at": at}
        self.model.count(sku, units, at)
        self.bring("stock", row)
        self.bring("stock", row)
        self.look("records")

    @precondition(lambda self: any(one.parcels for one in self.model.orders.values()))
    @rule(place=PLACE, told=st.lists(st.tuples(SCANS, st.integers(-3000, 0)), min_size=1, max_size=4),
          replica=st.integers(0, 1))  # fmt: skip
    def a_carrier_calls_in_any_order_and_again(self, place: int, told: list[tuple[str, int]], replica: int) -> None:
        known = [(number, tracking) for number, one in sorted(self.model.orders.items()) for tracking in one.parcels]
        number, tracking = known[place % len(known)]
        now, call = self.world.clock.now, next(self.world.numbers)
        scans = [Scan(now + timedelta(minutes=minutes), ParcelStatus(status), "", "") for status, minutes in told]
        for at in (*range(len(scans)), *range(len(scans))):
            heard = Heard(tracking, (scans[at],))
            self.act(hearing(f"call {call}-{at}", heard), (replica + at) % 2)
        self.act(hearing(f"call {call} whole", Heard(tracking, tuple(reversed(scans)))), replica)
        self.model.orders[number].parcels[tracking].scans |= {(one.scanned_at, one.status.value) for one in scans}
        self.act(lambda portal: portal.take_scans(), 1 - replica)
        self.act(lambda portal: portal.take_scans(), replica)
        self.look("records")


def hearing(delivery_id: str, heard: Heard) -> Callable[[Portal], Any]:
    """What a carrier says, as a delivery of its own."""
    return lambda portal: portal.hear_of_parcels("post", delivery_id, [heard])
