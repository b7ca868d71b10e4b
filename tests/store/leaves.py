"""Leaves put into a log directly, without checks."""

from registry.store.log import POSTGRES_LOG, SQLITE_LOG, append_leaves, read_head


def append(registry, drafts, *, revisions=0):
    """Append the drafts in one transaction, as a catalog change does."""
    statements = SQLITE_LOG if registry.database.is_sqlite else POSTGRES_LOG
    with registry.database.write() as session:
        cursor = session.connection().connection.cursor()
        append_leaves(cursor, statements, read_head(cursor, statements), drafts, revisions=revisions)
        session.commit()
