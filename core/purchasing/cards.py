"""Cards: where planners see proposals and moves in their channel; shown, redrawn and added to by post.

Post holds only which of them is meant. What stands on the card is drawn when it is sent, so that the latest state is
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
from core.purchasing.rows import MoveRow, ProposalRow

CHANNEL = "slack"
CARD, DIGEST, PAPER, NEWS = "proposal_card", "proposal_digest", "order_paper", "order_news"
MOVE = "move_card"
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
    _show(session, _key(proposal_id), CARD, {"proposal": proposal_id}, config, now)


def announce_moves(session: Session, run: str, config: Config, now: datetime) -> None:
    """Show what a plan would move, a card for each of those that save most; others get one once they change."""
    best = select(MoveRow.move_id).where(MoveRow.run == run).order_by(MoveRow.saving.desc(), MoveRow.move_id)
    for move_id in session.scalars(best.limit(_MOST_CARDS)).all():
        redraw_move(session, move_id, config, now)


def redraw_move(session: Session, move_id: int, config: Config, now: datetime) -> None:
    """Show a move as it is now: where its card stands, or as a new card."""
    _show(session, f"move_card:{move_id}", MOVE, {"move": move_id}, config, now)


def close_move(session: Session, move_id: int, config: Config, now: datetime) -> None:
    """Show that nobody decided in time, where a card was shown at all."""
    if places.place_of(session, f"move_card:{move_id}"):
        redraw_move(session, move_id, config, now)


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


def _show(session: Session, key: str, kind: str, meant: Mapping[str, Any], config: Config, now: datetime) -> None:
    """Post a card, or what is to stand in its place from now on."""
    if not _post(session, key, kind, {**meant, "keeps_place": True}, config, now):
        _post(session, f"{key}:{secrets.token_hex(8)}", kind, {**meant, "instead_of": key}, config, now)


def _post(session: Session, key: str, kind: str, content: Mapping[str, Any], config: Config, now: datetime) -> bool:
    """Post to the planners' channel, if there is one; False where that was posted before."""
    channel = config.slack.planner_channel
    if config.slack.mode == "off" or not channel:
        return True
    told = {"to": channel, **content}
    return outbox.post(session, Outgoing(key, CHANNEL, channel, kind, told, _LIFETIME), now)


def _key(proposal_id: int) -> str:
    return f"card:{proposal_id}"
