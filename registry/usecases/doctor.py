"""What is wrong with this registry and what to do about it: database, disk, clock, keys, log, rows, prompts. Changes nothing."""

import json
import random
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from registry.core.decision_log.keys import format_vkey
from registry.core.decision_log.merkle import Frontier
from registry.core.decision_log.prove import inclusion_proof
from registry.core.decision_log.verify import verify_inclusion
from registry.core.errors import Damaged, RegistryError
from registry.store import backup, expired, log_keys
from registry.store import doctor as store
from registry.store.audit import read_full_head
from registry.store.columns import to_micros
from registry.store.database import Database, Session
from registry.store.log_time import newest_time
from registry.store.tree import missing_subtrees
from registry.usecases.clock import HOLD, utc_now
from registry.usecases.log import hash_source
from registry.usecases.log_key import LogKeyFile
from registry.usecases.log_state import Seen
from registry.usecases.rebuild import entry_of
from registry.usecases.seal import SealKeyFile
from registry.usecases.sealed import look_at_seal

SAMPLE, PROVED, COMPARED = 1_000, 50, 100
LEAST_FREE = 500_000_000  # bytes
OVERDUE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found and, when it is wrong, what to do."""

    words: str
    do: str = ""

    @property
    def is_wrong(self) -> bool:
        """Is there something to do?"""
        return bool(self.do)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: the database, the folder of the state, the key's file, what was seen of the log last, the machine's clock,
    the seal key's file (None: beside the log's key).
    """

    database: Database
    home: Path
    log_key: LogKeyFile
    seen: Seen | None = None
    now: Callable[[], datetime] = utc_now
    seal: SealKeyFile | None = None


def examine(patient: Patient) -> Iterator[Finding]:
    """Yield what is found, one thing after another; what cannot be looked at because something else is wrong is left out."""
    yield _disk(patient.home)
    trouble = store.find_trouble(patient.database)
    if trouble is not None:
        yield Finding(f"the database cannot be read: {trouble}", "check REGISTRY_HOME and REGISTRY_DATABASE_URL, or run `registry init`")
        return
    with patient.database.read() as session:
        schema = _schema(session)
        yield schema
        if schema.is_wrong:
            return
        yield _pages(session)
        yield _clock(session, patient.now())
        yield _key(session, patient.log_key)
        yield Finding(*look_at_seal(session, patient.seal or SealKeyFile(patient.log_key.path.with_name("seal.key"))))
        yield from _log(session, patient.seen)
        yield _rows(session)
        yield _catalog(session)
        yield _prompts(session, patient.now())
        yield _expired(session, patient.now())


def _disk(home: Path) -> Finding:
    if not home.is_dir():
        return Finding(f"the folder `{home}` is not there", "set REGISTRY_HOME, or run `registry init`")
    free = shutil.disk_usage(home).free
    words = f"{free / 1e9:.1f} GB are free where `{home}` is"
    return Finding(words, "" if free >= LEAST_FREE else "make room: on a full disk every check is answered 503")


def _schema(session: Session) -> Finding:
    present, newest = backup.schema_version(session), backup.newest_schema()
    if present == newest:
        return Finding(f"the database has this version's schema, {newest}")
    if present is None:
        return Finding("the database has no tables", "run `registry init`, or `registry restore`")
    known = backup.known_schemas()
    do = "start `registry serve` of this version, which migrates" if present in known else "use the newer version that made it"
    return Finding(f"the database has schema {present}, this version {newest}", do)


def _pages(session: Session) -> Finding:
    found = store.find_broken_pages(session)
    if found is None:
        return Finding("the database's own check finds nothing wrong")
    return Finding(f"the database's file is damaged: {found}", "stop the server, keep the file, restore the last backup into a new home")


def _clock(session: Session, now: datetime) -> Finding:
    newest = newest_time(session)
    if newest is None or newest <= now:
        return Finding("the clock is not behind the log")
    words = f"the clock says {now.isoformat(timespec='seconds')}, the log's newest entry {newest.isoformat(timespec='seconds')}"
    if newest - now <= HOLD:
        return Finding(f"{words}: within what is bridged")
    return Finding(words, "set the clock; if it was wrong when that entry was made, run `registry log reset-clock`")


