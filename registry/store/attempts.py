"""Failed log-ins, counted where every process sees them. A key is an account (hashed: it need not exist) or an address."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from registry.store.columns import from_micros, to_micros

FORGOTTEN_AFTER = timedelta(days=1)
_MAKE = text("INSERT INTO attempt (key, failures, last_at) VALUES (:key, 0, :now) ON CONFLICT (key) DO NOTHING")
_READ = "SELECT failures, last_at FROM attempt WHERE key = :key"
_COUNT = text("UPDATE attempt SET failures = failures + 1, last_at = :now WHERE key = :key")
_TAKE_BACK = text("UPDATE attempt SET failures = failures - 1 WHERE key = :key AND failures > 0")
_FORGET = text("DELETE FROM attempt WHERE key = :key")
_FORGET_OLD = text("DELETE FROM attempt WHERE last_at < :before")


def read_failures(session: Session, keys: Iterable[str], now: datetime) -> Mapping[str, tuple[int, datetime]]:
    """Return, and lock, the failures so far and the time of the last attempt for each key. Does not commit."""
    session.execute(_FORGET_OLD, {"before": to_micros(now - FORGOTTEN_AFTER)})
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    read = text(_READ if is_sqlite else _READ + " FOR UPDATE")  # on SQLite a write session is alone anyway
    found: dict[str, tuple[int, datetime]] = {}
    for key in sorted(keys):  # always in one order, so that two log-ins do not wait for each other
        session.execute(_MAKE, {"key": key, "now": to_micros(now)})
        failures, last_at = session.execute(read, {"key": key}).one()
        found[key] = (failures, from_micros(last_at))
    return found


def count_failures(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Count one more failure for each key. Does not commit."""
    session.execute(_COUNT, [{"key": key, "now": to_micros(now)} for key in keys])


def take_back_failures(session: Session, keys: Iterable[str]) -> None:
    """Count one failure less for each key. Does not commit."""
    session.execute(_TAKE_BACK, [{"key": key} for key in keys])


def forget_failures(session: Session, keys: Iterable[str]) -> None:
    """Begin anew for each key. Does not commit."""
    session.execute(_FORGET, [{"key": key} for key in keys])
