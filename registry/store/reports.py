"""Outcomes that services reported: which entry says what was done about which decision."""

from sqlalchemy import text
from sqlmodel import Session


def find_report(session: Session, decision_index: int) -> int | None:
    """Return the index of the entry that reports on a decision."""
    found: int | None = session.scalar(text("SELECT log_index FROM reported WHERE decision_index = :index"), {"index": decision_index})
    return found


def add_report(session: Session, *, decision_index: int, log_index: int, action: str) -> None:
    """Index a report. Does not commit."""
    add = text("INSERT INTO reported (decision_index, log_index, action) VALUES (:decision, :log, :action)")
    session.execute(add, {"decision": decision_index, "log": log_index, "action": action})
