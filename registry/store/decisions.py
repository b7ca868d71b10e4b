"""Reading decisions back: by service, by whose characters they name, newest first, with a cursor that writes cannot disturb."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from registry.store.columns import EPOCH, from_micros, to_micros
from registry.store.entries import whole_entry
from registry.store.tables import CharacterRow, DecisionCharacterRow, DecisionRow, LeafRow, ReportedRow

DAY_MICROS = 86_400_000_000
_REPORT = select(col(ReportedRow.log_index)).where(col(ReportedRow.decision_index) == col(DecisionRow.log_index)).exists()


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it stands in the log: where, its leaf hash, and the leaf's content."""

    index: int
    leaf_hash: bytes
    leaf: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """What a list of decisions is narrowed to.

    `rightsholder`, `work` and `character`: those that name a character of theirs, of its, or this one. `seen_by` is the
    rightsholder who looks, and must be named too. `reported`: whether an outcome was reported. `reason`: a code among the decision's own.
    """

    service: str | None = None
    rightsholder: str | None = None
    seen_by: str | None = None
    character: str | None = None
    work: str | None = None
    outcome: str | None = None
    level: str | None = None
    revision: int | None = None
    reason: str | None = None
    reported: bool | None = None
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


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many decisions of a day (UTC, as YYYY-MM-DD) had an outcome, and for how many of them it was reported what was done."""

    day: str
    outcome: str
    decisions: int
    reported: int


def count_by_day(session: Session, chosen: DecisionFilter, *, after: tuple[date, str] | None, limit: int) -> Sequence[DayCount]:
    """Return up to `limit` counts of decisions by day and outcome, oldest first, those after this day and outcome."""
    day = (col(DecisionRow.decided_at) // DAY_MICROS).label("day")
    columns: tuple[Any, ...] = (day, DecisionRow.outcome, func.count(), func.sum(case((_REPORT, 1), else_=0)))
    query = _filtered(select(*columns), chosen).group_by(day, col(DecisionRow.outcome)).order_by(day, col(DecisionRow.outcome))
    if after is not None:
        begin = (after[0] - EPOCH.date()).days * DAY_MICROS
        is_later = (col(DecisionRow.decided_at) >= begin + DAY_MICROS) | (col(DecisionRow.outcome) > after[1])
        query = query.where(col(DecisionRow.decided_at) >= begin, is_later)
    found = session.execute(query.limit(limit))
    return [DayCount(f"{from_micros(int(d) * DAY_MICROS):%Y-%m-%d}", outcome, n, int(done)) for d, outcome, n, done in found]


def decisions_after(session: Session, chosen: DecisionFilter, *, after: int, end: int, limit: int) -> Sequence[StoredDecision]:
    """Return up to `limit` decisions with an index above `after` and below `end`, oldest first."""
    at = col(DecisionRow.log_index)
    query = _filtered(_decisions(), chosen).where(at > after, at < end).order_by(at).limit(limit)
    return [_stored(*row) for row in session.execute(query)]


def _decisions() -> Select[Any]:
    same_leaf = col(DecisionRow.log_index) == col(LeafRow.log_index)
    columns: tuple[Any, ...] = (LeafRow.log_index, LeafRow.hash, LeafRow.data)
    return select(*columns).join(DecisionRow, same_leaf)


def _filtered(query: Select[Any], chosen: DecisionFilter) -> Select[Any]:
    query = _naming(query, chosen)
    if chosen.reason is not None:
        query = query.where((" " + col(DecisionRow.reasons) + " ").contains(f" {chosen.reason} ", autoescape=True))
    if chosen.reported is not None:
        query = query.where(_REPORT if chosen.reported else ~_REPORT)
    equal: tuple[tuple[Any, Any], ...] = (
        (DecisionRow.service_id, chosen.service),
        (DecisionRow.outcome, chosen.outcome),
        (DecisionRow.level, chosen.level),
        (DecisionRow.revision, chosen.revision),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(col(column) == value)
    if chosen.since is not None:
        query = query.where(col(DecisionRow.decided_at) >= to_micros(chosen.since))
    if chosen.until is not None:
        query = query.where(col(DecisionRow.decided_at) < to_micros(chosen.until))
    return query


def _naming(query: Select[Any], chosen: DecisionFilter) -> Select[Any]:
    names = select(col(DecisionCharacterRow.log_index)).where(col(DecisionCharacterRow.log_index) == col(DecisionRow.log_index))
    for holder in (chosen.rightsholder, chosen.seen_by):
        if holder is not None:
            query = query.where(names.where(col(DecisionCharacterRow.rightsholder_id) == holder).exists())
    if chosen.work is not None:
        of_work = select(col(CharacterRow.id)).where(col(CharacterRow.work_id) == chosen.work)
        query = query.where(names.where(col(DecisionCharacterRow.character_id).in_(of_work)).exists())
    if chosen.character is not None:
        query = query.where(names.where(col(DecisionCharacterRow.character_id) == chosen.character).exists())
    return query


def _stored(index: int, hash_: bytes, data: bytes) -> StoredDecision:
    return StoredDecision(index, bytes(hash_), json.loads(whole_entry(index, hash_, data)))


def characters_of(session: Session, rightsholder: str, named: set[str]) -> set[str]:
    """Return those of the characters `named` that belong to the rightsholder."""
    query = select(col(CharacterRow.id)).where(col(CharacterRow.rightsholder_id) == rightsholder, col(CharacterRow.id).in_(named))
    return set(session.scalars(query))
