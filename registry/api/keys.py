"""Routes of API keys."""

from dataclasses import asdict

from fastapi import Depends

from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import KeyBody, KeyCreate, KeyRotate, KeyUpdate, NewKeyBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.usecases import keys

router = mannered_router(prefix="/v1", tags=["keys"], dependencies=[Depends(require_json)], responses=documented(401, 403, 404, 422))


@router.post("/organisations/{organisation_id}/keys", status_code=201, responses=documented(503))
def create_key(organisation_id: str, body: KeyCreate, registry: CurrentRegistry, caller: CurrentCaller) -> NewKeyBody:
    """Make an API key. Its secret is in this answer and nowhere else."""
    return _new(keys.create_key(registry, caller, organisation_id, **dict(body)))


@router.get("/organisations/{organisation_id}/keys")
def list_keys(
    organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller, cursor: Cursor = "", limit: Limit = 100
) -> Page[KeyBody]:
    """List an organisation's keys, oldest first, revoked ones too."""
    found = keys.list_keys(registry, caller, organisation_id, after=cursor, limit=limit)
    return Page(items=[KeyBody(**asdict(key)) for key in found], next=found[-1].id if len(found) == limit else None)


@router.patch("/keys/{key_id}", responses=documented(409, 503))
def update_key(key_id: str, body: KeyUpdate, registry: CurrentRegistry, caller: CurrentCaller) -> KeyBody:
    """Change label, expiry, scopes, addresses or level of a key, in force at once."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    return KeyBody(**asdict(keys.change_key(registry, caller, key_id, **changes)))


@router.post("/keys/{key_id}/rotate", status_code=201, responses=documented(409, 503))
def rotate_key(key_id: str, body: KeyRotate, registry: CurrentRegistry, caller: CurrentCaller) -> NewKeyBody:
    """Make a key that may do the same, with a new secret; the old one works until the overlap is over."""
    return _new(keys.rotate_key(registry, caller, key_id, overlap=body.overlap))


@router.post("/keys/{key_id}/revoke", responses=documented(503))
def revoke_key(key_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> KeyBody:
    """Revoke a key, in force at once in every process. Any key may revoke itself."""
    return KeyBody(**asdict(keys.revoke_key(registry, caller, key_id)))


def _new(made: keys.NewKey) -> NewKeyBody:
    return NewKeyBody(**asdict(made.key), secret=made.secret)
