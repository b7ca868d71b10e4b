"""Disputes as their parties see them: opening, following, answering, adding evidence, appealing, erasing what was said."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from registry.core.catalog import Catalog
from registry.core.disputes import Dispute, DisputeState, Evidence, Grounds, Side, admitted, answered, appealed, next_term, require_state
from registry.core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted, TooManyRequests
from registry.core.matching import fold_name
from registry.core.model import Character, Organisation, Role, Verified
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import Case, CaseChange, CaseFilter
from registry.store.catalog import Change, commit_changes, find_character
from registry.store.database import Session
from registry.store.decisions import DecisionFilter, find_decision
from registry.usecases.access import Caller
from registry.usecases.backoff import network_of
from registry.usecases.claim_review import Step, steps_of
from registry.usecases.claims import case_leaf, hour_of, names_said, said_of
from registry.usecases.dispute_effects import effect_of
from registry.usecases.ids import new_id
from registry.usecases.private_texts import seal, text_of, without
from registry.usecases.registry import Registry

PUBLIC_A_DAY = 200
OPEN_AT_ONCE = 200
MAX_EVIDENCE = 20
DAY = timedelta(hours=24)
YEAR = timedelta(days=365)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody contests: the id of a character or a decision, why, in their words, and how to reach them."""

    about: str
    grounds: Grounds
    statement: str
    contact: str | None = None
    evidence: str | None = None
    names: tuple[str, ...] = ()
    character: str | None = None


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


def open_dispute(registry: Registry, caller: Caller | None, address: str | None, complaint: Complaint) -> tuple[DisputeFile, str | None]:
    """Contest an entry or a decision. Returns the dispute and, for who has no key, the token to follow it by.

    Raises NotFound, InvalidInput, TooManyRequests.
    """
    now, catalog, token = registry.now(), registry.catalog.refresh(), None
    commitments, private = seal({"contact": complaint.contact, "statement": complaint.statement, "evidence-1": complaint.evidence})
    if caller is None:
        if complaint.contact is None:
            raise InvalidInput("without a key a `contact` is needed")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        private["internal"] = {"token": _digest(token)}
    with registry.database.write() as session:
        _count(registry, session, caller, address, now)
        character = _contested(session, catalog, complaint)
        names = complaint.names or tuple(names_said(character))
        dispute = Dispute(
            id=new_id("dsp", now),
            state=DisputeState.open,
            about=complaint.about,
            kind="entry" if complaint.about == character.id else "decision",
            character=character.id,
            rightsholder=character.rightsholder,
            by="public" if caller is None else caller.organisation.role.value,
            complainant=None if caller is None else caller.organisation.id,
            grounds=complaint.grounds,
            names=names[:100],
            evidence=(Evidence(name="evidence-1", by="complainant"),) if complaint.evidence else (),
            commitments=commitments,
        )
        if caller is not None:
            dispute = admitted(dispute, now, registry.claim_rules.answer_days)
            interim = _holds_it_too(session, catalog, caller.organisation, dispute, now)
            dispute = dispute.model_copy(update={"interim": interim})
        write_dispute(session, dispute, caller, now, "opened", opened_at=now, private=private)
    registry.catalog.refresh()
    return get_dispute(registry, Reader(caller, token), dispute.id), token


def get_dispute(registry: Registry, reader: Reader, dispute_id: str) -> DisputeFile:
    """Return a dispute for its parties, operator and auditor. Raises NotFound for everybody else."""
    with registry.database.read() as session:
        case, side = _visible(session, reader, dispute_id)
        return replace(_file(case, reader, side), steps=steps_of(session, case.id))


def list_disputes(registry: Registry, caller: Caller, *, state: DisputeState | None, after: str, limit: int) -> Sequence[DisputeFile]:
    """List disputes, oldest first: all for operator and auditor, for a rightsholder those about its entries, else its own."""
    role, own = caller.organisation.role, caller.organisation.id
    sees_all = role in {Role.operator, Role.auditor}
    about_own = own if role is Role.rightsholder else None
    chosen = CaseFilter("dispute", rightsholder=about_own, state=state, tag=None if sees_all or about_own else _by(own))
    with registry.database.read() as session:
        found = store.list_cases(session, chosen, after=after, limit=limit)
    reader = Reader(caller)
    return [_file(case, reader, _side(case, reader)) for case in found]


