"""From 0003 on a migration only adds: the version before goes on reading and writing while and after it runs."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from alembic.script import ScriptDirectory
from sqlalchemy import LargeBinary, text
from sqlalchemy.types import Boolean, Integer

from registry.core.decision_log.keys import KeyType, SigningKey
from registry.store.backup import list_tables
from registry.store.database import Database, migrations_config
from registry.store.log import LeafDraft
from registry.store.log_writer import LogWriter
from registry.usecases.backup import write_backup
from registry.usecases.compiled import CompiledNames
from registry.usecases.log import make_log_key
from registry.usecases.log_key import LogKeyFile
from registry.usecases.registry import CurrentCatalog, Registry, open_registry
from registry.usecases.restore import restore_backup
from registry.usecases.seal import SealKeyFile
from tests.store.leaves import append

FIRST = {"0001", "0002"}  # before anybody ran this
STEPS = sorted(
    (script.down_revision, script.revision)
    for script in ScriptDirectory.from_config(migrations_config()).walk_revisions()
    if script.revision not in FIRST
)
JSON_LISTS = {"aliases", "titles"}


@pytest.fixture
def database(database_url):
    made = Database(database_url)
    yield made
    made.close()


def value_of(column, number):
    """A value that fits; the same text everywhere, so that what refers to something finds it."""
    if column.name in JSON_LISTS:
        return "[]"
    if isinstance(column.type, LargeBinary):
        return b"{}" if column.name == "data" else f"v{number}".encode()
    if isinstance(column.type, Boolean):
        return False
    return number if isinstance(column.type, Integer) else f"v{number}"


def fill(database, tables, number):
    """Put a row into each table, as a version that knows these tables does."""
    with database.engine.begin() as connection:
        for table in tables:
            needed = [c for c in table.columns if not c.nullable]
            connection.execute(table.insert(), {c.name: value_of(c, number) for c in needed})


def counts(database, tables):
    with database.engine.connect() as connection:
        return {table.name: len(connection.execute(sqlalchemy.select(table)).all()) for table in tables}


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_version_before_still_reads_and_writes(database, before, after):
    database.migrate(before)
    with database.read() as session:
        tables = list_tables(session)
    fill(database, tables, 101)
    standing = counts(database, tables)
    database.migrate(after)
    assert counts(database, tables) == standing
    fill(database, tables, 102)
    assert counts(database, tables) == {name: rows + 1 for name, rows in standing.items()}
    with database.engine.begin() as connection:
        for table in tables:
            connection.execute(table.update().values({column.name: column for column in table.columns}))


def test_every_migration_is_among_those_tested():
    files = {path.name[:4] for path in (Path(__file__).parents[2] / "registry/store/migrations/versions").glob("0*.py")}
    assert {after for _, after in STEPS} | FIRST == files


def test_decisions_go_on_while_the_schema_changes(database, database_url, tmp_path):
    database.migrate(STEPS[0][0])
    old = Registry(
        database,
        CurrentCatalog(database, CompiledNames()),
        LogWriter(database),
        LogKeyFile(tmp_path / "log.key"),
        seal=SealKeyFile(tmp_path / "seal.key"),
    )
    stop, done, failed = threading.Event(), [], []

    def keep_appending():
        while not stop.is_set():
            try:
                append(old, [LeafDraft("note", b'{"n":%d,"type":"note"}' % len(done))])
                done.append(len(done))
            except Exception as error:  # noqa: BLE001  whatever it is, the test says it
                failed.append(error)
                return

    writer = threading.Thread(target=keep_appending)
    writer.start()
    newer = Database(database_url)
    try:
        newer.migrate()
    finally:
        newer.close()
        stop.set()
        writer.join()
    assert failed == []
    with database.read() as session:
        found = session.execute(text("SELECT count(*), max(log_index) FROM leaf")).one()
    assert tuple(found) == (len(done), len(done) - 1)


def test_a_backup_of_an_older_schema_is_restored_and_brought_up_to_date(database, tmp_path):
    database.migrate("0003")
    key = LogKeyFile(tmp_path / "log.key")
    key.write(SigningKey("registry.example/log", KeyType.ED25519, bytes(range(32))))
    old = Registry(
        database,
        CurrentCatalog(database, CompiledNames()),
        LogWriter(database),
        key,
        seal=SealKeyFile(tmp_path / "seal.key"),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )
    make_log_key(old)
    append(old, [LeafDraft("note", b'{"n":%d,"type":"note"}' % n) for n in range(300)])
    assert write_backup(old, tmp_path / "old.tar.gz")["schema"] == "0003"
    url = f"sqlite:///{tmp_path}/other.db"
    restored = restore_backup(url, tmp_path / "old.tar.gz", key)
    assert any("all 300 entries" in words for words in restored.words), restored.words
    newest = open_registry(url)
    with newest.database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == STEPS[-1][1]
    newest.database.close()
