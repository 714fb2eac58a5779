"""What the parcel desk needs of carriers that are asked where parcels are."""

from datetime import timedelta
from typing import Protocol

from core.shipments.model import Heard


class Tracker(Protocol):
    """A carrier, or one who gathers for many, that is asked about parcels; called outside any transaction."""

    @property
    def name(self) -> str:
        """What it is called, in one word."""

    @property
    def calls(self) -> int:
        """How many parcels may be asked about in one round."""

    @property
    def every(self) -> timedelta:
        """How long a round takes; the carrier's own limit is that of its calls in this time."""

    def is_for(self, carrier: str) -> bool:
        """Whether it knows of parcels that the shop's records say go by this carrier."""

    def track(self, number: str, carrier: str) -> list[Heard]:
        """All that is known of a parcel; nothing where it is not known (yet).

        Raises:
            Trouble: it does not answer, or not as it should.
        """
