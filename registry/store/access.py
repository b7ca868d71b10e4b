"""Organisations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from registry.core.errors import Conflict, NotFound
from registry.core.model import Organisation, Outcome, Policy, Role, Verified
from registry.core.rules import NOTHING_READABLE, read_policy
from registry.store.tables import OrganisationRow


@dataclass(frozen=True, slots=True)
class Suspension:
    """Whether the operator has suspended an organisation: since when, and why; None is not."""

    organisation: str
    suspended_at: datetime | None
    reason: str | None


def add_organisation(session: Session, organisation: Organisation, *, created_at: datetime) -> None:
    """Store a new organisation. Raises Conflict when its `ref` is taken."""
    if session.exec(select(OrganisationRow.id).where(OrganisationRow.ref == organisation.ref)).first():
        raise Conflict(f"an organisation with ref `{organisation.ref}` exists already")
    session.add(OrganisationRow(created_at=created_at, **organisation_columns(organisation)))
    session.flush()


def save_organisation(session: Session, organisation: Organisation) -> None:
    """Overwrite an organisation that exists."""
    row = session.get_one(OrganisationRow, organisation.id)
    for column, value in organisation_columns(organisation).items():
        setattr(row, column, value)
    session.flush()


def get_organisation(session: Session, organisation_id: str) -> Organisation:
    """Return the organisation. Raises NotFound."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound(f"there is no organisation `{organisation_id}`")
    return to_organisation(row)


def find_organisation(session: Session, *, ref: str) -> Organisation | None:
    """Return the organisation with this ref, if there is one."""
    row = session.exec(select(OrganisationRow).where(OrganisationRow.ref == ref)).first()
    return None if row is None else to_organisation(row)


def find_named_organisation(session: Session, named: str) -> Organisation | None:
    """Return the organisation with this id or ref, if there is one."""
    is_it = or_(col(OrganisationRow.id) == named, col(OrganisationRow.ref) == named)
    row = session.exec(select(OrganisationRow).where(is_it).order_by(col(OrganisationRow.id))).first()
    return None if row is None else to_organisation(row)


def list_organisations(session: Session, *, role: Role | None, after: str, limit: int) -> Sequence[Organisation]:
    """Return up to `limit` organisations with ids after `after`, in id order."""
    query = select(OrganisationRow).where(col(OrganisationRow.id) > after).order_by(col(OrganisationRow.id)).limit(limit)
    if role is not None:
        query = query.where(OrganisationRow.role == role)
    return [to_organisation(row) for row in session.exec(query)]


def get_suspension(session: Session, organisation_id: str) -> Suspension:
    """Return whether an organisation is suspended. Raises NotFound."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound(f"there is no organisation `{organisation_id}`")
    return Suspension(row.id, row.suspended_at, row.suspended_for)


def set_suspension(session: Session, said: Suspension) -> None:
    """Suspend an organisation, or take it back. Does not commit."""
    row = session.get_one(OrganisationRow, said.organisation)
    row.suspended_at, row.suspended_for = said.suspended_at, said.reason
    session.flush()


def to_organisation(row: OrganisationRow) -> Organisation:
    """Return the row as a value."""
    return Organisation(
        id=row.id,
        role=Role(row.role),
        ref=row.ref,
        name=row.name,
        contact=row.contact,
        policy=read_stored_policy(row.policy),
        retention=row.retention,
        scheduled=read_scheduled(row.scheduled),
        unruled=Outcome(row.unruled or Outcome.restricted),
        verified=Verified(row.verified or Verified.operator),
        domain=row.domain,
        revision=row.revision,
    )


def read_stored_policy(text: str | None) -> Policy | None:
    """Read leniently: what no longer validates must prohibit; it must neither vanish nor keep the registry from starting."""
    if text is None:
        return None
    try:
        return read_policy(json.loads(text))
    except ValueError:
        return read_policy(None)


def read_scheduled(text: str | None) -> tuple[Policy, ...]:
    """Read each version leniently; where the dates of one cannot be read, none of them may loosen anything: all is prohibited."""
    if text is None:
        return ()
    try:
        versions = tuple(read_policy(version) for version in json.loads(text))
    except (ValueError, TypeError):
        return (NOTHING_READABLE,)
    return (NOTHING_READABLE,) if NOTHING_READABLE in versions else versions


def policy_text(policy: Policy | None) -> str | None:
    """Return a policy as it is stored."""
    return None if policy is None else policy.model_dump_json(exclude_defaults=True)


def scheduled_text(versions: tuple[Policy, ...]) -> str | None:
    """Return scheduled versions as they are stored; none at all are null."""
    return f"[{','.join(version.model_dump_json(exclude_defaults=True) for version in versions)}]" if versions else None


def organisation_columns(organisation: Organisation) -> dict[str, Any]:
    """Return the row's columns, but for when it was created and its revision."""
    return {
        "id": organisation.id,
        "role": organisation.role.value,
        "ref": organisation.ref,
        "name": organisation.name,
        "contact": organisation.contact,
        "retention": organisation.retention,
        "policy": policy_text(organisation.policy),
        "scheduled": scheduled_text(organisation.scheduled),
        "unruled": None if organisation.unruled is Outcome.restricted else organisation.unruled.value,
        "verified": None if organisation.verified is Verified.operator else organisation.verified.value,
        "domain": organisation.domain,
    }
