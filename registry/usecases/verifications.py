"""Proving who a rightsholder is: requested by itself, checked in DNS or reviewed by the operator, in the log step by step."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from registry.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from registry.core.model import Organisation, Role, Verified
from registry.core.verification import Verification, VerificationState, read_domain
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import Case, CaseChange, CaseFilter
from registry.store.catalog import Change, bump_access_epoch, commit_changes
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.claim_review import Step, approve_what_only_waited_for_verification, steps_of
from registry.usecases.claims import case_leaf, said_of
from registry.usecases.domain_proof import read_txt
from registry.usecases.ids import new_id
from registry.usecases.organisations import organisation_change
from registry.usecases.private_texts import seal, text_of
from registry.usecases.registry import Registry

TOKEN_BYTES = 18
SHOWN_RECORDS = 3


@dataclass(frozen=True, slots=True)
class VerificationFile:
    """A verification with the evidence as it was given (None once erased, or for a domain) and every step."""

    verification: Verification
    opened_at: datetime
    evidence: str | None
    steps: Sequence[Step] = ()


def request_verification(
    registry: Registry, caller: Caller, organisation_id: str, *, domain: str | None, evidence: str | None
) -> VerificationFile:
    """Ask to be verified: by a domain (the answer says which DNS record to make), or by the operator with evidence.

    A new request takes the place of one that is still open.
    """
    caller.require(Role.rightsholder)
    if organisation_id not in {"me", caller.organisation.id}:
        raise NotPermitted("only the rightsholder itself asks to be verified")
    if (domain is None) == (evidence is None):
        raise InvalidInput("give either `domain` or `evidence`")
    now = registry.now()
    commitments, private = seal({"evidence": evidence})
    made = Verification(
        id=new_id("vrf", now),
        rightsholder=caller.organisation.id,
        method="review" if domain is None else "domain",
        state=VerificationState.open,
        domain=None if domain is None else read_domain(domain),
        token=None if domain is None else secrets.token_urlsafe(TOKEN_BYTES),
        commitments=commitments,
    )
    with registry.database.write() as session:
        open_ones = store.list_cases(session, CaseFilter("verification", rightsholder=made.rightsholder, is_open=True))
        replaced = [_changed(case, VerificationState.replaced, caller, now, "asked anew") for case in open_ones]
        commit_changes(session, [], cases=[*replaced, _change(made, now, private, caller, now, "requested")])
    return get_verification(registry, caller, made.id)


def check_domain(registry: Registry, caller: Caller, verification_id: str) -> VerificationFile:
    """Look for the record in DNS now; found, the rightsholder is verified at once, and what only waited for that goes live.

    Raises Conflict when the record is not there (yet), Unavailable when the resolver does not answer.
    """
    caller.require(Role.rightsholder, Role.operator)
    with registry.database.read() as session:
        verification = verification_of(_visible(session, caller, verification_id))
    name, text = verification.record_name, verification.record_text
    if name is None or text is None or verification.state is not VerificationState.open:
        raise Conflict("there is nothing to check: this is no open verification by domain")
    found = read_txt(name, registry.claim_rules.dns_resolver)
    if text not in found:
        seen = ", ".join(f"`{said[:100]}`" for said in found[:SHOWN_RECORDS]) or "no TXT record"
        raise Conflict(f"`{name}` does not say `{text}` (found: {seen}); a new record may take a while to be seen")
    _decide(registry, caller, verification_id, VerificationState.approved, f"`{name}` says so")
    return get_verification(registry, caller, verification_id)


def decide_verification(
    registry: Registry, caller: Caller, verification_id: str, decision: Literal["approve", "reject"], reason: str
) -> VerificationFile:
    """Decide a verification with evidence, for the operator; approved, what only waited for it goes live."""
    caller.require(Role.operator)
    state = VerificationState.approved if decision == "approve" else VerificationState.rejected
    _decide(registry, caller, verification_id, state, reason)
    return get_verification(registry, caller, verification_id)


def revoke_verification(registry: Registry, caller: Caller, organisation_id: str, reason: str) -> Organisation:
    """Believe a rightsholder no longer: what is in force stays, what it registers from now on waits. The operator only."""
    caller.require(Role.operator)
    now = registry.now()
    with registry.database.write() as session:
        organisation = get_organisation(session, organisation_id)
        if organisation.role is not Role.rightsholder:
            raise InvalidInput("only a rightsholder is verified")
        approved = store.list_cases(session, CaseFilter("verification", rightsholder=organisation_id, state=VerificationState.approved))
        revoked = [_changed(case, VerificationState.revoked, caller, now, reason) for case in approved]
        after = organisation.model_copy(update={"verified": Verified.no, "domain": None})
        bump_access_epoch(session)
        commit_changes(session, [organisation_change(after, caller, now)], cases=revoked)
    return registry.catalog.refresh().rightsholders[organisation_id]


def get_verification(registry: Registry, caller: Caller, verification_id: str) -> VerificationFile:
    """Return a verification: for its rightsholder, operator and auditor. Raises NotFound."""
    with registry.database.read() as session:
        case = _visible(session, caller, verification_id)
        return _file(case, steps_of(session, case.id))


def list_verifications(
    registry: Registry, caller: Caller, *, state: VerificationState | None, after: str, limit: int
) -> Sequence[VerificationFile]:
    """List verifications, oldest first: all for operator and auditor, its own for a rightsholder."""
    caller.require(Role.operator, Role.auditor, Role.rightsholder)
    own = caller.organisation.id if caller.organisation.role is Role.rightsholder else None
    with registry.database.read() as session:
        return [_file(c) for c in store.list_cases(session, CaseFilter("verification", own, state=state), after=after, limit=limit)]


def _decide(registry: Registry, caller: Caller, verification_id: str, state: VerificationState, reason: str) -> None:
    now = registry.now()
    with registry.database.write() as session:
        case = _visible(session, caller, verification_id)
        if not case.is_open:
            raise Conflict(f"the verification is {case.state} already")
        changes: list[Change] = []
        decided: list[CaseChange] = [_changed(case, state, caller, now, reason)]
        if state is VerificationState.approved:
            verification = verification_of(case)
            organisation = get_organisation(session, verification.rightsholder)
            how = Verified.operator if verification.method == "review" else Verified.domain
            after = organisation.model_copy(update={"verified": how, "domain": verification.domain or organisation.domain})
            approvals = approve_what_only_waited_for_verification(registry, session, caller, organisation.id)
            changes = [organisation_change(after, caller, now), *(entry for entry, _ in approvals if entry is not None)]
            decided += [claim for _, claim in approvals]
            bump_access_epoch(session)
        commit_changes(session, changes, cases=decided)
    registry.catalog.refresh()


def verification_of(case: Case) -> Verification:
    """Return the verification that a case holds."""
    return Verification.model_validate(case.said)


def _visible(session: Session, caller: Caller, verification_id: str) -> Case:
    caller.require(Role.operator, Role.auditor, Role.rightsholder)
    case = store.find_case(session, "verification", verification_id)
    if case is None or (caller.organisation.role is Role.rightsholder and case.rightsholder != caller.organisation.id):
        raise NotFound(f"there is no verification `{verification_id}`")
    return case


def _changed(case: Case, state: VerificationState, caller: Caller, now: datetime, reason: str) -> CaseChange:
    verification = verification_of(case).model_copy(update={"state": state})
    return _change(verification, case.opened_at, case.private, caller, now, state.value, reason)


def _change(
    verification: Verification,
    opened_at: datetime,
    private: Mapping[str, Any] | None,
    caller: Caller,
    now: datetime,
    action: str,
    reason: str | None = None,
) -> CaseChange:
    said, is_open = said_of(verification), verification.state is VerificationState.open
    about = verification.rightsholder
    case = Case(verification.id, "verification", verification.state.value, is_open, about, about, said, opened_at, private=private)
    return CaseChange(case, case_leaf("verification", action, said, caller, now, reason), is_new=action == "requested")


def _file(case: Case, steps: Sequence[Step] = ()) -> VerificationFile:
    return VerificationFile(verification_of(case), case.opened_at, text_of(case.private, "evidence"), steps)
