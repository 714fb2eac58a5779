"""What all verbs work with: the database, the configuration, the clock, and what conversations share."""

import threading
from collections.abc import Mapping
from functools import cache

from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock, utc_now
from core.config import Config
from core.conversation import wording
from core.conversation.ports import Adviser
from core.conversation.shelf import ShelfKeeper
from core.conversation.turn import House
from core.conversation.understanding import Reader
from core.database.engine import Database
from core.database.gathering import Gathering
from core.database.settings import setting
from core.errors import Unavailable
from core.exchange.ports import Backend
from core.mailroom.ports import Courier
from core.portal.precedence import Precedence

POLICY = "policy"


@cache
def _reader() -> Reader:
    """What understands people: the same for everybody, and never changed."""
    return Reader.load(wording.FOLDER)


class Rooms:
    """The parts that the verbs share; each group of verbs is a class over it."""

    def __init__(
        self,
        database: Database,
        config: Config,
        clock: Clock = utc_now,
        couriers: Mapping[str, Courier] | None = None,
        adviser: Adviser | None = None,
    ) -> None:
        self._database = database
        self._gathering = Gathering(database)
        self._arrivals = Precedence()
        self._written = config
        self._followed: Config | None = None
        self._clock = clock
        self._couriers = dict(couriers or {})
        self._backends: dict[str, Backend] = {}
        self._adviser = adviser
        self._shelf = ShelfKeeper(clock)
        self._opened: House | None = None
        self._opening = threading.Lock()

    def engage(self, channel: str, courier: Courier) -> None:
        """Have post of a channel carried by a courier that itself asks the portal for what it encloses."""
        self._couriers[channel] = courier

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels somebody carries post over."""
        return tuple(self._couriers)

    def warm(self) -> None:
        """Load what the first conversation would wait for."""
        self._house.reader.learn()
        with self._database.reading() as session:
            self._house.shelf(session)

    @property
    def _config(self) -> Config:
        """The configuration, under the policy that the shop's records brought with them if they did."""
        if self._followed is None:
            try:
                with self._database.reading() as session:
                    adopted = setting(session, POLICY)
            except (Unavailable, SQLAlchemyError):
                return self._written  # no tables yet, or none to be reached: whoever asks will be told
            self._followed = self._written.under(adopted["sections"]) if adopted else self._written
        return self._followed

    @property
    def _house(self) -> House:
        """Wording and understanding, loaded by the first who speaks: many commands never do."""
        with self._opening:
            if self._opened is None:
                words, zone = wording.load(self._config.shop.locale), self._config.shop.zone
                self._opened = House(self._config, _reader(), words, self._shelf, zone)
            return self._opened

    def _follow(self, config: Config) -> None:
        """Go by another configuration from now on."""
        with self._opening:
            self._followed, self._opened = config, None
