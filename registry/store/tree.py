"""The tree read back (C2SP tlog-tiles): level 0 from the leaves, the levels above from `subtree`, which is filled behind the head.

`subtree` row (level, number) is the root over the 256**level leaves from number * 256**level on. It is only a short cut:
a row that is missing is computed from the level below, and `registry verify` compares every one of them with the leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from registry.core.decision_log.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Tile, root_over, split_tile
from registry.store.entries import whole_entry

_HEAD = text("SELECT size, root, revision FROM tree_head WHERE id = 1")
_LEAF_HASHES = text("SELECT hash FROM leaf WHERE log_index >= :first AND log_index < :end ORDER BY log_index")
_SUBTREES = text("SELECT number, hash FROM subtree WHERE level = :level AND number >= :first AND number < :end ORDER BY number")
_ENTRIES = text("SELECT log_index, hash, data FROM leaf WHERE log_index >= :first AND log_index < :end ORDER BY log_index")
_FILLED = text("SELECT max(number) FROM subtree WHERE level = :level")
_ADD = text("INSERT INTO subtree (level, number, hash) VALUES (:level, :number, :hash) ON CONFLICT DO NOTHING")


@dataclass(frozen=True, slots=True)
class Head:
    """The log's head as one snapshot shows it."""

    size: int
    root: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Subtree:
    """The root over the full subtree `number` of 256**level leaves."""

    level: int
    number: int
    hash: bytes


def read_tree_head(session: Session) -> Head:
    """Return the head; nothing is locked."""
    size, root, revision = session.execute(_HEAD).one()
    return Head(size, bytes(root), revision)


def read_tile(session: Session, tile: Tile) -> bytes:
    """Return the hashes of a tile one after another: fewer than its width when the log does not reach so far."""
    first = tile.index * TILE_WIDTH
    bounds = {"first": first, "end": first + tile.width}
    if tile.level == 0:
        return b"".join(session.scalars(_LEAF_HASHES, bounds).all())  # all at once: row by row takes three times as long
    rows = session.execute(_SUBTREES, {"level": tile.level, **bounds}).all()
    if len(rows) == tile.width:
        return b"".join(hash_ for _, hash_ in rows)
    found = {number: bytes(hash_) for number, hash_ in rows}
    hashes = (found.get(number) or _computed(session, tile.level, number) for number in range(first, first + tile.width))
    return b"".join(hashes)


def read_entries(session: Session, bundle: Bundle) -> Sequence[bytes]:
    """Return the entries of a bundle. Raises Damaged."""
    first = bundle.index * TILE_WIDTH
    return [whole_entry(*row) for row in session.execute(_ENTRIES, {"first": first, "end": first + bundle.width}).all()]


def missing_subtrees(session: Session, size: int, *, limit: int) -> Sequence[Subtree]:
    """Return up to `limit` full subtrees of the tree of `size` leaves that are not stored yet, from the lowest such level."""
    level = 1
    while count := size >> TILE_HEIGHT * level:
        last = session.scalar(_FILLED, {"level": level})
        filled = 0 if last is None else last + 1
        if filled < count:
            return [Subtree(level, n, _computed(session, level, n)) for n in range(filled, min(count, filled + limit))]
        level += 1
    return []


def add_subtrees(session: Session, subtrees: Sequence[Subtree]) -> None:
    """Store subtrees; those that another process stored meanwhile stay."""
    session.execute(_ADD, [{"level": s.level, "number": s.number, "hash": s.hash} for s in subtrees])


def _computed(session: Session, level: int, number: int) -> bytes:
    below = Tile(level - 1, number)
    return root_over(split_tile(below, read_tile(session, below)))


def read_leaf(session: Session, index: int) -> bytes:
    """Return the bytes of one entry, which must be there. Raises Damaged."""
    return whole_entry(*session.execute(_ENTRIES, {"first": index, "end": index + 1}).one())
