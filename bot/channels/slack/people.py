"""Who a Slack user is to the shop; asked anew at every click, so that yesterday's rights are worth nothing."""

from typing import TYPE_CHECKING

from bot.channels.slack import CHANNEL
from bot.channels.slack.door import SlackDoor

if TYPE_CHECKING:
    from core.accounts.model import Staff


def staff(door: SlackDoor, user: str) -> "Staff | None":
    """The person of the shop that a Slack user is, with the rights of this moment; None for everybody else."""
    return door.portal.staff_in(CHANNEL, user)
