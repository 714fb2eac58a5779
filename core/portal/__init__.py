"""The front door: every verb that a channel, a page, a webhook or a job may call; one verb is one transaction."""

from core.portal.counter import Counter, File, OrderPage
from core.portal.desk import Desk
from core.portal.door import Door
from core.portal.machine_room import Health, MachineRoom
from core.portal.stockroom import PlanOutcome, Stockroom

__all__ = ["File", "Health", "OrderPage", "PlanOutcome", "Portal"]


class Portal(Door, Counter, Desk, Stockroom, MachineRoom):
    """The verbs of the product, over one database."""
