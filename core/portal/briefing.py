"""The briefing: tickets told where the shop's people talk, each as a card with what is said of it in its thread."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.mailroom import outbox, places
from core.mailroom.outbox import Outgoing
from core.portal.rooms import Rooms
from core.portal.said_before import discreetly, said_before
from core.support import desk_cards, service
from core.support.desk_cards import Card, News
from core.support.model import Ticket

_LONGEST_NOTE = 8000
SAID = "said"


@dataclass(frozen=True)
class _Place:
    """A channel of the shop's people."""

    name: str
    to: str


class Briefing(Rooms):
    """Verbs of the place where the shop's people hear of tickets."""

    def brief_desk(self) -> int:
        """Post what is new in tickets to the staff's channel: cards, and what was said; how many posts.

        Two replicas may look at once: a card is drawn from the version it had, a word has one key.
        """
        place = _Place("slack", self._config.slack.staff_channel)
        if not place.to:
            return 0
        now = self._clock()
        with self._database.reading() as session:
            if not desk_cards.stale(session, now) and not self._untold(session, place):
                return 0
        with self._database.unit_of_work() as session:
            posted = sum(self._post_card(session, place, card) for card in desk_cards.stale(session, now))
            return posted + sum(self._post_news(session, place, one) for one in self._untold(session, place))

    def ticket_at(self, channel: str, place: str) -> str:
        """The number of the ticket whose card is at a place of a channel; empty where there is none."""
        with self._database.reading() as session:
            kind, _, rest = places.key_at(session, channel, place).partition(":")
        number, _, what = rest.partition(":")
        return number if (kind, what) == ("ticket", "card") else ""

    def _untold(self, session: Session, place: _Place) -> list[News]:
        found = desk_cards.news(session, self._clock(), place.name)
        told = outbox.posted(session, [_key(one.ticket_number, f"entry:{one.entry_id}") for one in found])
        return [one for one in found if _key(one.ticket_number, f"entry:{one.entry_id}") not in told]

    def _post_card(self, session: Session, place: _Place, card: Card) -> int:
        if not desk_cards.drawn(session, card):
            return 0
        found, card_key = card.ticket, _key(card.ticket.ticket_number, "card")
        text = f"Ticket {found.ticket_number}: {discreetly(session, found, found.subject)}"
        content: dict[str, Any] = {"text": text, "ticket": self._told(session, found)}
        if card.version:
            content["instead_of"] = card_key
            return self._file(session, place, found, (f"card:{card.version}", content))
        content["keeps_place"] = True
        posted = self._file(session, place, found, ("card", content))
        before = said_before(session, found, self._house.wording, self._config.shop.zone)
        if before:
            note = {"text": f"What was said before:\n{before[-_LONGEST_NOTE:]}", "under": card_key}
            posted += self._file(session, place, found, ("before", note))
        return posted

    def _post_news(self, session: Session, place: _Place, said: News) -> int:
        found = service.ticket(session, said.ticket_number)
        who = "Customer" if said.is_customer else service.holder(session, said.author or None) or "The shop"
        files = f"\n({said.files} files, on the ticket's page)" if said.files else ""
        content = {"text": f"{who}: {said.text}{files}", "under": _key(said.ticket_number, "card")}
        return self._file(session, place, found, (f"entry:{said.entry_id}", content))

    def _file(self, session: Session, place: _Place, found: Ticket, what: tuple[str, dict[str, Any]]) -> int:
        """In the order of the ticket, and gone with its customer."""
        key, content = _key(found.ticket_number, what[0]), {"to": place.to, **what[1]}
        chat = f"{found.person or 'guest'}:ticket:{found.ticket_number}"
        return int(outbox.post(session, Outgoing(key, place.name, chat, "desk", content), self._clock()))

    def _told(self, session: Session, found: Ticket) -> dict[str, Any]:
        """What the card shows: no name, no address, no way of paying."""
        return {
            "number": found.ticket_number,
            "subject": discreetly(session, found, found.subject),
            "state": found.state,
            "holder": service.holder(session, found.claimed_by),
            "channel": found.channel,
            "customer": found.customer_id or "",
            "proof": found.proof,
            "snapshot": dict(found.snapshot) if found.snapshot else None,
            "link": f"{self._config.web.base_url}/support/{found.ticket_number}",
        }


def _key(number: str, what: str) -> str:
    return f"ticket:{number}:{what}"
