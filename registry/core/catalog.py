"""The catalog: everything registered, compiled, at one revision. Immutable; a change makes a new one that shares the old one's parts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from registry.core.matching import Lexicon, WordFacts, compile_lexicon, extend_lexicon
from registry.core.model import IN_FORCE, Character, EntryStatus, Organisation, Policy, Work
from registry.core.rules import EffectivePolicy, Shared, compile_policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One character in force with all that a verdict about it says."""

    character: Character
    work: Work | None
    rightsholder: Organisation
    policy: EffectivePolicy


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a check reads. `revision` is the number of the last change in it, `access_epoch` that of the last revocation."""

    lexicon: Lexicon
    revision: int = 0
    access_epoch: int = 0
    entries: Mapping[str, Entry] = field(default_factory=dict)
    works: Mapping[str, Work] = field(default_factory=dict)
    rightsholders: Mapping[str, Organisation] = field(default_factory=dict)

    def policy_of(self, character: str) -> EffectivePolicy:
        """Return what holds for a character in force. Raises KeyError for any other."""
        return self.entries[character].policy


def empty_catalog(facts: WordFacts) -> Catalog:
    """Return a catalog with nothing in it, that knows what words are ordinary."""
    return Catalog(compile_lexicon((), (), facts))


def extend_catalog(
    catalog: Catalog,
    *,
    revision: int,
    access_epoch: int,
    rightsholders: Iterable[Organisation] = (),
    works: Iterable[Work] = (),
    characters: Iterable[Character] = (),
) -> Catalog:
    """Return the catalog with these entries added or replaced (by id); characters not in force are gone.

    From the empty catalog with everything registered this is the compilation from nothing: both find and judge alike.
    """
    new_holders, new_works = {r.id: r for r in rightsholders}, {w.id: w for w in works}
    changed = {c.id: c for c in characters}
    all_holders, all_works = {**catalog.rightsholders, **new_holders}, {**catalog.works, **new_works}
    touched = [e.character for e in catalog.entries.values() if e.character.work in new_works or e.rightsholder.id in new_holders]
    entries = {i: e for i, e in catalog.entries.items() if i not in changed}
    shared: Shared = {}
    for character in (*(c for c in touched if c.id not in changed), *changed.values()):
        if character.status in IN_FORCE:
            entries[character.id] = _entry(character, all_works, all_holders, shared)
    if catalog.entries:
        lexicon = extend_lexicon(catalog.lexicon, changed.values(), new_works.values())
    else:
        lexicon = compile_lexicon(changed.values(), all_works.values(), catalog.lexicon.facts)
    return Catalog(lexicon, revision, access_epoch, entries, all_works, all_holders)


def _entry(character: Character, works: Mapping[str, Work], rightsholders: Mapping[str, Organisation], shared: Shared) -> Entry:
    work = works.get(character.work) if character.work else None
    rightsholder = rightsholders[character.rightsholder]
    policy = compile_policy(
        _versions(character),
        _versions(work),
        _versions(rightsholder),
        character=character.id,
        work=character.work,
        rightsholder=rightsholder.id,
        contact=rightsholder.contact,
        character_ref=character.ref,
        work_ref=work.ref if work else None,
        shared=shared,
        disputed=character.status is EntryStatus.disputed,
    )
    return Entry(character, work, rightsholder, policy)


def _versions(level: Character | Work | Organisation | None) -> tuple[Policy, ...]:
    if level is None:
        return ()
    return level.scheduled if level.policy is None else (level.policy, *level.scheduled)


def lookup_with(catalog: Catalog, changed: Character | Work | Organisation) -> Callable[[str], EffectivePolicy | None]:
    """Return the lookup of what would hold if `changed` were registered; the catalog stays as it is."""
    shared: Shared = {}
    known: dict[str, EffectivePolicy] = {}

    def lookup(character: str) -> EffectivePolicy | None:
        entry = catalog.entries.get(character)
        if entry is None:
            return None
        if character not in known:
            works = {**({entry.work.id: entry.work} if entry.work else {}), changed.id: changed}
            holders = {entry.rightsholder.id: entry.rightsholder, changed.id: changed}
            own = changed if changed.id == character else entry.character
            known[character] = _entry(own, works, holders, shared).policy  # type: ignore[arg-type]  # an id is of one kind
        return known[character]

    return lookup
