"""What becomes of a write to the catalog: in force at once, or waiting for review, with the claim that says why (docs/claims.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from registry.core.catalog import Catalog
from registry.core.claims import NAME_FIELDS, OPEN, Claim, ClaimState, Risk, Standing, hash_of, proposed_fields, screen, screen_work
from registry.core.decision_log.canonical import canonical_bytes
from registry.core.errors import InvalidInput
from registry.core.matching import fold_name
from registry.core.model import IN_FORCE, Character, EntryStatus, Organisation, Verified, Work
from registry.store import cases as store
from registry.store.access import get_organisation
from registry.store.cases import Case, CaseChange, CaseFilter
from registry.store.catalog import count_characters
from registry.store.columns import to_micros
from registry.store.database import Session
from registry.store.log import MAX_LEAF_BYTES, LeafDraft
from registry.usecases.access import Caller, actor_of, utc_text
from registry.usecases.ids import new_id
from registry.usecases.registry import Registry

Entry = Work | Character
LOCAL_KEY = "cli"
NEVER_IN_FORCE = frozenset({EntryStatus.draft, EntryStatus.pending})
BULK_WINDOW = timedelta(hours=24)
HOUR_MICROS = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be written: the entry as it stands from now on, the case changes, and the claim that is open afterwards."""

    entry: Entry
    cases: tuple[CaseChange, ...] = ()
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A write: who, when, what stood before (None: a new entry), what is asked for, and the fields that were named.

    `open_case` is the claim that waits for this entry already; `batch` the import that the write is part of.
    """

    caller: Caller
    now: datetime
    before: Entry | None
    after: Entry
    named: frozenset[str]
    open_case: Case | None = None
    batch: str | None = None


def is_local(caller: Caller | None) -> bool:
    """Whether this is the command line on the registry's own machine: its word is the operator's review."""
    return caller is None or caller.key_id == LOCAL_KEY


def settle(asked: Asked, risks: tuple[Risk, ...]) -> Settled:
    """Decide what is written now and what waits. Pure but for the claim's id.

    INVARIANT: what is in force never changes its names by a claim that waits; everything else that was said counts at once.
    """
    before, after = asked.before, asked.after
    if after.status not in IN_FORCE:
        return Settled(after, tuple(_closed(asked, ClaimState.withdrawn)))
    if not risks:
        kept = before is not None and before.status is EntryStatus.disputed
        entry = after.model_copy(update={"status": EntryStatus.disputed if kept else EntryStatus.active})
        if asked.open_case is None or not asked.named & {*NAME_FIELDS[_kind(after)], "status"}:
            return Settled(entry, (), None if asked.open_case is None else claim_of(asked.open_case))
        return Settled(entry, tuple(_closed(asked, ClaimState.approved if is_local(asked.caller) else ClaimState.withdrawn)))
    if before is None or before.status in {EntryStatus.draft, EntryStatus.pending}:
        entry, fields = after.model_copy(update={"status": EntryStatus.pending}), None
    else:
        fields = proposed_fields(_kind(after), before, after)
        standing = {name: getattr(before, name) for name in (*NAME_FIELDS[_kind(after)], "status")}
        entry = after.model_copy(update=standing)
    return _waiting(asked, entry, risks, fields)


def _waiting(asked: Asked, entry: Entry, risks: tuple[Risk, ...], fields: dict[str, Any] | None) -> Settled:
    old = asked.open_case
    claim = Claim(
        id=old.id if old else new_id("clm", asked.now),
        kind=_kind(entry),
        entry=entry.id,
        rightsholder=entry.rightsholder,
        state=ClaimState.waiting,
        risks=risks,
        proposal=None if fields is None else hash_of(fields),
        batch=asked.batch or (old.batch if old else None),
    )
    if old is not None and old.said == said_of(claim):
        return Settled(entry, (), claim)
    opened = old.opened_at if old else asked.now
    private = None if fields is None else {"proposed": fields}
    change = claim_change(claim, opened, private, asked.caller, asked.now, "changed" if old else "opened")
    return Settled(entry, (change,), claim)


def _closed(asked: Asked, state: ClaimState) -> Iterable[CaseChange]:
    if asked.open_case is not None:
        claim = claim_of(asked.open_case).model_copy(update={"state": state})
        reason = (
            "imported by the operator" if state is ClaimState.approved else "another version was registered, or none is wanted any more"
        )
        yield claim_change(claim, asked.open_case.opened_at, asked.open_case.private, asked.caller, asked.now, state.value, reason)


def claim_change(
    claim: Claim,
    opened_at: datetime,
    private: Mapping[str, Any] | None,
    caller: Caller | None,
    now: datetime,
    action: str,
    reason: str | None = None,
) -> CaseChange:
    """Return the change that makes a claim be as given, with its leaf `claim.<action>`."""
    tags = tuple(sorted({risk.code.value for risk in claim.risks}))
    case = Case(
        claim.id, "claim", claim.state.value, claim.state in OPEN, claim.rightsholder, claim.entry, said_of(claim), opened_at,
        None, claim.batch, tags, private,
    )  # fmt: skip
    return CaseChange(case, case_leaf("claim", action, case.said, caller, now, reason), is_new=action == "opened")


def said_of(value: Any) -> dict[str, Any]:
    """Return a case's value as the log and its row hold it."""
    said: dict[str, Any] = value.model_dump(mode="json", exclude_none=True)
    return said


