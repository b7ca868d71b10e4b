"""What a dispute does to the entry that it is about: disputed while one says so, active again when none does any more."""

from collections.abc import Sequence
from datetime import datetime

from registry.core.disputes import Dispute
from registry.core.model import Character, EntryStatus
from registry.store.cases import CaseFilter, list_cases
from registry.store.catalog import Change, find_character
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.entries import entry_change


def effect_of(session: Session, dispute: Dispute, caller: Caller | None, now: datetime) -> Sequence[Change]:
    """Return the change of the entry's status that follows from this dispute as it is now, none where nothing does."""
    entry = find_character(session, entry_id=dispute.character)
    if entry is None or not entry.status.is_in_force:
        return []
    wanted = EntryStatus.disputed if dispute.interim or is_disputed_otherwise(session, dispute) else EntryStatus.active
    return [] if entry.status is wanted else [change_entry_to(entry.model_copy(update={"status": wanted}), caller, now)]


def is_disputed_otherwise(session: Session, dispute: Dispute) -> bool:
    """Whether another open dispute has the same entry count as disputed."""
    others = list_cases(session, CaseFilter("dispute", rightsholder=dispute.rightsholder, is_open=True))
    return any(c.said.get("interim") and c.said["character"] == dispute.character for c in others if c.id != dispute.id)


def change_entry_to(entry: Character, caller: Caller | None, now: datetime) -> Change:
    """Return the change, with its leaf, that makes an entry be so."""
    return entry_change(entry.model_copy(update={"updated_at": now}), caller, now, is_new=False)
