"""Bringing a database to the tables of this version, forward only, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from core.database.engine import Database, one_at_a_time
from core.errors import Unavailable

FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, to: str = "head") -> None:
    """Make or change tables up to this version, or only to a revision before it; safe to repeat, and to start twice.

    Raises:
        Unavailable: the database cannot be reached or written, or a newer version has used it.
    """
    with database.altering() as session:
        one_at_a_time(session, "upgrade")
        found = revision(session)
        if found == newest():
            return
        refuse_newer(found)
        alembic = _alembic()
        alembic.attributes["connection"] = session.connection()
        command.upgrade(alembic, to)


def require_current(database: Database) -> None:
    """Refuse to work on tables of another version.

    Raises:
        Unavailable: older (the sentence says how to upgrade) or newer than this version.
    """
    with database.reading() as session:
        found = revision(session)
    if found != newest():
        refuse_newer(found)
        raise Unavailable("The database has not been set up for this version; run `storekeeper db upgrade`.")


def newest() -> str:
    """The revision this version of the program works on."""
    return str(_scripts().get_current_head())


def revision(session: Session) -> str | None:
    """The revision of the tables; None where there are none."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def refuse_newer(found: str | None) -> None:
    """Refuse tables that this version does not know.

    Raises:
        Unavailable: a newer version made them.
    """
    if found is not None and found not in {script.revision for script in _scripts().walk_revisions()}:
        raise Unavailable(
            f"The database was used by a newer version of Storekeeper (its tables are at {found}). "
            "Install that version again, or restore a backup from before."
        )


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())
