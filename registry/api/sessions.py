"""Routes of sessions: logging in and out."""

from dataclasses import asdict
from typing import Any

from fastapi import Depends, Request, Response

from registry.api.context import ClientAddress, CurrentApi, CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import LogIn, MemberBody, NewSessionBody, OwnSessionBody, SessionBody
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.store.sessions import LoggedIn
from registry.usecases import sessions

router = mannered_router(prefix="/v1", tags=["sessions"], dependencies=[Depends(require_json)], responses=documented(401, 422))


@router.post("/sessions", status_code=201, responses=documented(429, 503))
async def log_in(body: LogIn, request: Request, api: CurrentApi, address: ClientAddress) -> NewSessionBody:
    """Log in. Send the token of the answer as `Authorization: Bearer`, wherever a key is taken. Slow on purpose."""
    agent = request.headers.get("user-agent", "")
    said: dict[str, Any] = {"organisation": body.organisation, "email": body.email, "password": body.password.get_secret_value()}
    code = None if body.code is None else body.code.get_secret_value()
    made = await api.passwords.run(lambda: sessions.log_in(api.registry, **said, code=code, address=address, agent=agent))
    return NewSessionBody(token=made.token, session=_session(made.session), member=MemberBody(**asdict(made.member)))


@router.get("/sessions", responses=documented(403, 404))
def list_sessions(registry: CurrentRegistry, caller: CurrentCaller, cursor: Cursor = "", limit: Limit = 100) -> Page[SessionBody]:
    """List where one is logged in, newest first."""
    found = sessions.list_sessions(registry, caller, before=cursor, limit=limit)
    return Page(items=[_session(session) for session in found], next=found[-1].id if len(found) == limit else None)


@router.delete("/sessions", status_code=204, responses=documented(403, 404, 503))
def end_all_sessions(registry: CurrentRegistry, caller: CurrentCaller) -> Response:
    """Log out everywhere, in force at once."""
    sessions.end_sessions(registry, caller)
    return Response(status_code=204)


@router.get("/sessions/me", responses=documented(403, 404))
def get_own_session(registry: CurrentRegistry, caller: CurrentCaller) -> OwnSessionBody:
    """Read who is logged in with this token, and what they may do."""
    session, member = sessions.get_session(registry, caller)
    return OwnSessionBody(session=_session(session), member=MemberBody(**asdict(member)), scopes=sorted(caller.may))


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(403, 404, 503))
def end_session(session_id: str, registry: CurrentRegistry, caller: CurrentCaller) -> Response:
    """Log out: end one of one's own sessions; `me` is this one."""
    sessions.end_sessions(registry, caller, session_id)
    return Response(status_code=204)


def _session(session: LoggedIn) -> SessionBody:
    return SessionBody.model_validate(asdict(session))
