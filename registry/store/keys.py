"""API keys."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from registry.core.errors import NotFound
from registry.core.model import Level, Organisation, Role
from registry.core.scopes import Scope
from registry.store.access import to_organisation
from registry.store.tables import ApiKeyRow, OrganisationRow


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as people see it: never the secret, only the prefix that finds it.

    `scopes` None: what its role may by default. `addresses` are networks, none: from anywhere. `level` is how its checks treat
    ambiguous mentions unless they say. `replaces` is the key that it was rotated from.
    """

    id: str
    organisation: str
    prefix: str
    label: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: tuple[Scope, ...] | None = None
    addresses: tuple[str, ...] = ()
    level: Level = Level.balanced
    replaces: str | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What proves a key: its hash and its owner."""

    key: ApiKey
    secret_hash: bytes
    organisation: Organisation
    suspended: bool


def add_key(session: Session, key: ApiKey, secret_hash: bytes) -> None:
    """Store a new key."""
    session.add(ApiKeyRow(secret_hash=secret_hash, **_columns(key)))
    session.flush()


def save_key(session: Session, key: ApiKey) -> None:
    """Overwrite what may change of a key. Does not commit."""
    row = session.get_one(ApiKeyRow, key.id)
    for column, value in _columns(key).items():
        setattr(row, column, value)
    session.flush()


def find_key(session: Session, *, prefix: str | None = None, key_id: str | None = None) -> StoredKey | None:
    """Return the key with this public prefix or id, revoked and expired ones too."""
    wanted = ApiKeyRow.prefix == prefix if key_id is None else ApiKeyRow.id == key_id
    query = select(ApiKeyRow, OrganisationRow).join(OrganisationRow, col(OrganisationRow.id) == ApiKeyRow.organisation_id)
    found = session.exec(query.where(wanted)).first()
    if found is None:
        return None
    row, owner = found
    return StoredKey(_to_key(row), bytes(row.secret_hash), to_organisation(owner), owner.suspended_at is not None)


def get_key(session: Session, key_id: str) -> ApiKey:
    """Return the key. Raises NotFound."""
    row = session.get(ApiKeyRow, key_id)
    if row is None:
        raise NotFound(f"there is no key `{key_id}`")
    return _to_key(row)


def revoke_key(session: Session, key_id: str, at: datetime) -> ApiKey:
    """Mark the key revoked; one that is revoked already keeps its first moment."""
    row = session.get_one(ApiKeyRow, key_id)
    row.revoked_at = row.revoked_at or at
    session.flush()
    return _to_key(row)


def has_other_operator_key(session: Session, key_id: str, now: datetime) -> bool:
    """Whether an operator has a live key beside this one."""
    is_live = col(ApiKeyRow.revoked_at).is_(None) & (col(ApiKeyRow.expires_at).is_(None) | (col(ApiKeyRow.expires_at) > now))
    query = select(ApiKeyRow.id).join(OrganisationRow, col(OrganisationRow.id) == ApiKeyRow.organisation_id)
    return session.exec(query.where(OrganisationRow.role == Role.operator, ApiKeyRow.id != key_id, is_live)).first() is not None


def list_keys(session: Session, organisation_id: str, *, after: str = "", limit: int | None = None) -> Sequence[ApiKey]:
    """Return keys of an organisation with ids after `after`, oldest first; all of them without a limit."""
    query = select(ApiKeyRow).where(ApiKeyRow.organisation_id == organisation_id, col(ApiKeyRow.id) > after)
    return [_to_key(row) for row in session.exec(query.order_by(col(ApiKeyRow.id)).limit(limit))]


def note_keys_used(session: Session, key_ids: Iterable[str], at: datetime) -> None:
    """Store when these keys were used last. Does not commit."""
    session.execute(update(ApiKeyRow).where(col(ApiKeyRow.id).in_(list(key_ids))).values(last_used_at=at))


def _columns(key: ApiKey) -> dict[str, Any]:
    fields = {**asdict(key), "organisation_id": key.organisation, "level": key.level.value}
    fields["scopes"] = None if key.scopes is None else " ".join(key.scopes)
    fields["addresses"] = " ".join(key.addresses) or None
    del fields["organisation"], fields["last_used_at"]
    return fields


def _to_key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        organisation=row.organisation_id,
        prefix=row.prefix,
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        scopes=None if row.scopes is None else tuple(Scope(word) for word in row.scopes.split()),
        addresses=tuple((row.addresses or "").split()),
        level=Level(row.level or Level.balanced),
        replaces=row.replaces,
        last_used_at=row.last_used_at,
    )
