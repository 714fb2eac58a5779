"""Who a Slack user is to the shop; asked anew at every click, so that yesterday's rights are worth nothing."""

from typing import TYPE_CHECKING

from bot.channels.slack.door import SlackDoor

if TYPE_CHECKING:
    from core.accounts.model import Staff


def staff(door: SlackDoor, user: str) -> "Staff | None":
    """The person of the shop that a Slack user is, with the rights of this moment; None for everybody else."""
    address = door.settings.staff.get(user)
    return door.portal.staff_by_email(address) if address else None
