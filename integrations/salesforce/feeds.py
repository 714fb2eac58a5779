"""Reading an org: everything by a bulk job, then what changed by questions that go on behind the last row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.config import Config
from core.exchange.model import Cursor, DeskCase, Page, Record, version
from integrations.reading import moment, records, said
from integrations.salesforce import cases, mapping
from integrations.salesforce.bulk import pieces
from integrations.salesforce.client import LABEL
from integrations.salesforce.mapping import Row
from integrations.salesforce.objects import THINGS, Catalogue
from integrations.salesforce.orders import Parts, Told, order, returned

_OVERLAP = timedelta(minutes=5)  # clocks differ, and what is changed in a long transaction is seen only at its end
_PAGE = 200
_NAMES = ("OrderNumber", "ReturnOrderNumber", "CaseNumber", "ProductCode", "Id")


@dataclass(frozen=True)
class Brought:
    """What rows of an object came to."""

    records: Sequence[Record] = ()
    faults: Sequence[str] = ()
    cases: Sequence[DeskCase] = ()


@dataclass(frozen=True)
class OrgFeed:
    """One object with those that hang on it; a change of any of them has the whole record read again.

    `watched` are the objects, each with the column that names the record; `where` narrows the first reading.
    """

    name: str
    catalogue: Catalogue
    root: str
    watched: tuple[tuple[str, str], ...]
    read: Callable[[Sequence[Row], str], Brought]
    where: str = ""
    page: int = _PAGE

    def pull(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Everything in bulk where nothing was read yet, then what changed since."""
        if not cursor or "job" in cursor:
            yield from self._in_bulk(cursor, now)
        else:
            yield from self._since(cursor, now)

    def looked_up(self, ids: Sequence[str]) -> Brought:
        """The records of these ids as they are now."""
        asked_at = self.catalogue.client.clock()
        return self.read(self.catalogue.rows(self.root, "Id", ids), version(asked_at))

    def _in_bulk(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        begun = {"until": written(now - _OVERLAP), "version": version(now)}
        kept = {name: str((cursor or {}).get(name) or value) for name, value in begun.items()}
        soql = self.catalogue.select(self.root, self.where)
        for piece in pieces(self.catalogue.client, self.name, soql, cursor, self.page):
            yield _page(self.read(piece.rows, kept["version"]), {**piece.cursor, **kept} if piece.cursor else {})
        yield Page([], {"since": kept["until"]})

    def _since(self, cursor: Cursor, now: datetime) -> Iterator[Page]:
        until = str(cursor.get("until") or written(now - _OVERLAP))
        for stage in range(int(cursor.get("stage", 0)), len(self.watched)):
            thing, column = self.watched[stage]
            if THINGS[thing].is_extra and not self.catalogue.has(thing):
                continue
            behind = cursor.get("behind") if stage == cursor.get("stage") else None
            for rows in self._changed(thing, column, cursor["since"], behind):
                ids = list(dict.fromkeys(said(row, column) for row in rows if said(row, column)))
                kept = {"since": cursor["since"], "until": until, "stage": stage, "behind": _place(rows[-1])}
                yield _page(self.looked_up(ids), kept)
        yield Page([], {"since": until})

    def _changed(
        self, thing: str, column: str, since: str, behind: Sequence[str] | None
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Rows changed since a moment, in the order they were; of one moment by their ids, so that none is missed."""
        client = self.catalogue.client
        while True:
            client.calls.leave_room(client.http.clock_s())
            where = f"SystemModstamp >= {since}"
            if behind:
                at, last = behind
                where = f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{last}'))"
            columns = ", ".join(dict.fromkeys(("Id", "SystemModstamp", column)))
            asked = f"{columns} FROM {thing} WHERE {where} ORDER BY SystemModstamp, Id LIMIT {self.page}"
            rows = list(client.query(f"changed {thing}", f"SELECT {asked}"))
            if rows:
                yield rows
            if len(rows) < self.page:
                return
            behind = _place(rows[-1])


@dataclass(frozen=True)
class Reading:
    """Puts records together of their rows, asking for what hangs on them."""

    catalogue: Catalogue
    config: Config

    def customers(self, rows: Sequence[Row], as_of: str) -> Brought:
        """Accounts with their contacts."""
        contacts = _by(self.catalogue.rows("Contact", "AccountId", [said(row, "Id") for row in rows]), "AccountId")
        home = self.config.shop.country
        return Brought(*records(
            LABEL, rows, _NAMES, lambda row: mapping.account(row, contacts.get(said(row, "Id"), []), home, as_of)
        ))  # fmt: skip

    def products(self, rows: Sequence[Row], as_of: str) -> Brought:
        """Products with their prices."""
        entries = self.catalogue.rows("PricebookEntry", "Product2Id", [said(row, "Id") for row in rows])
        prices, settings, currency = _by(entries, "Product2Id"), self.config.salesforce, self.config.shop.currency
        return Brought(*records(
            LABEL, rows, _NAMES,
            lambda row: mapping.product(row, prices.get(said(row, "Id"), []), settings, currency, as_of),
        ))  # fmt: skip

    def orders(self, rows: Sequence[Row], as_of: str) -> Brought:
        """Orders with all that hangs on them, and whose they are."""
        ids, settings = [said(row, "Id") for row in rows], self.config.salesforce
        whose = [account for row in rows if (account := said(row, "AccountId"))]
        people = self.customers(self.catalogue.rows("Account", "Id", whose), as_of)
        accounts = frozenset(one.external_id for one in people.records if not one.gone)
        told, parts = Told(settings, self.config.shop.currency, as_of, accounts), self._parts(ids)
        taken, faults = records(LABEL, rows, _NAMES, lambda row: order(row, parts[said(row, "Id")], told))
        back = {said(one, "Id"): (one, parts[kept.external_id]) for kept in taken
                for one in parts[kept.external_id].returns}  # fmt: skip
        sent_back, wrong = records(
            LABEL, [one for one, _ in back.values()], _NAMES,
            lambda one: returned(one, back[said(one, "Id")][1], told),
        )  # fmt: skip
        return Brought([*people.records, *taken, *sent_back], [*faults, *wrong])

    def cases(self, rows: Sequence[Row], as_of: str) -> Brought:  # noqa: ARG002 what is said in cases has no versions
        """Cases with what was said in them."""
        comments = _by(self.catalogue.rows("CaseComment", "ParentId", [said(row, "Id") for row in rows]), "ParentId")
        key = self.config.salesforce.key_field
        return Brought(cases=[cases.case(row, comments.get(said(row, "Id"), []), key) for row in rows])

    def _parts(self, ids: Sequence[str]) -> dict[str, Parts]:
        ask = self.catalogue.rows
        items = _by(ask("OrderItem", "OrderId", ids), "OrderId")
        shipments = _by(ask("Shipment", "FulfillmentOrder.OrderId", ids), "FulfillmentOrder.OrderId")
        of_shipment = "Shipment.FulfillmentOrder.OrderId"
        shipped = _by(ask("ShipmentItem", of_shipment, ids), of_shipment)
        returns = _by(ask("ReturnOrder", "OrderId", ids), "OrderId")
        returned = _by(ask("ReturnOrderLineItem", "ReturnOrder.OrderId", ids), "ReturnOrder.OrderId")
        every = (items, shipments, shipped, returns, returned)
        return {one: Parts(*(those.get(one, []) for those in every)) for one in ids}


def feeds(catalogue: Catalogue, config: Config) -> Sequence[OrgFeed]:
    """What is read of an org, parents first."""
    reading = Reading(catalogue, config)
    found = [
        OrgFeed("customers", catalogue, "Account", (("Account", "Id"), ("Contact", "AccountId")), reading.customers),
        OrgFeed("products", catalogue, "Product2", (("Product2", "Id"), ("PricebookEntry", "Product2Id")),
                reading.products),
        OrgFeed("orders", catalogue, "Order",
                (("Order", "Id"), ("OrderItem", "OrderId"), ("Shipment", "FulfillmentOrder.OrderId"),
                 ("ShipmentItem", "Shipment.FulfillmentOrder.OrderId"), ("ReturnOrder", "OrderId"),
                 ("ReturnOrderLineItem", "ReturnOrder.OrderId")), reading.orders),
    ]  # fmt: skip
    if config.salesforce.keeps_tickets:
        watched = (("Case", "Id"), ("CaseComment", "ParentId"))
        found.append(OrgFeed("cases", catalogue, "Case", watched, reading.cases, " WHERE IsClosed = false"))
    return found


def written(at: datetime) -> str:
    """A moment as it is asked with."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _place(row: Row) -> list[str]:
    return [written(moment(row.get("SystemModstamp"))), said(row, "Id")]


def _by(rows: Sequence[dict[str, Any]], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(said(row, column), []).append(row)
    return found


def _page(brought: Brought, cursor: Cursor) -> Page:
    return Page(brought.records, cursor, brought.faults, cases=brought.cases)
