"""Organisations and API keys: who is asking, and who may create, list and revoke."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import FieldError, InvalidInput, NotAuthenticated, NotPermitted
from registry.core.model import Organisation, Outcome, Policy, Role
from registry.core.policy import begins_later
from registry.store import access as store
from registry.store.catalog import Change, bump_access_epoch, change_of, commit_changes
from registry.store.log import MAX_LEAF_BYTES
from registry.store.policy_versions import Author
from registry.usecases.ids import new_id
from registry.usecases.preconditions import ANYTHING, Precondition
from registry.usecases.registry import Registry

KEY_FORMAT = re.compile(r"crk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an organisation, through one of its keys."""

    organisation: Organisation
    key_id: str
    expires_at: datetime | None = None

    def require(self, *roles: Role) -> None:
        """Raise NotPermitted unless the caller's organisation has one of these roles."""
        if self.organisation.role not in roles:
            allowed = " or ".join(f"`{role}`" for role in roles)
            raise NotPermitted(f"a key of a `{self.organisation.role}` may not do this: it takes one of {allowed}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is what the caller sends; it is shown once and stored only as a hash."""

    key: store.ApiKey
    secret: str


class KeyRing:
    """Keys proved lately, so that a check need not ask the database. Forgotten whole whenever access changes anywhere."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._epoch = -1
        self._proved: dict[bytes, Caller] = {}

    def authenticate(self, secret: str) -> Caller:
        """Return who this key belongs to. Raises NotAuthenticated.

        INVARIANT: an answer is right as of the catalog's access epoch; the log refuses a decision made with an older one.
        """
        epoch = self._registry.catalog.current.access_epoch
        if epoch != self._epoch:
            self._proved, self._epoch = {}, epoch
        digest = hashlib.sha256(secret.encode()).digest()
        caller = self._proved.get(digest)
        if caller is None:
            caller = self._proved[digest] = authenticate(self._registry, secret)
        elif caller.expires_at is not None and caller.expires_at <= self._registry.now():
            raise NotAuthenticated("this key has expired")
        return caller


def authenticate(registry: Registry, secret: str) -> Caller:
    """Return who this key belongs to, asking the database. Raises NotAuthenticated, never saying which half was wrong."""
    unknown = NotAuthenticated("the key is unknown; send `Authorization: Bearer <key>`")
    shape = KEY_FORMAT.fullmatch(secret)
    if shape is None:
        raise unknown
    with registry.database.read() as session:
        stored = store.find_key(session, shape[1])
    if stored is None or not hmac.compare_digest(stored.secret_hash, hashlib.sha256(secret.encode()).digest()):
        raise unknown
    _require_live(stored.key, registry.now())
    return Caller(stored.organisation, stored.key.id, stored.key.expires_at)


def confirm(registry: Registry, caller: Caller) -> None:
    """Raise NotAuthenticated when the caller's key has been revoked or has expired since it was proved."""
    with registry.database.read() as session:
        _require_live(store.get_key(session, caller.key_id), registry.now())


def create_organisation(
    registry: Registry, caller: Caller | None, *, role: Role, ref: str, name: str, contact: str | None = None, policy: Policy | None = None
) -> Organisation:
    """Create an organisation; `caller` is None only for the command line, which owns the machine. Raises Conflict, NotPermitted."""
    if caller is not None:
        caller.require(Role.operator)
    if policy is not None and role is not Role.rightsholder:
        raise InvalidInput("only a rightsholder has a policy")
    now = registry.now()
    organisation = Organisation(id=new_id("org", now), role=role, ref=ref, name=name, contact=contact, policy=policy)
    with registry.database.write() as session:
        store.add_organisation(session, organisation.model_copy(update={"policy": None}), created_at=now)  # the change brings it
        if role is Role.rightsholder:
            commit_changes(session, [organisation_change(organisation, caller, now)])
        session.commit()
    registry.catalog.refresh()
    return organisation


def update_organisation(
    registry: Registry, caller: Caller, organisation_id: str, precondition: Precondition = ANYTHING, **changes: object
) -> Organisation:
    """Change name, contact, policy or `unruled` of an organisation: its own, or any as the operator.

    A policy takes the place of what is in force; scheduled ones that begin later stay.
    """

    def change(before: Organisation) -> dict[str, object]:
        precondition.require(before)
        return {**changes, **({"scheduled": begins_later(before.scheduled, registry.now())} if "policy" in changes else {})}

    return change_organisation(registry, caller, organisation_id, change)


def change_organisation(
    registry: Registry, caller: Caller, organisation_id: str, change: Callable[[Organisation], dict[str, object]]
) -> Organisation:
    """Change the fields that `change` returns, given the organisation as it stands."""
    organisation_id = _meant(caller, organisation_id)
    if caller.organisation.role is not Role.operator and caller.organisation.id != organisation_id:
        raise NotPermitted("only the organisation itself or the operator may change it")
    now = registry.now()
    with registry.database.write() as session:
        before = store.get_organisation(session, organisation_id)
        after = Organisation.model_validate({**before.model_dump(), **change(before)})
        _require_fitting(after)
        bump_access_epoch(session)
        if after.role is Role.rightsholder and after != before:
            commit_changes(session, [organisation_change(after, caller, now)])
        else:
            store.save_organisation(session, after)
            session.commit()
    return registry.catalog.refresh().rightsholders.get(after.id, after)


def _require_fitting(organisation: Organisation) -> None:
    if organisation.retention is not None and organisation.role is not Role.service:
        raise InvalidInput("only a service has a retention of prompts")
    if (organisation.policy is not None or organisation.scheduled) and organisation.role is not Role.rightsholder:
        raise InvalidInput("only a rightsholder has a policy")
    if organisation.unruled is not Outcome.restricted and organisation.role is not Role.service:
        wrong = FieldError("/unruled", "only of a service")
        raise InvalidInput("only a service has a default for what nobody has ruled on", fields=(wrong,))


def get_organisation(registry: Registry, caller: Caller, organisation_id: str) -> Organisation:
    """Return an organisation: its own, any rightsholder, or any at all for operator and auditor."""
    with registry.database.read() as session:
        found = store.get_organisation(session, _meant(caller, organisation_id))
    if found.id != caller.organisation.id and found.role is not Role.rightsholder:
        caller.require(Role.operator, Role.auditor)
    return found


def list_organisations(registry: Registry, caller: Caller, *, role: Role | None, after: str, limit: int) -> Sequence[Organisation]:
    """List organisations: rightsholders for everyone, the others for operator and auditor."""
    if role is not Role.rightsholder:
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        return store.list_organisations(session, role=role, after=after, limit=limit)


def create_key(
    registry: Registry, caller: Caller | None, organisation_id: str, *, label: str = "", expires_at: datetime | None = None
) -> NewKey:
    """Make a key for an organisation. The secret is in the answer and nowhere else."""
    if caller is not None:
        caller.require(Role.operator)
    now = registry.now()
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("`expires_at` lies in the past")
    prefix = secrets.token_hex(8)
    secret = f"crk_{prefix}_{secrets.token_urlsafe(32)}"
    key = store.ApiKey(new_id("key", now), organisation_id, prefix, label, now, expires_at, None)
    with registry.database.write() as session:
        store.get_organisation(session, organisation_id)
        store.add_key(session, key, hashlib.sha256(secret.encode()).digest())
        session.commit()
    return NewKey(key, secret)


def list_keys(registry: Registry, caller: Caller | None, organisation_id: str) -> Sequence[store.ApiKey]:
    """List the keys of an organisation: the operator's right, and its own."""
    if caller is not None and caller.organisation.id != organisation_id:
        caller.require(Role.operator)
    with registry.database.read() as session:
        store.get_organisation(session, organisation_id)
        return store.list_keys(session, organisation_id)


def revoke_key(registry: Registry, caller: Caller | None, key_id: str) -> store.ApiKey:
    """Revoke a key, in force for every check of every process that starts after this returns."""
    with registry.database.write() as session:
        key = store.get_key(session, key_id)
        if caller is not None and caller.organisation.id != key.organisation:
            caller.require(Role.operator)
        revoked = store.revoke_key(session, key_id, registry.now())
        bump_access_epoch(session)
        session.commit()
    registry.catalog.refresh()
    return revoked


def organisation_change(organisation: Organisation, caller: Caller | None, now: datetime) -> Change:
    """Return the catalog change, with its leaf, that makes a rightsholder be as given."""
    leaf = canonical_bytes(catalog_leaf(organisation, caller, now))
    if len(leaf) > MAX_LEAF_BYTES:
        raise InvalidInput(f"the organisation takes {len(leaf)} bytes in the log; at most {MAX_LEAF_BYTES} fit: give fewer rules")
    return change_of(organisation, leaf, author_of(caller, now))


def author_of(caller: Caller | None, now: datetime) -> Author:
    """Return who signs a change made now; None is the command line."""
    return Author(None, None, now) if caller is None else Author(caller.organisation.id, caller.key_id, now)


def catalog_leaf(entry: object, caller: Caller | None, now: datetime) -> dict[str, object]:
    """Return the leaf of a catalog change: who made the entry what it is from now on. Its revision is its order in the log."""
    kind = type(entry).__name__.lower()
    value = entry.model_dump(mode="json", exclude={"revision"}, exclude_none=True)  # type: ignore[attr-defined]
    actor = None if caller is None else {"organisation": caller.organisation.id, "key": caller.key_id}
    return {"v": 1, "type": f"catalog.{kind}", "at": now.isoformat().replace("+00:00", "Z"), "actor": actor, "entry": value}


def _meant(caller: Caller, organisation_id: str) -> str:
    return caller.organisation.id if organisation_id == "me" else organisation_id


def _require_live(key: store.ApiKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise NotAuthenticated("this key was revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise NotAuthenticated("this key has expired")
