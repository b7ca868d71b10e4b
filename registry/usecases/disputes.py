"""Disputes as their two sides move them: answering, adding evidence, appealing, erasing what was said; and listing them."""

from collections.abc import Sequence
from typing import Any

from registry.core.disputes import Dispute, DisputeState, Evidence, Side, answered, appealed, require_state
from registry.core.errors import Conflict, InvalidInput, NotPermitted
from registry.core.model import Role
from registry.store import cases as store
from registry.store.cases import CaseFilter
from registry.usecases.access import Caller
from registry.usecases.dispute_files import (
    DisputeFile,
    Reader,
    dispute_of,
    erase_texts,
    file_of,
    get_dispute,
    side_of,
    tag_by,
    visible_case,
    write_dispute,
)
from registry.usecases.private_texts import seal
from registry.usecases.registry import Registry

MAX_EVIDENCE = 20


def list_disputes(registry: Registry, caller: Caller, *, state: DisputeState | None, after: str, limit: int) -> Sequence[DisputeFile]:
    """List disputes, oldest first: all for operator and auditor, for a rightsholder those about its entries, else its own."""
    role, own = caller.organisation.role, caller.organisation.id
    sees_all = role in {Role.operator, Role.auditor}
    about_own = own if role is Role.rightsholder else None
    chosen = CaseFilter("dispute", rightsholder=about_own, state=state, tag=None if sees_all or about_own else tag_by(own))
    with registry.database.read() as session:
        found = store.list_cases(session, chosen, after=after, limit=limit)
    reader = Reader(caller)
    return [file_of(case, reader, side_of(case, reader)) for case in found]


def answer_dispute(registry: Registry, caller: Caller, dispute_id: str, text: str) -> DisputeFile:
    """Answer, as the rightsholder whose entry is contested; late answers count until it is decided."""
    now = registry.now()

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        _require(side, "rightsholder")
        if not dispute.admitted:
            raise Conflict("the operator has not admitted this complaint: there is nothing to answer yet")
        return answered(dispute, now, registry.claim_rules.decide_days)

    return _moved(registry, Reader(caller), dispute_id, "answered", change, {"answer": text})


def add_evidence(registry: Registry, reader: Reader, dispute_id: str, text: str) -> DisputeFile:
    """Add evidence, from either side, until the dispute is closed."""
    name = ""

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        require_state(dispute, DisputeState.open, DisputeState.answered, DisputeState.appealed)
        if side is None:
            raise NotPermitted("only the two sides of a dispute add evidence")
        if len(dispute.evidence) >= MAX_EVIDENCE:
            raise InvalidInput(f"at most {MAX_EVIDENCE} pieces of evidence")
        nonlocal name
        name = f"evidence-{len(dispute.evidence) + 1}"
        return dispute.model_copy(update={"evidence": (*dispute.evidence, Evidence(name=name, by=side))})

    return _moved(registry, reader, dispute_id, "evidence", change, lambda: {name: text})


def appeal_dispute(registry: Registry, reader: Reader, dispute_id: str, text: str) -> DisputeFile:
    """Appeal, once, as the side that did not get what it asked for."""
    now = registry.now()

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        if side is None:
            raise NotPermitted("only the two sides of a dispute appeal")
        return appealed(dispute, now, side, registry.claim_rules.decide_days)

    return _moved(registry, reader, dispute_id, "appealed", change, {"appeal": text})


def erase_complaint(registry: Registry, reader: Reader, dispute_id: str) -> DisputeFile:
    """Erase contact, statement and evidence of the complainant, on its wish or the operator's; the commitments stay in the log."""
    now = registry.now()
    with registry.database.write() as session:
        case, side = visible_case(session, reader, dispute_id)
        is_operator = reader.caller is not None and reader.caller.organisation.role is Role.operator
        if side != "complainant" and not is_operator:
            raise NotPermitted("only the complainant or the operator erases a complaint's texts")
        dispute = dispute_of(case)
        names = ["contact", "statement", "appeal", *(e.name for e in dispute.evidence if e.by == "complainant")]
        erase_texts(session, case, names, reader.caller, now)
    registry.database.forget()
    return get_dispute(registry, reader, dispute_id)


def _moved(registry: Registry, reader: Reader, dispute_id: str, action: str, change: Any, texts: Any) -> DisputeFile:
    with registry.database.write() as session:
        case, side = visible_case(session, reader, dispute_id)
        dispute = change(dispute_of(case), side)
        commitments, private = seal(texts() if callable(texts) else texts)
        dispute = dispute.model_copy(update={"commitments": {**dispute.commitments, **commitments}})
        kept = {**(case.private or {}), **private}
        write_dispute(session, dispute, reader.caller, registry.now(), action, opened_at=case.opened_at, private=kept)
    registry.catalog.refresh()
    return get_dispute(registry, reader, dispute_id)


def _require(side: Side | None, wanted: Side) -> None:
    if side != wanted:
        raise NotPermitted(f"only the {wanted} of a dispute does this")
