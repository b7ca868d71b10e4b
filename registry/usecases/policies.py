"""Policies of characters, works and rightsholders: put (at once or scheduled), withdraw, their history, two versions compared in words."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from registry.core.errors import FieldError, InvalidInput, NotFound
from registry.core.model import Character, Organisation, Policy, Role, Work
from registry.core.policy import MAX_SCHEDULED, begins_later
from registry.core.rules.diff import NOTHING_CHANGES, diff_policies
from registry.core.rules.odrl import from_odrl, to_odrl
from registry.core.rules.periods import in_force
from registry.store import policy_versions as store
from registry.store.policy_files import load_template
from registry.store.policy_versions import PolicyVersion
from registry.usecases.access import Caller
from registry.usecases.catalog import change_entry
from registry.usecases.entries import CHARACTER, WORK
from registry.usecases.organisations import change_organisation, get_organisation
from registry.usecases.preconditions import ANYTHING, Precondition, tag_of
from registry.usecases.read_entries import get_entry, sees_withdrawn
from registry.usecases.registry import Registry

LevelName = Literal["characters", "works", "organisations"]
Entry = Character | Work | Organisation
KINDS = {"characters": CHARACTER, "works": WORK}
FILLED = ("template", "credit", "address")
IRI = "urn:character-registry:"


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says, as of `at`."""

    entry: Entry
    at: datetime

    @property
    def tag(self) -> str:
        """Return what changes whenever the answer does: with the entry, and when a scheduled version begins."""
        shown = self.in_force.model_dump_json() if self.in_force else ""
        return f"{tag_of(self.entry)}.{hashlib.sha256(shown.encode()).hexdigest()[:12]}"

    @property
    def in_force(self) -> Policy | None:
        """Return the version that counts at `at`."""
        return in_force(tuple(policy for policy in (self.entry.policy, *self.entry.scheduled) if policy), self.at)


def get_policy(registry: Registry, caller: Caller, level: LevelName, said: str, *, rightsholder: str | None = None) -> Said:
    """Return what an entry says about its use."""
    return Said(_entry(registry, caller, level, said, rightsholder), registry.now())


def put_policy(
    registry: Registry, caller: Caller, level: LevelName, said: str, policy: Policy, *, precondition: Precondition = ANYTHING
) -> Said:
    """Put a policy. Without `valid_from` it counts at once, in the place of what is in force; with it, it is one more version,
    or takes the place of the one that begins at the same moment. Versions that begin later stay.
    """

    def change(entry: Entry) -> dict[str, Any]:
        precondition.require(Said(entry, registry.now()))
        return fields_with(entry, policy, registry.now())

    return _changed(registry, caller, level, said, change)


def fields_with(entry: Entry, policy: Policy, now: datetime) -> dict[str, Any]:
    """Return `policy` and `scheduled` of the entry as they are once this policy is put."""
    if policy.valid_from is None:
        return {"policy": policy, "scheduled": begins_later(entry.scheduled, now)}
    others = (version for version in entry.scheduled if version.valid_from != policy.valid_from)
    versions = sorted((*others, policy), key=lambda version: _seconds(version.valid_from))
    if len(versions) > MAX_SCHEDULED:
        raise InvalidInput(f"at most {MAX_SCHEDULED} versions may be scheduled; withdraw one by its `valid_from`")
    return {"policy": entry.policy, "scheduled": tuple(versions)}


