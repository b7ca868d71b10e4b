"""Routes of quotas: what each key of an organisation may ask in a minute."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field

from registry.api.context import CurrentApi, CurrentCaller, CurrentRegistry, require_json
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Body
from registry.usecases import quotas

router = mannered_router(
    prefix="/v1", tags=["organisations"], dependencies=[Depends(require_json)], responses=documented(401, 403, 404, 422)
)


class QuotaUpdate(Body):
    """The quota of each key of an organisation."""

    per_minute: Annotated[int, Field(ge=1, le=quotas.MAX_QUOTA)] | None = Field(
        description="Requests a minute; null: the registry's default."
    )


class QuotaBody(BaseModel):
    """Requests a minute for each key, all processes together; 0: no limit. `is_default`: the operator has set none of its own."""

    per_minute: int
    is_default: bool


@router.get("/organisations/{organisation_id}/quota")
def get_quota(organisation_id: str, registry: CurrentRegistry, api: CurrentApi, caller: CurrentCaller) -> QuotaBody:
    """Read the quota of each key of an organisation; `me` is the caller's own."""
    return _body(api.quotas.default, quotas.get_quota(registry, caller, organisation_id))


@router.put("/organisations/{organisation_id}/quota", responses=documented(503))
def put_quota(organisation_id: str, body: QuotaUpdate, registry: CurrentRegistry, api: CurrentApi, caller: CurrentCaller) -> QuotaBody:
    """Set the quota of each key of an organisation. Only the operator may; in force in every process within a second."""
    quotas.set_quota(registry, caller, organisation_id, body.per_minute)
    return _body(api.quotas.default, body.per_minute)


def _body(default: int, said: int | None) -> QuotaBody:
    return QuotaBody(per_minute=default if said is None else said, is_default=said is None)
