"""Mandates: which representative may act for which rightsholder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.core.errors import Conflict, NotFound
from registry.store.tables_people import MandateRow


@dataclass(frozen=True, slots=True)
class Mandate:
    """A rightsholder's word that a representative may act for it, until revoked."""

    id: str
    rightsholder: str
    representative: str
    granted_at: datetime
    revoked_at: datetime | None = None


def add_mandate(session: Session, mandate: Mandate) -> None:
    """Store a new mandate. Raises Conflict when the same is in force. Does not commit."""
    if find_mandate(session, rightsholder=mandate.rightsholder, representative=mandate.representative) is not None:
        raise Conflict("this organisation is a representative already")
    session.add(
        MandateRow(
            id=mandate.id,
            rightsholder_id=mandate.rightsholder,
            representative_id=mandate.representative,
            granted_at=mandate.granted_at,
        )
    )
    session.flush()


def find_mandate(session: Session, *, rightsholder: str, representative: str) -> Mandate | None:
    """Return the mandate in force between two organisations."""
    query = select(MandateRow).where(
        MandateRow.rightsholder_id == rightsholder,
        MandateRow.representative_id == representative,
        col(MandateRow.revoked_at).is_(None),
    )
    row = session.exec(query).first()
    return None if row is None else _mandate(row)


def get_mandate(session: Session, mandate_id: str) -> Mandate:
    """Return a mandate, revoked ones too. Raises NotFound."""
    row = session.get(MandateRow, mandate_id)
    if row is None:
        raise NotFound(f"there is no mandate `{mandate_id}`")
    return _mandate(row)


def list_mandates(session: Session, organisation_id: str, *, after: str, limit: int) -> Sequence[Mandate]:
    """Return up to `limit` mandates that an organisation has given or got, with ids after `after`, revoked ones too, oldest first."""
    is_party = (col(MandateRow.rightsholder_id) == organisation_id) | (col(MandateRow.representative_id) == organisation_id)
    query = select(MandateRow).where(is_party, col(MandateRow.id) > after).order_by(col(MandateRow.id)).limit(limit)
    return [_mandate(row) for row in session.exec(query)]


def revoke_mandate(session: Session, mandate_id: str, at: datetime) -> Mandate:
    """Mark a mandate revoked; one that is revoked already keeps its first moment. Does not commit."""
    row = session.get_one(MandateRow, mandate_id)
    row.revoked_at = row.revoked_at or at
    session.flush()
    return _mandate(row)


def _mandate(row: MandateRow) -> Mandate:
    return Mandate(row.id, row.rightsholder_id, row.representative_id, row.granted_at, row.revoked_at)
