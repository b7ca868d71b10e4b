"""The route on which whoever asks learns who they are here."""

from dataclasses import asdict

from fastapi import Depends

from registry.api.context import CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import KeyBody, MeBody, MemberBody, OrganisationName, SessionBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.usecases.me import who_am_i

router = mannered_router(prefix="/v1", tags=["keys"], dependencies=[Depends(require_json)], responses=documented(401, 403, 404))


@router.get("/me")
def get_me(registry: CurrentRegistry, caller: CurrentCaller) -> MeBody:
    """Read who is asking with this key or session: whose it is, what it may do, from where, until when."""
    me = who_am_i(registry, caller)
    own = caller.organisation
    return MeBody(
        organisation=OrganisationName(id=own.id, role=own.role, ref=own.ref, name=own.name),
        representative=caller.representative,
        scopes=list(me.scopes),
        addresses=[str(network) for network in caller.networks],
        expires_at=me.expires_at,
        level=caller.level,
        key=None if me.key is None else KeyBody(**asdict(me.key)),
        session=None if me.session is None else SessionBody.model_validate(asdict(me.session)),
        member=None if me.member is None else MemberBody(**asdict(me.member)),
    )
