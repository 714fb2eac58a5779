"""The table of what customers want to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.rows import CustomerRow
from core.database.base import Base


class ChoiceRow(Base):
    """Whether a customer wants one kind of notice; without a row the kind's own default counts."""

    __tablename__ = "notification_choices"

    customer_id: Mapped[str] = mapped_column(ForeignKey(CustomerRow.customer_id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    is_wanted: Mapped[bool]
    chosen_at: Mapped[datetime]