def withdraw_policy(
    registry: Registry,
    caller: Caller,
    level: LevelName,
    said: str,
    *,
    valid_from: datetime | None = None,
    precondition: Precondition = ANYTHING,
) -> Said:
    """Take back everything that the entry says, or only the version that begins at `valid_from`. Raises NotFound."""

    def change(entry: Entry) -> dict[str, Any]:
        precondition.require(Said(entry, registry.now()))
        if valid_from is None:
            return {"policy": None, "scheduled": ()}
        left = tuple(version for version in entry.scheduled if version.valid_from != valid_from)
        if len(left) == len(entry.scheduled):
            raise NotFound(f"no version begins at `{valid_from.isoformat()}`")
        return {"scheduled": left}

    return _changed(registry, caller, level, said, change)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A version by its number, counted from 1, and the note of the policy that it brought."""

    number: int
    version: PolicyVersion
    note: str | None


def list_versions(registry: Registry, caller: Caller, level: LevelName, said: str, *, after: int, limit: int) -> Sequence[Numbered]:
    """Return up to `limit` versions after the one numbered `after`, oldest first: for the owner, operator and auditor."""
    known = min(after, 1)  # the one before tells what a note is new in
    found = _versions(registry, caller, level, said, skip=after - known, limit=limit + known)
    pairs = zip((None, *found), found, strict=False)
    numbered = (Numbered(after - known + i, version, _note(version, before)) for i, (before, version) in enumerate(pairs, 1))
    return tuple(numbered)[known:]


def _versions(
    registry: Registry, caller: Caller, level: LevelName, said: str, *, skip: int = 0, limit: int | None = None
) -> Sequence[PolicyVersion]:
    entry = _entry(registry, caller, level, said)
    if not sees_withdrawn(caller, owner_of(entry)):
        caller.require(Role.operator, Role.auditor)
    with registry.database.read() as session:
        return store.list_versions(session, entry.id, skip=skip, limit=limit)


def diff_versions(registry: Registry, caller: Caller, level: LevelName, said: str, *, old: int, new: int) -> tuple[str, ...]:
    """Return in English sentences what changed between two versions, numbered from 1; 0 is the time before the first."""
    versions = _versions(registry, caller, level, said)
    for number in (old, new):
        if number > len(versions):
            raise NotFound(f"there is no version `{number}`; the newest is `{len(versions)}`")
    before, after = (_by_begin(versions[n - 1]) if n else {} for n in (old, new))
    sentences: list[str] = []
    for begin in sorted(before.keys() | after.keys(), key=_seconds):
        prefix = f"The version from {begin.isoformat()}: " if begin else ""
        sentences += [prefix + s for s in diff_policies(before.get(begin), after.get(begin)) if s != NOTHING_CHANGES]
    return tuple(sentences) or (NOTHING_CHANGES,)


def _note(version: PolicyVersion, before: PolicyVersion | None) -> str | None:
    known = (before.policy, *before.scheduled) if before else ()
    return next((p.note for p in (version.policy, *version.scheduled) if p and p.note and p not in known), None)


def read_body(given: Mapping[str, Any]) -> dict[str, Any]:
    """Understand a template by its name, with other fields in the place of its own, and ODRL by its `@context`.

    Returns the fields of a policy, not yet validated. Raises InvalidInput for what the registry cannot judge.
    """
    if given.get("template") is None and (alone := sorted(name for name in FILLED if given.get(name) is not None)):
        wrong = FieldError(f"/{alone[0]}", "goes with `template`")
        raise InvalidInput(f"`{alone[0]}` fills in a template: say which one", fields=(wrong,))
    if given.get("credit") is not None and given.get("permissions") is not None:
        wrong = FieldError("/credit", "fills in the template's own permissions, in whose place `permissions` stands")
        raise InvalidInput("say `credit` or `permissions`, not both", fields=(wrong,))
    if "@context" in given:
        read = dict(from_odrl(given))
    elif given.get("template") is None:
        read = dict(given)
    else:
        fields = {name: value for name, value in given.items() if name not in FILLED}
        own = {name: given.get(name) for name in ("credit", "address")}
        read = {**dict(load_template(str(given["template"])).filled(**own)), **fields}
    _require_plain_refs(read.get("exceptions"))
    return read


def _require_plain_refs(exceptions: object) -> None:
    """An exception written as in an address, `ref:nyx`, would except nobody and say nothing."""
    for said in exceptions if isinstance(exceptions, list | tuple) else ():
        if isinstance(said, str) and said.startswith("ref:"):
            raise InvalidInput(f"exceptions name the ref alone: `{said[4:]}`, not `{said}`")


def odrl_of(said: Said) -> dict[str, Any]:
    """Return the policy in force as an ODRL offer. Raises NotFound where nothing is in force."""
    policy, entry = said.in_force, said.entry
    if policy is None:
        raise NotFound("no policy is in force here")
    target = f"{IRI}{type(entry).__name__.lower()}:{entry.id}"
    return to_odrl(policy, uid=f"{IRI}policy:{entry.id}:{entry.revision}", target=target, assigner=f"{IRI}organisation:{owner_of(entry)}")


def owner_of(entry: Entry) -> str:
    """Return the id of the rightsholder that owns the entry, or is it."""
    return entry.id if isinstance(entry, Organisation) else entry.rightsholder


def _entry(registry: Registry, caller: Caller, level: LevelName, said: str, rightsholder: str | None = None) -> Entry:
    if level == "organisations":
        return get_organisation(registry, caller, said)
    return get_entry(registry, caller, KINDS[level], said, rightsholder=rightsholder)


def _changed(registry: Registry, caller: Caller, level: LevelName, said: str, change: Callable[[Entry], dict[str, Any]]) -> Said:
    if level == "organisations":
        return Said(change_organisation(registry, caller, said, change, policy_at=""), registry.now())
    return Said(change_entry(registry, caller, KINDS[level], said, change), registry.now())


def _by_begin(version: PolicyVersion) -> dict[datetime | None, Policy]:
    standing: dict[datetime | None, Policy] = {None: version.policy} if version.policy else {}
    return standing | {policy.valid_from: policy for policy in version.scheduled}


def _seconds(moment: datetime | None) -> float:
    """Return what versions are sorted by; the one without a date comes first."""
    return moment.timestamp() if moment else float("-inf")
