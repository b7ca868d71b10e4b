"""Backups: every table as JSON lines in one tar file, bound to a signed checkpoint by its manifest, for either database.

The log's private key is outside the database, and in a backup only on request. See docs/decisions/0012-backups-clock-damage.md.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import registry as package
from registry.core.decision_log.keys import format_skey
from registry.core.decision_log.note import format_note
from registry.core.errors import InvalidInput
from registry.store import backup as store
from registry.store.database import Session
from registry.usecases.log import sign_head
from registry.usecases.registry import Registry

FORMAT = "character-registry-backup/1"
HEADER, MANIFEST, KEY, TABLES = "backup.json", "manifest.json", "log.key", "tables/"
OWNER_ONLY = 0o600
QUICK = 3  # gzip: a third larger than the best, five times as fast
Told = Callable[[str], None]


def write_backup(registry: Registry, file: Path, *, with_key: bool = False, tell: Told = lambda _table: None) -> dict[str, Any]:
    """Write a backup of one moment while others read and write; return its manifest. `tell` hears each table's name.

    The file appears at once, whole, readable by its owner alone: it holds the prompts that are kept. Raises InvalidInput when there
    is a file of that name, Unavailable without the log's key.
    """
    if file.exists():
        raise InvalidInput(f"`{file}` exists: a backup never replaces another one")
    part = file.with_name(file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=QUICK) as archive:
                manifest = _write_members(registry, archive, with_key=with_key, tell=tell)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write_members(registry: Registry, archive: tarfile.TarFile, *, with_key: bool, tell: Told) -> dict[str, Any]:
    with registry.database.read() as session:
        head, note = sign_head(registry, session)
        header = {
            "format": FORMAT,
            "registry": package.__version__,
            "made_at": registry.now().isoformat(),
            "schema": store.schema_version(session),
        }
        _add_json(archive, HEADER, header)
        tables = {}
        for number, table in enumerate(store.list_tables(session)):
            tell(table.name)
            tables[table.name] = _write_table(session, table, f"{TABLES}{number:02d}.{table.name}", archive)
    if with_key:
        _add(archive, KEY, (format_skey(registry.log_key.read()) + "\n").encode())
    note_text = format_note(note).decode()
    manifest = {**header, "log_size": head.size, "checkpoint": note_text, "tables": tables, "holds_log_key": with_key}
    _add_json(archive, MANIFEST, manifest)  # last: a backup that broke off has none
    return manifest


def _write_table(session: Session, table: Any, name: str, archive: tarfile.TarFile) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    for number, (data, count) in enumerate(store.dump_rows(session, table)):
        _add(archive, f"{name}.{number:06d}.jsonl", data)
        digest.update(data)
        rows += count
    return {"rows": rows, "sha256": digest.hexdigest()}


def _add_json(archive: tarfile.TarFile, name: str, said: dict[str, Any]) -> None:
    _add(archive, name, (json.dumps(said, indent=1) + "\n").encode())


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), OWNER_ONLY
    archive.addfile(member, io.BytesIO(data))
