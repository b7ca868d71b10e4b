"""Members of an organisation: inviting, changing, disabling them, and the links by which they set a password."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from registry.core.errors import Conflict, FieldError, InvalidInput, LogInRefused, NotFound, NotPermitted
from registry.core.model import Role
from registry.core.scopes import Rights, Scope, scopes_of_member
from registry.store import attempts, sessions
from registry.store import members as store
from registry.store.access import get_organisation
from registry.store.catalog import bump_access_epoch
from registry.store.database import Session
from registry.store.members import Link, Member, StoredMember
from registry.usecases.access import Caller, log_access, meant, require_own
from registry.usecases.backoff import attempt_of, begin_attempt, take_back
from registry.usecases.ids import new_id
from registry.usecases.passwords import hash_password, verify_password
from registry.usecases.registry import Registry
from registry.usecases.secret_tokens import digest_of, new_token
from registry.usecases.sessions import normal_email, require_member

INVITED_FOR = timedelta(days=7)
RESET_FOR = timedelta(days=1)
MAX_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made: whoever has `token` may set the member's password, once, until `expires_at`. Hand it over in private."""

    member: Member
    token: str
    expires_at: datetime


def invite_member(registry: Registry, caller: Caller | None, organisation_id: str, *, email: str, name: str, rights: Rights) -> NewLink:
    """Add a member, who sets a password with the link. An owner may, and the operator. Raises Conflict for a member's e-mail."""
    organisation_id = organisation_id if caller is None else meant(caller, organisation_id)
    require_own(caller, organisation_id, Scope.members_manage)
    email = normal_email(email)
    if len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidInput("that is no e-mail address", fields=(FieldError("/email", "no e-mail address"),))
    now = registry.now()
    member = Member(
        new_id("mbr", now),
        organisation_id,
        email,
        name,
        rights,
        joined=False,
        has_totp=False,
        created_at=now,
        disabled_at=None,
        last_login_at=None,
    )
    with registry.database.write() as session:
        _require_not_above(caller, get_organisation(session, organisation_id).role, rights)
        store.add_member(session, member)
        link = _new_link(session, member, now + INVITED_FOR, removes_totp=False)
        _log(session, caller, now, "invited", member)
        session.commit()
    return link


def list_members(
    registry: Registry, caller: Caller | None, organisation_id: str, *, after: str = "", limit: int | None = None
) -> Sequence[Member]:
    """List the members of an organisation with ids after `after`, oldest first: the operator's right, and its own."""
    organisation_id = organisation_id if caller is None else meant(caller, organisation_id)
    require_own(caller, organisation_id, Scope.organisation_read)
    with registry.database.read() as session:
        get_organisation(session, organisation_id)
        return store.list_members(session, organisation_id, after=after, limit=limit)


def change_member(
    registry: Registry,
    caller: Caller | None,
    member_id: str,
    *,
    name: str | None = None,
    rights: Rights | None = None,
    disabled: bool | None = None,
) -> Member:
    """Change a member's name or rights, disable or enable them; what is taken away is gone at once, everywhere.

    Raises Conflict when nobody would be left who may manage members; the operator may do even that.
    """
    now = registry.now()
    with registry.database.write() as session:
        found = _managed(session, caller, member_id)
        before = found.member
        _require_not_above(caller, found.organisation.role, rights or before.rights)
        gone = before.disabled_at if disabled is None else (before.disabled_at or now) if disabled else None
        after = replace(before, name=name or before.name, rights=rights or before.rights, disabled_at=gone)
        is_owner = after.rights is Rights.owner and after.disabled_at is None
        if not is_owner and before.rights is Rights.owner and _binds(caller) and not store.count_other_owners(session, before):
            raise Conflict("this is the last owner: make somebody else one first")
        store.save_member(session, after)
        if after.disabled_at is not None:
            sessions.end_sessions(session, member_id, now)
            store.drop_links(session, member_id)
        bump_access_epoch(session)
        _log(session, caller, now, "disabled" if after.disabled_at else "changed", after)
        session.commit()
    registry.catalog.refresh()
    return after


def make_reset_link(registry: Registry, caller: Caller | None, member_id: str, *, removes_totp: bool) -> NewLink:
    """Make a link by which a member sets a new password, and perhaps loses the authenticator. Older links are void."""
    now = registry.now()
    with registry.database.write() as session:
        member = _managed(session, caller, member_id).member
        if member.disabled_at is not None:
            raise Conflict("this member is disabled")
        link = _new_link(session, member, now + RESET_FOR, removes_totp=removes_totp)
        _log(session, caller, now, "reset link made", member)
        session.commit()
    return link


