"""What connected systems have in common: how they are called, tried out, looked up, and told what was done here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

import httpx

from core.clock import Clock
from core.exchange.model import Record, version
from core.exchange.ports import Found, Inspector, Outcome, Trouble
from core.mailroom.ports import Post, Unclear
from core.systems import Connected
from integrations.http import Call, Given, Http, NoPacer, Pacer, Patience, by_status, for_courier

_CLOCKS_APART = timedelta(minutes=2)
_ANY = frozenset(Outcome)


def calling(
    label: str, section: Connected, clock: Clock, pacer: Pacer | None = None,
    meant: Callable[[Call, httpx.Response], Trouble | None] = by_status, **given: Unpack[Given],
) -> Http:  # fmt: skip
    """How a system is called: as patiently as its section says, a whole answer three times as long."""
    patience = Patience(section.timeout_s, section.timeout_s * 3)
    return Http(label, patience, pacer or NoPacer(), clock=clock, meant=meant, **given)


@dataclass(frozen=True)
class Courier:
    """Carries what was done here to a system, act by act; each looks first at what is there.

    Where nobody can tell what came of an act, it is looked for again no sooner than after `unclear_s`.
    """

    acts: Mapping[str, Callable[[Post], str]]
    unclear_s: float = 0.0

    def send(self, post: Post) -> str:
        """Make it so; the reference is what it is known by there.

        Raises:
            Later: it did not get there, and may yet.
            Unclear: nobody can tell; sent again it does no more than once.
            Never: it was refused.
        """
        try:
            return self.acts[str(post.content["act"])](post)
        except Trouble as trouble:
            meant = for_courier(trouble)
            if self.unclear_s and isinstance(meant, Unclear):
                meant = Unclear(str(meant), max(meant.after_s or 0.0, self.unclear_s))
            raise meant from trouble


def inspector(
    look: Callable[[datetime], Iterable[Found]], advice: str = "", advised: Collection[Outcome] = _ANY
) -> Inspector:
    """Tries a system out by looking at it; trouble is one more thing found, some outcomes of it with advice."""

    def inspect(now: datetime) -> Sequence[Found]:
        found: list[Found] = []
        try:
            found += look(now)
        except Trouble as trouble:
            more = f" {advice}" if advice and trouble.outcome in advised else ""
            found.append(Found(is_well=False, text=f"{trouble}{more}"))
        return found

    return inspect


def clock_found(http: Http, now: datetime) -> Iterator[Found]:
    """Something where its clock and ours are apart, as its last answer told."""
    if http.server_at is not None and abs(http.server_at - now) > _CLOCKS_APART:
        apart = abs(http.server_at - now)
        yield Found(False, f"{http.system}: its clock and ours are {apart} apart; set ours by a server.")


def currency_found(http: Http, sells_in: Collection[str], currency: str) -> Iterator[Found]:
    """Something where it sells in another currency than the shop."""
    if set(sells_in) - {currency}:
        sold = ", ".join(sorted(sells_in))
        yield Found(False, f"{http.system}: it sells in {sold}, shop.currency says otherwise.")


def gone(table: str, external_id: str, now: datetime) -> Record:
    """A record that is no more."""
    return Record(table, external_id, "", version(now), {}, gone=True)
