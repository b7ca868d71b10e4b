"""The change feed: entries by the revision of their last change."""

from collections.abc import Sequence

from registry.core.model import Character, Work
from registry.store.catalog import list_changed
from registry.usecases.access import Caller
from registry.usecases.registry import Registry


def list_changes(registry: Registry, caller: Caller, *, after: int, limit: int) -> tuple[Sequence[Work | Character], int]:
    """Return up to `limit` entries changed after a revision, oldest change first, and the revision that this brings the reader to."""
    del caller  # any key: what is registered is public, and a withdrawal must reach those who hold a copy
    with registry.database.read() as session:
        return list_changed(session, after=after, limit=limit)
