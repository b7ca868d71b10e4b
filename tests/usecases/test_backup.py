"""Backups: taken while others write, restored whole into either database or not at all, and what follows when one is old."""

import hashlib
import io
import json
import tarfile
import threading
import time

import pytest
import sqlalchemy
from sqlalchemy import text

from registry.core.decision_log.checkpoint import LogKeys
from registry.core.decision_log.keys import format_vkey, parse_vkey
from registry.core.errors import Conflict, InvalidInput, RegistryError, VerificationFailed
from registry.core.model import CharacterDraft, Policy
from registry.store.backup import list_tables
from registry.store.log import LeafDraft
from registry.usecases.backup import write_backup
from registry.usecases.catalog import create_entry
from registry.usecases.check import check
from registry.usecases.entries import CHARACTER
from registry.usecases.keyring import authenticate
from registry.usecases.log import fill_tree, public_keys
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import read_state, write_state
from registry.usecases.organisations import update_organisation
from registry.usecases.registry import open_registry
from registry.usecases.restart import restart_log
from registry.usecases.restore import restore_backup
from registry.usecases.rotation import rotate_log_key
from registry.usecases.verify_database import verify_database
from tests.store.leaves import append


@pytest.fixture
def world(registry, callers, keys, run):
    """A registry with something in most tables: entries, decisions, a kept prompt, a key changed, a stored subtree."""
    create_entry(registry, callers["rightsholder"], CHARACTER, CharacterDraft(name="Quixotania Vale", policy=Policy(usage="prohibited")))
    update_organisation(registry, callers["operator"], callers["service"].organisation.id, retention="P30D")
    for number in range(3):
        run(check(registry, authenticate(registry, keys["service"]), f"Quixotania Vale \u2603 {number}"))
    append(registry, [LeafDraft("note", b'{"n":%d,"type":"note"}' % n) for n in range(260)])
    rotate_log_key(registry)
    fill_tree(registry)
    return registry


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request, tmp_path):
    """An empty database of each kind, to restore into."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'registry.db'}"
        return
    server = sqlalchemy.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    admin = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    name = f"other_{tmp_path.name.replace('-', '_').lower()}"[:60]
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.dispose()


def contents(registry):
    """Every row of every table."""
    with registry.database.read() as session:
        return {t.name: session.execute(sqlalchemy.select(t).order_by(*t.primary_key.columns)).all() for t in list_tables(session)}


def seen_now(registry):
    known = public_keys(registry)
    return verify_database(registry, known.origin, known.keys).seen


def test_what_comes_back_is_what_was_there_whatever_the_database(world, other_url, keys, run, tmp_path):
    manifest = write_backup(world, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    assert manifest["tables"]["prompt"]["rows"] == 3
    key_file = LogKeyFile(world.log_key.path)
    restored = restore_backup(other_url, tmp_path / "b.tar.gz", key_file, seen=seen_now(world), trusted=public_keys(world).keys[0])
    assert any("as its signed checkpoint says" in words for words in restored.words)
    other = open_registry(other_url, log_key=key_file)
    assert contents(other) == contents(world)
    made = run(check(other, authenticate(other, keys["service"]), "Quixotania Vale"))
    assert (made.decision.outcome, made.receipt.index) == ("prohibited", restored.head.size)
    assert seen_now(other).head.size == restored.head.size + 1
    run(other.log.close())
    other.database.close()


def test_a_backup_is_of_one_moment_while_others_write(registry, callers, run, tmp_path):
    create_entry(registry, callers["rightsholder"], CHARACTER, CharacterDraft(name="Quixotania Vale"))
    run(check(registry, callers["service"], "Quixotania Vale"))
    stop, written = threading.Event(), []

    def keep_writing():
        while not stop.is_set():
            draft = CharacterDraft(ref=f"z{len(written)}", name=f"Zanthor {len(written)}")
            written.append(create_entry(registry, callers["rightsholder"], CHARACTER, draft))
            time.sleep(0.02)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    while len(written) < 3:
        assert writer.is_alive()
        time.sleep(0.01)
    try:
        for number in range(3):
            write_backup(registry, tmp_path / f"{number}.tar.gz")
    finally:
        stop.set()
        writer.join()
    for number in range(3):  # each is verified as a whole: a moment torn apart would not agree with itself
        restore_backup(f"sqlite:///{tmp_path}/{number}.db", tmp_path / f"{number}.tar.gz", LogKeyFile(registry.log_key.path))


def test_a_running_server_takes_up_what_is_restored_under_it(world, other_url, tmp_path, keys, run):
    write_backup(world, tmp_path / "b.tar.gz")
    running = open_registry(other_url, log_key=LogKeyFile(world.log_key.path))
    with pytest.raises(RegistryError):
        authenticate(running, keys["service"])
    restore_backup(other_url, tmp_path / "b.tar.gz", running.log_key)
    made = run(check(running, authenticate(running, keys["service"]), "Quixotania Vale"))
    assert made.decision.outcome == "prohibited"
    run(running.log.close())
    running.database.close()


def rewritten(source, target, change):
    """Copy a backup with its members changed by name and bytes; None drops one."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            data = change(member.name, old.extractfile(member).read())
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))


def only(part, how):
    return lambda name, data: how(data) if part in name else data


def with_hashes(change):
    """Change a table and have the manifest agree: a careful forger."""

    def forged(name, data):
        if name == "manifest.json":
            said = json.loads(data)
            said["tables"] = {**said["tables"], "character": forged.described}
            return json.dumps(said).encode()
        if ".character." in name:
            data = change(data)
            forged.described = {"rows": 1, "sha256": hashlib.sha256(data).hexdigest()}
        return data

    return forged