def answer_dispute(registry: Registry, caller: Caller, dispute_id: str, text: str) -> DisputeFile:
    """Answer, as the rightsholder whose entry is contested; late answers count until it is decided."""
    now = registry.now()

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        _require(side, "rightsholder")
        if not dispute.admitted:
            raise Conflict("the operator has not admitted this complaint: there is nothing to answer yet")
        return answered(dispute, now, registry.claim_rules.decide_days)

    return _moved(registry, Reader(caller), dispute_id, "answered", change, {"answer": text})


def add_evidence(registry: Registry, reader: Reader, dispute_id: str, text: str) -> DisputeFile:
    """Add evidence, from either side, until the dispute is closed."""
    name = ""

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        require_state(dispute, DisputeState.open, DisputeState.answered, DisputeState.appealed)
        if side is None:
            raise NotPermitted("only the two sides of a dispute add evidence")
        if len(dispute.evidence) >= MAX_EVIDENCE:
            raise InvalidInput(f"at most {MAX_EVIDENCE} pieces of evidence")
        nonlocal name
        name = f"evidence-{len(dispute.evidence) + 1}"
        return dispute.model_copy(update={"evidence": (*dispute.evidence, Evidence(name=name, by=side))})

    return _moved(registry, reader, dispute_id, "evidence", change, lambda: {name: text})


def appeal_dispute(registry: Registry, reader: Reader, dispute_id: str, text: str) -> DisputeFile:
    """Appeal, once, as the side that did not get what it asked for."""
    now = registry.now()

    def change(dispute: Dispute, side: Side | None) -> Dispute:
        if side is None:
            raise NotPermitted("only the two sides of a dispute appeal")
        return appealed(dispute, now, side, registry.claim_rules.decide_days)

    return _moved(registry, reader, dispute_id, "appealed", change, {"appeal": text})


def erase_complaint(registry: Registry, reader: Reader, dispute_id: str) -> DisputeFile:
    """Erase contact, statement and evidence of the complainant, on its wish or the operator's; the commitments stay in the log."""
    now = registry.now()
    with registry.database.write() as session:
        case, side = _visible(session, reader, dispute_id)
        is_operator = reader.caller is not None and reader.caller.organisation.role is Role.operator
        if side != "complainant" and not is_operator:
            raise NotPermitted("only the complainant or the operator erases a complaint's texts")
        dispute = dispute_of(case)
        names = ["contact", "statement", "appeal", *(e.name for e in dispute.evidence if e.by == "complainant")]
        erase_texts(session, case, names, reader.caller, now)
    registry.database.forget()
    return get_dispute(registry, reader, dispute_id)


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
    tags = () if dispute.complainant is None else (_by(dispute.complainant),)
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


def _moved(registry: Registry, reader: Reader, dispute_id: str, action: str, change: Any, texts: Any) -> DisputeFile:
    with registry.database.write() as session:
        case, side = _visible(session, reader, dispute_id)
        dispute = change(dispute_of(case), side)
        commitments, private = seal(texts() if callable(texts) else texts)
        dispute = dispute.model_copy(update={"commitments": {**dispute.commitments, **commitments}})
        kept = {**(case.private or {}), **private}
        write_dispute(session, dispute, reader.caller, registry.now(), action, opened_at=case.opened_at, private=kept)
    registry.catalog.refresh()
    return get_dispute(registry, reader, dispute_id)


def _contested(session: Session, catalog: Catalog, complaint: Complaint) -> Character:
    """Return the entry that is contested: named itself, or by a decision that names it."""
    wanted = complaint.about
    decision = find_decision(session, complaint.about, DecisionFilter()) if complaint.about.startswith("dec_") else None
    if decision is not None:
        named = [verdict["character"] for verdict in decision.leaf["verdicts"]]
        if complaint.character is None and len(named) != 1:
            raise InvalidInput("the decision names several characters, or none: say which in `character`")
        wanted = complaint.character or named[0]
        if wanted not in named:
            raise InvalidInput("the decision does not name this character")
    found = find_character(session, entry_id=wanted)
    if found is None or not (found.status.is_in_force or decision is not None):
        raise NotFound(f"there is no entry in force and no decision `{complaint.about}`: `about` takes an id, `chr_...` or `dec_...`")
    known = {fold_name(name, catalog.lexicon) for name in names_said(found)}
    if wrong := [name for name in complaint.names if fold_name(name, catalog.lexicon) not in known]:
        raise InvalidInput(f"`{wrong[0]}` is no name of this entry")
    return found


