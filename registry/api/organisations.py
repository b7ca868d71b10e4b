"""Routes of organisations."""

from dataclasses import asdict
from typing import Any

from fastapi import Depends

from registry.api.conditional import CurrentMatch
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import SuspensionBody, SuspensionCreate
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, OrganisationCreate, OrganisationUpdate, Page
from registry.core.model import Organisation, Role
from registry.usecases import organisations

router = mannered_router(prefix="/v1", tags=["organisations"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))


@router.post("/organisations", status_code=201, responses=documented(409, 503))
def create_organisation(body: OrganisationCreate, registry: CurrentRegistry, caller: CurrentCaller) -> Organisation:
    """Create an organisation. Only the operator may."""
    return organisations.create_organisation(
        registry, caller, role=body.role, ref=body.ref, name=body.name, contact=body.contact, policy=body.policy, verified=body.verified
    )


@router.get("/organisations")
def list_organisations(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    role: Role | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[Organisation]:
    """List organisations: rightsholders for everyone (`role=rightsholder`), the others for operator and auditor."""
    items = organisations.list_organisations(registry, caller, role=role, after=cursor, limit=limit)
    return Page(items=list(items), next=items[-1].id if len(items) == limit else None)


@router.get("/organisations/{organisation_id}", responses=documented(404))
def get_organisation(organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Organisation:
    """Read an organisation; `me` is the caller's own."""
    return match.tagged(organisations.get_organisation(registry, caller, organisation_id))


@router.patch("/organisations/{organisation_id}", responses=documented(404, 412, 503))
def update_organisation(
    organisation_id: str, body: OrganisationUpdate, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch
) -> Organisation:
    """Change name, contact or, for a rightsholder, the policy over everything it owns."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    return match.tagged(organisations.update_organisation(registry, caller, organisation_id, match.precondition, **changes))


@router.get("/organisations/{organisation_id}/suspension", responses=documented(404))
def get_suspension(organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> SuspensionBody:
    """Read whether an organisation is suspended. For operator and auditor."""
    return SuspensionBody(**asdict(organisations.get_suspension(registry, caller, organisation_id)))


@router.put("/organisations/{organisation_id}/suspension", responses=documented(404, 409, 503))
def suspend_organisation(organisation_id: str, body: SuspensionCreate, registry: CurrentRegistry, caller: CurrentCaller) -> SuspensionBody:
    """Suspend an organisation at once: its keys, members and representatives may do nothing. What it registered stays in force."""
    return SuspensionBody(**asdict(organisations.suspend_organisation(registry, caller, organisation_id, reason=body.reason)))


@router.delete("/organisations/{organisation_id}/suspension", responses=documented(404, 409, 503))
def reinstate_organisation(organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> SuspensionBody:
    """End a suspension."""
    return SuspensionBody(**asdict(organisations.suspend_organisation(registry, caller, organisation_id, reason=None)))