def case_leaf(
    kind: str, action: str, said: Mapping[str, Any], caller: Caller | None, now: datetime, reason: str | None, **more: Any
) -> LeafDraft:
    """Return the entry of the log that says what a case is from now on: who made it so, when and why."""
    said = {"v": 1, "type": f"{kind}.{action}", "at": utc_text(now), "actor": actor_of(caller), "reason": reason, "case": said, **more}
    leaf = canonical_bytes(said)
    if len(leaf) > MAX_LEAF_BYTES:
        raise InvalidInput(f"this takes {len(leaf)} bytes in the log; at most {MAX_LEAF_BYTES} fit: give fewer or shorter names")
    return LeafDraft(f"{kind}.{action}", leaf)


def claim_of(case: Case) -> Claim:
    """Return the claim that a case holds."""
    return Claim.model_validate(case.said)


def with_proposed(entry: Entry, case: Case) -> Entry:
    """Return the entry as it will be once the claim is approved."""
    proposed = (case.private or {}).get("proposed", {"status": EntryStatus.active.value})
    return type(entry).model_validate({**{name: getattr(entry, name) for name in type(entry).model_fields}, **proposed})


def _kind(entry: Entry) -> Any:
    return "work" if isinstance(entry, Work) else "character"


@dataclass(frozen=True, slots=True)
class Screen:
    """What the registry knows when a rightsholder writes, read once for a request or an import."""

    catalog: Catalog
    standing: Standing

    def risks(self, session: Session, before: Entry | None, after: Entry, work: Work | None) -> tuple[Risk, ...]:
        """Return why this write must wait."""
        standing = before if before is not None and before.status in IN_FORCE else None
        if isinstance(after, Work):
            known_work = standing if isinstance(standing, Work) else None
            return screen_work(after, known_work, self.catalog, has_characters=count_characters(session, after.id, IN_FORCE) > 0)
        known_character = standing if isinstance(standing, Character) else None
        is_new = before is None or before.status in NEVER_IN_FORCE
        counted = int(before is not None and before.status is EntryStatus.pending)
        known = replace(self.standing, recent=self.standing.recent - counted)
        return screen(after, known_character, work, self.catalog, known, is_new=is_new)

    def with_more(self, count: int) -> "Screen":
        """Return the same when so many more new entries come at once."""
        return replace(self, standing=replace(self.standing, recent=self.standing.recent + count))


def is_first_asked(before: Entry | None, after: Entry) -> bool:
    """Whether a new character is asked to be in force for the first time: these are counted against the quota."""
    return isinstance(after, Character) and (before is None or before.status is EntryStatus.draft)


def screen_for(registry: Registry, session: Session, catalog: Catalog, rightsholder: str, names: Iterable[str]) -> Screen:
    """Return what is known about a rightsholder and about these names."""
    organisation: Organisation = get_organisation(session, rightsholder)
    folded = {fold_name(name, catalog.lexicon) for name in names}
    reserved = {case.about: case.said.get("holder") for case in store.find_about(session, "reserved", folded)}
    standing = Standing(
        is_verified=organisation.verified is not Verified.no,
        recent=store.count_since(session, entries_of(rightsholder), hour_of(registry.now() - BULK_WINDOW) + 1),
        quota=registry.claim_rules.bulk_quota,
        reserved=reserved,
        contested=_contested(session, catalog, rightsholder),
    )
    return Screen(catalog, standing)


def _contested(session: Session, catalog: Catalog, rightsholder: str) -> frozenset[str]:
    """Return the names of this rightsholder's entries that are under dispute, or were lost in one."""
    disputes = store.list_cases(session, CaseFilter("dispute", rightsholder=rightsholder))
    counting = [d for d in disputes if d.is_open or d.said.get("outcome") in {"upheld", "partly"}]
    return frozenset(fold_name(name, catalog.lexicon) for d in counting for name in d.said.get("names", ()))


def names_said(entry: Entry) -> list[str]:
    """Return every name or title of an entry, each once: a main name may be listed among the aliases as well, with a `match`."""
    first, more = (entry.title, entry.titles) if isinstance(entry, Work) else (entry.name, entry.aliases)
    return list(dict.fromkeys((first, *(said.text for said in more))))


def entries_of(rightsholder: str) -> str:
    """Return what the new entries of a rightsholder are counted under."""
    return f"entries:{rightsholder}"


def hour_of(moment: datetime) -> int:
    """Return the hour since 1970."""
    return to_micros(moment) // HOUR_MICROS
