"""The bell: customers hear of what happens to their orders before they ask, each thing once and forwards only."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.accounts.model import Customer
from core.accounts.service import customer, is_known
from core.billing.settlement import refunds_from_outside
from core.conversation import offers, transcript
from core.conversation.offers import Holder, Offer
from core.conversation.wording import day_words
from core.database import settings
from core.database.engine import Database
from core.mailroom.ports import Post
from core.notifications import told
from core.notifications.model import BUTTONS, Notice
from core.notifications.service import notify
from core.orders.model import Order
from core.orders.service import order_of, placed_since
from core.portal.rooms import Rooms
from core.shipments import news
from core.shipments.model import Parcel, ParcelStatus
from core.shipments.news import Delay, Fresh
from core.shipments.service import parcels_of
from core.support.thread import answers_since

log = logging.getLogger(__name__)
_BELL = "bell"
_LOOKS_BACK = timedelta(hours=48)
_AHEAD = timedelta(days=1)
_TODAY_ONLY = timedelta(hours=12)
_NEXT = {
    "placed": ("track_order",), "shipped": ("track_order",), "out_for_delivery": ("track_order",),
    "delivered": ("return_item", "claim_item"), "returned": ("talk_to_human",), "exception": ("talk_to_human",),
    "delay": ("track_order", "talk_to_human"), "refunded": ("refund_status",), "answered": ("ticket_status",),
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One thing to tell: `stage` says how far along `subject` is with it."""

    name: str
    cause: str
    subject: str
    stage: int
    kind: str = "orders"
    topic: str = ""
    urgent: bool = False
    passing: bool = False


