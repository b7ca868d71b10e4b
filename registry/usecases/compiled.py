"""Starting from names that were compiled before, when they are of this matcher and of this log; else compiling them.

A compiled file is keyed by the matcher's fingerprint and by where the log stood: revision, size and root of the tree. Whatever
does not fit (another log, a restored backup, another version, damage) is passed over and written anew.
"""

from dataclasses import dataclass
from pathlib import Path

from registry.core.catalog import Catalog, catalog_from_compiled
from registry.core.decision_log.prove import frontier_of
from registry.core.decision_log.tiles import hashes_from_tiles
from registry.core.errors import RegistryError
from registry.core.matching import read_key, segment_to_bytes
from registry.store.catalog import load_unread
from registry.store.compiled_names import read_compiled, write_compiled
from registry.store.database import Session
from registry.store.tree import read_tile, read_tree_head
from registry.store.word_facts import load_word_facts, matcher_fingerprint

WORTH_KEEPING = 1_000  # characters; fewer are compiled faster than found
STALE = 4  # so many changes as one in four characters since: compiling all of them anew serves every later check better


@dataclass(frozen=True, slots=True)
class CompiledNames:
    """The file of a process, if it has one."""

    path: Path | None = None

    def load(self, session: Session, access_epoch: int) -> Catalog | None:
        """Return the catalog as it was when its names were compiled, None when there is no file that fits."""
        data = None if self.path is None else read_compiled(self.path)
        if data is None:
            return None
        try:
            key = read_key(data)
            revision = int(key["revision"])
            if key["matcher"] != matcher_fingerprint() or not _is_of_this_log(session, revision, int(key["size"]), str(key["root"])):
                return None
            if STALE * (read_tree_head(session).revision - revision) > int(key["characters"]):
                return None
            holders, works, characters = load_unread(session, until=revision)
            return catalog_from_compiled(
                data,
                load_word_facts(),
                revision=revision,
                access_epoch=access_epoch,
                rightsholders=holders,
                works=works,
                characters=characters,
            )
        except (RegistryError, ValueError, KeyError, TypeError):
            return None

    def keep(self, session: Session, catalog: Catalog) -> None:
        """Write the names of a catalog that was compiled as one; `session` reads the same state of the log."""
        if self.path is None or len(catalog.lexicon.segments) > 1 or len(catalog.characters) < WORTH_KEEPING:
            return
        head = read_tree_head(session)
        key: dict[str, str | int] = {
            "matcher": matcher_fingerprint(),
            "revision": catalog.revision,
            "size": head.size,
            "root": head.root.hex(),
            "characters": len(catalog.characters),
        }
        write_compiled(self.path, segment_to_bytes(catalog.lexicon.segments[0], key))


def _is_of_this_log(session: Session, revision: int, size: int, root: str) -> bool:
    head = read_tree_head(session)
    if not (0 < size <= head.size and 0 < revision <= head.revision):
        return False
    get = hashes_from_tiles(head.size, lambda tile: read_tile(session, tile))
    return frontier_of(size, get).root().hex() == root
