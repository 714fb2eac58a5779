"""What connected systems offer from our shelves: told whenever what is for sale changes, the newest number last.

A telling is an outbox row of a chat of its own for each product and place, and carries a sequence number. A newer one
takes the place of one that waits, none is posted while one is being sent, and one that is not the latest is withdrawn
before it is sent: an older number never overtakes a newer one. Telling the same number twice is harmless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from core.database.engine import one_at_a_time
from core.database.upsert import upsert
from core.exchange import feeds
from core.exchange.model import Drift, Level, Record
from core.exchange.ports import Shelves
from core.exchange.rows import ListingRow
from core.mailroom import outbox
from core.mailroom.outbox import STOCK, Outgoing
from core.mailroom.ports import Later, Never, Post, Unclear

ACT = "stock"  # how a courier knows it
_LIFETIME = timedelta(hours=1)  # after that the number is told anew, as it is then
Place = tuple[str, str]  # a product at a location
_LISTED = (
    select(
        ListingRow.sku, ListingRow.location, ListingRow.external_id, ListingRow.units, ListingRow.shown,
        ListingRow.sequence, ListingRow.refused,
    )
    .where(ListingRow.system == bindparam("of_system"))
    .order_by(ListingRow.sku, ListingRow.location)
)  # fmt: skip


@dataclass(frozen=True)
class Telling:
    """A number to tell: how many units of a product a system may sell from a place."""

    sku: str
    location: str
    external_id: str
    units: int
    sequence: int


def own_counts(shelves: Shelves | None, records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """The records that are news of the system's own, and those that count what it was told: our numbers come back."""
    echoes = [one for one in records if shelves is not None and _locations(one) & shelves.locations]
    return [one for one in records if one not in echoes], echoes


def _locations(record: Record) -> set[str]:
    return {str(row["location"]) for row in record.rows.get("stock", ())}


def note(
    session: Session, system: str, feed: str, levels: Sequence[Level], for_sale: Mapping[Place, int],
    began: datetime, now: datetime,
) -> Drift:  # fmt: skip
    """Keep what a system offers, read since a moment; the drift is from what is for sale.

    What it was told after that moment counts, whatever had been read before.
    """
    known = _known(session, system, [one.sku for one in levels])
    rows, missing, different = [], 0, 0
    for level in levels:
        before = known.get((level.sku, level.location))
        missing += before is None
        different += before is not None and for_sale.get((level.sku, level.location), level.units) != level.units
        is_older = before is not None and before.told_at is not None and before.told_at >= began
        rows.append({
            "system": system, "sku": level.sku, "location": level.location, "external_id": level.external_id,
            "feed": feed, "seen_at": now, "units": before.units if before else None,
            "shown": before.shown if before and is_older else level.units,
            "refused": before.refused if before and is_older else "",
            "sequence": before.sequence if before else 0, "told_at": before.told_at if before else None,
        })  # fmt: skip
    upsert(session, ListingRow, rows)
    return Drift(len(levels), missing, different)


def _known(session: Session, system: str, skus: Sequence[str]) -> dict[Place, ListingRow]:
    """What is known of products, held until the end of the transaction: what is told of them meanwhile waits."""
    here = select(ListingRow).where(ListingRow.system == system, ListingRow.sku.in_(skus))
    rows = session.scalars(here.with_for_update().execution_options(populate_existing=True))
    return {(row.sku, row.location): row for row in rows}


def forget_unseen(session: Session, system: str, feed: str, since: datetime) -> int:
    """Forget what a system did not offer any more when all of it was read; how much that was."""
    gone = delete(ListingRow).where(ListingRow.system == system, ListingRow.feed == feed, ListingRow.seen_at < since)
    return len(session.scalars(gone.returning(ListingRow.sku)).all())


def take_turns(session: Session, system: str) -> None:
    """Wait for whoever else tells a system of stock, so that numbers are posted in the order they were counted in."""
    one_at_a_time(session, f"stock told {system}")


def due(session: Session, system: str, for_sale: Mapping[Place, int]) -> list[Telling]:
    """What a system does not know yet; of products that are on no shelf of ours nothing is said.

    What it refused is told again once all that it offers was read.
    """
    waiting = outbox.under_way(session, system)
    sending = outbox.under_way(session, system, outbox.IN_HAND)
    found = []
    for row in session.execute(_LISTED, {"of_system": system}):
        units, chat = for_sale.get((row.sku, row.location)), _chat(row.sku, row.location)
        if units is None or row.refused or chat in sending:
            continue
        if units != (row.units if chat in waiting else row.shown):
            found.append(Telling(row.sku, row.location, row.external_id, units, row.sequence + 1))
    return found


def tell(session: Session, system: str, told: Telling, now: datetime) -> bool:
    """Have a system told; False where that number was posted before."""
    content = {
        "to": told.external_id, "act": ACT, "subject": f"stock of {told.sku} at {told.location}", "customer_id": None,
        "sku": told.sku, "location": told.location, "units": told.units, "sequence": told.sequence,
    }  # fmt: skip
    key = f"{system}:{_chat(told.sku, told.location)}:{told.sequence}"
    outgoing = Outgoing(key, system, _chat(told.sku, told.location), STOCK, content, _LIFETIME, topic=STOCK)
    posted = outbox.post(session, outgoing, now)
    if posted:
        _change(session, system, told.sku, told.location, units=told.units, sequence=told.sequence)
    return posted


def is_latest(session: Session, post: Post) -> bool:
    """Whether no newer number was posted, and the system still offers the product."""
    sku, location = str(post.content["sku"]), str(post.content["location"])
    row = session.get(ListingRow, (post.channel, sku, location), populate_existing=True)
    return row is not None and row.sequence == int(post.content["sequence"])


def settle(session: Session, post: Post, outcome: str | Later | Never, now: datetime) -> None:
    """Keep what came of a telling: that it is known there, why it was refused, or that nobody knows."""
    content, place = post.content, (post.channel, str(post.content["sku"]), str(post.content["location"]))
    if isinstance(outcome, Never):
        _change(session, *place, refused=str(outcome)[:500])
    elif isinstance(outcome, Later):
        if isinstance(outcome, Unclear):
            _change(session, *place, shown=None, told_at=now)
        row = session.get(ListingRow, place)
        if row is not None:
            feeds.fail(session, post.channel, row.feed, str(outcome), now)
    else:
        _change(session, *place, shown=int(content["units"]), refused="", told_at=now)
        row = session.get(ListingRow, place)
        if row is not None:
            feeds.recover(session, post.channel, row.feed)


def _change(session: Session, system: str, sku: str, location: str, **values: object) -> None:
    here = (ListingRow.system == system, ListingRow.sku == sku, ListingRow.location == location)
    session.execute(update(ListingRow).where(*here).values(**values))


def _chat(sku: str, location: str) -> str:
    return f"stock:{sku}@{location}"
