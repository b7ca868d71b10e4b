"""API keys: making, changing, rotating, listing, revoking. Every change is in the log, and in force at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from registry.core.errors import Conflict, FieldError, InvalidInput, NotFound, NotPermitted
from registry.core.model import Level, Organisation, Role
from registry.core.scopes import DEFAULT_SCOPES, ROLE_SCOPES, Scope
from registry.store import keys as store
from registry.store.access import get_organisation
from registry.store.catalog import bump_access_epoch
from registry.store.database import Session
from registry.usecases.access import Caller, log_access, meant, require_own, utc_text
from registry.usecases.ids import new_id
from registry.usecases.keyring import networks_of
from registry.usecases.registry import Registry
from registry.usecases.secret_tokens import new_token

MAX_OVERLAP = timedelta(days=30)
MAX_LIFE = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is what the caller sends; it is shown once and stored only as a hash."""

    key: store.ApiKey
    secret: str


def create_key(
    registry: Registry,
    caller: Caller | None,
    organisation_id: str,
    *,
    label: str = "",
    expires_at: datetime | None = None,
    scopes: Sequence[Scope] | None = None,
    addresses: Sequence[str] = (),
    level: Level = Level.balanced,
    in_log: bool = True,
) -> NewKey:
    """Make a key for an organisation. The secret is in the answer and nowhere else.

    The operator may, and the organisation itself, for what the caller may do itself. `scopes` None: what the role may by default.
    `in_log` False is for `registry init` alone: a log begins when it has somebody to serve.
    """
    organisation_id = organisation_id if caller is None else meant(caller, organisation_id)
    require_own(caller, organisation_id, Scope.keys_manage)
    now, token = registry.now(), new_token("crk")
    said = store.ApiKey(new_id("key", now), organisation_id, token.prefix, label, now)
    with registry.database.write() as session:
        changes = {"expires_at": expires_at, "scopes": scopes, "addresses": addresses, "level": level}
        key = _with(said, changes, caller, get_organisation(session, organisation_id), now)
        store.add_key(session, key, token.digest)
        if in_log:
            _log(session, caller, now, "made", key)
        session.commit()
    return NewKey(key, token.secret)


def change_key(registry: Registry, caller: Caller | None, key_id: str, **changes: Any) -> store.ApiKey:
    """Change label, expiry, scopes, addresses or level of a key, in force at once."""
    now = registry.now()
    with registry.database.write() as session:
        before, owner = _managed(session, caller, key_id)
        _require_live(before, now)
        key = _with(before, changes, caller, owner, now)
        store.save_key(session, key)
        bump_access_epoch(session)
        _log(session, caller, now, "changed", key)
        session.commit()
    registry.catalog.refresh()
    return key


def rotate_key(registry: Registry, caller: Caller | None, key_id: str, *, overlap: timedelta) -> NewKey:
    """Make a key that may do the same; the old one works until the overlap is over, and no longer."""
    if not timedelta() <= overlap <= MAX_OVERLAP:
        wrong = FieldError("/overlap_seconds", f"from 0 to {int(MAX_OVERLAP.total_seconds())}")
        raise InvalidInput("the overlap is too long", fields=(wrong,))
    now, token = registry.now(), new_token("crk")
    with registry.database.write() as session:
        old, owner = _managed(session, caller, key_id)
        _require_live(old, now)
        _require_within(caller, owner, old.scopes)
        ends = now + overlap if old.expires_at is None else min(old.expires_at, now + overlap)
        key = replace(old, id=new_id("key", now), prefix=token.prefix, created_at=now, replaces=old.id, last_used_at=None)
        store.add_key(session, key, token.digest)
        store.save_key(session, replace(old, expires_at=ends))
        bump_access_epoch(session)
        _log(session, caller, now, "rotated", key)
        session.commit()
    registry.catalog.refresh()
    return NewKey(key, token.secret)


