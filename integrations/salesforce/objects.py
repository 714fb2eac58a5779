"""Which fields of which objects are read: those that have to be there, and those that only some orgs have or show."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.exchange.ports import Outcome, Trouble
from integrations.salesforce.client import LABEL, Client
from integrations.salesforce.refusals import Refusal


@dataclass(frozen=True)
class Thing:
    """An object, with fields of its parents by dotted names; `is_extra` where an org may do without."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    is_extra: bool = False


_KEPT = ("Id", "SystemModstamp", "IsDeleted")
_BILLING = ("BillingStreet", "BillingCity", "BillingPostalCode", "BillingState", "BillingCountry")
_SHIPPING = ("ShippingStreet", "ShippingCity", "ShippingPostalCode", "ShippingState", "ShippingCountry")
_CODES = ("ShippingStateCode", "ShippingCountryCode")

THINGS: Mapping[str, Thing] = {
    one.name: one
    for one in (
        Thing("Account", (*_KEPT, "Name", "Phone", *_BILLING, *_SHIPPING),
              (*_CODES, "BillingStateCode", "BillingCountryCode", "IsPersonAccount", "PersonEmail")),
        Thing("Contact", (*_KEPT, "AccountId", "Name", "Email", "Phone", "CreatedDate")),
        Thing("Product2", (*_KEPT, "Name", "ProductCode", "Family", "IsActive"), ("StockKeepingUnit",)),
        Thing("PricebookEntry", (*_KEPT, "Product2Id", "Pricebook2Id", "Pricebook2.IsStandard", "UnitPrice",
                                 "IsActive"), ("CurrencyIsoCode",)),
        Thing("Order", (*_KEPT, "OrderNumber", "AccountId", "Account.Name", "Status", "StatusCode", "EffectiveDate",
                        "CreatedDate", "ShipToContact.Name", *_SHIPPING),
              (*_CODES, "CurrencyIsoCode", "IsReductionOrder")),
        Thing("OrderItem", (*_KEPT, "OrderId", "OrderItemNumber", "Product2Id", "Product2.Name", "Product2.ProductCode",
                            "Description", "Quantity", "UnitPrice"), ("Product2.StockKeepingUnit",)),
        Thing("Shipment", (*_KEPT, "FulfillmentOrder.OrderId", "ShipmentNumber", "TrackingNumber", "Provider", "Status",
                           "CreatedDate", "ExpectedDeliveryDate", "ActualDeliveryDate"), is_extra=True),
        Thing("ShipmentItem", (*_KEPT, "ShipmentId", "Shipment.FulfillmentOrder.OrderId", "Product2Id", "Quantity"),
              is_extra=True),
        Thing("ReturnOrder", (*_KEPT, "OrderId", "ReturnOrderNumber", "Status", "CreatedDate"), is_extra=True),
        Thing("ReturnOrderLineItem", (*_KEPT, "ReturnOrderId", "ReturnOrder.OrderId", "OrderItemId",
                                      "QuantityReturned", "ReasonForReturn", "Description"), is_extra=True),
        Thing("Case", (*_KEPT, "CaseNumber", "AccountId", "Subject", "Status", "IsClosed", "CreatedDate")),
        Thing("CaseComment", (*_KEPT, "ParentId", "CommentBody", "IsPublished", "CreatedDate", "CreatedBy.Name",
                              "CreatedBy.UserType")),
    )
}  # fmt: skip
KEYED = frozenset({"Case", "ReturnOrder"})  # carry our own number in a field of the shop's


@dataclass
class Catalogue:
    """What the org has of it and shows our user, asked once for each object."""

    client: Client
    _described: dict[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def has(self, name: str, *fields: str) -> bool:
        """Whether the org has an object, and these fields of it."""
        return all(one in self._fields(name) for one in ("Id", *fields))

    def lacking(self, name: str) -> list[str]:
        """Fields that have to be there and are not, or are not shown."""
        there = self._fields(name)
        return [one for one in THINGS[name].needed if "." not in one and one not in there]

    def words(self, name: str, column: str) -> list[str]:
        """The words that a field may hold."""
        values = self._fields(name).get(column, {}).get("picklistValues") or ()
        return [str(one.get("value")) for one in values if one.get("active", True)]

    def select(self, name: str, where: str) -> str:
        """The question for all that is read of an object.

        Raises:
            Trouble: a field that is needed is not there.
        """
        lacking = self.lacking(name)
        if lacking:
            what = f"{name}.{lacking[0]}" if self.has(name) else name
            self.forget(name)
            raise Trouble(Outcome.FORBIDDEN, f"{LABEL} does not show {what}; let the permission set read it.")
        optional = [one for one in THINGS[name].optional if self._shows(name, one)]
        keys = [key] if name in KEYED and self.has(name, key := self.client.settings.key_field) else []
        columns = ", ".join([*THINGS[name].needed, *optional, *keys])
        return f"SELECT {columns} FROM {name}{where}"  # noqa: S608 names and ids that the org gave

    def rows(self, name: str, column: str, ids: Iterable[str]) -> Sequence[dict[str, Any]]:
        """All rows of an object that hang on these ids by a column; none where the org has no such object."""
        wanted = sorted(set(ids))
        if not wanted or (THINGS[name].is_extra and not self.has(name)):
            return []
        asked = ", ".join(f"'{one}'" for one in wanted)
        return list(self.client.query(name, self.select(name, f" WHERE {column} IN ({asked})")))

    def forget(self, name: str) -> None:
        """Ask about an object again the next time: somebody may have changed what it shows."""
        with self._lock:
            self._described.pop(name, None)

    def _shows(self, name: str, column: str) -> bool:
        parent, _, rest = column.rpartition(".")
        return rest in self._fields(parent or name)

    def _fields(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        with self._lock:
            if name not in self._described:
                self._described[name] = self._described_now(name)
            return self._described[name]

    def _described_now(self, name: str) -> dict[str, Mapping[str, Any]]:
        try:
            told = self.client.get(f"describe {name}", f"sobjects/{name}/describe")
        except Refusal as refusal:
            if refusal.code in {"NOT_FOUND", "INVALID_TYPE"}:
                return {}
            raise
        fields = told.get("fields")
        return {str(one["name"]): one for one in fields if "name" in one} if isinstance(fields, list) else {}
