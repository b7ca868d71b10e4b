"""Rows that nobody needs once their time is over: counted, and deleted a bounded number at a time. No entry of the log is among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, text
from sqlmodel import Session

from registry.store.attempts import FORGOTTEN_AFTER
from registry.store.columns import to_micros
from registry.store.quotas import KEPT_MINUTES

MINUTE_MICROS = 60_000_000


@dataclass(frozen=True, slots=True)
class Expired:
    """Which rows of a table have expired: what identifies a row, when (`:before`, microseconds), how long they are kept after that."""

    key: str
    when: str
    kept: timedelta


TABLES: Mapping[str, Expired] = {
    "session": Expired("id", "ended_at < :before OR expires_at < :before", timedelta(days=1)),
    "member_link": Expired("token_hash", "expires_at < :before", timedelta(days=1)),
    "known_address": Expired("member_id, address", "last_at < :before", timedelta(days=180)),
    "attempt": Expired("key", "last_at < :before", FORGOTTEN_AFTER),
    "idempotency": Expired("id", "expires_at < :before", timedelta()),
    "quota_use": Expired("key_id, minute", f"minute < :before / {MINUTE_MICROS}", timedelta(minutes=KEPT_MINUTES)),
    "import_job": Expired("id", "finished_at < :before", timedelta(days=180)),
}


def count_expired(session: Session, table: str, now: datetime) -> int:
    """Return how many rows of a table have expired."""
    statement = text(f"SELECT count(*) FROM {table} WHERE {TABLES[table].when}")  # noqa: S608  only names from above
    return int(session.scalar(statement, {"before": _before(table, now)}) or 0)


def delete_expired(session: Session, table: str, now: datetime, *, limit: int) -> int:
    """Delete up to `limit` expired rows of a table; return how many. Does not commit."""
    key, when = TABLES[table].key, TABLES[table].when
    chosen = f"SELECT {key} FROM {table} WHERE {when} LIMIT :limit"  # noqa: S608  only names from above
    deleted = session.execute(text(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})"), {"before": _before(table, now), "limit": limit})  # noqa: S608
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0


def _before(table: str, now: datetime) -> int:
    return to_micros(now - TABLES[table].kept)
