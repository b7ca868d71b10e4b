"""Routes of decisions: read them back as the log holds them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from registry.api.context import CurrentCaller, CurrentRegistry
from registry.api.problems import documented
from registry.api.schemas import DecisionBody, Page
from registry.core.model import Outcome
from registry.store.decisions import DecisionFilter, StoredDecision
from registry.usecases import decisions

router = APIRouter(prefix="/v1", tags=["decisions"], responses=documented(401, 403, 422))


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


def _body(found: StoredDecision) -> DecisionBody:
    return DecisionBody(index=found.index, leaf_hash=found.leaf_hash.hex(), decision=found.leaf)
