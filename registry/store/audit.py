"""Reading everything that hangs on the log, in index order and in one snapshot, for `registry verify` and `registry replay`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from registry.core.decision_log.flaws import Flaw
from registry.core.errors import LogChanged
from registry.store.entries import whole_entry

BATCH = 1_000

_LEAVES = text("SELECT log_index, kind, hash, data FROM leaf WHERE log_index >= :first AND log_index < :end ORDER BY log_index")
_DECISIONS = text(
    "SELECT log_index, id, service_id, outcome, revision, level, reasons FROM decision WHERE log_index >= :first AND log_index < :end"
)
_CHARACTERS = text("SELECT log_index, character_id FROM decision_character WHERE log_index >= :first AND log_index < :end")
_PROMPTS = text("SELECT log_index, text, salt, erased_by FROM prompt WHERE log_index >= :first AND log_index < :end")
_REPORTED = text("SELECT log_index, decision_index, action FROM reported WHERE log_index >= :first AND log_index < :end")
_OUTSIDE = text("SELECT min(log_index) FROM leaf WHERE log_index < 0 OR log_index >= :size")
_OUTSIDE_OF = {
    table: text(f"SELECT min(log_index) FROM {table} WHERE log_index < 0 OR log_index >= :size")  # noqa: S608  names of our own
    for table in ("decision", "decision_character", "prompt", "reported")
}
_SUBTREES = text("SELECT level, number, hash FROM subtree ORDER BY level, number")
_HEAD = text("SELECT size, root, frontier, revision FROM tree_head WHERE id = 1")
# Written as the partial index `leaf_not_decision` has it, so that it is used.
_CATALOG = text(
    "SELECT log_index, hash, data FROM leaf WHERE kind <> 'decision' AND kind IN ('organisation', 'work', 'character') "
    "AND log_index >= :first AND log_index < :end ORDER BY log_index LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class FullHead:
    """The head as stored: nothing of it is believed."""

    size: int
    root: bytes
    frontier: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row of the log."""

    index: int
    kind: str
    hash: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A kept prompt with the salt of its commitment; both None once erased, by the leaf `erased_by`."""

    text: str | None
    salt: bytes | None
    erased_by: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The leaves of a range, and what the other tables say about each index in it."""

    leaves: Sequence[Leaf]
    decisions: dict[int, Any]
    characters: dict[int, set[str]]
    prompts: dict[int, KeptRow]
    reported: dict[int, tuple[int, str]]


def read_full_head(session: Session) -> FullHead | None:
    """Return the stored head, None when its row is gone."""
    found = session.execute(_HEAD).first()
    return None if found is None else FullHead(found[0], bytes(found[1]), bytes(found[2]), found[3])


def read_rows(session: Session, first: int, end: int) -> Rows:
    """Return everything with an index from `first` up to `end`."""
    bounds = {"first": first, "end": end}
    leaves = [Leaf(i, kind, _raw(i, hash_), _raw(i, data)) for i, kind, hash_, data in session.execute(_LEAVES, bounds)]
    characters: dict[int, set[str]] = {}
    for index, character in session.execute(_CHARACTERS, bounds):
        characters.setdefault(index, set()).add(character)
    return Rows(
        leaves,
        {row.log_index: row for row in session.execute(_DECISIONS, bounds)},
        characters,
        {i: KeptRow(said, None if salt is None else bytes(salt), by) for i, said, salt, by in session.execute(_PROMPTS, bounds)},
        {i: (decision, action) for i, decision, action in session.execute(_REPORTED, bounds)},
    )


def _raw(index: int, value: object) -> bytes:
    """Return stored bytes; SQLite lets anyone put text or nothing in their place."""
    if not isinstance(value, bytes | memoryview):
        raise LogChanged(f"entry {index} is not stored as bytes", code=Flaw.WRONG_ENTRY)
    return bytes(value)


def find_decision_id(session: Session, index: int) -> str | None:
    """Return the id of the decision at an index."""
    found: str | None = session.scalar(text("SELECT id FROM decision WHERE log_index = :index"), {"index": index})
    return found


def first_outside(session: Session, size: int) -> tuple[str, int] | None:
    """Return table and index of a row that lies outside a log of this size, if there is one."""
    for table, query in (("leaf", _OUTSIDE), *_OUTSIDE_OF.items()):
        found = session.scalar(query, {"size": size})
        if found is not None:
            return table, found
    return None


def stored_subtrees(session: Session) -> Iterator[tuple[int, int, bytes]]:
    """Yield level, number and hash of every stored subtree, level by level."""
    for level, number, hash_ in session.execute(_SUBTREES):
        yield level, number, bytes(hash_)


def catalog_leaves(session: Session, first: int, end: int, *, limit: int = 2**62) -> Iterator[tuple[int, bytes]]:
    """Yield index and bytes of the catalog's changes in a range, in order, at most `limit` of them. Raises Damaged."""
    for index, hash_, data in session.execute(_CATALOG, {"first": first, "end": end, "limit": limit}):
        yield index, whole_entry(index, hash_, data)
