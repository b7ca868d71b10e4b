"""The history of policies: one row whenever what a character, work or rightsholder says has changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlmodel import Session, col, select

from registry.core.model import Policy
from registry.store.access import read_scheduled, read_stored_policy
from registry.store.tables import PolicyVersionRow, table_of

IN_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and when; the command line has no key, and before there was a history nobody is known."""

    organisation: str | None
    key: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """What stood from `revision` on."""

    revision: int
    author: Author
    policy: Policy | None
    scheduled: tuple[Policy, ...]


Changed = tuple[dict[str, Any], Author, bool]
"""The columns of an entry as they will be, who makes them so, and whether the entry is new."""


def record_versions(connection: Connection, table: Table, changes: Sequence[Changed]) -> None:
    """Add a version for every change that says another policy than `table` holds. Call before the table is written."""
    said = dict(_said_before(connection, table, [columns["id"] for columns, _, is_new in changes if not is_new]))
    rows = []
    for columns, author, _ in changes:
        now = (columns["policy"], columns["scheduled"])
        if said.get(columns["id"], (None, None)) != now:
            rows.append(_row(columns, author))
            said[columns["id"]] = now
    if rows:
        connection.execute(table_of(PolicyVersionRow).insert(), rows)


def _row(columns: dict[str, Any], author: Author) -> dict[str, Any]:
    return {
        "entry_id": columns["id"],
        "revision": columns["revision"],
        "changed_at": author.at,
        "organisation_id": author.organisation,
        "key_id": author.key,
        "policy": columns["policy"],
        "scheduled": columns["scheduled"],
    }


def _said_before(connection: Connection, table: Table, ids: Sequence[str]) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    for begin in range(0, len(ids), IN_CHUNK):
        query = table.select().where(table.c.id.in_(ids[begin : begin + IN_CHUNK]))
        for row in connection.execute(query.with_only_columns(table.c.id, table.c.policy, table.c.scheduled)):
            yield row.id, (row.policy, row.scheduled)


def list_versions(session: Session, entry_id: str, *, skip: int = 0, limit: int | None = None) -> Sequence[PolicyVersion]:
    """Return versions of what an entry says, oldest first, without the first `skip`; all of them without a limit."""
    query = select(PolicyVersionRow).where(PolicyVersionRow.entry_id == entry_id).order_by(col(PolicyVersionRow.revision))
    query = query.offset(skip).limit(limit)
    return [
        PolicyVersion(
            row.revision,
            Author(row.organisation_id, row.key_id, row.changed_at),
            read_stored_policy(row.policy),
            read_scheduled(row.scheduled),
        )
        for row in session.exec(query)
    ]
