"""What a replay reads: which decisions there are, their leaves, and the prompts that were kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from registry.store.audit import KeptRow
from registry.store.entries import whole_entry

_INDICES = text("SELECT log_index FROM decision WHERE log_index >= :first AND log_index < :end ORDER BY log_index")
_LEAF = text("SELECT log_index, hash, data FROM leaf WHERE log_index = :index")
_PROMPT = text("SELECT text, salt, erased_by FROM prompt WHERE log_index = :index")
_ENTRIES_BEFORE = text(
    "SELECT count(*) FROM leaf WHERE kind <> 'decision' AND kind IN ('organisation', 'work', 'character') AND log_index < :index"
)


def decision_indices(session: Session, first: int, end: int) -> Sequence[int]:
    """Return the indices of all decisions in a range, in order."""
    return session.scalars(_INDICES, {"first": first, "end": end}).all()


def read_decision(session: Session, index: int) -> tuple[bytes, KeptRow | None]:
    """Return the leaf of a decision, and its prompt when it was kept or has been erased. Raises Damaged."""
    leaf = whole_entry(*session.execute(_LEAF, {"index": index}).one())
    found: Any = session.execute(_PROMPT, {"index": index}).first()
    return leaf, None if found is None else KeptRow(found[0], None if found[1] is None else bytes(found[1]), found[2])


def changes_before(session: Session, index: int) -> int:
    """Return how many catalog changes stand before an index."""
    return int(session.scalars(_ENTRIES_BEFORE, {"index": index}).one())
