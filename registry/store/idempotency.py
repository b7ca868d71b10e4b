"""Requests with an Idempotency-Key: claimed by one attempt at a time, marked in the very transaction that does what they ask for.

INVARIANT: while a claim is the current one, every write session commits only together with the mark that its request was
applied, and only if the claim is still its own. So nothing is done twice, whatever ends when.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Executable, Table, delete, text, update
from sqlmodel import Session, col

from registry.core.errors import StillRunning
from registry.store.columns import EPOCH, to_micros
from registry.store.tables import IdempotencyRow, table_of

_ADD = text(
    "INSERT INTO idempotency (id, request, attempt, state, started_at, expires_at)"
    " VALUES (:id, :request, :attempt, 'running', :now, :expires) ON CONFLICT DO NOTHING"
)
RUNNING, APPLIED, ANSWERED = "running", "applied", "answered"


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a request: `id` names caller, route and Idempotency-Key, `request` what was asked, `attempt` is random."""

    id: str
    request: bytes
    attempt: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is known of a request that was claimed before."""

    request: bytes
    attempt: str
    state: str
    started_at: datetime
    answer: bytes | None


current_claim: ContextVar[Claim | None] = ContextVar("current_claim", default=None)


def add_claim(session: Session, claim: Claim, *, now: datetime, expires_at: datetime) -> bool:
    """Store the claim unless there is one of this id; True when it was stored. Forgets claims that have expired."""
    session.execute(delete(IdempotencyRow).where(col(IdempotencyRow.expires_at) <= now))
    values = {"id": claim.id, "request": claim.request, "attempt": claim.attempt, "now": to_micros(now), "expires": to_micros(expires_at)}
    return _touched(session, _ADD.bindparams(**values))


def find_claim(session: Session, claim_id: str) -> Claimed | None:
    """Return what is known of this request."""
    row = session.get(IdempotencyRow, claim_id)
    return None if row is None else Claimed(row.request, row.attempt, row.state, row.started_at, row.answer)


def take_over(session: Session, claim: Claim, *, attempt: str, now: datetime) -> bool:
    """Give a running claim of another attempt to this one; False when it was applied, answered or taken meanwhile."""
    table = _table()
    stands = (table.c.id == claim.id) & (table.c.attempt == attempt) & (table.c.state == RUNNING)
    return _touched(session, update(table).where(stands).values(attempt=claim.attempt, started_at=now))


def mark_applied(session: Session, claim: Claim) -> None:
    """Mark, in the transaction that is about to commit, that the request is carried out. Raises StillRunning when another has it."""
    table = _table()
    mine = (table.c.id == claim.id) & (table.c.attempt == claim.attempt)
    if not _touched(session, update(table).where(mine).values(state=APPLIED)):
        raise StillRunning("another attempt with this Idempotency-Key has taken over")


def save_answer(session: Session, claim: Claim, answer: bytes) -> None:
    """Keep the sealed answer."""
    table = _table()
    mine = (table.c.id == claim.id) & (table.c.attempt == claim.attempt)
    session.execute(update(table).where(mine).values(state=ANSWERED, answer=answer))


def drop_claim(session: Session, claim: Claim) -> None:
    """Forget a request that did nothing. One that was applied stays, as one that nobody is working on any more."""
    table = _table()
    mine = (table.c.id == claim.id) & (table.c.attempt == claim.attempt)
    session.execute(delete(table).where(mine, table.c.state == RUNNING))
    session.execute(update(table).where(mine, table.c.state == APPLIED).values(started_at=EPOCH))


def _table() -> Table:
    return table_of(IdempotencyRow)


def _touched(session: Session, statement: Executable) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101  what a statement that changes rows gives
    return bool(result.rowcount)
