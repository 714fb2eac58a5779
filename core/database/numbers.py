"""Document numbers without gap or double: counted in the transaction that uses them."""

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database.base import Base
from core.database.upsert import insert_new, insert_of


class NumberRow(Base):
    """The last number given out in a series."""

    __tablename__ = "numbers"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def current(session: Session, series: str) -> int:
    """The last number given out in a series; 0 before the first."""
    return session.scalar(select(NumberRow.last).where(NumberRow.series == series)) or 0


def advance(session: Session, series: str, expected: int) -> bool:
    """Take the next number only if nobody took one since `expected` was read; whether it was taken."""
    if expected == 0:
        return insert_new(session, NumberRow, {"series": series, "last": 1}) is not None
    moving = update(NumberRow).where(NumberRow.series == series, NumberRow.last == expected)
    return session.scalar(moving.values(last=expected + 1).returning(NumberRow.last)) is not None


def note(session: Session, series: str, last: int) -> None:
    """Write down how far a series has come."""
    noting = insert_of(session)(NumberRow).values(series=series, last=last)
    session.execute(noting.on_conflict_do_update(index_elements=[NumberRow.series], set_={"last": last}))


def next_code(session: Session, series: str, prefix: str, table: type[Base]) -> str:
    """The next number with its prefix that no row of the table has; numbers brought from elsewhere are passed over."""
    while True:
        code = f"{prefix}-{next_number(session, series):06d}"
        if session.get(table, code) is None:
            return code


def next_number(session: Session, series: str) -> int:
    """The next number of a series, 1 first; given back if the transaction is rolled back."""
    counting = insert_of(session)(NumberRow).values(series=series, last=1)
    counting = counting.on_conflict_do_update(index_elements=[NumberRow.series], set_={"last": NumberRow.last + 1})
    return int(session.scalars(counting.returning(NumberRow.last)).one())
