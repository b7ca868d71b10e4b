"""Public halves of the log's keys, one after another, with the checkpoint that hands the log from each to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class StoredLogKey:
    """A key of the log as a vkey, from which size on it signs, and the note that the key before and this one signed."""

    number: int
    vkey: str
    since_size: int
    rotation: bytes | None


def list_log_keys(session: Session) -> Sequence[StoredLogKey]:
    """Return the log's keys, the one in use last."""
    rows = session.execute(text("SELECT number, vkey, since_size, rotation FROM log_key ORDER BY number"))
    return [StoredLogKey(number, vkey, size, None if note is None else bytes(note)) for number, vkey, size, note in rows]


def add_log_key(session: Session, key: StoredLogKey) -> None:
    """Store the next key. Does not commit."""
    add = text("INSERT INTO log_key (number, vkey, since_size, rotation) VALUES (:number, :vkey, :since_size, :rotation)")
    session.execute(add, {"number": key.number, "vkey": key.vkey, "since_size": key.since_size, "rotation": key.rotation})


def begin_log_keys(session: Session, vkey: str, since_size: int) -> None:
    """Forget all keys and cosignatures: from here on this is another log, with this key. Does not commit."""
    for table in ("log_key", "cosigned"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  names of our own
    add_log_key(session, StoredLogKey(0, vkey, since_size, None))


def save_cosigned(session: Session, size: int, note: bytes) -> None:
    """Keep the newest cosigned checkpoint, and it alone. Does not commit."""
    session.execute(text("DELETE FROM cosigned"))
    session.execute(text("INSERT INTO cosigned (size, note) VALUES (:size, :note)"), {"size": size, "note": note})


def find_cosigned(session: Session) -> tuple[int, bytes] | None:
    """Return size and bytes of the newest cosigned checkpoint."""
    found = session.execute(text("SELECT size, note FROM cosigned ORDER BY size DESC LIMIT 1")).first()
    return None if found is None else (found[0], bytes(found[1]))
