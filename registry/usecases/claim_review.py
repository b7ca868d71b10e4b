"""The review queue: the operator approves, rejects or asks; a rightsholder answers or takes its claim back. Every step is in the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from registry.core.claims import Claim, ClaimState, Risk, RiskCode
from registry.core.errors import Conflict, NotFound, NotPermitted
from registry.core.model import Character, EntryStatus, Role, Work
from registry.store import cases as store
from registry.store.cases import Case, CaseChange, CaseFilter
from registry.store.catalog import Change, commit_changes, find_character, find_work
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.claims import NEVER_IN_FORCE, Entry, Screen, claim_change, claim_of, names_said, screen_for, with_proposed
from registry.usecases.entries import entry_change
from registry.usecases.registry import Registry

Verb = Literal["approve", "reject", "ask"]
STATES: Mapping[Verb, ClaimState] = {"approve": ClaimState.approved, "reject": ClaimState.rejected, "ask": ClaimState.asked}
DONE: Mapping[Verb, str] = {"approve": "approved", "reject": "rejected", "ask": "asked"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, as entry `index` of the log has it."""

    index: int
    type: str
    at: datetime
    actor: Mapping[str, str] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A claim with what it proposes (None: the whole pending entry), the entry as it stands, and every step so far."""

    claim: Claim
    opened_at: datetime
    entry: Entry
    proposed: Mapping[str, Any] | None
    steps: Sequence[Step] = ()


def list_claims(
    registry: Registry, caller: Caller, *, state: ClaimState | None, risk: RiskCode | None, batch: str | None, after: str, limit: int
) -> Sequence[ClaimFile]:
    """List claims, oldest first: the operator and auditors see all, a rightsholder its own."""
    caller.require(Role.operator, Role.auditor, Role.rightsholder)
    own = caller.organisation.id if caller.organisation.role is Role.rightsholder else None
    chosen = CaseFilter("claim", rightsholder=own, state=state, batch=batch, tag=risk)
    with registry.database.read() as session:
        return [_file(session, case) for case in store.list_cases(session, chosen, after=after, limit=limit)]


def list_open_claims(registry: Registry) -> Sequence[ClaimFile]:
    """Return everything that waits, oldest first, for the operator's command line."""
    with registry.database.read() as session:
        return [_file(session, case) for case in store.list_cases(session, CaseFilter("claim", is_open=True))]


def get_claim(registry: Registry, caller: Caller, claim_id: str) -> ClaimFile:
    """Return a claim with all its steps. Raises NotFound, also for other rightsholders' claims."""
    with registry.database.read() as session:
        case = _visible(session, caller, claim_id)
        return replace(_file(session, case), steps=steps_of(session, case.id))


def open_claim(registry: Registry, entry_id: str) -> Claim | None:
    """Return the claim that waits for an entry, if there is one."""
    with registry.database.read() as session:
        found = store.find_about(session, "claim", [entry_id])
    return claim_of(found[0]) if found else None


def review_claim(registry: Registry, caller: Caller | None, claim_id: str, verb: Verb, reason: str) -> ClaimFile:
    """Approve (in force at once), reject, or ask the rightsholder something. Only the operator; None is its command line.

    Raises Conflict for a claim that is decided already.
    """
    _require_operator(caller)
    now = registry.now()
    with registry.database.write() as session:
        case = _found(session, claim_id)
        if not case.is_open:
            raise Conflict(f"the claim is {case.state} already")
        decided = [_decided(session, case, caller, now, verb, reason)]
        _write(session, decided)
    registry.catalog.refresh()
    with registry.database.read() as session:
        case = _found(session, claim_id)
        return replace(_file(session, case), steps=steps_of(session, case.id))


def review_batch(registry: Registry, caller: Caller | None, batch: str, verb: Literal["approve", "reject"], reason: str) -> int:
    """Decide all open claims of one import in one transaction; return how many. Raises NotFound when none are open."""
    _require_operator(caller)
    now = registry.now()
    with registry.database.write() as session:
        found = store.list_cases(session, CaseFilter("claim", batch=batch, is_open=True))
        if not found:
            raise NotFound(f"no open claims came with the import `{batch}`")
        _write(session, [_decided(session, case, caller, now, verb, reason) for case in found])
    registry.catalog.refresh()
    return len(found)


def answer_claim(registry: Registry, caller: Caller, claim_id: str, text: str) -> ClaimFile:
    """Answer the operator's question: the claim waits for review again. Its rightsholder only."""
    caller.require(Role.rightsholder)
    with registry.database.write() as session:
        case = _visible(session, caller, claim_id)
        if case.state != ClaimState.asked:
            raise Conflict("nothing was asked about this claim")
        claim = claim_of(case).model_copy(update={"state": ClaimState.waiting})
        change = claim_change(claim, case.opened_at, case.private, caller, registry.now(), "answered", text)
        commit_changes(session, [], cases=[change])
    return get_claim(registry, caller, claim_id)


