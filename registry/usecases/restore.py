"""Restoring a backup into an empty database, of either kind: all of it, verified against its signed checkpoint, or nothing."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.core.decision_log.checkpoint import Checkpoint, LogKeys, verify_checkpoint
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import SigningKey, VerifierKey, format_vkey, parse_skey
from registry.core.decision_log.note import parse_note
from registry.core.errors import Conflict, InvalidInput, LogChanged
from registry.store import backup as store
from registry.store.database import Database, Session
from registry.store.tree import read_tree_head
from registry.usecases.backup import FORMAT, HEADER, KEY, MANIFEST, TABLES
from registry.usecases.clock import utc_now
from registry.usecases.log import PublicKeys, public_keys_in
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import Seen
from registry.usecases.registry import Clock, open_registry
from registry.usecases.restart import restart_in
from registry.usecases.seal import SealKeyFile
from registry.usecases.sealed import look_at_seal
from registry.usecases.verify_database import verify_database, verify_session

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: the log's head, its public key, and in sentences what was checked and what is left to do before serving."""

    head: Checkpoint
    vkey: str
    words: tuple[str, ...]
    to_do: tuple[str, ...]


def restore_backup(
    database_url: str,
    file: Path,
    log_key: LogKeyFile,
    *,
    new_log: str = "",
    seen: Seen | None = None,
    trusted: VerifierKey | None = None,
    now: Clock = utc_now,
    seal: SealKeyFile | None = None,
    tell: Told = lambda _member: None,
) -> Restored:
    """Restore into an empty database, which a server may already serve; return what was checked.

    Without `new_log` the same log goes on: right only when the backup holds its last entry. `seen` is the newest head known of the
    log; when the backup is older, that is refused, and with `new_log`, the new log's name, stated in the log. `trusted` is the
    key that must be the log's; `seal` is the seal key's file, beside the log's key when not given.

    Raises InvalidInput for a file that is no backup, Conflict for a database in use, VerificationFailed when anything of it does
    not follow from its checkpoint: nothing was written then.
    """
    database = Database(database_url)
    try:
        with tarfile.open(file, "r:gz") as archive:
            schema = _header(archive)["schema"]
            store.reach_schema(database, schema)
            with database.write() as session:
                manifest, kept_key = _load(session, archive, tell)
                known, head = _verified_head(session, manifest, trusted)
                new_key = restart_in(session, log_key, new_log, seen, now()) if new_log else None
                keys = public_keys_in(session)
                verified = _verified(session, schema, keys, None if new_log else seen)
                session.commit()
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError) as error:
        raise InvalidInput(f"`{file}` cannot be read as a backup: {error}") from error
    finally:
        database.close()
    said = _place_key(log_key, new_key, kept_key, keys)
    if not verified:
        verified = _verified_after(database_url, keys, None if new_log else seen)
    bound = f"the backup of {manifest['made_at']} is the log `{known.origin}` of {head.size} entries, as its signed checkpoint says"
    sealed = _seal_key(database_url, seal or SealKeyFile(log_key.path.with_name("seal.key")))
    done, to_do = (tuple(words for words, is_left in (said, sealed) if is_left is wanted) for wanted in (False, True))
    return Restored(head, format_vkey(keys.keys[-1]), (bound, *verified, *done), to_do)


def _header(archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    if first is None or first.name != HEADER:
        raise InvalidInput("this is no backup of a registry")
    header = json.loads(_bytes(archive, first))
    if header["format"] != FORMAT:
        raise InvalidInput(f"the backup's format is `{header['format']}`, this version reads `{FORMAT}`")
    return dict(header)


def _load(session: Session, archive: tarfile.TarFile, tell: Told) -> tuple[dict[str, Any], SigningKey | None]:
    """Fill the tables; return the manifest once every table is as it says, and the log's key if the backup holds it."""
    if store.is_in_use(session):
        raise Conflict("the database is in use: restore into an empty one (a new REGISTRY_HOME or REGISTRY_DATABASE_URL)")
    tables = {table.name: table for table in store.list_tables(session)}
    store.empty_tables(session, list(tables.values()))
    digests, rows = {name: hashlib.sha256() for name in tables}, dict.fromkeys(tables, 0)
    manifest: dict[str, Any] | None = None
    key: SigningKey | None = None
    for member in archive:
        data = _bytes(archive, member)
        if member.name.startswith(TABLES):
            name = member.name.split(".")[1]
            if name not in tables:
                raise InvalidInput(f"the backup has a table `{name}`, its schema has none")
            tell(member.name)
            rows[name] += store.load_rows(session, tables[name], data)
            digests[name].update(data)
        elif member.name == KEY:
            key = parse_skey(data.decode().strip())
        elif member.name == MANIFEST:
            manifest = dict(json.loads(data))
    if manifest is None:
        raise InvalidInput("the backup has no manifest: it broke off")
    for name in tables:
        if manifest["tables"].get(name) != {"rows": rows[name], "sha256": digests[name].hexdigest()}:
            raise InvalidInput(f"the backup's table `{name}` is not the one that its manifest names: the file is damaged")
    store.renew_sequences(session, list(tables.values()))
    return manifest, key


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = archive.extractfile(member)
    return b"" if found is None else found.read()


def _verified_head(session: Session, manifest: dict[str, Any], trusted: VerifierKey | None) -> tuple[PublicKeys, Checkpoint]:
    known = public_keys_in(session)
    if trusted is not None and trusted not in known.keys:
        raise InvalidInput("the key given was never this log's: it is another log's backup")
    signed = verify_checkpoint(parse_note(manifest["checkpoint"].encode()), LogKeys(known.origin, known.keys)).checkpoint
    head = read_tree_head(session)
    if (head.size, head.root) != (signed.size, signed.root):
        raise LogChanged(
            f"the backup's log of {head.size} entries is not the one of {signed.size} that its checkpoint signs", code=Flaw.WRONG_HEAD
        )
    return known, signed


def _verified(session: Session, schema: str, keys: PublicKeys, seen: Seen | None) -> tuple[str, ...]:
    """Verify before anything is committed; a backup of an older version can only be once it is migrated."""
    if schema != store.newest_schema():
        return ()
    return verify_session(session, keys.origin, keys.keys, seen).words


def _verified_after(database_url: str, keys: PublicKeys, seen: Seen | None) -> tuple[str, ...]:
    registry = open_registry(database_url)
    try:
        return verify_database(registry, keys.origin, keys.keys, seen).words
    finally:
        registry.database.close()


def _place_key(file: LogKeyFile, new: SigningKey | None, kept: SigningKey | None, keys: PublicKeys) -> tuple[str, bool]:
    """Put the log's key where the settings say, unless there is one; return a sentence, and whether it says what is left to do."""
    if new is not None:
        file.promote()
        return f"it goes on as the new log `{new.name}`, whose next entry says so: publish its key and the old log's last checkpoint", False
    if not file.exists() and kept is not None:
        file.write(kept)
    if not file.exists():
        return f"the log's private key is not in the backup: copy it to `{file.path}` before serving", True
    if format_vkey(file.read().verifier) != format_vkey(keys.keys[-1]):
        return f"the key in `{file.path}` is another log's: put the right one there before serving", True
    return f"the log's private key is in `{file.path}`", False


def _seal_key(database_url: str, file: SealKeyFile) -> tuple[str, bool]:
    """Return a sentence about the seal key, which no backup holds, and whether it says what is left to do."""
    database = Database(database_url)
    try:
        with database.read() as session:
            words, do = look_at_seal(session, file)
    finally:
        database.close()
    return (f"{words}: {do}" if do else words), bool(do)
