"""Document numbers without gap or double: counted in the transaction that uses them."""

from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database.base import Base
from core.database.upsert import insert_of


class NumberRow(Base):
    """The last number given out in a series."""

    __tablename__ = "numbers"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, series: str) -> int:
    """The next number of a series, 1 first; given back if the transaction is rolled back."""
    counting = insert_of(session)(NumberRow).values(series=series, last=1)
    counting = counting.on_conflict_do_update(index_elements=[NumberRow.series], set_={"last": NumberRow.last + 1})
    return int(session.scalars(counting.returning(NumberRow.last)).one())
