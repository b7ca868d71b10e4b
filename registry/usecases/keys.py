"""API keys: proving one, making, listing, revoking."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.core.errors import InvalidInput, NotAuthenticated
from registry.core.model import Role
from registry.store import access as store
from registry.store.catalog import bump_access_epoch
from registry.usecases.access import Caller
from registry.usecases.ids import new_id
from registry.usecases.registry import Registry

KEY_FORMAT = re.compile(r"crk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}", re.ASCII)


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


def _require_live(key: store.ApiKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise NotAuthenticated("this key was revoked")
    if key.expires_at is not None and key.expires_at <= now:
        raise NotAuthenticated("this key has expired")