def list_keys(
    registry: Registry, caller: Caller | None, organisation_id: str, *, after: str = "", limit: int | None = None
) -> Sequence[store.ApiKey]:
    """List the keys of an organisation with ids after `after`, oldest first: the operator's right, and its own."""
    organisation_id = organisation_id if caller is None else meant(caller, organisation_id)
    require_own(caller, organisation_id, Scope.organisation_read)
    with registry.database.read() as session:
        get_organisation(session, organisation_id)
        return store.list_keys(session, organisation_id, after=after, limit=limit)


def revoke_key(registry: Registry, caller: Caller | None, key_id: str) -> store.ApiKey:
    """Revoke a key, in force for every check of every process that starts after this returns. A key may always revoke itself."""
    now = registry.now()
    with registry.database.write() as session:
        if caller is None or caller.key_id != key_id:
            _managed(session, caller, key_id)
        revoked = store.revoke_key(session, key_id, now)
        bump_access_epoch(session)
        _log(session, caller, now, "revoked", revoked)
        session.commit()
    registry.catalog.refresh()
    return revoked


def _managed(session: Session, caller: Caller | None, key_id: str) -> tuple[store.ApiKey, Organisation]:
    """Return a key that the caller may manage, and its owner. Another organisation's key is as good as none."""
    key = store.get_key(session, key_id)
    if caller is not None and caller.organisation.id != key.organisation and caller.organisation.role is not Role.operator:
        raise NotFound(f"there is no key `{key_id}`")
    require_own(caller, key.organisation, Scope.keys_manage)
    return key, get_organisation(session, key.organisation)


def _require_live(key: store.ApiKey, now: datetime) -> None:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise Conflict("this key is revoked or has expired: make a new one")


def _with(key: store.ApiKey, changes: dict[str, Any], caller: Caller | None, owner: Organisation, now: datetime) -> store.ApiKey:
    """Return the key with these changes. Raises InvalidInput, or NotPermitted when it could do more than the caller."""
    changes = dict(changes)
    if (expires := changes.get("expires_at")) is not None and expires <= now:
        raise InvalidInput("`expires_at` lies in the past", fields=(FieldError("/expires_at", "lies in the past"),))
    if expires is not None and expires - now > MAX_LIFE:
        raise InvalidInput(
            "`expires_at` lies too far ahead", fields=(FieldError("/expires_at", "at most 100 years from now; or null: never"),)
        )
    if (scopes := changes.get("scopes")) is not None:
        changes["scopes"] = tuple(sorted(set(scopes)))
        if foreign := sorted(set(scopes) - ROLE_SCOPES[owner.role]):
            said = ", ".join(foreign)
            raise InvalidInput(f"a `{owner.role}` has no scope {said}", fields=(FieldError("/scopes", f"not of its role: {said}"),))
    if "addresses" in changes:
        try:
            changes["addresses"] = networks_of(changes["addresses"])
        except ValueError:
            wrong = FieldError("/addresses", "addresses or networks such as `192.0.2.0/24`, without host bits")
            raise InvalidInput("one of `addresses` is no network", fields=(wrong,)) from None
    changed = replace(key, **changes)
    _require_within(caller, owner, changed.scopes)
    return changed


def _require_within(caller: Caller | None, owner: Organisation, scopes: Sequence[Scope] | None) -> None:
    """A key can be made only by who may do at least as much, or by the operator for another organisation."""
    if caller is not None and caller.organisation.id == owner.id:
        more = frozenset(DEFAULT_SCOPES[owner.role] if scopes is None else scopes) - caller.may
        if more:
            raise NotPermitted(f"you cannot give a key what you lack yourself: {', '.join(sorted(more))}")


def _log(session: Session, caller: Caller | None, now: datetime, action: str, key: store.ApiKey) -> None:
    log_access(
        session,
        caller,
        now,
        "key",
        action,
        key=key.id,
        organisation=key.organisation,
        scopes=None if key.scopes is None else list(key.scopes),
        expires_at=None if key.expires_at is None else utc_text(key.expires_at),
        replaces=key.replaces,
    )
