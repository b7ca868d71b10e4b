"""A rightsholder's record: what it claimed, what was refused, what it lost. Public, so that abuse of the registry shows."""

from dataclasses import dataclass

from registry.core.disputes import Ruling
from registry.core.errors import NotFound
from registry.core.model import IN_FORCE, Role, Verified
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import CaseFilter
from registry.store.catalog import count_by_status
from registry.usecases.registry import Registry


@dataclass(frozen=True, slots=True)
class Record:
    """Counts, all since the beginning. `disputes_*` are about its entries and decisions on them, `complaints_*` its own against others."""

    rightsholder: str
    name: str
    verified: Verified
    domain: str | None
    characters: int
    characters_in_force: int
    claims_waiting: int
    claims_approved: int
    claims_refused: int
    disputes: int
    disputes_open: int
    disputes_lost: int
    disputes_partly_lost: int
    disputes_won: int
    disputes_unanswered: int
    decisions_overturned: int
    complaints: int
    complaints_rejected: int


def get_record(registry: Registry, rightsholder: str) -> Record:
    """Return the record of a rightsholder, for anyone. Raises NotFound."""
    with registry.database.read() as session:
        organisation = get_organisation(session, rightsholder)
        if organisation.role is not Role.rightsholder:
            raise NotFound(f"there is no rightsholder `{rightsholder}`")
        entries = count_by_status(session, rightsholder)
        claims = store.count_cases(session, "claim", rightsholder)
        disputes = [case.said for case in store.list_cases(session, CaseFilter("dispute", rightsholder=rightsholder))]
        own = [case.said for case in store.list_cases(session, CaseFilter("dispute", tag=f"by:{rightsholder}"))]
    about = [d for d in disputes if d["kind"] == "entry"]
    lost = {Ruling.upheld.value, Ruling.partly.value}
    return Record(
        rightsholder=organisation.id,
        name=organisation.name,
        verified=organisation.verified,
        domain=organisation.domain,
        characters=sum(entries.values()),
        characters_in_force=sum(count for status, count in entries.items() if status in IN_FORCE),
        claims_waiting=claims.get("waiting", 0) + claims.get("asked", 0),
        claims_approved=claims.get("approved", 0),
        claims_refused=claims.get("rejected", 0),
        disputes=len(disputes),
        disputes_open=sum(d["state"] != "closed" for d in disputes),
        disputes_lost=sum(d.get("outcome") == Ruling.upheld.value for d in about),
        disputes_partly_lost=sum(d.get("outcome") == Ruling.partly.value for d in about),
        disputes_won=sum(d.get("outcome") == Ruling.rejected.value for d in disputes),
        disputes_unanswered=sum("rightsholder" in d["missed"] for d in disputes),
        decisions_overturned=sum(d["kind"] == "decision" and d.get("outcome") in lost for d in disputes),
        complaints=len(own),
        complaints_rejected=sum(d.get("outcome") == Ruling.rejected.value for d in own),
    )
