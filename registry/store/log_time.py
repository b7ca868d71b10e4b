"""What time the log's newest entry says."""

import json
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

_NEWEST = text("SELECT data FROM leaf ORDER BY log_index DESC LIMIT 1")


def newest_time(session: Session) -> datetime | None:
    """Return the time of the log's newest entry; None when there is none, or it says no time."""
    data = session.scalar(_NEWEST)
    try:
        found = datetime.fromisoformat(json.loads(bytes(data))["at"]) if data is not None else None
    except (ValueError, KeyError, TypeError):
        return None
    return found if found is not None and found.tzinfo is not None else None