def _holds_it_too(session: Session, catalog: Catalog, who: Organisation, dispute: Dispute, now: datetime) -> bool:
    """True for a verified rightsholder with an entry in force under a contested name, that lost no complaint in a year.

    INVARIANT: nobody else's word alone changes what is enforced.
    """
    if dispute.kind != "entry" or who.role is not Role.rightsholder or dispute.grounds is not Grounds.not_the_owner:
        return False
    if who.id == dispute.rightsholder or get_organisation(session, who.id).verified is Verified.no:
        return False
    contested = {fold_name(name, catalog.lexicon) for name in dispute.names}
    own = (entry.character for entry in catalog.entries.values() if entry.rightsholder.id == who.id)
    if not any(fold_name(name, catalog.lexicon) in contested for character in own for name in names_said(character)):
        return False
    before = store.list_cases(session, CaseFilter("dispute", tag=_by(who.id)))
    return not any(case.said.get("outcome") == "rejected" and case.opened_at > now - YEAR for case in before)


def _count(registry: Registry, session: Session, caller: Caller | None, address: str | None, now: datetime) -> None:
    """Count a complaint against what may come in a day. Addresses are counted under a keyed hash, and forgotten after two days."""
    if caller is not None:
        if len(store.list_cases(session, CaseFilter("dispute", is_open=True, tag=_by(caller.organisation.id)))) >= OPEN_AT_ONCE:
            raise TooManyRequests(f"{OPEN_AT_ONCE} of your disputes are open: wait for some of them", retry_after=3_600.0)
        return
    since = hour_of(now - DAY) + 1
    person = f"dispute:{registry.seal.digest(network_of(address) or 'unknown', 'dispute')}"
    for what, most in ((person, registry.claim_rules.disputes_a_day), ("dispute:public", PUBLIC_A_DAY)):
        if store.count_since(session, what, since) >= most:
            raise TooManyRequests("too many complaints without a key in 24 hours", retry_after=3_600.0)
        store.count_up(session, what, hour_of(now), 1)


def _visible(session: Session, reader: Reader, dispute_id: str) -> tuple[Case, Side | None]:
    case = found_dispute(session, dispute_id)
    side = _side(case, reader)
    if side is None and (reader.caller is None or reader.caller.organisation.role not in {Role.operator, Role.auditor}):
        if reader.caller is None and reader.token is None:
            raise NotAuthenticated("send your key, or the complaint's token as `Dispute-Token`")
        raise NotFound(f"there is no dispute `{dispute_id}` that you may see")
    return case, side


def _side(case: Case, reader: Reader) -> Side | None:
    if reader.caller is not None:
        own = reader.caller.organisation.id
        if own == case.said.get("complainant"):
            return "complainant"
        return "rightsholder" if own == case.rightsholder else None
    stored = ((case.private or {}).get("internal") or {}).get("token")
    is_theirs = stored is not None and reader.token is not None and hmac.compare_digest(str(stored), _digest(reader.token))
    return "complainant" if is_theirs else None


def _require(side: Side | None, wanted: Side) -> None:
    if side != wanted:
        raise NotPermitted(f"only the {wanted} of a dispute does this")


def _file(case: Case, reader: Reader, side: Side | None) -> DisputeFile:
    """Show every text to the sides and the operator, but the contact to the complainant and the operator alone."""
    dispute = dispute_of(case)
    is_operator = reader.caller is not None and reader.caller.organisation.role is Role.operator
    hidden = set() if side == "complainant" or is_operator else {"contact"}
    if side is None and not is_operator:
        hidden = set(dispute.commitments)  # an auditor sees what the log sees
    texts = {name: text for name in dispute.commitments if name not in hidden and (text := text_of(case.private, name)) is not None}
    return DisputeFile(dispute, case.opened_at, texts)


def _by(organisation: str) -> str:
    return f"by:{organisation}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
