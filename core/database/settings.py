"""What was decided for the shop after it was installed, kept with its records rather than in its configuration file."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.database.base import Base
from core.database.upsert import upsert


class SettingRow(Base):
    """One decision by name."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    set_at: Mapped[datetime]


def setting(session: Session, name: str) -> dict[str, Any] | None:
    """What was decided, or None."""
    row = session.get(SettingRow, name)
    return dict(row.value) if row is not None else None


def decide(session: Session, name: str, value: dict[str, Any], now: datetime) -> None:
    """Decide something, in place of what was decided before."""
    upsert(session, SettingRow, [{"name": name, "value": value, "set_at": now}])


def forget(session: Session, name: str) -> bool:
    """Leave it to the configuration again; False where nothing had been decided."""
    gone = delete(SettingRow).where(SettingRow.name == name).returning(SettingRow.name)
    return session.scalar(gone) is not None
