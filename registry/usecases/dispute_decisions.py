"""Disputes as the operator moves them: admit, say what is enforced meanwhile, decide; and what terms that pass do by themselves."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from registry.core.disputes import Dispute, DisputeState, Ruling, admitted, decided, require_state, restored, ruled, term_missed
from registry.core.errors import Conflict, NotPermitted
from registry.core.model import Alias, Character, EntryStatus, Role
from registry.store import cases as store
from registry.store.cases import Case
from registry.store.catalog import Change, find_character
from registry.store.database import Session
from registry.store.keys import has_other_operator_key
from registry.usecases.access import Caller
from registry.usecases.claims import hour_of
from registry.usecases.dispute_effects import change_entry_to, is_disputed_otherwise
from registry.usecases.dispute_files import DisputeFile, Reader, dispute_of, erase_texts, found_dispute, get_dispute, write_dispute
from registry.usecases.registry import Registry

AT_ONCE = 50
KEPT_HOURS = 48


def admit_dispute(registry: Registry, caller: Caller, dispute_id: str, reason: str) -> DisputeFile:
    """Have the rightsholder answer a complaint of the public."""
    now = registry.now()

    def change(dispute: Dispute) -> Dispute:
        require_state(dispute, DisputeState.open)
        if dispute.admitted:
            raise Conflict("the complaint is admitted already")
        return admitted(dispute, now, registry.claim_rules.answer_days)

    return _moved(registry, caller, dispute_id, "admitted", reason, change)


def set_interim(registry: Registry, caller: Caller, dispute_id: str, reason: str, *, disputed: bool) -> DisputeFile:
    """Say whether the entry counts as disputed until the dispute is decided."""

    def change(dispute: Dispute) -> Dispute:
        require_state(dispute, DisputeState.open, DisputeState.answered, DisputeState.appealed)
        return dispute.model_copy(update={"interim": disputed})

    return _moved(registry, caller, dispute_id, "interim", reason, change)


def decide_dispute(
    registry: Registry, caller: Caller, dispute_id: str, ruling: Ruling, reason: str, remove: tuple[str, ...] = ()
) -> DisputeFile:
    """Decide. `upheld` withdraws the entry, `partly` takes the aliases `remove` away, `rejected` leaves it; a contested decision only
    counts, for what stands in the log stays there. An appeal is decided by another key or member, where there is one.
    """
    caller.require(Role.operator)
    now, who = registry.now(), caller.member or caller.key_id
    with registry.database.write() as session:
        case = found_dispute(session, dispute_id)
        before = dispute_of(case)
        if before.state is DisputeState.appealed and before.decided_by == who and has_other_operator_key(session, who, now):
            raise NotPermitted("an appeal is decided by another operator's key or member than the decision")
        dispute = decided(before, now, ruling, who, registry.claim_rules.appeal_days)
        if ruling is Ruling.partly and dispute.kind == "entry":
            dispute = dispute.model_copy(update={"names": remove})
        changes, internal = _effect(session, case, before, dispute, ruling, remove, caller, now)
        private = {**(case.private or {}), "internal": internal}
        due = now + timedelta(days=registry.claim_rules.erase_days) if dispute.state is DisputeState.closed else None
        write_dispute(
            session, dispute, caller, now, "decided", opened_at=case.opened_at, private=private, reason=reason, changes=changes, due_at=due
        )
    registry.catalog.refresh()
    return get_dispute(registry, Reader(caller), dispute_id)


def _effect(
    session: Session, case: Case, before: Dispute, dispute: Dispute, ruling: Ruling, remove: tuple[str, ...], caller: Caller, now: datetime
) -> tuple[Sequence[Change], dict[str, Any]]:
    """Return what becomes of the entry, and what an appeal needs to know to look at it again."""
    internal = dict((case.private or {}).get("internal") or {})
    entry = find_character(session, entry_id=dispute.character)
    if entry is None or dispute.kind == "decision":
        return [], internal
    stood = entry
    if before.state is DisputeState.appealed:
        removed = tuple(Alias.model_validate(alias) for alias in json.loads(internal.get("removed", "[]")))
        entry = restored(entry, removed, was_withdrawn=internal.get("withdrawn") == "yes")
    after = ruled(entry, ruling, remove, still_disputed=is_disputed_otherwise(session, dispute))
    internal |= _undo(entry, after)
    return ([] if _same(stood, after) else [change_entry_to(after, caller, now)]), internal


def _undo(before: Character, after: Character) -> dict[str, str]:
    removed = [a.model_dump(mode="json", exclude_none=True) for a in before.aliases if a not in after.aliases]
    withdrawn = before.status is not EntryStatus.withdrawn and after.status is EntryStatus.withdrawn
    return {"removed": json.dumps(removed, ensure_ascii=False), "withdrawn": "yes" if withdrawn else "no"}


def _same(one: Character, other: Character) -> bool:
    return one.status is other.status and one.aliases == other.aliases


def pass_terms(registry: Registry) -> int:
    """Do what the terms that have passed ask for; return how many disputes were moved. Called every second; cheap when nothing is due."""
    now = registry.now()
    with registry.database.read() as session:
        due = [case.id for case in store.due_cases(session, "dispute", now, limit=AT_ONCE)]
        is_old = store.has_counts_before(session, hour_of(now) - KEPT_HOURS)
    if is_old:
        with registry.database.write_aside() as session:
            store.forget_counts(session, hour_of(now) - KEPT_HOURS)
            session.commit()
    for dispute_id in due:
        _pass_term(registry, dispute_id, now)
    if due:
        registry.catalog.refresh()
    return len(due)


def _pass_term(registry: Registry, dispute_id: str, now: datetime) -> None:
    with registry.database.write() as session:
        case = found_dispute(session, dispute_id)
        if case.due_at is None or case.due_at > now:  # another process was quicker
            return
        dispute = dispute_of(case)
        if dispute.state is DisputeState.closed:
            erase_texts(session, case, list(dispute.commitments), None, now)
            return
        after = term_missed(dispute, now, registry.claim_rules.decide_days)
        closed = after.state is DisputeState.closed
        due = now + timedelta(days=registry.claim_rules.erase_days) if closed else None
        reason = "nobody appealed in time" if closed else f"no word from the {after.missed[-1]} in time"
        write_dispute(
            session, after, None, now, "closed" if closed else "term_passed",
            opened_at=case.opened_at, private=case.private, reason=reason, due_at=due,
        )  # fmt: skip


def _moved(registry: Registry, caller: Caller, dispute_id: str, action: str, reason: str, change: Any) -> DisputeFile:
    caller.require(Role.operator)
    with registry.database.write() as session:
        case = found_dispute(session, dispute_id)
        dispute = change(dispute_of(case))
        write_dispute(session, dispute, caller, registry.now(), action, opened_at=case.opened_at, private=case.private, reason=reason)
    registry.catalog.refresh()
    return get_dispute(registry, Reader(caller), dispute_id)
