"""What `registry doctor` reads: is the database there, and are its rows what was written? Nothing is changed, nothing believed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from registry.core.decision_log.merkle import leaf_hash
from registry.core.errors import Damaged
from registry.core.model import Character, Organisation, Role, Work
from registry.store.catalog import find_character, find_work, read_holder
from registry.store.database import Database
from registry.store.tables import CharacterRow, OrganisationRow, WorkRow

BATCH = 1_000
_NTH_CHANGE = text(
    "SELECT log_index, data FROM leaf WHERE kind <> 'decision' AND kind IN ('organisation', 'work', 'character') "
    "ORDER BY log_index LIMIT 1 OFFSET :offset"
)


def find_trouble(database: Database) -> str | None:
    """Return why the database cannot be read, None when it can. A SQLite file that is not there is not made."""
    path = database.url.database
    if database.is_sqlite and path is not None and not Path(path).exists():
        return f"there is no file `{path}`"
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return str(getattr(error, "orig", error)).splitlines()[0]
    return None


def find_broken_pages(session: Session) -> str | None:
    """Return what SQLite itself finds wrong with its file; None on PostgreSQL, which checks every page that it reads."""
    if session.connection().dialect.name != "sqlite":
        return None
    found: str = session.scalar(text("PRAGMA quick_check(1)")) or ""
    return None if found == "ok" else found


def last_index(session: Session) -> int:
    """Return the highest index of an entry, -1 for an empty log."""
    found: int | None = session.scalar(text("SELECT max(log_index) FROM leaf"))
    return -1 if found is None else found


def damaged_entries(session: Session, indices: Sequence[int]) -> list[int]:
    """Return those of the log's entries that are missing or do not have the hash stored beside them."""
    read = text("SELECT hash, data FROM leaf WHERE log_index = :index")
    wrong = []
    for index in indices:
        found: Any = session.execute(read, {"index": index}).first()
        if found is None or leaf_hash(bytes(found[1])) != bytes(found[0]):
            wrong.append(index)
    return wrong


def count_overdue_prompts(session: Session, before: int) -> int:
    """Return how many prompts should have been erased before a moment (microseconds since 1970)."""
    return int(
        session.scalar(text("SELECT count(*) FROM prompt WHERE erase_at IS NOT NULL AND erase_at < :before"), {"before": before}) or 0
    )


def entry_ids(session: Session) -> Iterator[str]:
    """Yield the ids of all rightsholders, works and characters."""
    holders = select(OrganisationRow.id).where(OrganisationRow.role == Role.rightsholder)
    for query in (holders, select(WorkRow.id), select(CharacterRow.id)):
        yield from session.exec(query)


def read_entry(session: Session, entry_id: str) -> Organisation | Work | Character | None:
    """Return what is registered under an id. Raises Damaged."""
    return (
        find_character(session, entry_id=entry_id)
        or find_work(session, entry_id=entry_id)
        or next((read_holder(row) for row in session.exec(select(OrganisationRow).where(col(OrganisationRow.id) == entry_id))), None)
    )


def damaged_rows(session: Session) -> list[str]:
    """Return, for each row of the catalog that is not what was written, a sentence that names it."""
    wrong = []
    for entry_id in list(entry_ids(session)):
        try:
            read_entry(session, entry_id)
        except Damaged as error:
            wrong.append(error.message.partition(":")[0])
    return wrong


def change_at(session: Session, revision: int) -> tuple[int, bytes] | None:
    """Return index and bytes of the entry that made a revision."""
    found = session.execute(_NTH_CHANGE, {"offset": revision - 1}).first()
    return None if found is None else (found[0], bytes(found[1]))
