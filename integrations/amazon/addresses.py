"""Buyers and addresses of orders that the shop sends itself, where only a restricted data token may see them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.clock import Clock
from core.exchange.model import Hint
from core.exchange.ports import Found, Outcome, Trouble
from core.systems import Amazon
from integrations.reading import Json, part, said, several
from integrations.selling_partner import Client
from integrations.tokens import Token

log = logging.getLogger(__name__)
_ORDERS = "/orders/v0/orders"
_AT_ONCE = 50
_ELEMENTS = (("buyerInfo", "shippingAddress"), ("shippingAddress",), ("buyerInfo",))  # the first that is granted
_TO_SEND = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED"})
_DENIED = frozenset({Outcome.FORBIDDEN, Outcome.REFUSED})
_AGAIN = timedelta(hours=1)
_ADDRESS = {
    "name": "Name", "addressLine1": "AddressLine1", "addressLine2": "AddressLine2", "addressLine3": "AddressLine3",
    "city": "City", "stateOrRegion": "StateOrRegion", "postalCode": "PostalCode", "countryCode": "CountryCode",
}  # fmt: skip
_BUYER = {"buyerName": "BuyerName", "buyerEmail": "BuyerEmail"}


@dataclass
class Addresses:
    """Asks for what orders lack to be sent, and for no more; who is denied it is asked again after an hour."""

    client: Client
    section: Amazon
    clock: Clock
    _token: Token | None = field(default=None, init=False, repr=False)
    _elements: tuple[str, ...] = field(default=(), init=False)
    _denied_at: datetime | None = field(default=None, init=False)
    _owed: list[str] = field(default_factory=list, init=False)

    def granted(self) -> tuple[str, ...]:
        """The elements of personal data that Amazon lets us see.

        Raises:
            Trouble: it does not answer.
        """
        if self._token is not None or (self._denied_at and self.clock() < self._denied_at + _AGAIN):
            return self._elements
        for elements in _ELEMENTS:
            token = self.client.restricted(_ORDERS, elements)
            try:
                token.value()
            except Trouble as trouble:
                if trouble.outcome not in _DENIED:
                    raise
                continue
            self._token, self._elements, self._denied_at = token, elements, None
            return elements
        self._deny()
        return ()

    def completed(self, orders: Sequence[Json]) -> Sequence[Json]:
        """The orders; those that wait to be sent with the buyer and the address that they lacked.

        Raises:
            Trouble: Amazon does not answer; it may another time.
        """
        lacking = [said(one, "orderId") for one in orders if _lacks(one)]
        if not (lacking and self.section.reads_addresses and self.granted()):
            return orders
        told: dict[str, Json] = {}
        try:
            for first in range(0, len(lacking), _AT_ONCE):
                told |= self._told(lacking[first : first + _AT_ONCE])
        except Trouble as trouble:
            if trouble.outcome not in _DENIED:
                raise
            self._deny()
        return [_with(one, told.get(said(one, "orderId"), {})) for one in orders]

    def if_told(self, orders: Sequence[Json]) -> Sequence[Json]:
        """The orders, completed where Amazon answers; the others are owed."""
        try:
            return self.completed(orders)
        except Trouble as trouble:
            self._owed += [said(one, "orderId") for one in orders if _lacks(one)]
            log.warning("%s; %d orders are looked up again for their addresses", trouble, len(self._owed))
            return orders

    def owed(self) -> Sequence[Hint]:
        """Orders that have to be looked up because an answer for them did not come; each is told of once."""
        owed, self._owed = self._owed, []
        return [Hint("orders", number) for number in owed]

    def found(self) -> Sequence[Found]:
        """What `storekeeper check` says of it."""
        if not self.section.reads_addresses:
            return ()
        try:
            lacking = sorted(set(_ELEMENTS[0]) - set(self.granted()))
        except Trouble as trouble:
            return [Found(is_well=False, text=str(trouble))]
        if not lacking:
            return [Found(is_well=True, text=f"{self.section.label} shows buyers and addresses of orders to be sent.")]
        text = (
            f"{self.section.label} shows no {' and '.join(lacking)} of orders to be sent, which come in without: ask "
            "for the role Direct-to-Consumer Shipping in the developer profile and authorise the app again, or set "
            "amazon.reads_addresses to false."
        )
        return [Found(is_well=False, text=text)]

    def _told(self, numbers: Sequence[str]) -> dict[str, Json]:
        asked = {"MarketplaceIds": ",".join(self.section.marketplaces), "AmazonOrderIds": ",".join(numbers)}
        answer = self.client.get("addresses", _ORDERS, asked, token=self._token)
        return {said(one, "AmazonOrderId"): one for one in several(answer, "payload", "Orders")}

    def _deny(self) -> None:
        self._token, self._elements, self._denied_at = None, (), self.clock()


def _lacks(order: Json) -> bool:
    """Whether the shop has to send it and does not know where to."""
    fate = part(order, "fulfillment")
    is_ours = said(fate, "fulfilledBy") == "MERCHANT" and said(fate, "fulfillmentStatus") in _TO_SEND
    return is_ours and not said(part(order, "recipient", "deliveryAddress"), "addressLine1")


def _with(order: Json, told: Json) -> Json:
    """An order as the interface of 2026 has it, with what the older one tells."""
    address, buyer = part(told, "ShippingAddress"), part(told, "BuyerInfo")
    lives = {name: said(address, theirs) for name, theirs in _ADDRESS.items() if said(address, theirs)}
    is_called = {name: said(buyer, theirs) for name, theirs in _BUYER.items() if said(buyer, theirs)}
    recipient = part(order, "recipient")
    there = {**recipient, "deliveryAddress": {**part(recipient, "deliveryAddress"), **lives}}
    return {**order, "recipient": there, "buyer": {**part(order, "buyer"), **is_called}} if told else order
