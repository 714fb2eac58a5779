"""Migrations bring a database to the tables of this version, and never back."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import core.intake
import core.portal  # noqa: F401 all tables are known once everything is imported
from core.database.base import Base
from core.database.engine import Database
from core.database.migrate import require_current, upgrade
from core.errors import Unavailable


def test_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    with database.reading() as session:
        context = MigrationContext.configure(session.connection())
        differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    require_current(database)


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer version"):
        require_current(database)
    with pytest.raises(Unavailable, match="newer version"):
        upgrade(database)


def test_an_empty_database_is_told_to_upgrade(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Unavailable, match="storekeeper db upgrade"):
        require_current(database)
    database.close()
