"""Backups: one file with the database, which holds uploads and all else, and the secret that signs links."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import inspect, select, table

from bot.assembly import WEB_SECRET, House, folder_of
from core.clock import utc_now
from core.database import audit
from core.database.engine import Database
from core.database.migrate import refuse_newer, revision, upgrade
from core.errors import Conflict, InvalidInput, Unavailable

_MANIFEST, _DATABASE = "manifest.json", "database"
_PAGES = 2000
_CHUNK = 1 << 20
_VERSIONS = "alembic_version"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    kind: str
    revision: str
    made_at: str
    made_by: str
    sha256: str


def backup(house: House, file: Path) -> Manifest:
    """Write one state of everything into a file that only its owner may read; the shop may go on meanwhile.

    Raises:
        InvalidInput: the file exists already or cannot be written, or a program of PostgreSQL is missing.
        Unavailable: the database cannot be read.
    """
    if file.exists():
        raise InvalidInput(f"{file} exists already; name another file.")
    with _beside(file) as folder:
        copy = folder / _DATABASE
        if house.database.is_sqlite:
            _copy_sqlite(_path_of(house.database), copy)
        else:
            _run_tool(house.database, "pg_dump", "--no-owner", "--no-privileges", f"--file={copy}")
        with house.database.reading() as session:
            found = revision(session)
        if found is None:
            raise InvalidInput("The database is empty; there is nothing to back up.")
        made = Manifest(_kind(house.database), found, utc_now().isoformat(), version("storekeeper"), _digest(copy))
        packed = folder / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=3) as archive:
            (folder / _MANIFEST).write_text(json.dumps(asdict(made), indent=2), encoding="utf-8")
            secret = folder_of(house.config.database.url) / WEB_SECRET
            for one in (folder / _MANIFEST, copy, *([secret] if secret.exists() else [])):
                archive.add(one, one.name)
        packed.chmod(0o600)
        packed.replace(file)
    return made


def restore(house: House, file: Path, *, force: bool) -> int:
    """Put a backup in the place of the database and bring it to this version; how many audit rows it holds, sealed.

    Nothing is touched before the backup was found whole, of the same kind of database and of no newer version. On
    SQLite its audit chain is checked before as well; on PostgreSQL, where only the server can read it, after.

    Raises:
        Conflict: there are records already, and nobody said that they may go.
        InvalidInput: it is no backup, or one of the other kind of database.
        Unavailable: it is of a newer version, its audit chain is broken, or the database cannot be written.
    """
    with _unpacked(file) as (folder, made):
        if made.kind != _kind(house.database):
            raise InvalidInput(f"The backup is of {made.kind}, the database of {_kind(house.database)}.")
        refuse_newer(made.revision)
        if _has_records(house.database) and not force:
            raise Conflict("There are records in the database; --force replaces them by those of the backup.")
        if house.database.is_sqlite:
            sealed = _checked(Database(f"sqlite:///{folder / _DATABASE}"))
            house.database.close()
            _copy_sqlite(folder / _DATABASE, _path_of(house.database))
        else:
            gone = ", ".join(f'"{name}"' for name in _tables(house.database))
            ways = ("--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", "--output=/dev/null")
            drop = ("-c", f"DROP TABLE {gone} CASCADE") if gone else ()
            _run_tool(house.database, "psql", *ways, *drop, "-f", str(folder / _DATABASE))
            sealed = _checked(house.database)
        if (folder / WEB_SECRET).exists():
            kept = folder_of(house.config.database.url) / WEB_SECRET
            (folder / WEB_SECRET).chmod(0o600)
            shutil.move(folder / WEB_SECRET, kept)
    return sealed


def _checked(database: Database) -> int:
    """The sealed rows of the audit chain, after the tables were brought to this version."""
    try:
        upgrade(database)
        with database.reading() as session:
            broken = audit.first_broken(session)
            if broken is not None:
                raise Unavailable(f"The audit chain of the backup is broken at row {broken}; take another backup.")
            return audit.sealed(session)
    finally:
        database.close()


def _tables(database: Database) -> list[str]:
    with database.reading() as session:
        return inspect(session.connection()).get_table_names()


def _has_records(database: Database) -> bool:
    with database.reading() as session:
        names = [name for name in _tables(database) if name != _VERSIONS]
        return any(session.execute(select(1).select_from(table(name)).limit(1)).first() for name in names)


def _kind(database: Database) -> str:
    return database.engine.dialect.name


def _path_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def _copy_sqlite(source: Path, target: Path) -> None:
    """One state of a database, by SQLite's own way of copying it while others write."""
    try:
        with (
            closing(sqlite3.connect(source, isolation_level=None)) as here,
            closing(sqlite3.connect(target)) as there,
            Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress,
        ):
            here.execute("BEGIN")
            here.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it stands still for us
            copying = progress.add_task("Copying", total=None)

            def told(_status: int, left: int, pages: int) -> None:
                progress.update(copying, total=pages, completed=pages - left)

            here.backup(there, pages=_PAGES, progress=told)
    except sqlite3.Error as error:
        raise Unavailable(f"The database cannot be copied: {error}. Is a shop running on it?") from error


def _run_tool(database: Database, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the database; the password goes by the environment, not by the command."""
    program = shutil.which(name)
    if program is None:
        raise InvalidInput(
            f"{name} is not installed; install PostgreSQL's client programs (Debian: apt-get install "
            "postgresql-client), of the server's version or a later one."
        )
    address = database.engine.url
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    where = address.set(drivername="postgresql")._replace(password=None).render_as_string()
    command = [program, f"--dbname={where}", *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 our own arguments
    if ended.returncode:
        told = ended.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(f"{name} failed: {told[-1] if told else ended.returncode}")


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder of our own on the disk of a file."""
    try:
        with tempfile.TemporaryDirectory(prefix=".storekeeper-", dir=file.resolve().parent) as name:
            yield Path(name)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Path, Manifest]]:
    """The parts of a backup in a folder of our own, whole as they were written."""
    no_backup = f"{file} is no backup of Storekeeper, or not whole."
    with tempfile.TemporaryDirectory(prefix="storekeeper-") as name:
        folder = Path(name)
        try:
            with tarfile.open(file, "r:gz") as archive:
                for part in (_MANIFEST, _DATABASE, WEB_SECRET):
                    inside = archive.extractfile(part) if part in archive.getnames() else None
                    if inside is not None:
                        _write(inside, folder / part)
            made = Manifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
        except (OSError, EOFError, tarfile.TarError, ValueError, TypeError) as error:
            raise InvalidInput(no_backup) from error
        if not (folder / _DATABASE).exists() or _digest(folder / _DATABASE) != made.sha256:
            raise InvalidInput(no_backup)
        yield folder, made


def _write(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
