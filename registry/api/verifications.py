"""Routes by which a rightsholder proves who it is, and of the operator's list of reserved names."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from registry.api.claim_schemas import ClaimDecision, ReservedBody, ReserveName, StepBody, step_bodies
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Body, Cursor, Limit, Page
from registry.core.model import Organisation
from registry.core.value import LongText
from registry.core.verification import VerificationState
from registry.usecases import reserved, verifications
from registry.usecases.verifications import VerificationFile

router = mannered_router(prefix="/v1", tags=["claims"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))


class VerificationRequest(Body):
    """Either the domain that you can make a DNS record for, or evidence for the operator: text, with links in it."""

    domain: Annotated[str, Field(max_length=253)] | None = None
    evidence: LongText | None = None


class VerificationBody(BaseModel):
    """A proof of who a rightsholder is. By domain: make the TXT record `record_name` say `record_text`, then ask to check it."""

    id: str
    rightsholder: str
    method: Literal["review", "domain"]
    state: VerificationState
    domain: str | None
    record_name: str | None
    record_text: str | None
    evidence: str | None
    opened_at: datetime
    steps: list[StepBody]


class VerificationDecision(ClaimDecision):
    """The operator's decision, and why."""

    decision: Literal["approve", "reject"]


@router.post("/organisations/{organisation_id}/verification", status_code=201, responses=documented(503))
def request_verification(
    organisation_id: str, body: VerificationRequest, registry: CurrentRegistry, caller: CurrentCaller
) -> VerificationBody:
    """Ask to be verified, once: by a DNS record of your domain, or by the operator's review. `me` is your own organisation."""
    return _body(verifications.request_verification(registry, caller, organisation_id, domain=body.domain, evidence=body.evidence))


@router.delete("/organisations/{organisation_id}/verification", responses=documented(404, 503))
def revoke_verification(
    organisation_id: str,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    reason: Annotated[str, Query(min_length=1, max_length=2000)],
) -> Organisation:
    """Believe a rightsholder no longer: what is in force stays, what it registers from now on waits. The operator only."""
    return verifications.revoke_verification(registry, caller, organisation_id, reason)


@router.get("/verifications")
def list_verifications(
    registry: CurrentRegistry, caller: CurrentCaller, *, state: VerificationState | None = None, cursor: Cursor = "", limit: Limit = 100
) -> Page[VerificationBody]:
    """List verifications, oldest first: all for operator and auditor, its own for a rightsholder."""
    found = verifications.list_verifications(registry, caller, state=state, after=cursor, limit=limit)
    return Page(items=[_body(f) for f in found], next=found[-1].verification.id if len(found) == limit else None)


@router.get("/verifications/{verification_id}", responses=documented(404))
def get_verification(verification_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> VerificationBody:
    """Read a verification with every step."""
    return _body(verifications.get_verification(registry, caller, verification_id))


@router.post("/verifications/{verification_id}/check", responses=documented(404, 409, 503))
def check_domain(verification_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> VerificationBody:
    """Look for the DNS record now. Found, you are verified at once, and claims that waited only for that go live."""
    return _body(verifications.check_domain(registry, caller, verification_id))


@router.post("/verifications/{verification_id}/decision", responses=documented(404, 409, 503))
def decide_verification(
    verification_id: str, body: VerificationDecision, registry: CurrentRegistry, caller: CurrentCaller
) -> VerificationBody:
    """Decide about the evidence: the operator."""
    return _body(verifications.decide_verification(registry, caller, verification_id, body.decision, body.reason))


@router.get("/reserved-names")
def list_reserved(registry: CurrentRegistry, caller: CurrentCaller, cursor: Cursor = "", limit: Limit = 100) -> Page[ReservedBody]:
    """List names that nobody gets without review: operator and auditor."""
    found = reserved.list_reserved(registry, caller, after=cursor, limit=limit)
    items = [ReservedBody(**r.model_dump(exclude={"state"}), reserved_at=at) for r, at in found]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@router.post("/reserved-names", status_code=201, responses=documented(404, 409, 503))
def reserve_name(body: ReserveName, registry: CurrentRegistry, caller: CurrentCaller) -> ReservedBody:
    """Reserve a name in all its spellings: the operator. What is in force already stays."""
    made, at = reserved.reserve_name(registry, caller, body.name, body.reason, body.holder)
    return ReservedBody(**made.model_dump(exclude={"state"}), reserved_at=at)


@router.delete("/reserved-names/{reserved_id}", status_code=204, responses=documented(404, 503))
def release_name(
    reserved_id: str,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    reason: Annotated[str, Query(min_length=1, max_length=2000)],
) -> Response:
    """Take a name off the list: the operator."""
    reserved.release_name(registry, caller, reserved_id, reason)
    return Response(status_code=204)


def _body(found: VerificationFile) -> VerificationBody:
    said = found.verification
    shown: dict[str, Any] = said.model_dump(include={"id", "rightsholder", "method", "state", "domain"})
    return VerificationBody.model_validate(
        {
            **shown,
            "record_name": said.record_name,
            "record_text": said.record_text,
            "evidence": found.evidence,
            "opened_at": found.opened_at,
            "steps": step_bodies(found.steps),
        }
    )