class WebChat:
    """Shows notices in the web chat of those who chose that."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def send(self, post: Post) -> str:
        """Write it into the chat; the reference is its key there, under which a second try is known."""
        where = ("web", str(post.content["to"]), f"customer:{post.content['customer_id']}")
        with self._database.unit_of_work() as session:
            transcript.tell(session, where, "shop", str(post.content["text"]), post.key, self._clock())
        return post.key


class Bell(Rooms):
    """Verbs of the clock that tell customers what happened."""

    def announce(self) -> int:
        """Tell what happened lately and was not told yet; how much there was.

        The first time nothing is told: what happened before the shop had a bell is no news.
        """
        now = self._clock()
        with self._database.unit_of_work() as session:
            began = settings.setting(session, _BELL)
            if began is None:
                settings.decide(session, _BELL, {"since": now.isoformat()}, now)
                return 0
        since = max(datetime.fromisoformat(began["since"]), now - _LOOKS_BACK)
        return sum(self._in_turn(one) for one in self._found(since, now))

    def _found(self, since: datetime, now: datetime) -> list[Callable[[Session], bool]]:
        """What may have to be told, each to be looked at again in a transaction of its own."""
        today = now.astimezone(self._config.shop.zone).date()
        with self._database.reading() as session:
            placed, scanned = placed_since(session, since), news.scanned_since(session, since)
            due = news.due_by(session, today, today + _AHEAD)
            refunds, answers = refunds_from_outside(session, since), answers_since(session, since, "web")
        return [
            *(self._bound(self._tell_placed, *one) for one in placed),
            *(self._bound(self._tell_parcel, one) for one in scanned),
            *(self._bound(self._tell_delay, one) for one in due),
            *(self._bound(self._tell_refund, *one) for one in refunds),
            *(self._bound(self._tell_answer, *one) for one in answers),
        ]

    @staticmethod
    def _bound(tell: Callable[..., bool], *about: Any) -> Callable[[Session], bool]:
        return lambda session: tell(session, *about)

    def _in_turn(self, tell: Callable[[Session], bool]) -> bool:
        with self._database.unit_of_work() as session:
            return tell(session)

    def _tell_placed(self, session: Session, customer_id: str, number: str) -> bool:
        order = self._order(session, customer_id, number)
        if order is None:
            return False
        event = Event("placed", f"order:{number}:placed", f"order:{number}", 1)
        pieces = sum(line.quantity for line in order.lines)
        return self._announce(session, customer_id, event, order=number, pieces=pieces, total=order.total)

    def _tell_parcel(self, session: Session, fresh: Fresh) -> bool:
        order, parcel = self._parcel(session, fresh)
        if order is None or parcel is None:
            return False
        here = f"order:{fresh.order_number}:parcel:{fresh.tracking_number}"
        if parcel.status is ParcelStatus.EXCEPTION:
            event = Event("exception", f"{here}:exception", f"{here}:exception", 1, topic=here)
        elif parcel.status in news.STAGES:
            name, stage = news.STAGES[parcel.status]
            event = Event(name, f"{here}:{name}", here, stage, topic=here, passing=name == "out_for_delivery")
        else:
            return False
        return self._announce(session, fresh.customer_id, event, **_about(order, parcel))

    def _tell_delay(self, session: Session, fresh: Fresh) -> bool:
        """Tell that a parcel will miss its day, while there is still something to plan around."""
        order, parcel = self._parcel(session, fresh)
        if order is None or parcel is None:
            return False
        now, zone = self._clock(), self._config.shop.zone
        late = news.delay(parcel, news.lane(session, parcel.carrier, order.ship_to.country, now), now, zone)
        if late is None:
            return False
        here = f"order:{fresh.order_number}:parcel:{fresh.tracking_number}"
        cause = f"{here}:delay:{late.expected_on}"
        today = now.astimezone(zone).date()
        event = Event("delay", cause, cause, 1, topic=here, urgent=late.expected_on == today, passing=True)
        return self._announce(session, fresh.customer_id, event, promised=late.expected_on, delay=late,
                          **_about(order, parcel))  # fmt: skip

    def _tell_refund(self, session: Session, customer_id: str, number: str, payment_id: str, amount: Any) -> bool:
        event = Event("refunded", f"order:{number}:refund:{payment_id}", f"refund:{payment_id}", 1, "returns")
        first, last = self._config.orders.refund_days
        return self._announce(session, customer_id, event, order=number, amount=amount, first=first, last=last)

    def _tell_answer(self, session: Session, customer_id: str, number: str, entry: int, text: str) -> bool:
        """Tell by mail and other chats what was answered in the web chat, where nobody may be looking."""
        event = Event("answered", f"ticket:{number}:{entry}", f"ticket:{number}:{entry}", 1, "tickets")
        return self._announce(session, customer_id, event, ticket=number, text=text)

    def _announce(self, session: Session, customer_id: str, event: Event, **values: Any) -> bool:
        now = self._clock()
        if not is_known(session, customer_id) or not told.advance(session, event.subject, event.stage, now):
            return False
        person = customer(session, customer_id)
        text = self._words(person, f"event_{event.name}", values)
        subject = self._words(person, f"event_{event.name}_subject", values)
        notice = Notice(
            event.cause, subject, event.kind, topic=event.topic, urgent=event.urgent, passing=event.passing,
            worth=_TODAY_ONLY if event.passing else None,
            buttons=self._buttons(session, person, _NEXT[event.name], values),
        )  # fmt: skip
        return notify(session, person, notice, text, now)

    def _words(self, person: Customer, key: str, values: dict[str, Any]) -> str:
        """A sentence in the customer's language; days as people say them within one."""
        wording, language = self._house.wording, person.language
        today = self._clock().astimezone(self._config.shop.zone).date()
        shown = dict(values)
        late = shown.pop("delay", None)
        if late is not None:
            shown["rather"] = self._rather(late, today, language)
        if "promised" in shown:
            shown["promised"] = day_words(shown["promised"], today, wording, language)
        if "expected" in shown:
            day = shown["expected"]
            told_day = day_words(day, today, wording, language) if day else ""
            shown["expected"] = wording.say(language, "", "event_expected", day=told_day) if day else ""
        return wording.say(language, "", key, **shown)

    def _rather(self, late: Delay, today: date, language: str) -> str:
        """When a parcel will come instead of on its day."""
        wording = self._house.wording
        if late.earliest is None or late.latest is None:
            return wording.say(language, "", "event_delay_unknown")
        first, last = (day_words(day, today, wording, language) for day in (late.earliest, late.latest))
        return wording.say(
            language, "", "event_delay_day" if first == last else "event_delay_range", earliest=first, latest=last
        )

    def _buttons(self, session: Session, person: Customer, intents: Sequence[str], values: dict[str, Any]) -> BUTTONS:
        """What can be done next, as buttons that belong to the chat they are shown in."""
        words, now = self._house.wording, self._clock()
        slots = {"order_number": values["order"]} if "order" in values else {}

        def shown(channel: str, chat: str) -> list[dict[str, str]]:
            holder = Holder(channel, chat, f"customer:{person.customer_id}")
            acts = [
                Offer(words.say(person.language, name, "label"), {"for": name, "intent": name, "slots": slots})
                for name in intents
            ]
            made = offers.show(session, holder, 0, acts, now)
            return [{"label": button.label, "value": button.value} for button in made]

        return shown

    @staticmethod
    def _order(session: Session, customer_id: str, number: str) -> Order | None:
        return order_of(session, customer_id, number) if is_known(session, customer_id) else None

    def _parcel(self, session: Session, fresh: Fresh) -> tuple[Order | None, Parcel | None]:
        order = self._order(session, fresh.customer_id, fresh.order_number)
        parcels = parcels_of(session, order) if order is not None else ()
        return order, news.parcel_in(parcels, fresh.tracking_number)


def _about(order: Order, parcel: Parcel) -> dict[str, Any]:
    """The blanks of sentences about a parcel."""
    lines = ", ".join(f"{line.quantity} × {line.description}" for line in parcel.lines)
    return {
        "order": order.order_number,
        "carrier": parcel.carrier,
        "tracking": parcel.tracking_number,
        "lines": lines or order.order_number,
        "expected": parcel.expected_on,
    }
