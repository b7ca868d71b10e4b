"""Quotas of organisations, and what has been taken of each key's quota in a minute, by all processes together."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from registry.store.tables import QuotaRow

KEPT_MINUTES = 10
_TAKEN = text("SELECT taken FROM quota_use WHERE key_id = :key AND minute = :minute")
_LOCKED = text("SELECT taken FROM quota_use WHERE key_id = :key AND minute = :minute FOR UPDATE")
_OPEN = text("INSERT INTO quota_use (key_id, minute, taken) VALUES (:key, :minute, 0) ON CONFLICT DO NOTHING")
_TAKE = text("UPDATE quota_use SET taken = taken + :count WHERE key_id = :key AND minute = :minute")
_FORGET = text("DELETE FROM quota_use WHERE minute < :minute")


@dataclass(frozen=True, slots=True)
class Lease:
    """`count` requests that one process may answer; `taken` is what all processes have of this minute's quota."""

    count: int
    taken: int


def find_quota(session: Session, organisation_id: str) -> int | None:
    """Return the requests a minute that each key of the organisation has, where the operator has said so."""
    row = session.get(QuotaRow, organisation_id)
    return None if row is None else row.per_minute


def save_quota(session: Session, organisation_id: str, per_minute: int | None) -> None:
    """Set the organisation's quota; None: what the settings say."""
    row = session.get(QuotaRow, organisation_id)
    if per_minute is not None:
        session.merge(QuotaRow(organisation_id=organisation_id, per_minute=per_minute))
    elif row is not None:
        session.delete(row)


def lease(session: Session, key_id: str, *, minute: int, quota: int, at_most: int) -> Lease:
    """Take up to `at_most` of what is left of the key's quota in this minute, so that all leases together never exceed it.

    The session must be a writing one; on PostgreSQL the key's row is locked until it commits.
    """
    named = {"key": key_id, "minute": minute}
    is_new = bool(session.execute(_OPEN, named).rowcount)  # type: ignore[attr-defined]
    if is_new:
        session.execute(_FORGET, {"minute": minute - KEPT_MINUTES})
    locked = _TAKEN if session.get_bind().dialect.name == "sqlite" else _LOCKED
    taken: int = session.execute(locked, named).scalar_one()
    count = max(0, min(at_most, quota - taken))
    session.execute(_TAKE, {**named, "count": count})
    return Lease(count, taken + count)
