"""What is forgotten once its time is over: sessions, links, answers kept for repeats, counts. `registry serve` does it by itself."""

from collections.abc import Mapping

from registry.store import expired as store
from registry.usecases.registry import Registry

AT_ONCE = 1_000


def forget_expired(registry: Registry) -> Mapping[str, int]:
    """Delete what has expired; return how many rows of each table, those with any. Cheap, and writes nothing, when nothing has."""
    now = registry.now()
    with registry.database.read() as session:
        due = [table for table in store.TABLES if store.count_expired(session, table, now)]
    forgotten = dict.fromkeys(due, 0)
    for table in due:
        deleted = AT_ONCE
        while deleted == AT_ONCE:  # a few at a time, so that nobody waits long for the database meanwhile
            with registry.database.write_aside() as session:
                deleted = store.delete_expired(session, table, now, limit=AT_ONCE)
                session.commit()
            forgotten[table] += deleted
    return forgotten
