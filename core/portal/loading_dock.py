"""The loading dock: records that are brought, and records that are handed out."""

from collections.abc import Iterator, Sequence
from datetime import date

from core import handout, intake
from core.billing import service as billing
from core.billing.model import Invoice
from core.canonical import Batch, Fault
from core.portal.rooms import Rooms


class LoadingDock(Rooms):
    """Verbs of imports and exports."""

    def mirror(self, batch: Batch) -> list[Fault]:
        """Take over a batch of one table; the same batch twice leaves the same records. The rows left out, with why."""
        with self._database.unit_of_work() as session:
            config = self._config
            left_out = intake.take(session, batch.table, batch.rows, config.shop, self._clock(), config.planning)
        if batch.table == "products":
            self._shelf.forget()
        return [Fault(batch.table, batch.lines[index], "", why) for index, why in sorted(left_out.items())]

    def hand_out(self, tables: Sequence[str]) -> Iterator[Batch]:
        """All rows of these tables as one state of the database has them, a page at a time."""
        with self._database.reading() as session:
            for table in tables:
                yield from handout.batches(session, table)

    def rows_to_hand_out(self, tables: Sequence[str]) -> dict[str, int]:
        """How many rows each of these tables has."""
        with self._database.reading() as session:
            return handout.sizes(session, tables)

    def invoices_issued(self, day: date) -> list[Invoice]:
        """The invoices and credit notes of a day."""
        with self._database.reading() as session:
            return billing.issued_on(session, self._config.shop, day)