def withdraw_claim(registry: Registry, caller: Caller, claim_id: str) -> ClaimFile:
    """Take a claim back: an entry in force stays as it is, a pending one is a draft again."""
    caller.require(Role.rightsholder)
    now = registry.now()
    with registry.database.write() as session:
        case = _visible(session, caller, claim_id)
        if not case.is_open:
            raise Conflict(f"the claim is {case.state} already")
        claim = claim_of(case).model_copy(update={"state": ClaimState.withdrawn})
        change = claim_change(claim, case.opened_at, case.private, caller, now, "withdrawn")
        _write(session, [(_back_to_draft(session, case, caller, now), change)])
    registry.catalog.refresh()
    return get_claim(registry, caller, claim_id)


def approve_what_only_waited_for_verification(
    registry: Registry, session: Session, caller: Caller | None, rightsholder: str
) -> list[tuple[Change | None, CaseChange]]:
    """Return the approvals of claims that have no other risk, for a rightsholder that is verified in this session."""
    now, decided = registry.now(), []
    waiting = store.list_cases(session, CaseFilter("claim", rightsholder=rightsholder, is_open=True, tag=RiskCode.UNVERIFIED))
    if not waiting:
        return []
    entries = {case.id: with_proposed(entry_of_case(session, case), case) for case in waiting}
    names = [name for entry in entries.values() for name in names_said(entry)]
    known = screen_for(registry, session, registry.catalog.refresh(), rightsholder, names)
    screen = replace(known, standing=replace(known.standing, is_verified=True, recent=0))
    for case in waiting:
        risks = _risks_now(session, screen, case, entries[case.id])
        if not risks:
            decided.append(_decided(session, case, caller, now, "approve", "the rightsholder has proved who it is"))
        elif risks != claim_of(case).risks:
            changed = claim_of(case).model_copy(update={"risks": risks})
            decided.append((None, claim_change(changed, case.opened_at, case.private, caller, now, "changed")))
    return decided


def _risks_now(session: Session, screen: Screen, case: Case, wanted: Entry) -> tuple[Risk, ...]:
    before = entry_of_case(session, case)
    work = find_work(session, entry_id=wanted.work) if isinstance(wanted, Character) and wanted.work else None
    kept = [risk for risk in claim_of(case).risks if risk.code is RiskCode.SUDDEN_BULK]
    return (*kept, *screen.risks(session, before, wanted, work))


def _decided(
    session: Session, case: Case, caller: Caller | None, now: datetime, verb: Verb, reason: str
) -> tuple[Change | None, CaseChange]:
    claim = claim_of(case).model_copy(update={"state": STATES[verb]})
    change = claim_change(claim, case.opened_at, case.private, caller, now, DONE[verb], reason)
    if verb == "approve":
        entry = with_proposed(entry_of_case(session, case), case).model_copy(update={"updated_at": now})
        return entry_change(entry, caller, now, is_new=False), change
    return (_back_to_draft(session, case, caller, now) if verb == "reject" else None), change


def _back_to_draft(session: Session, case: Case, caller: Caller | None, now: datetime) -> Change | None:
    """Return the change that makes a pending entry a draft, which its owner may change and submit again."""
    entry = entry_of_case(session, case)
    if entry.status not in NEVER_IN_FORCE:
        return None
    draft = entry.model_copy(update={"status": EntryStatus.draft, "updated_at": now})
    return entry_change(draft, caller, now, is_new=False)


def _write(session: Session, decided: Iterable[tuple[Change | None, CaseChange]]) -> None:
    pairs = list(decided)
    commit_changes(session, [entry for entry, _ in pairs if entry is not None], cases=[case for _, case in pairs])


def entry_of_case(session: Session, case: Case) -> Entry:
    """Return the entry that a claim is about, as it stands."""
    found: Work | Character | None = (
        find_work(session, entry_id=case.about) if case.said["kind"] == "work" else find_character(session, entry_id=case.about)
    )
    if found is None:
        raise NotFound(f"there is no entry `{case.about}`")  # cannot happen: nothing is deleted
    return found


def steps_of(session: Session, case_id: str) -> Sequence[Step]:
    """Return the steps of a case, oldest first."""
    return [
        Step(index, said["type"], datetime.fromisoformat(said["at"]), said["actor"], said["reason"])
        for index, said in store.steps_of(session, case_id)
    ]


def _file(session: Session, case: Case) -> ClaimFile:
    proposed = (case.private or {}).get("proposed")
    return ClaimFile(claim_of(case), case.opened_at, entry_of_case(session, case), proposed)


def _found(session: Session, claim_id: str) -> Case:
    case = store.find_case(session, "claim", claim_id)
    if case is None:
        raise NotFound(f"there is no claim `{claim_id}`")
    return case


def _visible(session: Session, caller: Caller, claim_id: str) -> Case:
    caller.require(Role.operator, Role.auditor, Role.rightsholder)
    case = _found(session, claim_id)
    if caller.organisation.role is Role.rightsholder and case.rightsholder != caller.organisation.id:
        raise NotFound(f"there is no claim `{claim_id}`")
    return case


def _require_operator(caller: Caller | None) -> None:
    if caller is not None and caller.organisation.role is not Role.operator:
        raise NotPermitted("only the operator reviews claims")