def set_password(registry: Registry, token: str, password: str) -> Member:
    """Set a password with a link, which is used up; every session ends, and failed log-ins are forgotten. Raises LogInRefused."""
    digest, refused = digest_of(token), LogInRefused("this link is unknown, used or too old: ask for a new one")
    with registry.database.read() as session:
        found = store.find_link(session, digest)
    if found is None or found.expires_at <= registry.now():
        raise refused
    password_hash, now = hash_password(password), registry.now()
    with registry.database.write() as session:
        link = store.find_link(session, digest)  # once more, now that nobody else can use it
        if link is None or link.expires_at <= now:
            raise refused
        found_member = store.get_member(session, link.member)
        if found_member.member.disabled_at is not None or found_member.suspended:
            raise refused
        store.set_password(session, link.member, password_hash)
        if link.removes_totp:
            store.set_totp(session, link.member, None)
        store.drop_links(session, link.member)
        _begin_anew(session, found_member, now)
        log_access(session, None, now, "member", "password set", member=link.member, organisation=found_member.organisation.id)
        session.commit()
        member = store.get_member(session, link.member).member
    registry.catalog.refresh()
    return member


def change_password(registry: Registry, caller: Caller, *, current: str, new: str, address: str | None) -> None:
    """Change one's own password; all other sessions end. Raises LogInRefused when `current` is wrong, counted like a log-in."""
    found = confirm_password(registry, caller, current, address)
    password_hash, now = hash_password(new), registry.now()
    with registry.database.write() as session:
        store.set_password(session, found.member.id, password_hash)
        store.drop_links(session, found.member.id)
        sessions.end_sessions(session, found.member.id, now, but=caller.key_id)
        bump_access_epoch(session)
        _log(session, caller, now, "password changed", found.member)
        session.commit()
    registry.catalog.refresh()


def confirm_password(registry: Registry, caller: Caller, password: str, address: str | None) -> StoredMember:
    """Return the member that is asking, once the password is proved again. Raises LogInRefused, TooManyRequests."""
    member_id = require_member(caller)
    with registry.database.read() as session:
        found = store.get_member(session, member_id)
    attempt = attempt_of(found.organisation.id, f"{found.member.email}\nlogged in", address, is_known=False)
    begin_attempt(registry, attempt)
    if not verify_password(password, found.secrets.password_hash):
        raise LogInRefused("the password is wrong")
    take_back(registry, attempt)
    return found


def _begin_anew(session: Session, found: StoredMember, now: datetime) -> None:
    """End every session and forget failed log-ins of the account, so that a link always gets its member in."""
    sessions.end_sessions(session, found.member.id, now)
    attempt = attempt_of(found.organisation.id, found.member.email, None, is_known=False)
    attempts.forget_failures(session, [attempt.account])
    bump_access_epoch(session)


def _managed(session: Session, caller: Caller | None, member_id: str) -> StoredMember:
    found = store.get_member(session, member_id)
    owner = found.organisation.id
    if caller is not None and caller.organisation.id != owner and caller.organisation.role is not Role.operator:
        raise NotFound(f"there is no member `{member_id}`")
    require_own(caller, owner, Scope.members_manage)
    _require_not_above(caller, found.organisation.role, found.member.rights)
    return found


def _require_not_above(caller: Caller | None, role: Role, rights: Rights) -> None:
    """Raise NotPermitted when a member with these rights could do more than the caller: else it could make itself one."""
    if caller is not None and caller.organisation.role is not Role.operator and not scopes_of_member(role, rights) <= caller.may:
        raise NotPermitted(f"a member with the rights `{rights}` may do more than you")


def _binds(caller: Caller | None) -> bool:
    return caller is not None and caller.organisation.role is not Role.operator


def _new_link(session: Session, member: Member, expires_at: datetime, *, removes_totp: bool) -> NewLink:
    token = new_token("crl")
    store.replace_link(session, token.digest, Link(member.id, expires_at, removes_totp))
    return NewLink(member, token.secret, expires_at)


def _log(session: Session, caller: Caller | None, now: datetime, action: str, member: Member) -> None:
    said = {"member": member.id, "organisation": member.organisation, "rights": member.rights.value}
    log_access(session, caller, now, "member", action, **said)
