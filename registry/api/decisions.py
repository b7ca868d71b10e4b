"""Routes of decisions: read them back as the log holds them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from registry.api.context import CurrentCaller, CurrentRegistry
from registry.api.problems import documented
from registry.api.schemas import DecisionBody, Page
from registry.core.decision_log.proof import format_receipt
from registry.core.model import Outcome
from registry.store.decisions import DecisionFilter, StoredDecision
from registry.usecases import decisions
from registry.usecases.receipts import make_receipt

router = APIRouter(prefix="/v1", tags=["decisions"], responses=documented(401, 403, 422))
SHOWN_RECEIPT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}, "description": "A tlog-proof."}}


@router.get("/decisions")
def list_decisions(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    outcome: Outcome | None = None,
    service: Annotated[str | None, Query(description="The service's organisation id.")] = None,
    character: Annotated[str | None, Query(description="The character's id.")] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: Annotated[int | None, Query(ge=0)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[DecisionBody]:
    """List decisions, newest first: all for auditors, a service's own, for a rightsholder those that name its characters."""
    chosen = DecisionFilter(service=service, character=character, outcome=outcome, since=since, until=until)
    found = decisions.list_decisions(registry, caller, chosen, before=cursor, limit=limit)
    return Page(items=[_body(d) for d in found], next=str(found[-1].index) if len(found) == limit else None)


@router.get("/decisions/{decision_id}", responses=documented(404))
def get_decision(decision_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> DecisionBody:
    """Read one decision."""
    return _body(decisions.get_decision(registry, caller, decision_id))


@router.get("/decisions/{decision_id}/receipt", response_class=Response, responses={**SHOWN_RECEIPT, **documented(404, 503)})
def get_receipt(
    decision_id: str,
    registry: CurrentRegistry,
    caller: CurrentCaller,
    *,
    cosigned: Annotated[bool, Query(description="Lead to the newest head that witnesses have cosigned.")] = False,
) -> Response:
    """Prove offline that the decision stands in the log (tlog-proof). `extra` is the leaf, for those who may see it whole."""
    receipt = make_receipt(registry, caller, decision_id, cosigned=cosigned)
    return Response(format_receipt(receipt), media_type="text/plain; charset=utf-8")


def _body(found: StoredDecision) -> DecisionBody:
    return DecisionBody(index=found.index, leaf_hash=found.leaf_hash.hex(), decision=found.leaf)
