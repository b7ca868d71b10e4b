"""Verifying the database against its own log: every row that hangs on the log must follow from its leaves, and they from the head."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.core.decision_log.checkpoint import Checkpoint, verify_rotation
from registry.core.decision_log.flaws import Flaw
from registry.core.decision_log.keys import VerifierKey
from registry.core.decision_log.leaf import commit_to_prompt
from registry.core.decision_log.merkle import Frontier, leaf_hash, node_hash
from registry.core.decision_log.rules import CATALOG, EntryRules
from registry.core.decision_log.tiles import TILE_HEIGHT
from registry.core.errors import Damaged, LogChanged, ProofRejected
from registry.store.audit import (
    BATCH,
    FullHead,
    KeptRow,
    Leaf,
    Rows,
    find_decision_id,
    first_outside,
    read_full_head,
    read_rows,
    stored_subtrees,
)
from registry.store.catalog import load_catalog
from registry.store.database import Session
from registry.usecases.log import PublicKeys, public_keys_in
from registry.usecases.log_state import Seen, require_not_shorter, require_same_history
from registry.usecases.rebuild import Entry, entry_of
from registry.usecases.registry import Registry
from registry.usecases.verify import Verified
from registry.usecases.verify_cases import CaseWalk

Progress = Callable[[int, int], None]
CHANGED_WHOLE = "the leaves no longer have the root that the head says"


def verify_database(
    registry: Registry,
    origin: str,
    keys: tuple[VerifierKey, ...],
    seen: Seen | None = None,
    *,
    progress: Progress = lambda _done, _total: None,
) -> Verified:
    """Check every row that hangs on the log. Raises VerificationFailed at the first lie, naming the index where there is one.

    Not in the log, and so not checked: services, auditors and API keys; import jobs; the index over names.
    """
    with registry.database.read() as session:
        return verify_session(session, origin, keys, seen, progress=progress)


def verify_session(
    session: Session,
    origin: str,
    keys: tuple[VerifierKey, ...],
    seen: Seen | None = None,
    *,
    progress: Progress = lambda _done, _total: None,
) -> Verified:
    """Check every row that this session sees, as `verify_database` does."""
    head = read_full_head(session)
    if head is None:
        raise LogChanged("the log's head is gone", code=Flaw.WRONG_HEAD)
    if seen is not None:
        require_not_shorter(seen, head.size)
    walk = _Walk(session, head, seen, _handovers(public_keys_in(session)))
    for first in range(0, head.size, BATCH):
        walk.read(read_rows(session, first, min(first + BATCH, head.size)), first)
        progress(min(first + BATCH, head.size), head.size)
    walk.finish()
    return Verified(walk.words(), Seen(Checkpoint(origin, head.size, head.root), keys, head.revision))


def _handovers(known: PublicKeys) -> dict[int, bytes]:
    """Return the roots, by size, of the checkpoints by which the log's keys handed over. Raises CheckpointRejected."""
    if len(known.rotations) != len(known.keys) - 1:
        raise LogChanged("a key of the log has come without a checkpoint signed by the one before", code=Flaw.WRONG_HEAD)
    pairs = zip(known.rotations, known.keys, known.keys[1:], strict=False)
    heads = [verify_rotation(note, known.origin, old, new) for note, old, new in pairs]
    return {head.size: head.root for head in heads}


