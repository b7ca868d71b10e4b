"""A dispute as it is kept and shown: who sees it, which of its texts, and how it is written."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from registry.core.disputes import Dispute, Side, next_term
from registry.core.errors import NotAuthenticated, NotFound
from registry.core.model import Role
from registry.store import cases as store
from registry.store.cases import Case, CaseChange
from registry.store.catalog import Change, commit_changes
from registry.store.database import Session
from registry.usecases.access import Caller
from registry.usecases.claim_review import Step, steps_of
from registry.usecases.claims import case_leaf, said_of
from registry.usecases.dispute_effects import effect_of
from registry.usecases.private_texts import text_of, without
from registry.usecases.registry import Registry


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads or moves a dispute: a caller, or somebody without a key who holds the token of their complaint."""

    caller: Caller | None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A dispute with the texts that this reader may see, by name, and every step."""

    dispute: Dispute
    opened_at: datetime
    texts: Mapping[str, str]
    steps: Sequence[Step] = ()


def get_dispute(registry: Registry, reader: Reader, dispute_id: str) -> DisputeFile:
    """Return a dispute for its parties, operator and auditor. Raises NotFound for everybody else."""
    with registry.database.read() as session:
        case, side = visible_case(session, reader, dispute_id)
        return replace(file_of(case, reader, side), steps=steps_of(session, case.id))


def erase_texts(session: Session, case: Case, names: Sequence[str], caller: Caller | None, now: datetime) -> None:
    """Erase kept texts of a dispute, with the entry of the log that says so, and commit."""
    dispute = dispute_of(case)
    gone = [name for name in names if name in dispute.commitments and name not in dispute.erased]
    private = without(case.private, gone)
    store.write_private(session, case.id, private)
    after = dispute.model_copy(update={"erased": (*dispute.erased, *gone)})
    due = case.due_at if caller is not None and not dispute.is_open else None  # what is left goes when its time comes
    write_dispute(session, after, caller, now, "erased", opened_at=case.opened_at, private=private, due_at=due)


def write_dispute(
    session: Session,
    dispute: Dispute,
    caller: Caller | None,
    now: datetime,
    action: str,
    *,
    opened_at: datetime,
    private: Mapping[str, Any] | None,
    reason: str | None = None,
    changes: Sequence[Change] = (),
    due_at: datetime | None = None,
) -> None:
    """Write a dispute with its leaf and what follows for the entry, and commit."""
    tags = () if dispute.complainant is None else (tag_by(dispute.complainant),)
    said = said_of(dispute)
    case = Case(
        dispute.id, "dispute", dispute.state.value, dispute.is_open, dispute.rightsholder, dispute.about, said, opened_at,
        due_at or next_term(dispute), None, tags, private,
    )  # fmt: skip
    effect = [] if changes else effect_of(session, dispute, caller, now)
    change = CaseChange(case, case_leaf("dispute", action, said, caller, now, reason), is_new=action == "opened")
    commit_changes(session, [*changes, *effect], cases=[change])


def dispute_of(case: Case) -> Dispute:
    """Return the dispute that a case holds."""
    return Dispute.model_validate(case.said)


def found_dispute(session: Session, dispute_id: str) -> Case:
    """Return a dispute's case. Raises NotFound."""
    case = store.find_case(session, "dispute", dispute_id)
    if case is None:
        raise NotFound(f"there is no dispute `{dispute_id}` that you may see")
    return case


def visible_case(session: Session, reader: Reader, dispute_id: str) -> tuple[Case, Side | None]:
    """Return the case of a dispute and the side that the reader is on. Raises NotFound for who may not see it."""
    case = found_dispute(session, dispute_id)
    side = side_of(case, reader)
    if side is None and (reader.caller is None or reader.caller.organisation.role not in {Role.operator, Role.auditor}):
        if reader.caller is None and reader.token is None:
            raise NotAuthenticated("send your key, or the complaint's token as `Dispute-Token`")
        raise NotFound(f"there is no dispute `{dispute_id}` that you may see")
    return case, side


def side_of(case: Case, reader: Reader) -> Side | None:
    """Return which side of a dispute the reader is on, None for neither."""
    if reader.caller is not None:
        own = reader.caller.organisation.id
        if own == case.said.get("complainant"):
            return "complainant"
        return "rightsholder" if own == case.rightsholder else None
    stored = ((case.private or {}).get("internal") or {}).get("token")
    is_theirs = stored is not None and reader.token is not None and hmac.compare_digest(str(stored), token_digest(reader.token))
    return "complainant" if is_theirs else None


def file_of(case: Case, reader: Reader, side: Side | None) -> DisputeFile:
    """Show every text to the sides and the operator, but the contact to the complainant and the operator alone."""
    dispute = dispute_of(case)
    is_operator = reader.caller is not None and reader.caller.organisation.role is Role.operator
    hidden = set() if side == "complainant" or is_operator else {"contact"}
    if side is None and not is_operator:
        hidden = set(dispute.commitments)  # an auditor sees what the log sees
    texts = {name: text for name in dispute.commitments if name not in hidden and (text := text_of(case.private, name)) is not None}
    return DisputeFile(dispute, case.opened_at, texts)


def tag_by(organisation: str) -> str:
    """Return the tag that a complainant's disputes are found by."""
    return f"by:{organisation}"


def token_digest(token: str) -> str:
    """Return what is stored of the token that follows a complaint."""
    return hashlib.sha256(token.encode()).hexdigest()
