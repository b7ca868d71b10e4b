"""Time that does not go back: what the log says of time must be in its order, and policies begin and end by it.

Within a process no time is earlier than the one before, nor than the log's newest entry when the process began. Between processes
times differ by as much as their clocks.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import LogUnavailable
from registry.store.database import Database
from registry.store.log import LeafDraft
from registry.store.log_time import newest_time
from registry.store.prompts import append_entries

HOLD = timedelta(seconds=5)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def reset_clock(database: Database, clock: Callable[[], datetime] = utc_now) -> datetime | None:
    """Say in the log that its newest times were wrong, and that it goes on from now; return how far it had gone, None if it had not.

    For when the clock was ahead and is right again. Processes take it up by themselves.
    """
    with database.write() as session:
        newest, now = newest_time(session), clock()
        if newest is None or newest <= now:
            return None
        content = {"v": 1, "type": "clock", "at": now.isoformat(), "was": newest.isoformat()}
        append_entries(session, [LeafDraft("clock", canonical_bytes(content))])
        session.commit()
    return newest


class LogClock:
    """The machine's clock, held at the newest time known while it is up to 5 s behind it, refused when it is further behind."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._newest = self._newest_entry()

    def __call__(self) -> datetime:
        """Return the time. Raises LogUnavailable while the machine's clock is more than 5 s behind the log."""
        now = self._clock()
        if now >= self._newest:
            self._newest = now
            return now
        if self._newest - now <= HOLD:
            return self._newest
        return self._reconsidered(now)

    def _reconsidered(self, now: datetime) -> datetime:
        """Ask the log itself: the operator may have said in it that the clock was wrong (`registry log reset-clock`)."""
        self._newest = self._newest_entry()
        if self._newest - now > HOLD:
            raise LogUnavailable(
                f"this machine's clock says {now.isoformat(timespec='seconds')}, the log's newest entry is of "
                f"{self._newest.isoformat(timespec='seconds')}: nothing is decided until the clock is right; see `registry doctor`"
            )
        self._newest = max(self._newest, now)
        return self._newest

    def _newest_entry(self) -> datetime:
        with self._database.read() as session:
            return newest_time(session) or BEGINNING
