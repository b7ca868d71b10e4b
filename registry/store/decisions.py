"""Reading decisions back: by service, by whose characters they name, newest first, with a cursor that writes cannot disturb."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from registry.store.columns import to_micros
from registry.store.tables import CharacterRow, DecisionCharacterRow, DecisionRow, LeafRow


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it stands in the log: where, its leaf hash, and the leaf's content."""

    index: int
    leaf_hash: bytes
    leaf: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """What a list of decisions is narrowed to. `rightsholder`, `character` and `work`: those that name a
    character of theirs, this one, or one of this work.
    """

    service: str | None = None
    rightsholder: str | None = None
    character: str | None = None
    work: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_decisions(session: Session, chosen: DecisionFilter, *, before: int | None, limit: int) -> Sequence[StoredDecision]:
    """Return up to `limit` decisions with an index below `before`, newest first."""
    query = _filtered(_decisions(), chosen)
    if before is not None:
        query = query.where(col(DecisionRow.log_index) < before)
    return [_stored(*row) for row in session.execute(query.order_by(col(DecisionRow.log_index).desc()).limit(limit))]


def find_decision(session: Session, decision_id: str, chosen: DecisionFilter) -> StoredDecision | None:
    """Return the decision with this id if it is among those chosen."""
    query = _filtered(_decisions(), chosen)
    found = session.execute(query.where(col(DecisionRow.id) == decision_id)).first()
    return None if found is None else _stored(*found)


def _decisions() -> Select[Any]:
    same_leaf = col(DecisionRow.log_index) == col(LeafRow.log_index)
    columns: tuple[Any, ...] = (LeafRow.log_index, LeafRow.hash, LeafRow.data)
    return select(*columns).join(DecisionRow, same_leaf)


def _filtered(query: Select[Any], chosen: DecisionFilter) -> Select[Any]:
    names = select(col(DecisionCharacterRow.log_index)).where(col(DecisionCharacterRow.log_index) == col(DecisionRow.log_index))
    if chosen.rightsholder is not None:
        query = query.where(names.where(col(DecisionCharacterRow.rightsholder_id) == chosen.rightsholder).exists())
    if chosen.character is not None:
        query = query.where(names.where(col(DecisionCharacterRow.character_id) == chosen.character).exists())
    if chosen.work is not None:
        of_work = select(col(CharacterRow.id)).where(col(CharacterRow.work_id) == chosen.work)
        query = query.where(names.where(col(DecisionCharacterRow.character_id).in_(of_work)).exists())
    for column, value in ((DecisionRow.service_id, chosen.service), (DecisionRow.outcome, chosen.outcome)):
        if value is not None:
            query = query.where(col(column) == value)
    if chosen.since is not None:
        query = query.where(col(DecisionRow.decided_at) >= to_micros(chosen.since))
    if chosen.until is not None:
        query = query.where(col(DecisionRow.decided_at) < to_micros(chosen.until))
    return query


def _stored(index: int, leaf_hash: bytes, data: bytes) -> StoredDecision:
    return StoredDecision(index, bytes(leaf_hash), json.loads(data))


def characters_of(session: Session, rightsholder: str, named: set[str]) -> set[str]:
    """Return those of the characters `named` that belong to the rightsholder."""
    query = select(col(CharacterRow.id)).where(col(CharacterRow.rightsholder_id) == rightsholder, col(CharacterRow.id).in_(named))
    return set(session.scalars(query))
