"""Cards: where planners see proposals in their channel; shown, redrawn and added to by post like all that leaves.

Post holds only which proposal is meant. What stands on the card is drawn when it is sent, so that the latest state is
shown however late that is, and a card that was shown before is changed where it stands.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.config import Config
from core.mailroom import outbox, places
from core.mailroom.outbox import Outgoing
from core.purchasing.model import Proposal
from core.purchasing.rows import ProposalRow

CHANNEL = "slack"
CARD, DIGEST, PAPER, NEWS = "proposal_card", "proposal_digest", "order_paper", "order_news"
_LIFETIME = timedelta(days=3)
_MOST_CARDS = 20


@dataclass(frozen=True)
class Card:
    """What is to be shown of a proposal, with those it counts together with, and who is away.

    `names` are those of whoever changed, approved or decided it, by their address.
    """

    proposal: Proposal
    names: Mapping[str, str]
    counts_with: tuple[int, ...]
    away: tuple[str, ...]


def announce(session: Session, run: str, config: Config, now: datetime) -> None:
    """Show what a plan brought: a digest of all, a card for each of the largest; others get one once they change."""
    largest = select(ProposalRow.proposal_id).where(ProposalRow.run == run).order_by(ProposalRow.total.desc())
    made = session.scalars(largest.limit(_MOST_CARDS)).all()
    if made:
        _post(session, f"digest:{run}", DIGEST, {"run": run}, config, now)
    for proposal_id in made:
        redraw(session, proposal_id, config, now)


def redraw(session: Session, proposal_id: int, config: Config, now: datetime) -> None:
    """Show a proposal as it is now: where its card stands, or as a new card."""
    first = {"proposal": proposal_id, "keeps_place": True}
    if not _post(session, _key(proposal_id), CARD, first, config, now):
        again = {"proposal": proposal_id, "instead_of": _key(proposal_id)}
        _post(session, f"{_key(proposal_id)}:{secrets.token_hex(8)}", CARD, again, config, now)


def close(session: Session, proposal_id: int, config: Config, now: datetime) -> None:
    """Show that nobody decided in time, where a card was shown at all."""
    if places.place_of(session, _key(proposal_id)):
        redraw(session, proposal_id, config, now)


def hang_up(session: Session, proposal_id: int, number: str, revision: int, config: Config, now: datetime) -> None:
    """Put the papers of a purchase order under the card it came of."""
    content = {"under": _key(proposal_id), "number": number, "revision": revision}
    _post(session, f"paper:{number}:{revision}", PAPER, content, config, now)


def tell(session: Session, proposal_id: int | None, cause: str, text: str, config: Config, now: datetime) -> None:
    """Say under a card what became of its order; nothing where the order came of no proposal."""
    if proposal_id is not None:
        _post(session, f"news:{cause}", NEWS, {"under": _key(proposal_id), "text": text}, config, now)


def of_run(session: Session, run: str) -> Sequence[int]:
    """The proposals of a plan."""
    return session.scalars(select(ProposalRow.proposal_id).where(ProposalRow.run == run)).all()


def _post(session: Session, key: str, kind: str, content: Mapping[str, Any], config: Config, now: datetime) -> bool:
    """Post to the planners' channel, if there is one; False where that was posted before."""
    channel = config.slack.planner_channel
    if config.slack.mode == "off" or not channel:
        return True
    told = {"to": channel, **content}
    return outbox.post(session, Outgoing(key, CHANNEL, channel, kind, told, _LIFETIME), now)


def _key(proposal_id: int) -> str:
    return f"card:{proposal_id}"
