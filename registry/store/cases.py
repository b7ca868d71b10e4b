"""Cases: claims, disputes, verifications and reserved names as documents, each change with its entry of the log.

INVARIANT: `said` is what the case's last entry of the log says, byte for byte; `registry verify` compares every one of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlmodel import Session, col, func, select

from registry.store.log import LeafDraft
from registry.store.tables import CaseRow, CaseStepRow, HourlyRow, table_of

IN_CHUNK = 500
_STEPS = text(
    "SELECT leaf.log_index, leaf.data FROM case_step JOIN leaf ON leaf.log_index = case_step.log_index "
    "WHERE case_step.case_id = :case ORDER BY leaf.log_index"
)
_COUNT = text(
    "INSERT INTO hourly (what, hour, count) VALUES (:what, :hour, :count) "
    "ON CONFLICT (what, hour) DO UPDATE SET count = hourly.count + excluded.count"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as stored. `kind` is claim, dispute, verification or reserved; `said` parsed from canonical JSON, `private` from JSON."""

    id: str
    kind: str
    state: str
    is_open: bool
    rightsholder: str | None
    about: str
    said: Mapping[str, Any]
    opened_at: datetime
    due_at: datetime | None = None
    batch: str | None = None
    tags: tuple[str, ...] = ()
    private: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case as it is from now on, with the entry of the log that says so."""

    case: Case
    leaf: LeafDraft
    is_new: bool


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed to."""

    kind: str
    rightsholder: str | None = None
    about: str | None = None
    state: str | None = None
    is_open: bool | None = None
    batch: str | None = None
    tag: str | None = None


def write_cases(connection: Connection, changes: Sequence[CaseChange], first_index: int) -> None:
    """Write cases whose leaves stand one after another from `first_index` on. Does not commit."""
    table, steps = table_of(CaseRow), table_of(CaseStepRow)
    if new := [_columns(c.case) for c in changes if c.is_new]:
        connection.execute(table.insert(), new)
    if old := [{**_columns(c.case), "at": c.case.id} for c in changes if not c.is_new]:
        connection.execute(table.update().where(table.c.id == bindparam("at")), old)
    if changes:
        connection.execute(steps.insert(), [{"case_id": c.case.id, "log_index": first_index + i} for i, c in enumerate(changes)])


def find_case(session: Session, kind: str, case_id: str) -> Case | None:
    """Return the case of this kind and id."""
    row = session.get(CaseRow, case_id, populate_existing=True)
    return None if row is None or row.kind != kind else _case(row)


def list_cases(session: Session, chosen: CaseFilter, *, after: str = "", limit: int | None = None) -> Sequence[Case]:
    """Return cases with ids after `after`, in id order (so oldest first); all of them without a limit."""
    query = select(CaseRow).where(CaseRow.kind == chosen.kind, col(CaseRow.id) > after).order_by(col(CaseRow.id))
    for column, value in (
        (CaseRow.rightsholder_id, chosen.rightsholder),
        (CaseRow.about, chosen.about),
        (CaseRow.state, chosen.state),
        (CaseRow.is_open, chosen.is_open),
        (CaseRow.batch, chosen.batch),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if chosen.tag is not None:
        query = query.where(col(CaseRow.tags).contains(f" {chosen.tag} ", autoescape=True))
    return [_case(row) for row in session.exec(query if limit is None else query.limit(limit))]


def find_about(session: Session, kind: str, abouts: Iterable[str]) -> Sequence[Case]:
    """Return the open cases of a kind about any of these."""
    wanted, found = list(dict.fromkeys(abouts)), []
    for begin in range(0, len(wanted), IN_CHUNK):
        query = select(CaseRow).where(CaseRow.kind == kind, col(CaseRow.is_open), col(CaseRow.about).in_(wanted[begin : begin + IN_CHUNK]))
        found += [_case(row) for row in session.exec(query.order_by(col(CaseRow.id)))]
    return found


def due_cases(session: Session, kind: str, now: datetime, *, limit: int) -> Sequence[Case]:
    """Return cases whose deadline has passed, oldest deadline first."""
    query = select(CaseRow).where(CaseRow.kind == kind, col(CaseRow.due_at).is_not(None), col(CaseRow.due_at) <= now)
    return [_case(row) for row in session.exec(query.order_by(col(CaseRow.due_at)).limit(limit))]


def count_cases(session: Session, kind: str, rightsholder: str) -> Mapping[str, int]:
    """Return how many cases of a kind a rightsholder has, by state."""
    query = select(CaseRow.state, func.count()).where(CaseRow.kind == kind, CaseRow.rightsholder_id == rightsholder)
    return {str(state): int(count) for state, count in session.exec(query.group_by(CaseRow.state))}


def steps_of(session: Session, case_id: str) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """Return index and content of the entries of the log about a case, oldest first."""
    return [(index, json.loads(bytes(data))) for index, data in session.execute(_STEPS, {"case": case_id})]


def all_cases(session: Session) -> Iterator[Case]:
    """Yield every case."""
    for row in session.exec(select(CaseRow).order_by(col(CaseRow.id))).yield_per(IN_CHUNK):
        yield _case(row)


def all_steps(session: Session) -> Iterator[tuple[str, int]]:
    """Yield every step: the case, and the index of the entry about it."""
    yield from session.exec(select(CaseStepRow.case_id, CaseStepRow.log_index))


def write_private(session: Session, case_id: str, private: Mapping[str, Any] | None) -> None:
    """Overwrite what is private about a case: added to, or erased. Does not commit."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")  # or the text would stay in the file's free pages
    table = table_of(CaseRow)
    said = None if private is None else json.dumps(private, ensure_ascii=False)
    session.execute(table.update().where(table.c.id == case_id).values(private=said))


def count_up(session: Session, what: str, hour: int, count: int) -> None:
    """Add to what came in an hour since 1970. Does not commit."""
    session.execute(_COUNT, {"what": what, "hour": hour, "count": count})


def count_since(session: Session, what: str, hour: int) -> int:
    """Return how much came from an hour on."""
    query = select(func.coalesce(func.sum(HourlyRow.count), 0)).where(HourlyRow.what == what, col(HourlyRow.hour) >= hour)
    return int(session.exec(query).one())


def has_counts_before(session: Session, hour: int) -> bool:
    """Whether counts from before an hour are still there."""
    return session.exec(select(HourlyRow.hour).where(col(HourlyRow.hour) < hour).limit(1)).first() is not None


def forget_counts(session: Session, hour: int) -> None:
    """Drop counts from before an hour. Does not commit."""
    table = table_of(HourlyRow)
    session.execute(table.delete().where(table.c.hour < hour))


def _columns(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "state": case.state,
        "is_open": case.is_open,
        "rightsholder_id": case.rightsholder,
        "about": case.about,
        "batch": case.batch,
        "tags": f" {' '.join(case.tags)} " if case.tags else "",
        "said": json.dumps(case.said, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "private": None if case.private is None else json.dumps(case.private, ensure_ascii=False),
        "opened_at": case.opened_at,
        "due_at": case.due_at,
    }


def _case(row: CaseRow) -> Case:
    return Case(
        row.id,
        row.kind,
        row.state,
        row.is_open,
        row.rightsholder_id,
        row.about,
        json.loads(row.said),
        row.opened_at,
        row.due_at,
        row.batch,
        tuple(row.tags.split()),
        None if row.private is None else json.loads(row.private),
    )
