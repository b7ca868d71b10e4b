"""Prompts that were kept: read, found due, erased; and entries appended outside a check."""

from collections.abc import Sequence

from sqlalchemy import bindparam, text
from sqlmodel import Session

from registry.store.audit import KeptRow
from registry.store.log import POSTGRES_LOG, SQLITE_LOG, LeafDraft, Receipt, append_leaves, read_head

_READ = text("SELECT text, salt, erased_by FROM prompt WHERE log_index = :index")
_DUE = text("SELECT log_index FROM prompt WHERE erase_at IS NOT NULL AND erase_at <= :now ORDER BY erase_at LIMIT :limit")
_ERASE = text("UPDATE prompt SET text = NULL, salt = NULL, erase_at = NULL, erased_by = :by WHERE log_index IN :indices").bindparams(
    bindparam("indices", expanding=True)
)
_LIVE = text("SELECT log_index FROM prompt WHERE erased_by IS NULL AND log_index IN :indices ORDER BY log_index").bindparams(
    bindparam("indices", expanding=True)
)


def find_prompt(session: Session, index: int) -> KeptRow | None:
    """Return the prompt of the decision at an index, None when it never was kept."""
    found = session.execute(_READ, {"index": index}).first()
    return None if found is None else KeptRow(found[0], None if found[1] is None else bytes(found[1]), found[2])


def due_prompts(session: Session, now: int, *, limit: int) -> Sequence[int]:
    """Return the indices of prompts whose time has come, oldest first. `now` in microseconds since 1970."""
    return session.scalars(_DUE, {"now": now, "limit": limit}).all()


def live_prompts(session: Session, indices: Sequence[int]) -> Sequence[int]:
    """Return those of the indices whose prompts are still there."""
    return session.scalars(_LIVE, {"indices": list(indices)}).all()


def erase_prompts(session: Session, indices: Sequence[int], *, by: int) -> None:
    """Overwrite prompts and salts; entry `by` of the log says so. Does not commit."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")  # or the text would stay in the file's free pages
    session.execute(_ERASE, {"by": by, "indices": list(indices)})


def append_entries(session: Session, drafts: Sequence[LeafDraft]) -> list[Receipt]:
    """Append entries that change no catalog, in a write session, which owns the head. Does not commit."""
    cursor = session.connection().connection.cursor()
    statements = SQLITE_LOG if session.get_bind().dialect.name == "sqlite" else POSTGRES_LOG
    return append_leaves(cursor, statements, read_head(cursor, statements), drafts)[1]
