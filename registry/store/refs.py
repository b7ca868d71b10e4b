"""Whose refs there are: what policies name their exceptions by."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, func, or_, select

from registry.store.tables import CharacterRow, WorkRow

IN_CHUNK = 500
NEAR, SAME_START, LOOKED_AT = 2, 2, 100  # letters longer or shorter, first letters alike; so many of each kind at most
LONGEST = 64  # of longer refs none is looked for: comparing them takes too long while others wait for the log


def known_refs(session: Session, rightsholder: str, said: Collection[str]) -> set[str]:
    """Return those of the refs and ids that are characters or works of a rightsholder."""
    wanted, known = sorted(said), set[str]()
    for row in (CharacterRow, WorkRow):
        for begin in range(0, len(wanted), IN_CHUNK):
            chunk = wanted[begin : begin + IN_CHUNK]
            is_named = or_(col(row.ref).in_(chunk), col(row.id).in_(chunk))
            for found in session.exec(select(row.id, row.ref).where(row.rightsholder_id == rightsholder, is_named)):
                known.update(found)
    return known


def refs_like(session: Session, rightsholder: str, said: str) -> Sequence[str]:
    """Return refs of a rightsholder that begin like the one that was said and are about as long, a bounded number."""
    if len(said) > LONGEST:
        return []
    found: list[str] = []
    for row in (CharacterRow, WorkRow):
        about = func.length(col(row.ref)).between(len(said) - NEAR, len(said) + NEAR)
        begins = func.lower(col(row.ref)).startswith(said[:SAME_START].lower(), autoescape=True)
        found += session.exec(select(row.ref).where(row.rightsholder_id == rightsholder, about, begins).order_by(row.ref).limit(LOOKED_AT))
    return found


def is_like(ref: str, said: str) -> bool:
    """True for a ref that `refs_like` would return."""
    return len(said) <= LONGEST and abs(len(ref) - len(said)) <= NEAR and ref[:SAME_START].lower() == said[:SAME_START].lower()
