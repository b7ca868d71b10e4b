"""Members logged in. A session's token stands here as a hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from registry.store.members import StoredMember, get_member
from registry.store.tables_people import SessionRow


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A member logged in, as they see it: from where, with what, since when and until when at most."""

    id: str
    member: str
    address: str | None
    agent: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What proves a session: the hash of its token, and whose it is."""

    session: LoggedIn
    secret_hash: bytes
    member: StoredMember


def add_session(session: Session, made: LoggedIn, *, prefix: str, secret_hash: bytes) -> None:
    """Store a new session. Does not commit."""
    session.add(
        SessionRow(
            id=made.id,
            prefix=prefix,
            secret_hash=secret_hash,
            member_id=made.member,
            address=made.address,
            agent=made.agent,
            created_at=made.created_at,
            expires_at=made.expires_at,
            last_used_at=made.last_used_at,
        )
    )
    session.flush()


def find_session(session: Session, *, prefix: str | None = None, session_id: str | None = None) -> StoredSession | None:
    """Return the session with this public prefix or id, ended and expired ones too."""
    wanted = SessionRow.prefix == prefix if session_id is None else SessionRow.id == session_id
    row = session.exec(select(SessionRow).where(wanted)).first()
    return None if row is None else StoredSession(_logged_in(row), bytes(row.secret_hash), get_member(session, row.member_id))


def list_sessions(session: Session, member_id: str, *, now: datetime, before: str = "", limit: int | None = None) -> Sequence[LoggedIn]:
    """Return the sessions of a member that have not ended, newest first, with ids before `before`; all of them without a limit."""
    live = select(SessionRow).where(SessionRow.member_id == member_id, col(SessionRow.ended_at).is_(None), col(SessionRow.expires_at) > now)
    if before:
        live = live.where(col(SessionRow.id) < before)
    return [_logged_in(row) for row in session.exec(live.order_by(col(SessionRow.id).desc()).limit(limit))]


def end_sessions(session: Session, member_id: str, at: datetime, *, only: str | None = None, but: str | None = None) -> None:
    """End the sessions of a member: all, one of them, or all but one. Does not commit."""
    query = update(SessionRow).where(col(SessionRow.member_id) == member_id, col(SessionRow.ended_at).is_(None))
    if only is not None:
        query = query.where(col(SessionRow.id) == only)
    if but is not None:
        query = query.where(col(SessionRow.id) != but)
    session.execute(query.values(ended_at=at))


def note_sessions_used(session: Session, session_ids: Iterable[str], at: datetime) -> None:
    """Store when these sessions were used last. Does not commit."""
    session.execute(update(SessionRow).where(col(SessionRow.id).in_(list(session_ids))).values(last_used_at=at))


def _logged_in(row: SessionRow) -> LoggedIn:
    return LoggedIn(row.id, row.member_id, row.address, row.agent, row.created_at, row.expires_at, row.last_used_at, row.ended_at)
