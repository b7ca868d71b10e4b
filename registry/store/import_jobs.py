"""Import jobs: their progress while they run, their report when they end."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from registry.store.tables import ImportJobRow

INTERRUPTED = '{"errors": [{"line": 0, "message": "the registry was stopped meanwhile; nothing was imported"}]}'


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import; `report` is JSON: counts and warnings, or errors."""

    id: str
    rightsholder: str
    state: str
    lines_done: int
    lines_total: int
    report: str | None
    created_at: datetime
    finished_at: datetime | None

    def moved(self, done: int, total: int) -> "ImportJob":
        """Return the job a step further."""
        return replace(self, lines_done=done, lines_total=total)

    def finished(self, state: str, report: str, at: datetime) -> "ImportJob":
        """Return the job at its end."""
        return replace(self, state=state, report=report, finished_at=at)


def save_job(session: Session, job: ImportJob) -> None:
    """Store the job as it is now."""
    session.merge(
        ImportJobRow(
            id=job.id,
            rightsholder_id=job.rightsholder,
            state=job.state,
            lines_done=job.lines_done,
            lines_total=job.lines_total,
            report=job.report,
            created_at=job.created_at,
            finished_at=job.finished_at,
        )
    )


def find_job(session: Session, job_id: str) -> ImportJob | None:
    """Return the job with this id."""
    row = session.get(ImportJobRow, job_id)
    if row is None:
        return None
    return ImportJob(row.id, row.rightsholder_id, row.state, row.lines_done, row.lines_total, row.report, row.created_at, row.finished_at)


def fail_running(session: Session, *, at: datetime, begun_before: datetime) -> None:
    """Mark jobs that say they are running, and were begun before that moment, as failed."""
    running = update(ImportJobRow).where(col(ImportJobRow.state) == "running", col(ImportJobRow.created_at) <= begun_before)
    session.execute(running.values(state="failed", report=INTERRUPTED, finished_at=at))
