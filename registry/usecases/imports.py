"""Importing and exporting a rightsholder's entries: all or nothing, the same file twice changes nothing.

Everything slow (reading, comparing, making leaves) happens before the log is locked; the lock is held only to write.
"""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from registry.core.errors import FieldError, InvalidImport, InvalidInput, NotFound, RegistryError, TooManyRequests
from registry.core.model import Character, EntryStatus, Role, Work
from registry.core.policy import begins_later
from registry.store import catalog as store
from registry.store import import_jobs as jobs
from registry.store.import_jobs import ImportJob
from registry.usecases.access import Caller
from registry.usecases.catalog import CHARACTER, WORK, Kind, build_entry, entry_change
from registry.usecases.ids import new_id
from registry.usecases.import_lines import CSV_COLUMNS, ImportFile, ImportLine, read_import
from registry.usecases.registry import Registry, no_collections

Format = Literal["jsonl", "csv"]
Progress = Callable[[int, int], None]
MAX_PLANS = 3
PROGRESS_STEP = 2_000
ABANDONED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: entries by what happened to them, and lines worth a look."""

    created: int
    updated: int
    unchanged: int
    works: int
    characters: int
    warnings: tuple[FieldError, ...]

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {name: getattr(self, name) for name in ("created", "updated", "unchanged", "works", "characters")}


def import_file(
    registry: Registry, caller: Caller, data: bytes, file_format: Format, *, progress: Progress = lambda _done, _total: None
) -> ImportReport:
    """Register everything in a file, or nothing. Raises InvalidImport with every bad line.

    An entry that is registered already is changed only where the file says something else; one that the file does
    not name stays. `progress` is called with entries done and entries in all.
    """
    caller.require(Role.rightsholder)
    with no_collections():
        return _import(registry, caller, data, file_format, progress)


def _import(registry: Registry, caller: Caller, data: bytes, file_format: Format, progress: Progress) -> ImportReport:
    file = read_import(data, file_format)
    for _ in range(MAX_PLANS):
        changes, revision = _plan(registry, caller, file, progress)
        if not changes or _write(registry, changes, revision):
            break
    else:
        raise TooManyRequests("the catalog keeps changing meanwhile; try again", retry_after=1.0)
    registry.catalog.refresh()
    created = sum(c.is_new for c in changes)
    updated = len(changes) - created
    return ImportReport(created, updated, file.count - len(changes), len(file.works), len(file.characters), file.warnings)


def _write(registry: Registry, changes: Sequence[store.Change], revision: int) -> bool:
    with registry.database.write() as session:
        return store.commit_changes(session, changes, expected_revision=revision) is not None


def _plan(registry: Registry, caller: Caller, file: ImportFile, progress: Progress) -> tuple[list[store.Change], int]:
    """Return the changes that the file asks for, against the catalog at the revision returned."""
    with registry.database.read() as session:
        revision, _ = store.read_revision(session)
        works, characters = store.entries_by_ref(session, caller.organisation.id)
    planner = _Planner(caller, registry.now(), works, characters)
    for done, line in enumerate((*file.works, *file.characters), 1):
        planner.add(line)
        if done % PROGRESS_STEP == 0 or done == file.count:
            progress(done, file.count)
    if planner.errors:
        raise InvalidImport(f"{len(planner.errors)} lines cannot be imported; nothing was", fields=tuple(planner.errors))
    return planner.changes, revision


class _Planner:
    """Compares lines with what is registered and collects what must change."""

    def __init__(self, caller: Caller, now: datetime, works: dict[str, Work], characters: dict[str, Character]) -> None:
        self._caller, self._now = caller, now
        self._works, self._characters = works, characters
        self.changes: list[store.Change] = []
        self.errors: list[FieldError] = []

    def add(self, line: ImportLine) -> None:
        try:
            self._add(line)
        except RegistryError as error:
            self.errors.append(FieldError(f"line {line.number}", error.message))

    def _add(self, line: ImportLine) -> None:
        kind: Kind = WORK if line.draft.type == "work" else CHARACTER
        known: dict[str, Any] = self._works if kind is WORK else self._characters
        before = known.get(line.draft.ref)
        work = self._work_id(line, before)
        if before is None:
            entry = build_entry(kind, line.draft, rightsholder=self._caller.organisation.id, work=work, now=self._now)
        else:
            said = {name: getattr(line.draft, name) for name in line.draft.model_fields_set - {"type"}}
            changed = {**said, **({"work": work} if kind is CHARACTER else {}), "status": EntryStatus.active}
            if all(getattr(before, name) == value for name, value in changed.items()):
                return
            if "policy" in changed:
                changed.setdefault("scheduled", begins_later(before.scheduled, self._now))
            entry = before.model_copy(update={**changed, "updated_at": self._now})
        self.changes.append(entry_change(entry, self._caller, self._now, is_new=before is None))
        known[line.draft.ref] = entry

    def _work_id(self, line: ImportLine, before: Any) -> str | None:
        if line.draft.type == "work":
            return None
        if "work" not in line.draft.model_fields_set:
            return before.work if before is not None else None
        said = line.draft.work
        if said is None:
            return None
        work = self._works.get(said)
        if work is None or work.status is EntryStatus.withdrawn:
            raise InvalidInput(f"work `{said}` is neither in the file nor registered")
        return work.id


def export_lines(registry: Registry, caller: Caller, *, rightsholder: str | None = None) -> Iterator[str]:
    """Yield the active entries of a rightsholder (the caller's own when not said) as import lines, works first."""
    for row in _exported(registry, rightsholder or caller.organisation.id):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def export_csv(registry: Registry, caller: Caller, *, rightsholder: str | None = None) -> Iterator[str]:
    """Yield the same as a spreadsheet. Its columns cannot hold kinds, match modes and rules: use JSON lines to keep those."""
    yield "\ufeff" + _csv_line(CSV_COLUMNS)
    for row in _exported(registry, rightsholder or caller.organisation.id):
        texts = [f"{a['lang']}:{a['text']}" if "lang" in a else a["text"] for a in row.get("aliases", row.get("titles", []))]
        usage = row.get("policy", {}).get("usage", "")
        name = row.get("name", row.get("title", ""))
        yield _csv_line((row["type"], row["ref"], name, row.get("work", ""), "|".join(texts), usage))


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _exported(registry: Registry, rightsholder: str) -> Iterator[dict[str, Any]]:
    with registry.database.read() as session:
        works, characters = store.entries_by_ref(session, rightsholder)
    refs = {work.id: work.ref for work in works.values()}
    for work in works.values():
        if work.status is EntryStatus.active:
            yield {"type": "work", **_written(work, WORK)}
    for character in characters.values():
        if character.status is EntryStatus.active:
            row = {"type": "character", **_written(character, CHARACTER)}
            yield {**row, "work": refs[character.work]} if character.work else row


def _written(entry: Work | Character, kind: Kind) -> dict[str, Any]:
    return entry.model_dump(mode="json", include=set(kind.draft.model_fields), exclude_defaults=True)


class ImportJobs:
    """Imports over HTTP: one at a time in a thread of their own, their progress in the database for anyone to read."""

    MAX_WAITING = 8

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._waiting = 0
        self._lock = threading.Lock()

    def start(self, caller: Caller, data: bytes, file_format: Format) -> ImportJob:
        """Begin an import and return at once. Raises TooManyRequests when too many wait already."""
        caller.require(Role.rightsholder)
        with self._lock:
            if self._waiting >= self.MAX_WAITING:
                raise TooManyRequests("too many imports are waiting", retry_after=5.0)
            self._waiting += 1
        now = self._registry.now()
        job = ImportJob(new_id("imp", now), caller.organisation.id, "running", 0, 0, None, now, None)
        self._save(job)
        self._thread.submit(self._run, caller, job, data, file_format)
        return job

    def close(self) -> None:
        """Finish what was begun."""
        self._thread.shutdown(wait=True)

    def _run(self, caller: Caller, job: ImportJob, data: bytes, file_format: Format) -> None:
        current = job

        def progress(done: int, total: int) -> None:
            nonlocal current
            current = current.moved(done, total)
            self._save(current)

        try:
            report = import_file(self._registry, caller, data, file_format, progress=progress)
            outcome = {"counts": report.counts(), "warnings": _lines(report.warnings)}
            current = current.finished("done", json.dumps(outcome, ensure_ascii=False), self._registry.now())
        except RegistryError as error:
            outcome = {"errors": _lines(error.fields) or [{"line": 0, "message": error.message}]}
            current = current.finished("failed", json.dumps(outcome, ensure_ascii=False), self._registry.now())
        except Exception:
            outcome = {"errors": [{"line": 0, "message": "the registry made a mistake; nothing was imported"}]}
            current = current.finished("failed", json.dumps(outcome), self._registry.now())
            raise
        finally:
            with self._lock:
                self._waiting -= 1
            self._save(current)

    def _save(self, job: ImportJob) -> None:
        with self._registry.database.write() as session:
            jobs.save_job(session, job)
            session.commit()


def get_import(registry: Registry, caller: Caller, job_id: str) -> ImportJob:
    """Return an import of the caller's own organisation."""
    with registry.database.read() as session:
        job = jobs.find_job(session, job_id)
    if job is None or (job.rightsholder != caller.organisation.id and caller.organisation.role is not Role.operator):
        raise NotFound(f"there is no import `{job_id}`")
    return job


def fail_interrupted_imports(registry: Registry) -> None:
    """Mark imports that a stopped process left running as failed: all or nothing, so nothing of them was applied.

    On PostgreSQL another process may be running one, so there only those that are too old to be true.
    """
    now = registry.now()
    with registry.database.write() as session:
        jobs.fail_running(session, at=now, begun_before=now if registry.database.is_sqlite else now - ABANDONED_AFTER)
        session.commit()


def _lines(fields: Sequence[FieldError]) -> list[dict[str, Any]]:
    return [{"line": int(f.field.removeprefix("line ")) if f.field.startswith("line ") else 0, "message": f.message} for f in fields]
