"""Routes of disputes: anyone may contest an entry or a decision; both sides are heard, the operator decides, once more on appeal."""

from typing import Annotated

from fastapi import Depends, Header, Request

from registry.api.context import ClientAddress, CurrentCaller, CurrentRegistry, get_caller, require_json
from registry.api.dispute_schemas import (
    DisputeBody,
    DisputeCreate,
    DisputeReason,
    DisputeText,
    InterimBody,
    OpenedDispute,
    RecordBody,
    RulingBody,
    dispute_body,
    dispute_fields,
    record_body,
)
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.core.disputes import DisputeState
from registry.usecases import dispute_decisions, dispute_files, dispute_opening, disputes
from registry.usecases.access import Caller
from registry.usecases.dispute_files import Reader
from registry.usecases.dispute_opening import Complaint
from registry.usecases.record import get_record

router = mannered_router(prefix="/v1", tags=["disputes"], dependencies=[Depends(require_json)], responses=documented(422))
KEYED = documented(401, 403, 404, 409, 503)


def get_optional_caller(request: Request) -> Caller | None:
    """Return who is asking, None for who sends no key."""
    return get_caller(request, None) if "authorization" in request.headers else None


OptionalCaller = Annotated[Caller | None, Depends(get_optional_caller)]


def get_reader(
    caller: OptionalCaller,
    token: Annotated[str | None, Header(alias="Dispute-Token", description="Of a complaint that was opened without a key.")] = None,
) -> Reader:
    """Return who reads or moves a dispute."""
    return Reader(caller, token)


CurrentReader = Annotated[Reader, Depends(get_reader)]


@router.post("/disputes", status_code=201, responses=documented(401, 403, 404, 429, 503))
def open_dispute(body: DisputeCreate, registry: CurrentRegistry, caller: OptionalCaller, address: ClientAddress) -> OpenedDispute:
    """Contest an entry or a decision: with a key, or without one, a few times a day. docs/claims.md says what is enforced meanwhile."""
    complaint = Complaint(body.about, body.grounds, body.statement, body.contact, body.evidence, tuple(body.names), body.character)
    found, token = dispute_opening.open_dispute(registry, caller, address, complaint)
    return OpenedDispute.model_validate({**dispute_fields(found), "token": token})


@router.get("/disputes", responses=documented(401, 403))
def list_disputes(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    state: DisputeState | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[DisputeBody]:
    """List disputes, oldest first: all for operator and auditor, about its entries for a rightsholder, its own for a service."""
    found = disputes.list_disputes(registry, caller, state=state, after=cursor, limit=limit)
    return Page(items=[dispute_body(f) for f in found], next=found[-1].dispute.id if len(found) == limit else None)


@router.get("/disputes/{dispute_id}", responses=documented(401, 403, 404))
def get_dispute(dispute_id: str, registry: CurrentRegistry, reader: CurrentReader) -> DisputeBody:
    """Read a dispute with every step, as one of its sides, operator or auditor."""
    return dispute_body(dispute_files.get_dispute(registry, reader, dispute_id))


@router.post("/disputes/{dispute_id}/admit", responses=KEYED)
def admit_dispute(dispute_id: str, body: DisputeReason, registry: CurrentRegistry, caller: CurrentCaller) -> DisputeBody:
    """Have the rightsholder answer a complaint that came without a key: the operator."""
    return dispute_body(dispute_decisions.admit_dispute(registry, caller, dispute_id, body.reason))


@router.post("/disputes/{dispute_id}/interim", responses=KEYED)
def set_interim(dispute_id: str, body: InterimBody, registry: CurrentRegistry, caller: CurrentCaller) -> DisputeBody:
    """Say what is enforced until it is decided: the operator."""
    disputed = body.enforce == "disputed"
    return dispute_body(dispute_decisions.set_interim(registry, caller, dispute_id, body.reason, disputed=disputed))


@router.post("/disputes/{dispute_id}/answer", responses=KEYED)
def answer_dispute(dispute_id: str, body: DisputeText, registry: CurrentRegistry, caller: CurrentCaller) -> DisputeBody:
    """Answer, as the rightsholder whose entry is contested."""
    return dispute_body(disputes.answer_dispute(registry, caller, dispute_id, body.text))


@router.post("/disputes/{dispute_id}/evidence", responses=KEYED)
def add_evidence(dispute_id: str, body: DisputeText, registry: CurrentRegistry, reader: CurrentReader) -> DisputeBody:
    """Add evidence, as either side."""
    return dispute_body(disputes.add_evidence(registry, reader, dispute_id, body.text))


@router.post("/disputes/{dispute_id}/decision", responses=KEYED)
def decide_dispute(dispute_id: str, body: RulingBody, registry: CurrentRegistry, caller: CurrentCaller) -> DisputeBody:
    """Decide, also about an appeal: the operator; in force for every check that starts after this answer."""
    remove = tuple(body.remove)
    return dispute_body(dispute_decisions.decide_dispute(registry, caller, dispute_id, body.outcome, body.reason, remove))


@router.post("/disputes/{dispute_id}/appeal", responses=KEYED)
def appeal_dispute(dispute_id: str, body: DisputeText, registry: CurrentRegistry, reader: CurrentReader) -> DisputeBody:
    """Appeal, once, as the side that did not get what it asked for. What was decided stands meanwhile."""
    return dispute_body(disputes.appeal_dispute(registry, reader, dispute_id, body.text))


@router.delete("/disputes/{dispute_id}/texts", responses=KEYED)
def erase_texts(dispute_id: str, registry: CurrentRegistry, reader: CurrentReader) -> DisputeBody:
    """Erase contact, statement and evidence of the complainant, for good: the complainant, or the operator."""
    return dispute_body(disputes.erase_complaint(registry, reader, dispute_id))


@router.get("/rightsholders/{rightsholder_id}/record", responses=documented(404))
def read_record(rightsholder_id: str, registry: CurrentRegistry) -> RecordBody:
    """What a rightsholder claimed, what was refused, what it lost: for anyone, without a key."""
    return record_body(get_record(registry, rightsholder_id))