DAMAGE = {
    "cut off": (lambda name, data: None if name == "manifest.json" else data, InvalidInput, "no manifest"),
    "a row changed": (only(".character.", lambda data: data.replace(b"Quixotania", b"Quixotanio")), InvalidInput, "`character`"),
    "rows dropped": (lambda name, data: None if ".prompt." in name else data, InvalidInput, "`prompt`"),
    "lines that are no rows": (only(".leaf.", lambda data: b"[]\n" + data), InvalidInput, "`leaf`"),
    "another format": (only("backup.json", lambda data: data.replace(b"backup/1", b"backup/9")), InvalidInput, "format"),
    "a schema of the future": (only("backup.json", lambda data: data.replace(b'"schema": "0', b'"schema": "9')), InvalidInput, "schema"),
    "a head that nobody signed": (
        only("manifest.json", lambda data: data.replace(b"\\n27", b"\\n17", 1).replace(b"\\n26", b"\\n16", 1)),
        VerificationFailed,
        "",
    ),
    "a policy changed, and the manifest with it": (
        with_hashes(lambda data: data.replace(b"prohibited", b"allowed")),
        VerificationFailed,
        "chr_",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_backup_leaves_the_database_as_empty_as_it_was(world, other_url, tmp_path, name):
    change, error, words = DAMAGE[name]
    write_backup(world, tmp_path / "good.tar.gz")
    rewritten(tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz", change)
    with pytest.raises(error) as refused:
        restore_backup(other_url, tmp_path / "bad.tar.gz", LogKeyFile(world.log_key.path))
    assert words in refused.value.message
    restore_backup(other_url, tmp_path / "good.tar.gz", LogKeyFile(world.log_key.path))


def test_half_a_file_and_no_backup_at_all_are_refused(world, tmp_path):
    write_backup(world, tmp_path / "good.tar.gz")
    whole = (tmp_path / "good.tar.gz").read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"not a tar file", whole[:20]):
        (tmp_path / "bad").write_bytes(data)
        with pytest.raises(InvalidInput):
            restore_backup(f"sqlite:///{tmp_path}/x.db", tmp_path / "bad", LogKeyFile(world.log_key.path))
    with pytest.raises(InvalidInput, match="never replaces"):
        write_backup(world, tmp_path / "good.tar.gz")


def test_a_database_in_use_is_never_overwritten(world, tmp_path, database_url):
    write_backup(world, tmp_path / "b.tar.gz")
    before = contents(world)
    with pytest.raises(Conflict, match="in use"):
        restore_backup(database_url, tmp_path / "b.tar.gz", world.log_key)
    assert contents(world) == before


def test_the_key_comes_along_only_on_request(world, tmp_path):
    write_backup(world, tmp_path / "without.tar.gz")
    write_backup(world, tmp_path / "with.tar.gz", with_key=True)
    for name, place in (("without", "a.key"), ("with", "b.key")):
        restored = restore_backup(f"sqlite:///{tmp_path}/{name}.db", tmp_path / f"{name}.tar.gz", LogKeyFile(tmp_path / place))
        assert any("is not in the backup" in words for words in restored.to_do) == (name == "without")
    assert not (tmp_path / "a.key").exists()
    assert LogKeyFile(tmp_path / "b.key").read() == world.log_key.read()
    with tarfile.open(tmp_path / "without.tar.gz") as archive:
        assert not any(b"PRIVATE+KEY" in archive.extractfile(member).read() for member in archive)


def test_a_backup_an_hour_old_is_refused_as_the_same_log_and_honest_as_a_new_one(world, keys, run, other_url, tmp_path):
    service = authenticate(world, keys["service"])
    write_backup(world, tmp_path / "old.tar.gz")
    old_size = seen_now(world).head.size
    for _ in range(5):
        run(check(world, service, "Quixotania Vale"))
    write_state(tmp_path / "auditor.state", seen_now(world))
    seen, old_keys = read_state(tmp_path / "auditor.state"), public_keys(world)

    with pytest.raises(VerificationFailed, match="the log went back") as refused:
        restore_backup(other_url, tmp_path / "old.tar.gz", LogKeyFile(world.log_key.path), seen=seen)
    assert refused.value.code == "WENT_BACK"

    key_file = LogKeyFile(tmp_path / "moved.key")
    key_file.write(world.log_key.read())
    restored = restore_backup(other_url, tmp_path / "old.tar.gz", key_file, new_log="registry.example/log2", seen=seen)
    other = open_registry(other_url, log_key=key_file)
    known = public_keys(other)
    assert (known.origin, format_vkey(known.keys[-1]), known.rotations) == ("registry.example/log2", restored.vkey, ())
    assert not set(known.keys) & set(old_keys.keys)
    with other.database.read() as session:
        said = json.loads(bytes(session.scalar(text("SELECT data FROM leaf WHERE kind = 'restart'"))))
    assert said["before"]["lost"] == 5
    assert said["before"]["head"].startswith(f"registry.example/log\n{old_size}\n")
    assert said["before"]["keys"] == [format_vkey(key) for key in old_keys.keys]
    run(check(other, authenticate(other, keys["service"]), "Quixotania Vale"))
    assert seen_now(other).head.size == old_size + 2
    assert LogKeys("registry.example/log2", (parse_vkey(restored.vkey),))
    run(other.log.close())
    other.database.close()


def test_a_new_log_needs_another_name_and_the_right_memory(world, tmp_path):
    with pytest.raises(InvalidInput, match="old log's name"):
        restart_log(world, public_keys(world).origin)
    seen = seen_now(world)
    restart_log(world, "registry.example/log2", seen)
    with pytest.raises(InvalidInput, match="head given is of"):
        restart_log(world, "registry.example/log3", seen)
    assert seen_now(world).head.origin == "registry.example/log2"