def _key(session: Session, file: LogKeyFile) -> Finding:
    known = log_keys.list_log_keys(session)
    if not known:
        return Finding("the log has no key yet", "run `registry init`")
    if not file.exists():
        return Finding(f"the log's private key is not at `{file.path}`", "copy it there: without it there is no receipt and no checkpoint")
    try:
        held, prepared = file.read(), file.prepared()
    except RegistryError as error:
        return Finding(f"the log's private key cannot be used: {error.message}", f"put the key of `{known[-1].vkey}` there")
    if known[-1].vkey == format_vkey(held.verifier):
        return _guarded(file.path)
    if prepared is not None and known[-1].vkey == format_vkey(prepared.verifier):
        return Finding("a change of the log's key broke off", "read `/log/checkpoint` once: whatever signs next finishes it")
    return Finding(f"the key in `{file.path}` is another one", f"put the key of `{known[-1].vkey}` there")


def _guarded(path: Path) -> Finding:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(f"others can read the log's private key `{path}`", f"chmod 600 {path}, then `registry log rotate-key`")
    return Finding("the log's private key is here, its own, and nobody else's to read")


def _log(session: Session, seen: Seen | None) -> Iterator[Finding]:
    """Look at the head, then at a sample of entries and the whole way from each to the head."""
    head = read_full_head(session)
    if head is None:
        yield Finding("the log's head is gone", "restore the last backup into an empty database")
        return
    try:
        agrees = Frontier.from_bytes(head.size, head.frontier).root() == head.root and store.last_index(session) == head.size - 1
    except ValueError:
        agrees = False
    if not agrees:
        yield Finding("the log's head does not agree with itself or the last entry", "run `registry verify`; restore the last backup")
        return
    if seen is not None and seen.head.size > head.size:
        yield Finding(
            f"the log went back: {seen.head.size} entries were seen, there are {head.size}",
            "restore a newer backup, or go on with `registry log restart NAME`",
        )
    draw = random.Random(head.size)  # noqa: S311  repeatable, not secret
    sample = sorted({*draw.sample(range(head.size), min(SAMPLE, head.size)), *range(max(0, head.size - SAMPLE), head.size)})
    if wrong := store.damaged_entries(session, sample):
        places = ", ".join(str(index) for index in wrong[:10])
        yield Finding(f"entries {places} of the log are damaged", "restore the last backup; `registry verify` finds every one")
        return
    get = hash_source(session, head.size)
    try:
        for index in draw.sample(sample, min(PROVED, len(sample))):
            verify_inclusion(get(0, index), index, head.size, inclusion_proof(index, head.size, get), head.root)
    except RegistryError as error:
        yield Finding(f"the log's hashes do not lead to its head: {error.message}", "run `registry verify`, which names the place")
        return
    waiting = len(missing_subtrees(session, head.size, limit=SAMPLE))
    told = f"; {waiting} hashes of full subtrees are not stored yet, which `registry serve` does" if waiting else ""
    yield Finding(f"the log's head agrees with {len(sample)} of its {head.size} entries that were looked at{told}")


def _rows(session: Session) -> Finding:
    wrong = store.damaged_rows(session)
    if not wrong:
        return Finding("every row of the catalog is the one that was written")
    return Finding("; ".join(wrong[:10]), "run `registry doctor --mend`, which writes them anew from the log")


def _catalog(session: Session) -> Finding:
    """Compare a sample of what is registered with what the log says of it."""
    ids = list(store.entry_ids(session))
    draw = random.Random(len(ids))  # noqa: S311  repeatable, not secret
    for entry_id in draw.sample(ids, min(COMPARED, len(ids))):
        if not _is_as_logged(session, entry_id):
            return Finding(f"`{entry_id}` is registered as something else than the log says", "run `registry verify`; restore a backup")
    return Finding(f"{min(COMPARED, len(ids))} of {len(ids)} registered entries were compared with the log: they are what it says")


def _is_as_logged(session: Session, entry_id: str) -> bool:
    try:
        entry = store.read_entry(session, entry_id)
        change = None if entry is None else store.change_at(session, entry.revision)
        return entry is not None and change is not None and entry_of(json.loads(change[1]), entry.revision) == entry
    except Damaged:
        return True  # named already
    except (ValueError, KeyError, TypeError):
        return False


def _prompts(session: Session, now: datetime) -> Finding:
    overdue = store.count_overdue_prompts(session, to_micros(now - OVERDUE))
    if overdue:
        return Finding(
            f"{overdue} prompts should have been erased an hour ago", "run `registry erase-prompts`; `registry serve` does so by itself"
        )
    return Finding("no prompt is kept longer than its service asked")


def _expired(session: Session, now: datetime) -> Finding:
    overdue = sum(expired.count_expired(session, table, now - OVERDUE) for table in expired.TABLES)
    if overdue:
        words = f"{overdue} sessions, links, addresses and counts should have been forgotten an hour ago"
        return Finding(words, "run `registry forget-expired`; `registry serve` does so by itself")
    return Finding("nothing that has expired is kept")
