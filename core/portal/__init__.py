"""The front door: every verb that a channel, a page, a webhook or a job may call; one verb is one transaction."""

from core.portal.asking_carriers import AskingCarriers, Round
from core.portal.bell import Bell
from core.portal.briefing import Briefing
from core.portal.counter import File, OrderPage
from core.portal.door import Door
from core.portal.event_desk import EventDesk
from core.portal.exchange_desk import ExchangeDesk, Synced
from core.portal.files import Files
from core.portal.goods_in import Delivered, GoodsIn
from core.portal.letterbox import Letterbox
from core.portal.loading_dock import LoadingDock
from core.portal.machine_room import Health, MachineRoom, Metrics
from core.portal.moving import Moving
from core.portal.own_tickets import OwnTickets
from core.portal.post_room import PostRoom
from core.portal.promises import Promises
from core.portal.reception import Access, Export, Reception
from core.portal.retail_desk import RetailDesk, RetailOrder
from core.portal.returns_desk import ReturnsDesk
from core.portal.stockroom import PlanOutcome, Stockroom
from core.portal.telling_desk import TellingDesk

__all__ = [
    "Access",
    "Delivered",
    "Export",
    "File",
    "Health",
    "Metrics",
    "OrderPage",
    "PlanOutcome",
    "Portal",
    "RetailOrder",
    "Round",
    "Synced",
]  # fmt: skip


class Portal(
    Door,
    Reception,
    Letterbox,
    OwnTickets,
    Files,
    Briefing,
    ReturnsDesk,
    RetailDesk,
    Stockroom,
    EventDesk,
    GoodsIn,
    Moving,
    Promises,
    AskingCarriers,
    ExchangeDesk,
    TellingDesk,
    Bell,
    LoadingDock,
    PostRoom,
    MachineRoom,
):
    """The verbs of the product, over one database."""
