"""A Salesforce org as a connected system."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from core.clock import Clock, utc_now
from core.config import Config
from core.exchange.model import Record, System
from core.exchange.ports import Backend, Found, Trouble
from integrations.salesforce.client import LABEL, client
from integrations.salesforce.courier import Courier
from integrations.salesforce.feeds import OrgFeed, feeds
from integrations.salesforce.objects import KEYED, THINGS, Catalogue
from integrations.salesforce.orders import known_words

ACTS = frozenset({"cancel", "address", "return", "return_cancelled"})
_WRITTEN = {
    "Order": ("cancelled_status",),
    "ReturnOrder": ("return_status", "return_cancelled_status"),
    "Case": ("case_open_status", "case_closed_status"),
}
_CLOCKS_APART = timedelta(minutes=2)


def backend(
    config: Config,
    clock: Clock = utc_now,
    *,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], object] | None = None,
) -> Backend:
    """The org in the configuration; `transport` and `sleep` are given by tests."""
    catalogue = Catalogue(client(config.salesforce, clock, transport=transport, sleep=sleep))
    found, acts = feeds(catalogue, config), ACTS if config.salesforce.cancelled_status else ACTS - {"cancel"}
    return Backend(
        System("salesforce", LABEL, acts),
        found,
        refetch=Refetch({one.name: one for one in found}),
        courier=Courier(catalogue),
        keeps_tickets=config.salesforce.keeps_tickets,
        inspector=Inspector(catalogue, config),
        close=catalogue.client.http.close,
    )


@dataclass(frozen=True)
class Refetch:
    """Looks single records up."""

    feeds: dict[str, OrgFeed]

    def __call__(self, table: str, external_id: str) -> Sequence[Record]:
        """The record as it is now; returns come with their order."""
        feed = self.feeds.get(table)
        return feed.looked_up([external_id]).records if feed is not None else ()


@dataclass(frozen=True)
class Inspector:
    """Tries the org out: the key, what its user may see, its words, and the clock."""

    catalogue: Catalogue
    config: Config

    def __call__(self, now: datetime) -> Sequence[Found]:
        """A line for each thing looked at."""
        try:
            return list(self._looked_at(now))
        except Trouble as trouble:
            return (Found(False, f"{trouble} See docs/salesforce.md."),)

    def _looked_at(self, now: datetime) -> Iterator[Found]:
        settings, org = self.config.salesforce, self.catalogue
        limits = org.client.get("limits", "limits").get("DailyApiRequests") or {}
        left = f"{limits.get('Remaining', 'unknown')} of {limits.get('Max', 'unknown')} calls are left today"
        yield Found(True, f"{LABEL}: lets {settings.username} in; {left}.")
        for name, thing in THINGS.items():
            org.forget(name)
            if thing.is_extra and not org.has(name):
                yield Found(True, f"{LABEL}: it has no {name}, or does not show it; it is not read.")
            elif lacking := org.lacking(name):
                yield Found(False, f"{LABEL}: it does not show {name}.{', '.join(lacking)}; extend the permission set.")
        key = settings.key_field
        for name in sorted(KEYED):
            if org.has(name) and not org.has(name, key):
                yield Found(
                    False, f"{LABEL}: {name} has no field {key}; create it as a unique external id of 40 letters."
                )
        unknown = [one for one in org.words("Order", "Status") if one.casefold() not in known_words(settings)]
        if unknown:
            words = ", ".join(f"“{one}”" for one in unknown)
            yield Found(False, f"{LABEL}: orders may be {words}; say in salesforce.statuses what that means.")
        yield from self._words_to_write()
        at = org.client.server_at
        if at is not None and abs(at - now) > _CLOCKS_APART:
            yield Found(False, f"{LABEL}: its clock and ours are {abs(at - now)} apart; set ours by a server.")

    def _words_to_write(self) -> Iterator[Found]:
        """Words that are written and that the org does not have."""
        for name, keys in _WRITTEN.items():
            there = self.catalogue.words(name, "Status")
            for key in keys:
                word = getattr(self.config.salesforce, key)
                if word and there and word not in there:
                    told = f"{LABEL}: no {name} can be “{word}”; say in salesforce.{key} which of its words is meant"
                    yield Found(False, f"{told}: {', '.join(there)}.")
