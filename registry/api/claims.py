"""Routes of the review queue: claims that wait, and what is decided about them."""

from typing import Annotated

from fastapi import Depends, Query

from registry.api.claim_schemas import BatchDecided, BatchDecision, ClaimAnswer, ClaimBody, ClaimDecision, claim_body
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.core.claims import ClaimState, RiskCode
from registry.usecases import claim_review

router = mannered_router(prefix="/v1/claims", tags=["claims"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))


@router.get("")
def list_claims(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    state: ClaimState | None = None,
    risk: Annotated[RiskCode | None, Query(description="Claims that wait for this reason, perhaps among others.")] = None,
    batch: Annotated[str | None, Query(description="The import that they came with.")] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[ClaimBody]:
    """List claims, oldest first: all for operator and auditor, its own for a rightsholder."""
    found = claim_review.list_claims(registry, caller, state=state, risk=risk, batch=batch, after=cursor, limit=limit)
    return Page(items=[claim_body(f) for f in found], next=found[-1].claim.id if len(found) == limit else None)


@router.get("/{claim_id}", responses=documented(404))
def get_claim(claim_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Read a claim with every step: who, when, why."""
    return claim_body(claim_review.get_claim(registry, caller, claim_id))


@router.post("/decisions", responses=documented(404, 503))
def decide_batch(body: BatchDecision, registry: CurrentRegistry, caller: CurrentCaller) -> BatchDecided:
    """Approve or reject every open claim of an import in one call: the operator."""
    return BatchDecided(decided=claim_review.review_batch(registry, caller, body.batch, body.decision, body.reason))


@router.post("/{claim_id}/approve", responses=documented(404, 409, 503))
def approve_claim(claim_id: str, body: ClaimDecision, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Approve: in force for every check that starts after this answer."""
    return claim_body(claim_review.review_claim(registry, caller, claim_id, "approve", body.reason))


@router.post("/{claim_id}/reject", responses=documented(404, 409, 503))
def reject_claim(claim_id: str, body: ClaimDecision, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Reject: a pending entry is a draft again, an entry in force stays as it is."""
    return claim_body(claim_review.review_claim(registry, caller, claim_id, "reject", body.reason))


@router.post("/{claim_id}/ask", responses=documented(404, 409, 503))
def ask_about_claim(claim_id: str, body: ClaimDecision, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Ask the rightsholder something before deciding."""
    return claim_body(claim_review.review_claim(registry, caller, claim_id, "ask", body.reason))


@router.post("/{claim_id}/answer", responses=documented(404, 409, 503))
def answer_claim(claim_id: str, body: ClaimAnswer, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Answer the operator's question: the claim waits for review again."""
    return claim_body(claim_review.answer_claim(registry, caller, claim_id, body.text))


@router.delete("/{claim_id}", responses=documented(404, 409, 503))
def withdraw_claim(claim_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> ClaimBody:
    """Take your claim back: a pending entry is a draft again, an entry in force stays as it is."""
    return claim_body(claim_review.withdraw_claim(registry, caller, claim_id))
