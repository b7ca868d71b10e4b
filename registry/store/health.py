"""Is the database writable?"""

from sqlalchemy import text
from sqlmodel import Session


def prove_writable(session: Session) -> bool:
    """Touch the tree head in a write session (the caller rolls it back); False when there is none."""
    touched = session.connection().execute(text("UPDATE tree_head SET size = size WHERE id = 1"))
    return touched.rowcount == 1
