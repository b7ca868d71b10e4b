"""Opening the database: one engine, read sessions on a snapshot, write sessions that hold the tree head.

INVARIANT: a write session owns the log's head from its first statement to its commit (`BEGIN IMMEDIATE` on SQLite,
`SELECT ... FOR UPDATE` on PostgreSQL), so catalog changes and decisions have one order: that of the log.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from registry.core.errors import InvalidInput, LogUnavailable
from registry.store.idempotency import current_claim, mark_applied

__all__ = ["Database", "Session", "connect_sqlite", "migrations_config"]

BUSY_TIMEOUT_MS = 5_000
QUEUE_SECONDS = 20.0
FORGET_WAIT_MS = 500
WRITE = "registry_write"
LOCK_MIGRATION = "SELECT pg_advisory_xact_lock(7265676973747279)"
LOCK_HEAD = "SELECT id FROM tree_head WHERE id = 1 FOR UPDATE"


class Database:
    """A pool of connections to one database. `url` is a SQLAlchemy URL, such as `sqlite:////srv/registry.db`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url.render_as_string(hide_password=False)) if self.is_sqlite else _postgres_engine(self)
        self._reader = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self.engine.execution_options(**{WRITE: True})
        self._queue = threading.Lock()
        self.turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one snapshot and writes nothing."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session that owns the tree head until `session.commit()`; anything not committed is undone.

        Raises LogUnavailable when the head cannot be had or the commit fails: nothing was changed then.
        """
        try:
            with self._one_at_a_time(), Session(self._writer, expire_on_commit=False) as session:
                if not self.is_sqlite:
                    session.execute(text(LOCK_HEAD))
                if (claim := current_claim.get()) is not None:
                    event.listen(session, "before_commit", lambda s: mark_applied(s, claim))
                yield session
        except OperationalError as error:
            raise LogUnavailable("the database cannot be written now") from error
        except DataError as error:
            raise InvalidInput("the request holds what the database cannot, such as a NUL character") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise LogUnavailable("the database went away") from error
            raise

    @contextmanager
    def write_aside(self) -> Iterator[Session]:
        """Open a session that writes what is no part of the order of things, without the tree head where the database can do so.

        Raises LogUnavailable when the database cannot be written now.
        """
        try:
            if self.is_sqlite:
                with self._one_at_a_time(), Session(self._writer) as session:
                    yield session
            else:
                with Session(self.engine) as session:
                    yield session
        except OperationalError as error:
            raise LogUnavailable("the database cannot be written now") from error

    @property
    def has_writer_in_line(self) -> bool:
        """True while a writer of this process waits for its turn, or has it."""
        return self._queue.locked()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Let the writers of this process line up here, not at the database, where nobody would be first and each hold a connection.

        Only the first in line competes with the log's writer for `turn`, so that decisions wait for one write and not for all.
        """
        if not self._queue.acquire(timeout=QUEUE_SECONDS):
            raise LogUnavailable("too many writes are waiting")
        try:
            with self.turn:
                yield
        finally:
            self._queue.release()

    def forget(self) -> None:
        """On SQLite, empty the write-ahead log, where erased text would linger; does nothing while someone else reads or writes."""
        if self.is_sqlite:
            connection = connect_sqlite(str(self.url.database), busy_timeout_ms=FORGET_WAIT_MS)
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def migrate(self, version: str = "head") -> None:
        """Bring the schema to this version, by default the newest; does nothing when it is there already.

        While it runs nobody else writes or migrates, so that an older version in service waits instead of failing.
        """
        config = migrations_config()
        if self._has_schema(ScriptDirectory.from_config(config).get_current_head() if version == "head" else version):
            return
        with self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text(LOCK_MIGRATION))
                if connection.dialect.has_table(connection, "tree_head"):
                    connection.execute(text(LOCK_HEAD))
            config.attributes["connection"] = connection
            command.upgrade(config, version)

    def _has_schema(self, version: str | None) -> bool:
        with self.engine.begin() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return False
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == version)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def migrations_config() -> Config:
    """Return Alembic's settings: where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def connect_sqlite(path: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """Open a SQLite file the way this registry wants it: WAL, every commit on disk before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database or ""
    if path in {"", ":memory:"}:
        raise ValueError("the registry keeps its log on disk: give a SQLite file, not `:memory:`")

    def connect() -> sqlite3.Connection:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return connect_sqlite(path)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    is_write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _postgres_engine(database: Database) -> Engine:
    return create_engine(database.url, pool_pre_ping=True)
