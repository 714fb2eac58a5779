"""Promotions, prices and events to come as planners enter them: added, changed, withdrawn, and each of that undone.

What is over stays as it is: what later events sell is learnt from it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.accounts.model import Staff
from core.catalog.model import Product
from core.catalog.service import categories, products
from core.config import Shop
from core.database.audit import latest, record
from core.database.base import lookup
from core.database.numbers import next_code
from core.database.upsert import insert_new
from core.errors import Conflict, InvalidInput, NotFound
from core.inventory.service import location_names
from core.money import minor_units
from core.purchasing.events import FURTHEST_DAYS, KINDS, Event, event_of
from core.purchasing.rows import EventRow
from core.purchasing.service import planner

_LONGEST_NAME, _LONGEST_DAYS, _LARGEST_LIFT = 80, 366, 100.0
_ADDED, _CHANGED, _WITHDRAWN, _UNDONE = "event_added", "event_changed", "event_withdrawn", "event_undone"
_DAYS = ("first_on", "last_on")


@dataclass(frozen=True)
class Draft:
    """An event as somebody enters it; `price` is text in major units, empty where it stays, `discount` a share."""

    name: str
    kind: str
    first_on: date
    last_on: date
    sku: str = ""
    category: str = ""
    location: str = ""
    price: str = ""
    discount: float | None = None
    lift: float | None = None


def seen_as(event: Event) -> str:
    """What tells an event from the same event after a change; whoever changes it has to have seen it as it is."""
    content = json.dumps(_plain(event), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def add(session: Session, staff: Staff, draft: Draft, shop: Shop, now: datetime) -> Event:
    """Enter an event that is not over.

    Raises:
        Conflict: one like it is there already.
        InvalidInput: it says something nobody can plan with; all faults in one text.
        NotFound: not somebody who plans.
    """
    person = planner(session, staff)
    fields = _checked(session, draft, shop, now)
    event = Event(next_code(session, "event", "EV", EventRow), **fields)
    _alone(session, event)
    _put(session, event)
    record(session, now, f"staff:{person.email}", _ADDED, f"event:{event.event}", after=_plain(event))
    return event


def change(session: Session, staff: Staff, number: str, seen: str, draft: Draft, shop: Shop, now: datetime) -> Event:
    """Change an event that is not over, from what was shown of it.

    Raises:
        Conflict: it was changed or withdrawn since, is over, or is like another.
        InvalidInput: as `add`.
        NotFound: not somebody who plans.
    """
    person = planner(session, staff)
    before = _shown(session, number, seen, shop, now)
    event = Event(before.event, **_checked(session, draft, shop, now))
    if event == before:
        raise InvalidInput("Nothing was changed.")
    _alone(session, event)
    _rewrite(session, before, event)
    told = {"before": _plain(before), "after": _plain(event)}
    record(session, now, f"staff:{person.email}", _CHANGED, f"event:{number}", **told)
    return event


def withdraw(session: Session, staff: Staff, number: str, seen: str, shop: Shop, now: datetime) -> Event:
    """Take an event that is not over out of the days to come.

    Raises:
        Conflict: it was changed or withdrawn since it was shown, or is over.
        NotFound: not somebody who plans.
    """
    person = planner(session, staff)
    before = _shown(session, number, seen, shop, now)
    _remove(session, before)
    record(session, now, f"staff:{person.email}", _WITHDRAWN, f"event:{number}", before=_plain(before))
    return before


def undo(session: Session, staff: Staff, number: str, now: datetime) -> Event | None:
    """Take the last change of an event back; the event as it is then, None where it was only just entered.

    Raises:
        Conflict: it was changed again since, by an import or by somebody.
        NotFound: nothing was done with it that could be taken back, or not somebody who plans.
    """
    person = planner(session, staff)
    subject = f"event:{lookup(number)}"
    act, detail = latest(session, subject) or (_UNDONE, {})
    if act == _UNDONE:
        raise NotFound("Nothing was done with that event that could be taken back.")
    before, after = _read(detail.get("before")), _read(detail.get("after"))
    if before is not None and after is not None:
        _rewrite(session, after, before)
    elif before is not None:
        _put(session, before)
    elif after is not None:
        _remove(session, after)
    record(session, now, f"staff:{person.email}", _UNDONE, subject, undone=act)
    return before


def _checked(session: Session, draft: Draft, shop: Shop, now: datetime) -> dict[str, Any]:
    """The columns of an event that can be planned with.

    Raises:
        InvalidInput: it cannot; all faults in one text.
    """
    draft = replace(draft, name=" ".join(draft.name.split()))
    product = products(session, [draft.sku]).get(draft.sku) if draft.sku else None
    today = now.astimezone(shop.zone).date()
    currency = product.price.currency if product else shop.currency
    faults = [*_faults_of_days(draft, today), *_faults_of_scope(session, draft, product), *_faults_of_effect(draft)]
    price = None
    try:
        price = minor_units(draft.price, currency) if draft.price else None
    except InvalidInput as fault:
        faults.append(str(fault))
    if price is not None and price <= 0:
        faults.append("A price has to be above nothing.")
    if faults:
        raise InvalidInput("\n".join(faults))
    return {**asdict(draft), "price": price, "currency": currency}


def _faults_of_days(draft: Draft, today: date) -> Iterable[str]:
    if not draft.name or len(draft.name) > _LONGEST_NAME:
        yield f"Give it a name of up to {_LONGEST_NAME} letters."
    if draft.kind not in KINDS:
        yield f"It has to be one of {', '.join(KINDS)}."
    if draft.last_on < draft.first_on:
        yield "Its last day is before its first."
    elif draft.last_on < today:
        yield "It is over already; what is past comes with an import."
    elif (draft.last_on - draft.first_on).days >= _LONGEST_DAYS:
        yield "It lasts longer than a year; the usual price of a product is kept with the product."
    if draft.first_on > today + timedelta(days=FURTHEST_DAYS):
        yield f"The plan looks {FURTHEST_DAYS} days ahead; enter it later."


def _faults_of_scope(session: Session, draft: Draft, product: Product | None) -> Iterable[str]:
    if draft.sku and draft.category:
        yield "It is about a product or a category, not both."
    if draft.sku and product is None:
        yield f"There is no product {draft.sku[:40]}."
    if draft.category and draft.category not in categories(session).values():
        yield f"No product is of the category “{draft.category[:40]}”."
    if draft.location and draft.location not in location_names(session):
        yield f"There is no place “{draft.location[:40]}”."


def _faults_of_effect(draft: Draft) -> Iterable[str]:
    if draft.price and draft.discount is not None:
        yield "Give a price or a discount, not both."
    if draft.price and not draft.sku:
        yield "A price is that of one product; for several give a discount."
    if draft.discount is not None and not 0 < draft.discount < 1:
        yield "A discount lies between 0 and 100 %."
    if draft.kind == "price" and not draft.price and draft.discount is None:
        yield "For other prices say which price, or what discount."
    if draft.lift is not None and not 0 < draft.lift <= _LARGEST_LIFT:
        yield f"What you expect is more than 0 and at most {_LARGEST_LIFT:.0f} times the usual."


def _alone(session: Session, event: Event) -> None:
    """Refuse what is there already under another number."""
    like = [getattr(EventRow, name) == getattr(event, name) for name in ("sku", "category", "location", *_DAYS, "kind")]
    other = session.scalar(select(EventRow.event).where(*like, EventRow.event != event.event).limit(1))
    if other is not None:
        raise Conflict(f"{other} is of the same kind, for the same goods on the same days.")


def _shown(session: Session, number: str, seen: str, shop: Shop, now: datetime) -> Event:
    """The event as somebody saw it.

    Raises:
        Conflict: it is another by now, or over.
    """
    row = session.get(EventRow, lookup(number), populate_existing=True)
    event = None if row is None else event_of(row)
    if event is None or seen_as(event) != seen:
        raise Conflict("Somebody changed that event since you saw it; look at it again.")
    if event.last_on < now.astimezone(shop.zone).date():
        raise Conflict("That event is over; what it sold is learnt from.")
    return event


def _put(session: Session, event: Event) -> None:
    if insert_new(session, EventRow, asdict(event)) is None:
        raise _changed_since()


def _rewrite(session: Session, before: Event, after: Event) -> None:
    changing = update(EventRow).where(*_is(before)).values(**asdict(after)).returning(EventRow.event)
    if session.scalar(changing) is None:
        raise _changed_since()


def _remove(session: Session, event: Event) -> None:
    if session.scalar(delete(EventRow).where(*_is(event)).returning(EventRow.event)) is None:
        raise _changed_since()


def _is(event: Event) -> list[Any]:
    return [getattr(EventRow, name).is_not_distinct_from(value) for name, value in asdict(event).items()]


def _changed_since() -> Conflict:
    return Conflict("That event was changed again since; look at it as it is now.")


def _plain(event: Event) -> dict[str, Any]:
    return {name: str(value) if name in _DAYS else value for name, value in asdict(event).items()}


def _read(told: Mapping[str, Any] | None) -> Event | None:
    if told is None:
        return None
    return Event(**{**told, **{name: date.fromisoformat(told[name]) for name in _DAYS}})
