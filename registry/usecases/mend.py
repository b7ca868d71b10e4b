"""Rows of the catalog that were damaged, written anew from the log, which holds every entry whole."""

import json

from registry.core.errors import Damaged
from registry.store import doctor as store
from registry.store.audit import catalog_leaves
from registry.store.catalog import mend_rows
from registry.store.database import Database, Session
from registry.store.tree import read_leaf, read_tree_head
from registry.usecases.rebuild import Entry, entry_of


def mend_catalog(database: Database) -> tuple[str, ...]:
    """Write every damaged row anew; return the ids. Raises Damaged when the log does not know one, or its entry is damaged too."""
    with database.write() as session:
        wrong = tuple(entry_id for entry_id in list(store.entry_ids(session)) if _is_damaged(session, entry_id))
        if wrong:
            mend_rows(session, _last_said(session, set(wrong)))
            session.commit()
    return wrong


def _is_damaged(session: Session, entry_id: str) -> bool:
    try:
        store.read_entry(session, entry_id)
    except Damaged:
        return True
    return False


def _last_said(session: Session, ids: set[str]) -> list[Entry]:
    """Return these entries as the log has them now."""
    places: dict[str, tuple[int, int]] = {}
    for revision, (index, leaf) in enumerate(catalog_leaves(session, 0, read_tree_head(session).size), 1):
        entry_id = str(json.loads(leaf)["entry"]["id"])
        if entry_id in ids:
            places[entry_id] = (index, revision)
    if unknown := ids - places.keys():
        raise Damaged(f"the log knows nothing of `{min(unknown)}`: restore the last backup")
    return [entry_of(json.loads(read_leaf(session, index)), revision) for index, revision in places.values()]
