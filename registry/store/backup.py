"""All rows of all tables, out and in, whatever the database: the same JSON for SQLite and PostgreSQL, bytes as base64."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import LargeBinary, MetaData, Table, func, select, text
from sqlmodel import Session

from registry.core.errors import InvalidInput
from registry.store.database import Database, migrations_config

CHUNK = 2_000  # rows
VERSION_TABLE = "alembic_version"


def schema_version(session: Session) -> str | None:
    """Return the name of the last migration that ran, None in a database without tables."""
    if not session.connection().dialect.has_table(session.connection(), VERSION_TABLE):
        return None
    found: str | None = session.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608  a name of our own
    return found


def newest_schema() -> str:
    """Return the name of the last migration that this version has."""
    return str(ScriptDirectory.from_config(migrations_config()).get_current_head())


def known_schemas() -> set[str]:
    """Return the names of all migrations that this version has."""
    return {script.revision for script in ScriptDirectory.from_config(migrations_config()).walk_revisions()}


def reach_schema(database: Database, version: str) -> None:
    """Bring an empty database to exactly this schema. Raises InvalidInput when this version does not know it, or it is past it."""
    scripts = ScriptDirectory.from_config(migrations_config())
    try:
        wanted = {script.revision for script in scripts.iterate_revisions(version, "base")}
    except (CommandError, RevisionError):
        raise InvalidInput(f"the backup has schema `{version}`, which this version does not know: use the version that made it") from None
    with database.read() as session:
        present = schema_version(session)
    if present is not None and present not in wanted:
        raise InvalidInput(f"the database has schema `{present}` already, newer than the backup's `{version}`: give an empty one")
    database.migrate(version)


def list_tables(session: Session) -> Sequence[Table]:
    """Return the tables as they are in this database, those referred to before those that refer to them."""
    metadata = MetaData()
    metadata.reflect(session.connection())
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def dump_rows(session: Session, table: Table) -> Iterator[tuple[bytes, int]]:
    """Yield all rows in the order of the primary key: JSON lines, and how many, some thousand at a time."""
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    query = select(table).order_by(*table.primary_key.columns)
    for rows in session.execute(query, execution_options={"yield_per": CHUNK}).partitions():
        lines = (_line({**row._mapping}, binary) for row in rows)  # noqa: SLF001  SQLAlchemy's public name for a row by column
        yield "".join(lines).encode(), len(rows)


def load_rows(session: Session, table: Table, data: bytes) -> int:
    """Insert what `dump_rows` yielded; return how many. Raises InvalidInput for lines that are something else. Does not commit."""
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    try:
        rows = [_row(json.loads(line), binary) for line in data.splitlines()]
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(f"the backup's rows of `{table.name}` cannot be read") from error
    if any(row.keys() != set(table.columns.keys()) for row in rows):
        raise InvalidInput(f"the backup's rows of `{table.name}` have other columns than its schema")
    if rows:
        session.connection().execute(table.insert(), rows)
    return len(rows)


def is_in_use(session: Session) -> bool:
    """Does anything stand in the log, or is any organisation registered?"""
    return bool(session.scalar(text("SELECT count(*) FROM leaf"))) or bool(session.scalar(text("SELECT count(*) FROM organisation")))


def empty_tables(session: Session, tables: Sequence[Table]) -> None:
    """Delete what a migration or `init` put into a database that nobody uses yet. Does not commit."""
    for table in reversed(tables):
        session.connection().execute(table.delete())


def renew_sequences(session: Session, tables: Sequence[Table]) -> None:
    """On PostgreSQL, let counters go on behind the rows that were loaded. Does not commit."""
    if session.connection().dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            found = session.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if found is not None:
                session.execute(select(func.setval(found, func.coalesce(select(func.max(column)).scalar_subquery(), 1))))


def _line(row: dict[str, Any], binary: set[str]) -> str:
    shown = {name: b64encode(value).decode() if name in binary and value is not None else value for name, value in row.items()}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _row(said: dict[str, Any], binary: set[str]) -> dict[str, Any]:
    return {name: b64decode(value, validate=True) if name in binary and value is not None else value for name, value in said.items()}
