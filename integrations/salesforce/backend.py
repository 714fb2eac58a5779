"""A Salesforce org as a connected system."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from core.clock import Clock, utc_now
from core.config import Config
from core.exchange.model import Record, System
from core.exchange.ports import Backend, Found
from integrations.connected import Courier, clock_found, inspector
from integrations.http import Given
from integrations.salesforce.client import LABEL, client
from integrations.salesforce.courier import Acts
from integrations.salesforce.feeds import OrgFeed, feeds
from integrations.salesforce.objects import KEYED, THINGS, Catalogue
from integrations.salesforce.orders import known_words

ACTS = frozenset({"cancel", "address", "return", "return_cancelled"})
_WRITTEN = {
    "Order": ("cancelled_status",),
    "ReturnOrder": ("return_status", "return_cancelled_status"),
    "Case": ("case_open_status", "case_closed_status"),
}


def backend(config: Config, clock: Clock = utc_now, **given: Unpack[Given]) -> Backend:
    """The org in the configuration."""
    catalogue = Catalogue(client(config.salesforce, clock, **given))
    found, acts = feeds(catalogue, config), ACTS if config.salesforce.cancelled_status else ACTS - {"cancel"}
    return Backend(
        System("salesforce", LABEL, acts),
        found,
        refetch=Refetch({one.name: one for one in found}),
        courier=Courier(Acts(catalogue).by_name),
        keeps_tickets=config.salesforce.keeps_tickets,
        inspector=inspector(Look(catalogue, config), "See docs/salesforce.md."),
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
class Look:
    """Looks at the org: the key, what its user may see, its words, and the clock."""

    catalogue: Catalogue
    config: Config

    def __call__(self, now: datetime) -> Iterator[Found]:
        """A line for each thing looked at."""
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
        yield from clock_found(org.client.http, now)

    def _words_to_write(self) -> Iterator[Found]:
        """Words that are written and that the org does not have."""
        for name, keys in _WRITTEN.items():
            there = self.catalogue.words(name, "Status")
            for key in keys:
                word = getattr(self.config.salesforce, key)
                if word and there and word not in there:
                    told = f"{LABEL}: no {name} can be “{word}”; say in salesforce.{key} which of its words is meant"
                    yield Found(False, f"{told}: {', '.join(there)}.")
