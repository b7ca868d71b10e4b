"""Routes of organisations and API keys."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query

from registry.api.conditional import CurrentMatch
from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import KeyBody, KeyCreate, NewKeyBody, OrganisationCreate, OrganisationUpdate, Page
from registry.core.model import Organisation, Role
from registry.usecases import access

router = mannered_router(prefix="/v1", tags=["organisations"], dependencies=[Depends(require_json)], responses=documented(401, 403, 422))


@router.post("/organisations", status_code=201, responses=documented(409, 503))
def create_organisation(body: OrganisationCreate, registry: CurrentRegistry, caller: CurrentCaller) -> Organisation:
    """Create an organisation. Only the operator may."""
    return access.create_organisation(
        registry, caller, role=body.role, ref=body.ref, name=body.name, contact=body.contact, policy=body.policy
    )


@router.get("/organisations")
def list_organisations(
    registry: CurrentRegistry,
    caller: CurrentCaller,
    role: Role | None = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[Organisation]:
    """List organisations: rightsholders for everyone (`role=rightsholder`), the others for operator and auditor."""
    items = access.list_organisations(registry, caller, role=role, after=cursor, limit=limit)
    return Page(items=list(items), next=items[-1].id if len(items) == limit else None)


@router.get("/organisations/{organisation_id}", responses=documented(404))
def get_organisation(organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch) -> Organisation:
    """Read an organisation; `me` is the caller's own."""
    return match.tagged(access.get_organisation(registry, caller, organisation_id))


@router.patch("/organisations/{organisation_id}", responses=documented(404, 412, 503))
def update_organisation(
    organisation_id: str, body: OrganisationUpdate, registry: CurrentRegistry, caller: CurrentCaller, match: CurrentMatch
) -> Organisation:
    """Change name, contact or, for a rightsholder, the policy over everything it owns."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    return match.tagged(access.update_organisation(registry, caller, organisation_id, match.precondition, **changes))


@router.post("/organisations/{organisation_id}/keys", status_code=201, responses=documented(404, 503))
def create_key(organisation_id: str, body: KeyCreate, registry: CurrentRegistry, caller: CurrentCaller) -> NewKeyBody:
    """Make an API key. Its secret is in this answer and nowhere else."""
    made = access.create_key(registry, caller, organisation_id, label=body.label, expires_at=body.expires_at)
    return NewKeyBody(**asdict(made.key), secret=made.secret)


@router.get("/organisations/{organisation_id}/keys", responses=documented(404))
def list_keys(organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> list[KeyBody]:
    """List an organisation's keys, revoked ones too."""
    return [KeyBody(**asdict(key)) for key in access.list_keys(registry, caller, organisation_id)]


@router.post("/keys/{key_id}/revoke", responses=documented(404, 503))
def revoke_key(key_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> KeyBody:
    """Revoke a key, in force at once."""
    return KeyBody(**asdict(access.revoke_key(registry, caller, key_id)))
