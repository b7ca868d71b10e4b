"""Importing and exporting a rightsholder's entries: all or nothing, the same file twice changes nothing.

Everything slow (reading, comparing, making leaves) happens before the log is locked; the lock is held only to write.
"""

import csv
import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from registry.core.errors import FieldError, InvalidImport, NotFound, RegistryError, TooManyRequests
from registry.core.model import IN_FORCE, Character, Role, Work
from registry.store import catalog as store
from registry.store import import_jobs as jobs
from registry.store.cases import count_up
from registry.store.import_jobs import ImportJob
from registry.usecases.access import Caller
from registry.usecases.claims import entries_of, hour_of
from registry.usecases.entries import CHARACTER, WORK, Kind
from registry.usecases.ids import new_id
from registry.usecases.import_lines import CSV_COLUMNS, ImportFile, read_import
from registry.usecases.import_plan import ImportPlan
from registry.usecases.registry import Registry, no_collections

Format = Literal["jsonl", "csv"]
Progress = Callable[[int, int], None]
MAX_PLANS = 3
PROGRESS_STEP = 2_000
ABANDONED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: entries by what happened to them, and lines worth a look.

    `waiting` entries have names that wait for review, `risks` counts why; none on the operator's own command line.
    """

    created: int
    updated: int
    unchanged: int
    works: int
    characters: int
    warnings: tuple[FieldError, ...]
    waiting: int = 0
    risks: Mapping[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {name: getattr(self, name) for name in ("created", "updated", "unchanged", "works", "characters")}


def import_file(
    registry: Registry,
    caller: Caller,
    data: bytes,
    file_format: Format,
    *,
    progress: Progress = lambda _done, _total: None,
    batch: str | None = None,
) -> ImportReport:
    """Register everything in a file, or nothing. Raises InvalidImport with every bad line.

    An entry that is registered already is changed only where the file says something else; one that the file does
    not name stays. `progress` is called with entries done and entries in all. `batch` is what claims of this file are found by.
    """
    caller.require(Role.rightsholder)
    with no_collections():
        return _import(registry, caller, data, file_format, progress, batch)


def _import(registry: Registry, caller: Caller, data: bytes, file_format: Format, progress: Progress, batch: str | None) -> ImportReport:
    file = read_import(data, file_format)
    for _ in range(MAX_PLANS):
        plan = _plan(registry, caller, file, progress, batch)
        if not (plan.changes or plan.cases) or _write(registry, caller, plan):
            break
    else:
        raise TooManyRequests("the catalog keeps changing meanwhile; try again", retry_after=1.0)
    registry.catalog.refresh()
    created = sum(c.is_new for c in plan.changes)
    updated = len(plan.changes) - created
    unchanged = file.count - len(plan.changes)
    risks = dict(Counter(str(code) for claim in plan.claims for code in {r.code for r in claim.risks}))
    return ImportReport(
        created, updated, unchanged, len(file.works), len(file.characters), file.warnings, len(plan.claims), dict(sorted(risks.items()))
    )


def _write(registry: Registry, caller: Caller, plan: ImportPlan) -> bool:
    with registry.database.write() as session:
        if plan.asked:
            count_up(session, entries_of(caller.organisation.id), hour_of(registry.now()), plan.asked)
        return store.commit_changes(session, plan.changes, cases=plan.cases, expected_revision=plan.revision) is not None


def _plan(registry: Registry, caller: Caller, file: ImportFile, progress: Progress, batch: str | None) -> ImportPlan:
    """Return the changes that the file asks for, against the catalog at the revision that it holds."""
    catalog = registry.catalog.refresh()
    with registry.database.read() as session:
        planner = ImportPlan(registry, session, catalog, caller, file, batch)
        for done, line in enumerate((*file.works, *file.characters), 1):
            planner.add(line)
            if done % PROGRESS_STEP == 0 or done == file.count:
                progress(done, file.count)
    if planner.errors:
        raise InvalidImport(f"{len(planner.errors)} lines cannot be imported; nothing was", fields=tuple(planner.errors))
    return planner


def export_lines(registry: Registry, caller: Caller, *, rightsholder: str | None = None) -> Iterator[str]:
    """Yield the entries in force of a rightsholder (the caller's own when not said) as import lines, works first."""
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
        if work.status in IN_FORCE:
            yield {"type": "work", **_written(work, WORK)}
    for character in characters.values():
        if character.status in IN_FORCE:
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
            report = import_file(self._registry, caller, data, file_format, progress=progress, batch=job.id)
            claims = {"waiting": report.waiting, "risks": dict(report.risks)}
            outcome = {"counts": report.counts(), "claims": claims, "warnings": _lines(report.warnings)}
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
