"""Appending leaves: dense indices from the locked tree head, the RFC 6962 frontier kept with it, in one transaction.

Plain DB-API cursors, because this runs once for every check: through the ORM it costs ten times as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.core.decision_log.merkle import Frontier, leaf_hash

MAX_LEAF_BYTES = 65_535  # C2SP tlog-tiles: an entry's length is a uint16


@dataclass(frozen=True, slots=True)
class DecisionIndex:
    """What a decision is found by; `characters` are (character id, rightsholder id)."""

    id: str
    service: str
    decided_at: int
    outcome: str
    revision: int
    characters: tuple[tuple[str, str], ...]
    level: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class KeptPrompt:
    """A prompt that its service wants kept, the salt of its commitment, and when to erase it (microseconds; None: with the decision)."""

    text: str
    salt: bytes
    erase_at: int | None


@dataclass(frozen=True, slots=True)
class LeafDraft:
    """A leaf that has no index yet: canonical bytes, at most `MAX_LEAF_BYTES`."""

    kind: str
    data: bytes
    decision: DecisionIndex | None = None
    prompt: KeptPrompt | None = None


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The log's head: its frontier (and so size and root), the catalog's revision, the epoch of access."""

    frontier: Frontier
    revision: int
    access_epoch: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a leaf stands: its index in the log, and its leaf hash."""

    index: int
    leaf_hash: bytes


class LogStatements:
    """The statements of the log for one DB-API placeholder style (`?` of sqlite3, `%s` of psycopg)."""

    def __init__(self, placeholder: str) -> None:
        def sql(text: str) -> str:
            return text.replace("?", placeholder)

        head = "SELECT size, frontier, revision, access_epoch FROM tree_head WHERE id = 1"
        self.head = head if placeholder == "?" else f"{head} FOR UPDATE"
        self.leaf = sql("INSERT INTO leaf (log_index, kind, hash, data) VALUES (?, ?, ?, ?)")
        self.decision = sql(
            "INSERT INTO decision (log_index, id, service_id, decided_at, outcome, revision, level, reasons) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        self.prompt = sql("INSERT INTO prompt (log_index, text, salt, erase_at) VALUES (?, ?, ?, ?)")
        self.character = sql("INSERT INTO decision_character (log_index, character_id, rightsholder_id) VALUES (?, ?, ?)")
        self.move = sql("UPDATE tree_head SET size = ?, root = ?, frontier = ?, revision = ?, access_epoch = ? WHERE id = 1")


SQLITE_LOG = LogStatements("?")
POSTGRES_LOG = LogStatements("%s")


def read_head(cursor: Any, statements: LogStatements) -> TreeHead:
    """Return the head; on PostgreSQL this locks it until the transaction ends."""
    size, frontier, revision, epoch = cursor.execute(statements.head).fetchone()
    return TreeHead(Frontier.from_bytes(size, bytes(frontier)), revision, epoch)


def append_leaves(
    cursor: Any, statements: LogStatements, head: TreeHead, drafts: Sequence[LeafDraft], *, revisions: int = 0, access_changes: int = 0
) -> tuple[TreeHead, list[Receipt]]:
    """Append `drafts` after `head`, which must have been read in this transaction, and move the head.

    `revisions` is by how much the catalog's revision grows, `access_changes` the epoch of access.
    """
    first = head.frontier.size
    receipts = [Receipt(first + i, leaf_hash(draft.data)) for i, draft in enumerate(drafts)]
    if drafts:
        cursor.executemany(statements.leaf, [(r.index, d.kind, r.leaf_hash, d.data) for r, d in zip(receipts, drafts, strict=True)])
    _insert_decisions(cursor, statements, receipts, drafts)
    frontier = head.frontier.extended(r.leaf_hash for r in receipts)
    moved = TreeHead(frontier, head.revision + revisions, head.access_epoch + access_changes)
    cursor.execute(statements.move, (frontier.size, frontier.root(), frontier.to_bytes(), moved.revision, moved.access_epoch))
    return moved, receipts


def _insert_decisions(cursor: Any, statements: LogStatements, receipts: list[Receipt], drafts: Sequence[LeafDraft]) -> None:
    decisions: list[tuple[int, str, str, int, str, int, str, str]] = []
    characters: list[tuple[int, str, str]] = []
    prompts: list[tuple[int, str, bytes, int | None]] = []
    for receipt, draft in zip(receipts, drafts, strict=True):
        if (found := draft.decision) is not None:
            decisions.append(
                (receipt.index, found.id, found.service, found.decided_at, found.outcome, found.revision, found.level, found.reasons)
            )
            characters.extend((receipt.index, character, rightsholder) for character, rightsholder in found.characters)
        if (kept := draft.prompt) is not None:
            prompts.append((receipt.index, kept.text, kept.salt, kept.erase_at))
    if decisions:
        cursor.executemany(statements.decision, decisions)
    if characters:
        cursor.executemany(statements.character, characters)
    if prompts:
        cursor.executemany(statements.prompt, prompts)
