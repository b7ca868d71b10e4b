"""Reading works and characters: one by id or ref, or a list. What is not in force is for its owner, operator and auditor."""

from collections.abc import Sequence
from dataclasses import replace

from registry.core.errors import NotFound, NotPermitted
from registry.core.model import IN_FORCE, Character, EntryStatus, Role, Work
from registry.store import catalog as store
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.entries import Kind, search_key
from registry.usecases.registry import Registry


def get_entry(registry: Registry, caller: Caller, kind: Kind, said: str, *, rightsholder: str | None = None) -> Work | Character:
    """Return an entry by id, or by `ref:...` of a rightsholder (the caller's own when not said).

    Entries that are not in force are there for their owner, operator and auditor only.
    """
    with registry.database.read() as session:
        entry = find_entry(session, kind, rightsholder or caller.organisation.id, said)
    if entry is None or (entry.status not in IN_FORCE and not sees_withdrawn(caller, entry.rightsholder)):
        raise missing(kind, said)
    return entry


def list_entries(
    registry: Registry, caller: Caller, kind: Kind, chosen: store.EntryFilter, *, query: str | None, after: str, limit: int
) -> Sequence[Work | Character]:
    """List entries in id order; `query` is the beginning of any name or title, in any script, case and width."""
    if not (chosen.statuses or frozenset(EntryStatus)) <= IN_FORCE and not sees_withdrawn(caller, chosen.rightsholder):
        raise NotPermitted("entries that are not in force are shown to their owner, operator and auditor only: leave `status` out")
    if query is not None:
        chosen = replace(chosen, name=search_key(query))
    with registry.database.read() as session:
        return kind.list(session, chosen, after=after, limit=limit)


def sees_withdrawn(caller: Caller, rightsholder: str | None) -> bool:
    """True when the caller may see withdrawn entries of this rightsholder (None: of everyone)."""
    return caller.organisation.role in {Role.operator, Role.auditor} or caller.organisation.id == rightsholder


def find_entry(session: Session, kind: Kind, rightsholder: str, said: str) -> Work | Character | None:
    """Return an entry by id, or by `ref:...` of a rightsholder, in whatever state."""
    if said.startswith("ref:"):
        return kind.find(session, rightsholder=rightsholder, ref=said[4:])
    return kind.find(session, entry_id=said)


def missing(kind: Kind, said: str) -> NotFound:
    """Return the error that says that there is no such entry."""
    hint = "" if said.startswith(("ref:", "chr_", "wrk_")) else f"; your own ref is written `ref:{said}`"
    return NotFound(f"there is no {kind.name} `{said}`{hint}")
