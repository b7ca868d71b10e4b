"""Routes of representatives: who may act for a rightsholder."""

from dataclasses import asdict

from fastapi import Depends

from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import MandateBody, MandateCreate
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.usecases import mandates

PROBLEMS = documented(401, 403, 404, 422)
router = mannered_router(prefix="/v1", tags=["representatives"], dependencies=[Depends(require_json)], responses=PROBLEMS)


@router.post("/organisations/{organisation_id}/representatives", status_code=201, responses=documented(409, 503))
def name_representative(organisation_id: str, body: MandateCreate, registry: CurrentRegistry, caller: CurrentCaller) -> MandateBody:
    """Let an organisation act for this rightsholder: it sends its own key, and `On-Behalf-Of` with the rightsholder's id or `ref:...`."""
    return MandateBody(**asdict(mandates.grant_mandate(registry, caller, organisation_id, body.representative)))


@router.get("/organisations/{organisation_id}/representatives")
def list_mandates(
    organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller, cursor: Cursor = "", limit: Limit = 100
) -> Page[MandateBody]:
    """List the mandates that an organisation has given or got, oldest first, revoked ones too."""
    found = mandates.list_mandates(registry, caller, organisation_id, after=cursor, limit=limit)
    return Page(items=[MandateBody(**asdict(mandate)) for mandate in found], next=found[-1].id if len(found) == limit else None)


@router.post("/mandates/{mandate_id}/revoke", responses=documented(503))
def revoke_mandate(mandate_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> MandateBody:
    """Take a mandate back, or give it back, in force at once."""
    return MandateBody(**asdict(mandates.revoke_mandate(registry, caller, mandate_id)))
