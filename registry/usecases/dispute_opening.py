"""Opening a dispute: who may contest what, how often, and what is enforced from then on."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.core.catalog import Catalog
from registry.core.disputes import Dispute, DisputeState, Evidence, Grounds, admitted
from registry.core.errors import InvalidInput, NotFound, TooManyRequests
from registry.core.matching import fold_name
from registry.core.model import Character, Organisation, Role, Verified
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import CaseFilter
from registry.store.catalog import find_character
from registry.store.database import Session
from registry.store.decisions import DecisionFilter, find_decision
from registry.usecases.access import Caller
from registry.usecases.backoff import network_of
from registry.usecases.claims import hour_of, names_said
from registry.usecases.dispute_files import DisputeFile, Reader, get_dispute, tag_by, token_digest, write_dispute
from registry.usecases.ids import new_id
from registry.usecases.private_texts import seal
from registry.usecases.registry import Registry
from registry.usecases.sealed import require_seal_key

PUBLIC_A_DAY = 200
OPEN_AT_ONCE = 200
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
        private["internal"] = {"token": token_digest(token)}
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
    before = store.list_cases(session, CaseFilter("dispute", tag=tag_by(who.id)))
    return not any(case.said.get("outcome") == "rejected" and case.opened_at > now - YEAR for case in before)


def _count(registry: Registry, session: Session, caller: Caller | None, address: str | None, now: datetime) -> None:
    """Count a complaint against what may come in a day. Addresses are counted under a keyed hash, and forgotten after two days."""
    if caller is not None:
        if len(store.list_cases(session, CaseFilter("dispute", is_open=True, tag=tag_by(caller.organisation.id)))) >= OPEN_AT_ONCE:
            raise TooManyRequests(f"{OPEN_AT_ONCE} of your disputes are open: wait for some of them", retry_after=3_600.0)
        return
    since = hour_of(now - DAY) + 1
    require_seal_key(session, registry.seal)
    person = f"dispute:{registry.seal.digest(network_of(address) or 'unknown', 'dispute')}"
    for what, most in ((person, registry.claim_rules.disputes_a_day), ("dispute:public", PUBLIC_A_DAY)):
        if store.count_since(session, what, since) >= most:
            raise TooManyRequests("too many complaints without a key in 24 hours", retry_after=3_600.0)
        store.count_up(session, what, hour_of(now), 1)
