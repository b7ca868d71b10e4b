"""Routes of members: inviting and changing them, and what one does about oneself (password, authenticator)."""

from dataclasses import asdict

from fastapi import Depends, Response

from registry.api.context import ClientAddress, CurrentApi, CurrentCaller, CurrentRegistry, require_json
from registry.api.people_schemas import (
    CodeProof,
    EnrolmentBody,
    LinkBody,
    MemberBody,
    MemberCreate,
    MemberUpdate,
    PasswordChange,
    PasswordProof,
    PasswordSet,
    RecoveryBody,
    ResetCreate,
)
from registry.api.problems import documented
from registry.api.routes import mannered_router
from registry.api.schemas import Cursor, Limit, Page
from registry.store.members import Member
from registry.usecases import authenticators, members

PROBLEMS = documented(401, 403, 404, 422)
router = mannered_router(prefix="/v1", tags=["members"], dependencies=[Depends(require_json)], responses=PROBLEMS)
public = mannered_router(prefix="/v1", tags=["members"], dependencies=[Depends(require_json)], responses=documented(401, 422))


@router.post("/organisations/{organisation_id}/members", status_code=201, responses=documented(409, 503))
def invite_member(organisation_id: str, body: MemberCreate, registry: CurrentRegistry, caller: CurrentCaller) -> LinkBody:
    """Invite a person. Hand them the token: `POST /v1/invitations/accept` sets their password with it."""
    return _link(members.invite_member(registry, caller, organisation_id, email=body.email, name=body.name, rights=body.rights))


@router.get("/organisations/{organisation_id}/members")
def list_members(
    organisation_id: str, registry: CurrentRegistry, caller: CurrentCaller, cursor: Cursor = "", limit: Limit = 100
) -> Page[MemberBody]:
    """List an organisation's members, oldest first, invited and disabled ones too."""
    found = members.list_members(registry, caller, organisation_id, after=cursor, limit=limit)
    return Page(items=[_member(member) for member in found], next=found[-1].id if len(found) == limit else None)


@router.patch("/members/{member_id}", responses=documented(409, 503))
def update_member(member_id: str, body: MemberUpdate, registry: CurrentRegistry, caller: CurrentCaller) -> MemberBody:
    """Change name or rights, disable or enable a member, in force at once."""
    changed = members.change_member(registry, caller, member_id, name=body.name, rights=body.rights, disabled=body.disabled)
    return _member(changed)


@router.post("/members/{member_id}/reset-link", status_code=201, responses=documented(409, 503))
def make_reset_link(member_id: str, body: ResetCreate, registry: CurrentRegistry, caller: CurrentCaller) -> LinkBody:
    """Make a link by which a member sets a new password. The old one works until then."""
    return _link(members.make_reset_link(registry, caller, member_id, removes_totp=body.removes_totp))


@public.post("/invitations/accept", responses=documented(429, 503))
async def accept_invitation(body: PasswordSet, api: CurrentApi) -> MemberBody:
    """Set a password with the token of an invitation or a reset link. No key is needed. Every session of the member ends."""
    token, password = body.token.get_secret_value(), body.password.get_secret_value()
    return _member(await api.passwords.run(lambda: members.set_password(api.registry, token, password)))


@router.put("/members/me/password", status_code=204, responses=documented(429, 503))
async def change_password(body: PasswordChange, api: CurrentApi, caller: CurrentCaller, address: ClientAddress) -> Response:
    """Change one's own password. All other sessions end."""
    current, new = body.current.get_secret_value(), body.password.get_secret_value()
    await api.passwords.run(lambda: members.change_password(api.registry, caller, current=current, new=new, address=address))
    return Response(status_code=204)


@router.post("/members/me/totp", status_code=201, responses=documented(409, 429, 503))
async def enrol_authenticator(body: PasswordProof, api: CurrentApi, caller: CurrentCaller, address: ClientAddress) -> EnrolmentBody:
    """Begin to use an authenticator app (RFC 6238). It counts once a first code has confirmed it."""
    password = body.password.get_secret_value()
    made = await api.passwords.run(lambda: authenticators.enrol(api.registry, caller, password=password, address=address))
    return EnrolmentBody(**asdict(made))


@router.post("/members/me/totp/confirm", responses=documented(409, 503))
def confirm_authenticator(body: CodeProof, registry: CurrentRegistry, caller: CurrentCaller) -> RecoveryBody:
    """Confirm the authenticator with a code; from now on logging in takes one."""
    codes = authenticators.confirm_enrolment(registry, caller, body.code.get_secret_value())
    return RecoveryBody(recovery_codes=list(codes))


@router.post("/members/me/totp/remove", status_code=204, responses=documented(429, 503))
async def remove_authenticator(body: PasswordProof, api: CurrentApi, caller: CurrentCaller, address: ClientAddress) -> Response:
    """Stop using the authenticator; its recovery codes go with it."""
    password = body.password.get_secret_value()
    await api.passwords.run(lambda: authenticators.remove_authenticator(api.registry, caller, password=password, address=address))
    return Response(status_code=204)


def _member(member: Member) -> MemberBody:
    return MemberBody(**asdict(member))


def _link(made: members.NewLink) -> LinkBody:
    return LinkBody(member=_member(made.member), token=made.token, expires_at=made.expires_at)