class _Walk:
    """One pass over the log; holds the tree's edge, the level hashes and the catalog as the leaves have it."""

    def __init__(self, session: Session, head: FullHead, seen: Seen | None, handovers: dict[int, bytes]) -> None:
        self._session, self._head, self._seen, self._handovers = session, head, seen, handovers
        self._frontier, self._rules = Frontier(), EntryRules()
        self._subtrees: dict[tuple[int, int], bytes] = {}
        self._stored = {(level, number): hash_ for level, number, hash_ in stored_subtrees(session)}
        self._entries: dict[str, Entry] = {}
        self._erased: dict[int, int] = {}
        self._kept: dict[int, KeptRow] = {}
        self._prompts = 0
        self._cases = CaseWalk()
        if seen is not None and seen.head.size == 0:
            require_same_history(seen, self._frontier.root())

    def read(self, rows: Rows, first: int) -> None:
        """Check the rows of one range, which begins at `first`."""
        hashes: list[bytes] = []
        for expected, leaf in enumerate(rows.leaves, first):
            if leaf.index != expected:
                raise LogChanged(f"entry {expected} is missing", code=Flaw.MISSING_ENTRY)
            if leaf_hash(leaf.data) != leaf.hash:
                raise ProofRejected(f"entry {leaf.index} is not the one whose hash is in the log", code=Flaw.WRONG_ENTRY)
            content = self._rules.read(leaf.index, leaf.data)
            try:
                self._check_rows(leaf, content, rows)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise LogChanged(f"entry {leaf.index} does not hold what a `{content['type']}` holds", code=Flaw.WRONG_ENTRY) from error
            hashes.append(leaf.hash)
        if len(rows.leaves) < min(BATCH, self._head.size - first):
            raise LogChanged(f"entry {first + len(rows.leaves)} is missing", code=Flaw.MISSING_ENTRY)
        self._grow(hashes)

    def _grow(self, hashes: list[bytes]) -> None:
        """Extend the tree, looking at the stored subtrees and the head seen last as they are passed."""
        stack, size = list(self._frontier.hashes), self._frontier.size
        for entry in hashes:
            node, height, size = entry, 0, size + 1
            while not size >> height & 1:
                node, height = node_hash(stack.pop(), node), height + 1
                self._passed(height, (size >> height) - 1, node)
            stack.append(node)
            if self._seen is not None and size == self._seen.head.size:
                require_same_history(self._seen, Frontier(size, tuple(stack)).root())
            if size in self._handovers and self._handovers.pop(size) != Frontier(size, tuple(stack)).root():
                message = f"the first {size} entries are not those that were signed when the log's key changed"
                raise LogChanged(message, code=Flaw.ANOTHER_HISTORY)
        self._frontier = Frontier(size, tuple(stack))

    def _passed(self, height: int, number: int, node: bytes) -> None:
        level, rest = divmod(height, TILE_HEIGHT)
        if rest or (stored := self._stored.pop((level, number), None)) is None:
            return
        if stored != node:
            first, last = number << height, ((number + 1) << height) - 1
            raise ProofRejected(f"entries {first} to {last} do not fold into the stored hash of them", code=Flaw.WRONG_TILE)

    def _check_rows(self, leaf: Leaf, content: Mapping[str, Any], rows: Rows) -> None:
        kind = str(content["type"])
        if leaf.kind != kind.removeprefix(CATALOG):
            raise LogChanged(f"entry {leaf.index} is a `{kind}`, its row says `{leaf.kind}`", code=Flaw.WRONG_INDEX)
        found = rows.decisions.get(leaf.index)
        if (found is not None) != (kind == "decision"):
            raise LogChanged(f"entry {leaf.index} is a `{kind}`, but the index of decisions disagrees", code=Flaw.WRONG_INDEX)
        if kind == "decision":
            self._check_decision(leaf.index, content, found, rows)
        elif leaf.index in rows.characters or leaf.index in rows.prompts:
            raise LogChanged(f"entry {leaf.index} is no decision, but characters or a prompt hang on it", code=Flaw.SURPLUS_ROW)
        elif kind.startswith(CATALOG):
            entry = entry_of(content, self._rules.revision)
            self._entries[entry.id] = entry
        self._check_report(leaf.index, kind, content, rows)
        self._cases.read(leaf.index, content)
        if kind == "erasure":
            self._erased.update(dict.fromkeys(content["prompts"], leaf.index))

    def _check_decision(self, index: int, content: Mapping[str, Any], found: Any, rows: Rows) -> None:
        said = (content["id"], content["service"], content["outcome"], content["revision"], content["level"], " ".join(content["reasons"]))
        if said != (found.id, found.service_id, found.outcome, found.revision, found.level, found.reasons):
            raise LogChanged(f"decision {index} is indexed as something else than it says", code=Flaw.WRONG_INDEX)
        named, indexed = {v["character"] for v in content["verdicts"]}, rows.characters.get(index, set())
        left_out = sum(int(note.split(":")[1]) for note in content["omitted"] if note.startswith("verdicts:"))
        if not named <= indexed or len(indexed) != len(named) + left_out:
            raise LogChanged(f"decision {index} is indexed under other characters than it names", code=Flaw.WRONG_INDEX)
        kept = rows.prompts.get(index)
        how = content["prompt"].get("kept", "none")
        if (kept is None) != (how == "none"):
            raise LogChanged(f"decision {index} says how its prompt is kept (`{how}`), and it is not so", code=Flaw.WRONG_PROMPT)
        if kept is not None:
            self._check_prompt(index, content, kept)

    def _check_prompt(self, index: int, content: Mapping[str, Any], kept: KeptRow) -> None:
        self._prompts += 1
        if kept.erased_by is not None:
            self._kept[index] = kept
        elif kept.text is None or kept.salt is None or commit_to_prompt(kept.text, kept.salt) != content["prompt"]["hash"]:
            raise LogChanged(f"the prompt kept for decision {index} is not the one it commits to", code=Flaw.WRONG_PROMPT)

    def _check_report(self, index: int, kind: str, content: Mapping[str, Any], rows: Rows) -> None:
        said = (content["index"], content["action"]) if kind == "outcome" else None
        if said != rows.reported.get(index):
            raise LogChanged(f"entry {index} and the index of reported outcomes disagree", code=Flaw.WRONG_INDEX)
        if said is not None and find_decision_id(self._session, said[0]) != content["decision"]:
            raise LogChanged(f"entry {index} reports on decision {said[0]}, which is another one", code=Flaw.WRONG_INDEX)

    def finish(self) -> None:
        """Check what can only be seen at the end."""
        if any(self._handovers):
            message = f"the log's key changed at {max(self._handovers)} entries, but there are only {self._head.size}"
            raise LogChanged(message, code=Flaw.WENT_BACK)
        outside = first_outside(self._session, self._head.size)
        if outside is not None:
            raise LogChanged(f"table `{outside[0]}` has a row {outside[1]} outside the log", code=Flaw.SURPLUS_ROW)
        if self._frontier.root() != self._head.root or self._frontier.to_bytes() != self._head.frontier:
            raise ProofRejected(f"{CHANGED_WHOLE}: one of the {self._head.size} entries, or the head, was changed", code=Flaw.WRONG_ROOT)
        if self._rules.revision != self._head.revision:
            message = f"the head is at revision {self._head.revision}, but the log has {self._rules.revision} changes"
            raise LogChanged(message, code=Flaw.WRONG_HEAD)
        if self._stored:
            level, number = next(iter(self._stored))
            raise LogChanged(f"a hash is stored for subtree {number} of level {level}, which is not full", code=Flaw.SURPLUS_ROW)
        for index, kept in self._kept.items():
            if self._erased.get(index) != kept.erased_by or kept.text is not None or kept.salt is not None:
                raise LogChanged(f"the prompt of decision {index} is gone, and no entry says who erased it", code=Flaw.WRONG_PROMPT)
        self._check_catalog()
        self._cases.finish(self._session)

    def _check_catalog(self) -> None:
        try:
            rows = load_catalog(self._session)
        except Damaged as error:
            raise LogChanged(error.message.partition(":")[0], code=Flaw.WRONG_CATALOG) from error
        registered: tuple[Entry, ...] = (*rows.rightsholders, *rows.works, *rows.characters)
        stored = {entry.id: entry for entry in registered}
        for entry_id in sorted(stored.keys() | self._entries.keys()):
            if stored.get(entry_id) != self._entries.get(entry_id):
                raise LogChanged(f"`{entry_id}` is registered as something else than the log says", code=Flaw.WRONG_CATALOG)

    def words(self) -> tuple[str, ...]:
        """Say what was checked."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._rules.counts.items()))
        seen = () if self._seen is None else (f"the {self._seen.head.size} entries seen last are all still there, unchanged",)
        return (
            f"all {self._head.size} entries are there, each canonical and with its hash ({kinds or 'none'})",
            "their tree has the root, the frontier and the revision that the head says",
            *seen,
            "each decision was made at the revision of the changes before it, and is indexed as what it says",
            f"{len(self._entries)} registered entries are what the log says, and no others are registered",
            f"{len(self._cases)} claims, disputes, verifications and reserved names are what the log says",
            f"{self._prompts} kept or erased prompts are those that their decisions commit to, each erasure is in the log",
        )
