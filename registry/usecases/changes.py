"""The change feed: entries by the revision of their last change."""

from collections.abc import Sequence

from registry.core.model import Character, Role, Work
from registry.store.catalog import Hidden, list_changed
from registry.usecases.access import Caller
from registry.usecases.claims import NEVER_IN_FORCE
from registry.usecases.registry import Registry


def list_changes(registry: Registry, caller: Caller, *, after: int, limit: int) -> tuple[Sequence[Work | Character], int]:
    """Return up to `limit` entries changed after a revision, oldest change first, and the revision that this brings the reader to.

    For any key: what is or was in force is public, and a withdrawal must reach those who hold a copy. Drafts and what waits are shown
    to their owner, operator and auditor.
    """
    sees_all = caller.organisation.role in {Role.operator, Role.auditor}
    hidden = Hidden(frozenset() if sees_all else NEVER_IN_FORCE, caller.organisation.id)
    with registry.database.read() as session:
        return list_changed(session, after=after, limit=limit, hidden=hidden)
